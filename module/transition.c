// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transitions of full sockets: what the tracepoint inet_sock_set_state says, and
 * what it means.
 *
 * The tracepoint is called under the socket's lock, from process context or
 * softirq, and says CLOSE where the connection goes on in a mini-socket; the
 * entry tells, since handover.c has marked it before.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>

#include "caller.h"
#include "cause.h"
#include "fill.h"
#include "handover.h"
#include "hook.h"
#include "request.h"
#include "segment.h"
#include "stats.h"
#include "step.h"
#include "table.h"
#include "transition.h"

#define TRACEPOINT	"inet_sock_set_state"

/* States that are entered on the way to an open connection. */
#define OPENING	(TCPF_SYN_SENT | TCPF_SYN_RECV | TCPF_ESTABLISHED | TCPF_LISTEN)

/* The parameter "scope": openings are recorded, too. */
bool tcpclose_scope_all;

static struct tracepoint *tracepoint;
static u64 __percpu *calls;

/* What an edge is by itself, by TCPCLOSE_EDGE(); filled at load. */
#define EDGE_BIRTH	0x01	/* a connection begins */
#define EDGE_TEARDOWN	0x02	/* recorded in any scope */
#define EDGE_OWN_CALL	0x04	/* only calls make it */
#define EDGE_NO_ENTRY	0x08	/* of a listener, or of what never was anything */
static u8 edges[256] __ro_after_init;

static bool in_states(int state, unsigned int states)
{
	return (1u << state) & states;
}

static bool is_birth(int old, int new)
{
	return in_states(old, TCPF_CLOSE | TCPF_LISTEN) &&
	       !in_states(new, TCPF_CLOSE | TCPF_LISTEN);
}

static bool is_teardown(int old, int new)
{
	return !in_states(old, TCPF_CLOSE | TCPF_LISTEN) &&
	       !in_states(new, OPENING);
}

/* Edges that only tcp_close_state(), connect() and listen() make. */
static bool is_own_call(int old, int new)
{
	if (in_states(new, TCPF_FIN_WAIT1 | TCPF_LAST_ACK | TCPF_SYN_SENT |
			   TCPF_LISTEN) || old == new)
		return true;
	return old == TCP_LISTEN && new == TCP_CLOSE;
}

static void __init fill_edges(void)
{
	int old, new;

	for (old = 0; old < TCPCLOSE_STATES; old++) {
		for (new = 0; new < TCPCLOSE_STATES; new++) {
			u8 *edge = &edges[TCPCLOSE_EDGE(old, new)];

			*edge = 0;
			if (is_birth(old, new))
				*edge |= EDGE_BIRTH;
			else if (in_states(old, TCPF_CLOSE | TCPF_LISTEN))
				*edge |= EDGE_NO_ENTRY;
			if (is_teardown(old, new))
				*edge |= EDGE_TEARDOWN;
			if (is_own_call(old, new))
				*edge |= EDGE_OWN_CALL;
		}
	}
}

/* Who must have closed first, from a state alone. */
static const u8 closers[TCPCLOSE_STATES] = {
	[TCP_FIN_WAIT1] = TCPCLOSE_CLOSER_LOCAL,
	[TCP_FIN_WAIT2] = TCPCLOSE_CLOSER_LOCAL,
	[TCP_CLOSE_WAIT] = TCPCLOSE_CLOSER_REMOTE,
	[TCP_LAST_ACK] = TCPCLOSE_CLOSER_REMOTE,
	[TCP_CLOSING] = TCPCLOSE_CLOSER_BOTH,
};

/* After a step to any state but CLOSE. */
static __always_inline u8 closer_after(u8 closer, u8 new)
{
	if (closer != TCPCLOSE_CLOSER_NONE && likely(new != TCP_CLOSING))
		return closer;
	return closers[new];
}

/**
 * struct entry - what there is to know a connection by
 * @conn: its entry; NULL: none
 * @why: why there is none, &enum tcpclose_untracked
 */
