/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The administrator's hand on a socket: what "ss -K" does.
 */
#ifndef _SELFTESTS_LIB_DIAG_H
#define _SELFTESTS_LIB_DIAG_H

#include "lib/net.h"

/**
 * diag_destroy() - destroy a TCP socket or mini-socket (SOCK_DESTROY)
 * @local: its address and port
 * @remote: the other end's; port 0 for a listener
 *
 * Return: 0, -ENOENT if there is none, or another -errno.
 */
int diag_destroy(const union net_addr *local, const union net_addr *remote);

#endif /* _SELFTESTS_LIB_DIAG_H */
