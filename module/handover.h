/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_HANDOVER_H
#define TCPCLOSE_HANDOVER_H

#include "hook.h"

struct sock;

/**
 * struct tcpclose_handover - what is known of a socket before its transition
 * @known: it has an entry
 * @flags: TCPCLOSE_CONN_*
 * @successor: true state of the mini-socket that takes over
 * @way: &enum tcpclose_way in which tcp_time_wait() was called
 */
struct tcpclose_handover {
	bool known;
	u8 flags;
	u8 successor;
	u8 way;
};

struct tcpclose_handover tcpclose_handover_take(const struct sock *sk);
enum {
	TCPCLOSE_HANDOVER_HASHDANCE,
	TCPCLOSE_HANDOVER_TO_TIME_WAIT,
	TCPCLOSE_HANDOVER_PROBES,
};

extern struct tcpclose_probe tcpclose_handover_probes[TCPCLOSE_HANDOVER_PROBES];

/* Whether a hand-over can't go unseen. */
static __always_inline bool tcpclose_handover_watched(void)
{
	return tcpclose_handover_probes[TCPCLOSE_HANDOVER_TO_TIME_WAIT].via ||
	       tcpclose_handover_probes[TCPCLOSE_HANDOVER_HASHDANCE].via;
}

#endif /* TCPCLOSE_HANDOVER_H */
