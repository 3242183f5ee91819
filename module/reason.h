/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reasons: why, in which context and by which segment a full socket changed its
 * state. What nearly all connections go through is found here, inline and
 * without walking the stack; the rest is in reason.c.
 */
#ifndef TCPCLOSE_REASON_H
#define TCPCLOSE_REASON_H

#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/types.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "caller.h"
#include "cause.h"
#include "edge.h"
#include "entry.h"
#include "handover.h"
#include "moment.h"
#include "segment.h"
#include "stats.h"

/**
 * struct tcpclose_reason - why a transition happened
 * @flags: control bits of the segment that caused it; 0: none
 * @context: &enum tcpclose_context
 * @cause: &enum tcpclose_cause
 * @end: &enum tcpclose_end
 * @new: true new state
 */
struct tcpclose_reason {
	u16 flags;
	u8 context;
	u8 cause;
	u8 end;
	u8 new;
};

struct tcpclose_reason tcpclose_reason_find_slow(const struct sock *sk, int old,
						 int new, u16 known);
struct tcpclose_reason tcpclose_reason_of_hand_over_slow(const struct sock *sk,
							 u8 way, u8 successor);
struct tcpclose_reason
tcpclose_reason_of_unknown_close(const struct sock *sk, int old,
				 const struct tcpclose_entry *entry);

/**
 * tcpclose_reason_of_hand_over() - find the reason of a hand-over
 * @sk: the socket
 * @entry: its entry or stand-in, marked by handover.c
 *
 * Context: as tcpclose_reason_find().
 * Return: the reason.
 */
static __always_inline struct tcpclose_reason
tcpclose_reason_of_hand_over(const struct sock *sk,
			     const struct tcpclose_entry *entry)
{
	u8 way = entry->way, successor = entry->successor;
	struct tcpclose_reason reason;

	if (tcpclose_moment_of_hand_over_is_kept(entry)) {
		reason.context = TCPCLOSE_CONTEXT_SOFTIRQ;
		reason.flags = tcpclose_segment_softirq_flags(sk);
	} else {
		reason = tcpclose_reason_of_hand_over_slow(sk, way, successor);
	}
	reason.end = 0;
	reason.new = TCP_CLOSE;
	if (likely(entry->flags & TCPCLOSE_ENTRY_HANDED_OVER)) {
		reason.new = successor;
		/*
		 * Take back what the transition counts as alive: a mini-socket
		 * with an entry was counted in on_twsk_hashdance().
		 */
		if (unlikely(!tcpclose_handover_births_watched() ||
			     entry->flags & TCPCLOSE_ENTRY_STAND_IN))
			tcpclose_stats_live(successor, -1);
	} else if (likely(tcpclose_handover_births_sure())) {
		reason.end = TCPCLOSE_END_OVERFLOW;
	} else {
		/* The mini-socket's birth may have been missed. */
		reason.cause = TCPCLOSE_CAUSE_UNKNOWN;
		return reason;
	}
	reason.cause = 0;
	if (successor == TCP_TIME_WAIT)
		reason.cause = TCPCLOSE_CAUSE_FIN;
	else if (reason.end)
		reason.cause = TCPCLOSE_CAUSE_OVERFLOW;
	return reason;
}

/**
 * tcpclose_reason_find() - find the reason of a transition that is no hand-over
 * @sk: the socket
 * @old: old state
 * @new: new state, as the tracepoint reports it
 * @edge: TCPCLOSE_EDGE_* of the two
 * @known: flags of the connection's entry
 *
 * Context: tracepoint, interrupts off; no bucket locked, since it may walk the
 * stack.
 * Return: the reason.
 */
static __always_inline struct tcpclose_reason
tcpclose_reason_find(const struct sock *sk, int old, int new, u8 edge, u16 known)
{
	struct tcpclose_reason reason = { .new = new };

	if (in_serving_softirq()) {
		reason.context = TCPCLOSE_CONTEXT_SOFTIRQ;
		if (new == TCP_CLOSE) {
			if (!tcpclose_cause_is_last_ack(sk, old))
				return tcpclose_reason_find_slow(sk, old, new,
								 known);
			reason.cause = TCPCLOSE_CAUSE_FIN;
		}
		reason.flags = tcpclose_segment_softirq_flags(sk);
		return reason;
	}
	if (likely(edge & TCPCLOSE_EDGE_OWN_CALL &&
		   !(known & (TCPCLOSE_ENTRY_STAND_IN | TCPCLOSE_ENTRY_SHUT_DOWN))))
		return reason;
	/* From the backlog. */
	if (new == TCP_CLOSE && likely(tcpclose_cause_is_last_ack(sk, old))) {
		reason.context = tcpclose_cause_segment_context(sk);
		reason.cause = TCPCLOSE_CAUSE_FIN;
		reason.flags = tcpclose_segment_task_flags(sk);
		return reason;
	}
	return tcpclose_reason_find_slow(sk, old, new, known);
}

/**
 * tcpclose_reason_of_close() - find the reason of a full socket's last
 *	transition
 * @sk: the socket
 * @old: old state
 * @edge: TCPCLOSE_EDGE_* of @old and CLOSE
 * @entry: its entry or stand-in
 *
 * Context: as tcpclose_reason_find().
 * Return: the reason.
 */
static __always_inline struct tcpclose_reason
tcpclose_reason_of_close(const struct sock *sk, int old, u8 edge,
			 const struct tcpclose_entry *entry)
{
	if (unlikely(entry->flags & TCPCLOSE_ENTRY_STAND_IN ||
		     !tcpclose_handover_watched()))
		return tcpclose_reason_of_unknown_close(sk, old, entry);
	if (entry->flags & TCPCLOSE_ENTRY_HAND_OVER)
		return tcpclose_reason_of_hand_over(sk, entry);
	return tcpclose_reason_find(sk, old, TCP_CLOSE, edge, entry->flags);
}

#endif /* TCPCLOSE_REASON_H */