struct entry {
	struct tcpclose_conn *conn;
	u64 why;
};

/*
 * The entry for this transition where it is not simply found: it is made. One of
 * another socket's, which went away unseen and had the same address, makes room.
 */
static noinline struct entry make_entry(const struct sock *sk,
					struct tcpclose_conn *conn, int old,
					int new, u64 now_ns)
{
	bool birth = edges[TCPCLOSE_EDGE(old, new)] & EDGE_BIRTH;
	u8 why = TCPCLOSE_UNTRACKED;
	struct tcpclose_bucket *bucket;

	bucket = tcpclose_conn_lock(sk);
	if (unlikely(conn)) {
		tcpclose_stats_untracked(TCPCLOSE_UNTRACKED_STALE);
		tcpclose_conn_remove(bucket, conn);
		conn = NULL;
	}
	if (unlikely(!birth)) {
		why = tcpclose_conn_unknown();
		tcpclose_stats_untracked(why);
		if (new == TCP_CLOSE)
			goto out;
	}

	conn = tcpclose_conn_add(bucket, sk);
	if (unlikely(!conn)) {
		if (birth)
			why = tcpclose_conn_unknown();
		goto out;
	}
	conn->state = old;
	if (likely(birth)) {
		conn->born_ns = now_ns;
	} else {
		conn->flags = tcpclose_conn_unknown_flag(why);
		conn->closer = closers[old];
	}
	tcpclose_stats_live(old, false, 1);
out:
	tcpclose_conn_unlock(bucket);
	return (struct entry) { .conn = conn, .why = why };
}

/**
 * struct reason - what is behind a transition
 * @flags: control bits of the segment behind it
 * @context: &enum tcpclose_context
 * @cause: &enum tcpclose_cause
 * @end: &enum tcpclose_end
 * @new: true new state
 */
struct reason {
	u16 flags;
	u8 context;
	u8 cause;
	u8 end;
	u8 new;
};

/*
 * In which context a connection was closed from here. That is a process's own
 * call, but for one case: a shutdown() before the connection was established is
 * carried out by the segment that establishes it (tcp_rcv_state_process()).
 */
static u8 context_of_call(const struct sock *sk, int old,
			  struct tcpclose_handover last)
{
	if (in_serving_softirq())
		return TCPCLOSE_CONTEXT_SOFTIRQ;
	if (!last.known)
		return tcpclose_context_in_doubt(sk);
	return old == TCP_ESTABLISHED && last.flags & TCPCLOSE_CONN_SHUT_DOWN ?
		       tcpclose_context_of_segment(sk) : TCPCLOSE_CONTEXT_PROCESS;
}

/*
 * What is behind a transition that is no hand-over. @last: what was known of the
 * connection. May look at the stack: not under a lock.
 */
static noinline struct reason explain_closely(const struct sock *sk, int old,
					      int new,
					      struct tcpclose_handover last)
{
	struct reason reason = { .new = new };

	if (edges[TCPCLOSE_EDGE(old, new)] & EDGE_OWN_CALL) {
		reason.context = context_of_call(sk, old, last);
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
		reason.context = tcpclose_context_of_segment(sk);
		reason.flags = tcpclose_segment_flags(sk);
	}
	return reason;
}

/* What is behind a hand-over, by who called tcp_time_wait(). */
static noinline struct reason
explain_hand_over_closely(const struct sock *sk, struct tcpclose_handover last)
{
	struct reason reason = {};

	switch (last.way) {
	case TCPCLOSE_WAY_CLOSE:
		reason.context = TCPCLOSE_CONTEXT_PROCESS;
		break;
	case TCPCLOSE_WAY_KEEPALIVE_TIMER:
		reason.context = TCPCLOSE_CONTEXT_TIMER;
		break;
	case 0:
		/* tcp_time_wait() is not watched; an orphan's task has closed it. */
		if (sk->sk_shutdown == SHUTDOWN_MASK && sock_flag(sk, SOCK_DEAD) &&
		    !in_serving_softirq()) {
			reason.context = tcpclose_context_in_doubt(sk);
			break;
		}
		fallthrough;
	default:
		reason.context = tcpclose_context_of_segment(sk);
		reason.flags = tcpclose_segment_flags(sk);
	}
	return reason;
}

