/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_EDGE_H
#define TCPCLOSE_EDGE_H

#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/types.h>

#define TCPCLOSE_EDGE_BIRTH	0x01	/* a connection begins */
#define TCPCLOSE_EDGE_TEARDOWN	0x02	/* recorded in any scope */
#define TCPCLOSE_EDGE_OWN_CALL	0x04	/* taken in a process's own call only */
#define TCPCLOSE_EDGE_NO_ENTRY	0x08	/* of a listener, or before the first connection */
#define TCPCLOSE_EDGE_SELF	0x10	/* from a state to itself */
#define TCPCLOSE_EDGE_SEGMENT	0x20	/* in softirq taken for a segment of this socket only */
#define TCPCLOSE_EDGE_ODD	(TCPCLOSE_EDGE_BIRTH | TCPCLOSE_EDGE_NO_ENTRY | \
				 TCPCLOSE_EDGE_SELF)

/* TCPCLOSE_EDGE_* flags, indexed by TCPCLOSE_EDGE() of the states as traced. */
extern u8 tcpclose_edges[256];

/* Whether a state is one of several; @states: TCPF_* bits. */
static __always_inline bool tcpclose_edge_state_in(int state, unsigned int states)
{
	return (1u << state) & states;
}

void __init tcpclose_edge_init(void);

#endif /* TCPCLOSE_EDGE_H */
