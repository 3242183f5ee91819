/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Moments: when a segment behind a transition was received, from the time that
 * TCP itself keeps, since reading the clock is a sixth of a transition's cost.
 *
 * Only in softirq, which no task and no other softirq of the same CPU
 * interrupts: what happens between TCP's reading and the record is the
 * processing of this one segment, and all its transitions have one time. A task
 * that processes its backlog may be interrupted for long in between, and others
 * write records meanwhile.
 */
#ifndef TCPCLOSE_MOMENT_H
#define TCPCLOSE_MOMENT_H

#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/tcp.h>
#include <linux/types.h>

#include "caller.h"
#include "cause.h"
#include "edge.h"
#include "entry.h"
#include "ring.h"

/**
 * tcpclose_moment_of_segment() - when the segment being processed was received
 * @sk: its socket, for which tcp_rcv_established() or tcp_rcv_state_process() is
 *	running: both call tcp_mstamp_refresh()
 *
 * What TCP calls meanwhile may write records, too: the time is never before that
 * of this CPU's newest record.
 *
 * Context: softirq.
 * Return: CLOCK_MONOTONIC, nanoseconds.
 */
static __always_inline u64 tcpclose_moment_of_segment(const struct sock *sk)
{
	u64 received_ns = tcp_sk(sk)->tcp_clock_cache;
	u64 newest_ns = tcpclose_ring_newest_ns();

	return likely(received_ns >= newest_ns) ? received_ns : newest_ns;
}

/* With PREEMPT_RT a softirq can be preempted for long. */
static __always_inline bool tcpclose_moment_in_softirq(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) && in_serving_softirq();
}

/**
 * tcpclose_moment_is_kept() - whether tcpclose_moment_of_segment() is the time of
 *	a transition to another state than CLOSE
 * @edge: TCPCLOSE_EDGE_* of the transition
 */
static __always_inline bool tcpclose_moment_is_kept(u8 edge)
{
	return edge & TCPCLOSE_EDGE_SEGMENT && tcpclose_moment_in_softirq();
}

/**
 * tcpclose_moment_of_hand_over_is_kept() - likewise for a hand-over
 * @entry: the socket's entry, marked by handover.c
 *
 * close() and the timer of FIN_WAIT2 hand over, too.
 */
static __always_inline bool
tcpclose_moment_of_hand_over_is_kept(const struct tcpclose_entry *entry)
{
	u8 way = entry->way;

	return likely(way && way != TCPCLOSE_WAY_CLOSE &&
		      way != TCPCLOSE_WAY_KEEPALIVE_TIMER &&
		      tcpclose_moment_in_softirq());
}

/**
 * tcpclose_moment_of_close_is_kept() - likewise for a transition that the
 *	tracepoint reports as one to CLOSE
 * @sk: the socket
 * @old: old state
 * @entry: its entry
 */
static __always_inline bool
tcpclose_moment_of_close_is_kept(const struct sock *sk, int old,
				 const struct tcpclose_entry *entry)
{
	if (entry->flags & TCPCLOSE_ENTRY_HAND_OVER)
		return tcpclose_moment_of_hand_over_is_kept(entry);
	return tcpclose_moment_in_softirq() && tcpclose_cause_is_last_ack(sk, old);
}

#endif /* TCPCLOSE_MOMENT_H */