static __always_inline struct reason
explain_hand_over(const struct sock *sk, struct tcpclose_handover last)
{
	struct reason reason;

	if (likely(last.way && last.way != TCPCLOSE_WAY_CLOSE &&
		   last.way != TCPCLOSE_WAY_KEEPALIVE_TIMER &&
		   in_serving_softirq())) {
		reason.context = TCPCLOSE_CONTEXT_SOFTIRQ;
		reason.flags = tcpclose_segment_softirq_flags(sk);
	} else {
		reason = explain_hand_over_closely(sk, last);
	}
	reason.end = 0;
	reason.new = TCP_CLOSE;
	if (likely(last.flags & TCPCLOSE_CONN_HANDED_OVER))
		reason.new = last.successor;
	else
		reason.end = TCPCLOSE_END_OVERFLOW;
	reason.cause = 0;
	if (last.successor == TCP_TIME_WAIT)
		reason.cause = TCPCLOSE_CAUSE_FIN;
	else if (reason.end)
		reason.cause = TCPCLOSE_CAUSE_MEMORY;
	return reason;
}

/*
 * What is behind a transition: the ways of nearly all connections without a call
 * and without a look at the stack.
 */
static __always_inline struct reason explain(const struct sock *sk, int old,
					     int new, u8 edge,
					     struct tcpclose_handover last)
{
	struct reason reason = { .new = new };

	if (in_serving_softirq()) {
		reason.context = TCPCLOSE_CONTEXT_SOFTIRQ;
		if (new == TCP_CLOSE) {
			if (!tcpclose_is_last_ack(sk, old))
				return explain_closely(sk, old, new, last);
			reason.cause = TCPCLOSE_CAUSE_FIN;
		}
		reason.flags = tcpclose_segment_softirq_flags(sk);
		return reason;
	}
	if (likely(edge & EDGE_OWN_CALL && last.known &&
		   !(last.flags & TCPCLOSE_CONN_SHUT_DOWN)))
		return reason;
	return explain_closely(sk, old, new, last);
}

/*
 * A socket that nothing is known of may have been handed over all the same, by a
 * task that was preempted meanwhile, or where neither function is watched: then
 * the stack shows what these two show.
 */
static void doubt(struct reason *reason, int old)
{
	if (in_states(old, TCPF_FIN_WAIT2 | TCPF_CLOSING) &&
	    (reason->cause == TCPCLOSE_CAUSE_DATA_AFTER_CLOSE ||
	     reason->cause == TCPCLOSE_CAUSE_MEMORY))
		reason->cause = TCPCLOSE_CAUSE_UNKNOWN;
}

/* A full socket's last transition, of which less is known than usual. */
static noinline struct reason explain_unknown_close(const struct sock *sk, int old,
						    struct tcpclose_handover last)
{
	struct reason reason;

	if (!last.known)
		last = tcpclose_handover_take(sk);
	reason = last.flags & (TCPCLOSE_CONN_TO_TIME_WAIT |
			       TCPCLOSE_CONN_HANDED_OVER) ?
			 explain_hand_over(sk, last) :
			 explain_closely(sk, old, TCP_CLOSE, last);
	if (!tcpclose_handover_watched() ||
	    (!last.known && !last.flags && !in_serving_softirq()))
		doubt(&reason, old);
	return reason;
}

static __always_inline void count(int old, struct reason reason, u64 dwell_ns)
{
	tcpclose_stats_edge(old, reason.new, dwell_ns);
	if (reason.cause && reason.cause != TCPCLOSE_CAUSE_LISTENER)
		this_cpu_inc(tcpclose_counters->causes[reason.cause]);
	if (unlikely(reason.end))
		this_cpu_inc(tcpclose_counters->ends[reason.end]);
}

