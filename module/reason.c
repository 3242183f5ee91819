// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reasons of transitions that are not the ways of nearly all connections.
 *
 * What cause.c finds out about sockets that close, what segment.c and handover.c
 * have noted, and what an edge says by itself, put together.
 */
#include <net/tcp.h>

#include "reason.h"

/*
 * In which context a connection was closed from here. That is a process's own
 * call, but for one case: a shutdown() before the connection was established is
 * carried out by the segment that establishes it (tcp_rcv_state_process()).
 */
static u8 context_of_call(const struct sock *sk, int old, u8 known)
{
	if (in_serving_softirq())
		return TCPCLOSE_CONTEXT_SOFTIRQ;
	if (known & TCPCLOSE_ENTRY_STAND_IN)
		return tcpclose_cause_doubtful_context(sk);
	return old == TCP_ESTABLISHED && known & TCPCLOSE_ENTRY_SHUT_DOWN ?
		       tcpclose_cause_segment_context(sk) :
		       TCPCLOSE_CONTEXT_PROCESS;
}

/**
 * tcpclose_reason_find_slow() - what is behind a transition that is no hand-over
 * @sk: the socket
 * @old: old state
 * @new: new state, as the tracepoint tells it
 * @known: flags of the connection's entry
 *
 * Context: tracepoint, interrupts off; no bucket is locked, since it may look at
 * the stack.
 */
struct tcpclose_reason tcpclose_reason_find_slow(const struct sock *sk, int old,
						 int new, u8 known)
{
	struct tcpclose_reason reason = { .new = new };

	if (tcpclose_edges[TCPCLOSE_EDGE(old, new)] & TCPCLOSE_EDGE_OWN_CALL) {
		reason.context = context_of_call(sk, old, known);
		if (reason.context != TCPCLOSE_CONTEXT_PROCESS)
			reason.flags = tcpclose_segment_flags(sk);
		if (new == TCP_CLOSE && old == TCP_LISTEN)
			reason.cause = TCPCLOSE_CAUSE_LISTENER;
	} else if (new == TCP_CLOSE) {
		struct tcpclose_verdict verdict = tcpclose_cause_of_close(sk, old);

		reason.cause = verdict.cause;
		reason.context = verdict.context;
		if (verdict.segment)
			reason.flags = tcpclose_segment_flags(sk);
	} else if (sk->sk_lock.owned && tcp_sk(sk)->repair) {
		/* A restored connection is established by connect(). */
		reason.context = TCPCLOSE_CONTEXT_PROCESS;
	} else {
		reason.context = tcpclose_cause_segment_context(sk);
		reason.flags = tcpclose_segment_flags(sk);
	}
	return reason;
}

/**
 * tcpclose_reason_of_hand_over_slow() - what is behind a hand-over
 * @sk: the socket
 * @way: who called tcp_time_wait(); 0: nobody has seen it called
 * @successor: state of the mini-socket, as far as is known
 *
 * Context: as tcpclose_reason_find_slow().
 * Return: context and control bits only.
 */
struct tcpclose_reason tcpclose_reason_of_hand_over_slow(const struct sock *sk,
							 u8 way, u8 successor)
{
	struct tcpclose_reason reason = {};

	switch (way) {
	case TCPCLOSE_WAY_CLOSE:
		reason.context = TCPCLOSE_CONTEXT_PROCESS;
		break;
	case TCPCLOSE_WAY_KEEPALIVE_TIMER:
		reason.context = TCPCLOSE_CONTEXT_TIMER;
		break;
	case 0:
		/*
		 * An orphan's task may have closed it. But only a segment leads to
		 * TIME_WAIT, even if its note is lost since the task was preempted.
		 */
		if (successor != TCP_TIME_WAIT && sk->sk_shutdown == SHUTDOWN_MASK &&
		    sock_flag(sk, SOCK_DEAD) && !in_serving_softirq()) {
			reason.context = tcpclose_cause_doubtful_context(sk);
			break;
		}
		fallthrough;
	default:
		reason.context = tcpclose_cause_segment_context(sk);
		reason.flags = tcpclose_segment_flags(sk);
	}
	return reason;
}

/*
 * A socket that nothing is known of may have been handed over all the same, by a
 * task that was preempted meanwhile, or where neither function is watched: then
 * the stack shows what these two show.
 */
static void doubt_cause(struct tcpclose_reason *reason, int old)
{
	if (tcpclose_edge_state_in(old, TCPF_FIN_WAIT2 | TCPF_CLOSING) &&
	    (reason->cause == TCPCLOSE_CAUSE_DATA_AFTER_CLOSE ||
	     reason->cause == TCPCLOSE_CAUSE_MEMORY))
		reason->cause = TCPCLOSE_CAUSE_UNKNOWN;
}

/**
 * tcpclose_reason_of_unknown_close() - what is behind a full socket's last
 *	transition, of which less is known than usual
 * @sk: the socket
 * @old: old state
 * @entry: its entry, or what stands in for it
 *
 * Context: as tcpclose_reason_find_slow().
 */
struct tcpclose_reason
tcpclose_reason_of_unknown_close(const struct sock *sk, int old,
				 const struct tcpclose_entry *entry)
{
	struct tcpclose_reason reason =
		entry->flags & TCPCLOSE_ENTRY_HAND_OVER ?
			tcpclose_reason_of_hand_over(sk, entry) :
			tcpclose_reason_find_slow(sk, old, TCP_CLOSE, entry->flags);

	if (!tcpclose_handover_watched() ||
	    (entry->flags & TCPCLOSE_ENTRY_STAND_IN &&
	     !(entry->flags & TCPCLOSE_ENTRY_HAND_OVER) && !in_serving_softirq()))
		doubt_cause(&reason, old);
	return reason;
}
