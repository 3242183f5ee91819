/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_EDGE_H
#define TCPCLOSE_EDGE_H

#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/types.h>

#define TCPCLOSE_EDGE_BIRTH	0x01	/* a connection begins */
#define TCPCLOSE_EDGE_TEARDOWN	0x02	/* recorded in any scope */
#define TCPCLOSE_EDGE_OWN_CALL	0x04	/* only calls make it */
#define TCPCLOSE_EDGE_NO_ENTRY	0x08	/* of a listener, or of what never was anything */
#define TCPCLOSE_EDGE_SELF	0x10	/* leads to where it comes from */
#define TCPCLOSE_EDGE_ODD	(TCPCLOSE_EDGE_BIRTH | TCPCLOSE_EDGE_NO_ENTRY | \
				 TCPCLOSE_EDGE_SELF)

/* TCPCLOSE_EDGE_*, by TCPCLOSE_EDGE() as the tracepoint tells it. */
extern u8 tcpclose_edges[256];

/* @states: TCPF_* */
static __always_inline bool tcpclose_edge_state_in(int state, unsigned int states)
{
	return (1u << state) & states;
}

void __init tcpclose_edge_init(void);

#endif /* TCPCLOSE_EDGE_H */
