// SPDX-License-Identifier: GPL-2.0-only
/*
 * Edges: what a pair of states implies, whichever connection goes from one to
 * the other. Knows no sockets and no entries.
 */
#include <linux/cache.h>
#include <net/tcp_states.h>

#include "edge.h"
#include "uapi/tcpclose.h"

/* States that are entered while a connection is opened. */
#define OPENING	(TCPF_SYN_SENT | TCPF_SYN_RECV | TCPF_ESTABLISHED | TCPF_LISTEN)

u8 tcpclose_edges[256] __ro_after_init;

static bool is_birth(int old, int new)
{
	return tcpclose_edge_state_in(old, TCPF_CLOSE | TCPF_LISTEN) &&
	       !tcpclose_edge_state_in(new, TCPF_CLOSE | TCPF_LISTEN);
}

static bool is_teardown(int old, int new)
{
	return !tcpclose_edge_state_in(old, TCPF_CLOSE | TCPF_LISTEN) &&
	       !tcpclose_edge_state_in(new, OPENING);
}

/*
 * Edges that only the calls close(), shutdown(), connect() and listen() take.
 */
static bool is_own_call(int old, int new)
{
	static const unsigned int entered = TCPF_FIN_WAIT1 | TCPF_LAST_ACK |
					    TCPF_SYN_SENT | TCPF_LISTEN;

	return tcpclose_edge_state_in(new, entered) || old == new ||
	       (old == TCP_LISTEN && new == TCP_CLOSE);
}

/*
 * Edges that the softirq takes in tcp_rcv_established() and
 * tcp_rcv_state_process() only. A SYN with a FIN (TCP Fast Open) leads from
 * SYN_RECV to CLOSE_WAIT elsewhere.
 */
static bool is_for_segment(int old, int new)
{
	switch (new) {
	case TCP_ESTABLISHED:
		return tcpclose_edge_state_in(old, TCPF_SYN_SENT | TCPF_SYN_RECV);
	case TCP_CLOSE_WAIT:
		return old == TCP_ESTABLISHED;
	case TCP_FIN_WAIT2:
	case TCP_CLOSING:
		return old == TCP_FIN_WAIT1;
	default:
		return false;
	}
}

static u8 __init classify_edge(int old, int new)
{
	u8 edge = 0;

	if (is_birth(old, new))
		edge |= TCPCLOSE_EDGE_BIRTH;
	else if (tcpclose_edge_state_in(old, TCPF_CLOSE | TCPF_LISTEN))
		edge |= TCPCLOSE_EDGE_NO_ENTRY;
	if (is_teardown(old, new))
		edge |= TCPCLOSE_EDGE_TEARDOWN;
	if (is_own_call(old, new))
		edge |= TCPCLOSE_EDGE_OWN_CALL;
	if (is_for_segment(old, new))
		edge |= TCPCLOSE_EDGE_SEGMENT;
	if (old == new)
		edge |= TCPCLOSE_EDGE_SELF;
	return edge;
}

/**
 * tcpclose_edge_init() - classify all edges
 */
void __init tcpclose_edge_init(void)
{
	int old, new;

	for (old = 0; old < TCPCLOSE_STATES; old++)
		for (new = 0; new < TCPCLOSE_STATES; new++)
			tcpclose_edges[TCPCLOSE_EDGE(old, new)] =
				classify_edge(old, new);
}