/* What the entry is to know of the next transition. */
static __always_inline void advance(struct tcpclose_conn *conn, int old, int new,
				    u64 now_ns, u64 cookie)
{
	conn->index = tcpclose_conn_next(conn->index);
	if (cookie)
		conn->cookie = cookie;
	conn->closer = closer_after(conn->closer, new);
	/* A self-loop ends no stay. */
	if (unlikely(old == new))
		return;
	conn->since_ns = now_ns;
	conn->state = new;
	tcpclose_stats_live(old, false, -1);
	tcpclose_stats_live(new, false, 1);
}

static void remove_entry(const struct sock *sk, struct tcpclose_conn *conn)
{
	struct tcpclose_bucket *bucket = tcpclose_conn_lock(sk);

	tcpclose_conn_remove(bucket, conn);
	tcpclose_conn_unlock(bucket);
}

/* A transition of a listener, or of a socket that never was anything. */
static noinline void unborn(const struct sock *sk, int old, int new, bool recorded,
			    u64 now_ns, u64 cookie)
{
	struct tcpclose_handover last = {};
	struct reason reason = explain_closely(sk, old, new, last);
	const struct tcpclose_step step = {
		.now_ns = now_ns,
		.cookie = cookie,
		.dwell_ns = TCPCLOSE_UNKNOWN_NS,
		.age_ns = TCPCLOSE_UNKNOWN_NS,
		.flags = reason.flags,
		.old = old,
		.new = reason.new,
		.raw = TCPCLOSE_EDGE(old, new),
		.context = reason.context,
		.cause = reason.cause,
	};

	count(old, reason, TCPCLOSE_UNKNOWN_NS);
	if (recorded)
		tcpclose_fill_sock(&step, sk, NULL);
}

/*
 * The cookie to record. What is generated now for a clone is overwritten by the
 * request's.
 */
static __always_inline u64 cookie_of(const struct sock *sk, int old, int new,
				     const struct request_sock **req)
{
	const struct sock *owner = sk;
	u64 cookie;

	if (unlikely(old == TCP_LISTEN && new == TCP_SYN_RECV)) {
		*req = tcpclose_request_take();
		if (!*req)
			return 0;
		owner = (const struct sock *)*req;
	}
	cookie = atomic64_read(&owner->sk_cookie);
	return likely(cookie) ? cookie : tcpclose_record_make_cookie(owner);
}

