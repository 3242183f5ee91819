/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many files this process may have open.
 */
#ifndef TCPCLOSE_SYS_DESCRIPTORS_H
#define TCPCLOSE_SYS_DESCRIPTORS_H

#include <sys/resource.h>

rlim_t descriptors_raise(void);
rlim_t descriptors_limit(rlim_t count);

#endif /* TCPCLOSE_SYS_DESCRIPTORS_H */
