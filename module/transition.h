/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_TRANSITION_H
#define TCPCLOSE_TRANSITION_H

#include <linux/types.h>

/* The parameter "scope" is "all"; see main.c. */
extern bool tcpclose_scope_all;

int tcpclose_transition_init(void);
void tcpclose_transition_exit(void);

#endif /* TCPCLOSE_TRANSITION_H */