static __always_inline void transition(const struct sock *sk, int old, int new)
{
	u8 raw = TCPCLOSE_EDGE(old, new), edge = edges[raw], mark = 0, closer = 0;
	bool recorded = edge & EDGE_TEARDOWN || READ_ONCE(tcpclose_scope_all);
	u64 now_ns = ktime_get_ns(), cookie = 0;
	u64 dwell_ns = TCPCLOSE_UNKNOWN_NS, age_ns = TCPCLOSE_UNKNOWN_NS;
	const struct request_sock *req = NULL;
	struct tcpclose_handover last = {};
	struct tcpclose_conn *conn;
	struct reason reason;
	u16 index = 0;

	if (recorded)
		cookie = cookie_of(sk, old, new, &req);
	if (unlikely(edge & EDGE_NO_ENTRY)) {
		unborn(sk, old, new, recorded, now_ns, cookie);
		return;
	}

	conn = tcpclose_conn_find(tcpclose_conn_bucket(sk), sk);
	if (unlikely(!conn || edge & EDGE_BIRTH || conn->state != old ||
		     (cookie && conn->cookie && conn->cookie != cookie))) {
		struct entry entry = make_entry(sk, conn, old, new, now_ns);

		conn = entry.conn;
		if (unlikely(!conn) && entry.why != TCPCLOSE_UNTRACKED) {
			mark = tcpclose_step_unknown(entry.why);
			closer = closers[old];
		}
	}
	if (likely(conn)) {
		last.known = true;
		last.flags = conn->flags;
		dwell_ns = tcpclose_step_since(now_ns, conn->since_ns);
	}
	if (likely(conn && recorded)) {
		if (unlikely(!cookie))
			cookie = conn->cookie;
		age_ns = tcpclose_step_since(now_ns, conn->born_ns);
		index = conn->index;
		closer = conn->closer;
		mark = tcpclose_step_mark(conn);
	}

	if (new != TCP_CLOSE) {
		if (likely(conn)) {
			advance(conn, old, new, now_ns, cookie);
			if (old == TCP_SYN_RECV && sk->sk_shutdown & SEND_SHUTDOWN)
				conn->flags |= TCPCLOSE_CONN_SHUT_DOWN;
		}
		if (!recorded) {
			tcpclose_stats_edge(old, new, dwell_ns);
			return;
		}
		reason = explain(sk, old, new, edge, last);
		closer = closer_after(closer, new);
	} else {
		if (likely(conn)) {
			last.successor = conn->successor;
			last.way = conn->way;
			remove_entry(sk, conn);
		}
		if (unlikely(!last.known || !tcpclose_handover_watched()))
			reason = explain_unknown_close(sk, old, last);
		else if (last.flags & (TCPCLOSE_CONN_TO_TIME_WAIT |
				       TCPCLOSE_CONN_HANDED_OVER))
			reason = explain_hand_over(sk, last);
		else
			reason = explain(sk, old, new, edge, last);
		if (closer == TCPCLOSE_CLOSER_NONE)
			closer = tcpclose_closer_of_cause(reason.cause);
	}
	count(old, reason, dwell_ns);
	if (likely(recorded)) {
		/* Put together at last, so that it need not be in memory. */
		const struct tcpclose_step step = {
			.now_ns = now_ns,
			.cookie = cookie,
			.dwell_ns = dwell_ns,
			.age_ns = age_ns,
			.index = index,
			.flags = reason.flags,
			.old = old,
			.new = reason.new,
			.raw = raw,
			.mark = mark,
			.context = reason.context,
			.closer = closer,
			.end = reason.end,
			.cause = reason.cause,
		};

		tcpclose_fill_sock(&step, sk, req);
	}
}

static void probe(void *data, const struct sock *sk, const int old,
		  const int new)
{
	unsigned long irq;

	if (unlikely(sk->sk_protocol != IPPROTO_TCP))
		return;
	local_irq_save(irq);
	this_cpu_inc(*calls);
	transition(sk, old, new);
	local_irq_restore(irq);
}

static void find(struct tracepoint *candidate, void *found)
{
	if (!strcmp(candidate->name, TRACEPOINT))
		*(struct tracepoint **)found = candidate;
}

/**
 * tcpclose_transition_init() - begin to watch the tracepoint
 *
 * Context: process; sleeps.
 * Return: 0, -ENOENT if the kernel has no such tracepoint, -ENOMEM, or an error
 * of tracepoint_probe_register().
 */
int __init tcpclose_transition_init(void)
{
	int err;

	fill_edges();
	tracepoint = NULL;
	for_each_kernel_tracepoint(find, &tracepoint);
	if (!tracepoint)
		return -ENOENT;
	calls = alloc_percpu(u64);
	if (!calls)
		return -ENOMEM;
	err = tracepoint_probe_register(tracepoint, probe, NULL);
	if (err) {
		free_percpu(calls);
		return err;
	}
	tcpclose_hook_tracepoint(TRACEPOINT, "every transition of a full socket",
				 calls);
	return 0;
}

/**
 * tcpclose_transition_exit() - stop watching the tracepoint
 *
 * Context: process; sleeps. No call of the probe is running afterwards.
 */
void tcpclose_transition_exit(void)
{
	tracepoint_probe_unregister(tracepoint, probe, NULL);
	tracepoint_synchronize_unregister();
	free_percpu(calls);
}
