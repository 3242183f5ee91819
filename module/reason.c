// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reasons of transitions that few connections go through, out of line.
 *
 * Combines what cause.c finds out about closing sockets, what segment.c and
 * handover.c have noted, and what an edge implies. Writes no records and no
 * entries.
 */
#include <net/tcp.h>

#include "reason.h"

/*
 * In which context this end closed a connection: in a process's own call, with
 * one exception. A shutdown() before the connection was established takes
 * effect when a segment establishes it (tcp_rcv_state_process()).
 */
static u8 context_of_call(const struct sock *sk, int old, u16 known)
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
 * tcpclose_reason_find_slow() - find the reason of a transition that is no
 *	hand-over
 * @sk: the socket
 * @old: old state
 * @new: new state, as the tracepoint reports it
 * @known: flags of the connection's entry
 *
 * Context: tracepoint, interrupts off; no bucket locked, since it may walk the
 * stack.
 * Return: the reason.
 */
struct tcpclose_reason tcpclose_reason_find_slow(const struct sock *sk, int old,
						 int new, u16 known)
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
	} else if (old == TCP_SYN_SENT && new == TCP_ESTABLISHED &&
		   sk->sk_lock.owned && tcp_sk(sk)->repair) {
		/*
		 * A restored connection (TCP_REPAIR) is established by
		 * connect().
		 */
		reason.context = TCPCLOSE_CONTEXT_PROCESS;
	} else {
		reason.context = tcpclose_cause_segment_context(sk);
		reason.flags = tcpclose_segment_flags(sk);
	}
	return reason;
}

/**
 * tcpclose_reason_of_hand_over_slow() - find context and control bits of a
 *	hand-over
 * @sk: the socket
 * @way: caller of tcp_time_wait(); 0: the call was not seen
 * @successor: state of the mini-socket; 0: unknown
 *
 * Context: as tcpclose_reason_find_slow().
 * Return: the reason with its context and control bits only.
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
		 * The task that orphaned the socket may have closed it. But
		 * only a segment leads to TIME_WAIT, even if its note was lost
		 * when the task was preempted.
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
 * Without an entry or without hooks a hand-over may have gone unseen, and its
 * stack looks like that of these causes: then the cause is uncertain.
 */
static void doubt_cause(struct tcpclose_reason *reason, int old)
{
	if (tcpclose_edge_state_in(old, TCPF_FIN_WAIT2 | TCPF_CLOSING) &&
	    (reason->cause == TCPCLOSE_CAUSE_DATA_AFTER_CLOSE ||
	     reason->cause == TCPCLOSE_CAUSE_MEMORY ||
	     reason->cause == TCPCLOSE_CAUSE_ORPHANS))
		reason->cause = TCPCLOSE_CAUSE_UNKNOWN;
}

/**
 * tcpclose_reason_of_unknown_close() - find the reason of a full socket's last
 *	transition if it has no entry or hand-overs may go unseen
 * @sk: the socket
 * @old: old state
 * @entry: its entry or stand-in
 *
 * Context: as tcpclose_reason_find_slow().
 * Return: the reason.
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
