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
#define EDGE_SELF	0x10	/* leads to where it comes from */
#define EDGE_ODD	(EDGE_BIRTH | EDGE_NO_ENTRY | EDGE_SELF)
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
			if (old == new)
				*edge |= EDGE_SELF;
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

/* Stands in for an entry, while interrupts are off. */
static DEFINE_PER_CPU(struct tcpclose_conn, nobody);

/* For a connection that gets no entry, although one is needed to go on. */
static struct tcpclose_conn *stand_in(const struct sock *sk, int old, int new, u8 why)
{
	struct tcpclose_conn *conn = this_cpu_ptr(&nobody);

	tcpclose_conn_stand_in(conn, why);
	conn->closer = closers[old];
	tcpclose_stats_live(new, -1);
	if (new == TCP_CLOSE)
		tcpclose_handover_take(sk, conn);
	return conn;
}

static __always_inline struct tcpclose_conn *add_entry(const struct sock *sk)
{
	struct tcpclose_bucket *bucket = tcpclose_conn_lock(sk);
	struct tcpclose_conn *conn = tcpclose_conn_add(bucket, sk);

	tcpclose_conn_unlock(bucket);
	return conn;
}

static void remove_entry(const struct sock *sk, struct tcpclose_conn *conn)
{
	struct tcpclose_bucket *bucket = tcpclose_conn_lock(sk);

	tcpclose_conn_remove(bucket, conn);
	tcpclose_conn_unlock(bucket);
}

/*
 * The entry of a connection that was not known until now, or what stands in for
 * it. @conn: another socket's, or NULL
 */
static noinline struct tcpclose_conn *
begin_late(const struct sock *sk, struct tcpclose_conn *conn, int old, int new)
{
	u8 why = tcpclose_conn_unknown();

	tcpclose_stats_untracked(why);
	tcpclose_stats_live(old, 1);
	if (new != TCP_CLOSE) {
		conn = add_entry(sk);
	} else if (conn) {
		struct tcpclose_bucket *bucket = tcpclose_conn_lock(sk);

		tcpclose_conn_forget(bucket, conn);
		tcpclose_conn_unlock(bucket);
		conn = NULL;
	}
	if (!conn)
		return stand_in(sk, old, new, why);
	conn->flags = tcpclose_conn_unknown_flag(why);
	conn->closer = closers[old];
	conn->state = old;
	return conn;
}

/* The entry of a connection that begins now, or what stands in for it. */
static __always_inline struct tcpclose_conn *begin(const struct sock *sk, int old,
						   int new, u64 now_ns)
{
	struct tcpclose_conn *conn = add_entry(sk);

	if (unlikely(!conn))
		return stand_in(sk, old, new, tcpclose_conn_unknown());
	conn->born_ns = now_ns;
	return conn;
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
static u8 context_of_call(const struct sock *sk, int old, u8 known)
{
	if (in_serving_softirq())
		return TCPCLOSE_CONTEXT_SOFTIRQ;
	if (known & TCPCLOSE_CONN_STAND_IN)
		return tcpclose_context_in_doubt(sk);
	return old == TCP_ESTABLISHED && known & TCPCLOSE_CONN_SHUT_DOWN ?
		       tcpclose_context_of_segment(sk) : TCPCLOSE_CONTEXT_PROCESS;
}

/*
 * What is behind a transition that is no hand-over. @known: flags of the
 * connection's entry. May look at the stack: not under a lock.
 */
static noinline struct reason explain_closely(const struct sock *sk, int old,
					      int new, u8 known)
{
	struct reason reason = { .new = new };

	if (edges[TCPCLOSE_EDGE(old, new)] & EDGE_OWN_CALL) {
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
		reason.context = tcpclose_context_of_segment(sk);
		reason.flags = tcpclose_segment_flags(sk);
	}
	return reason;
}

/* What is behind a hand-over, by who called tcp_time_wait(). */
static noinline struct reason explain_hand_over_closely(const struct sock *sk,
							u8 way)
{
	struct reason reason = {};

	switch (way) {
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
explain_hand_over(const struct sock *sk, const struct tcpclose_conn *conn)
{
	u8 way = conn->way, successor = conn->successor;
	struct reason reason;

	if (likely(way && way != TCPCLOSE_WAY_CLOSE &&
		   way != TCPCLOSE_WAY_KEEPALIVE_TIMER && in_serving_softirq())) {
		reason.context = TCPCLOSE_CONTEXT_SOFTIRQ;
		reason.flags = tcpclose_segment_softirq_flags(sk);
	} else {
		reason = explain_hand_over_closely(sk, way);
	}
	reason.end = 0;
	reason.new = TCP_CLOSE;
	if (likely(conn->flags & TCPCLOSE_CONN_HANDED_OVER)) {
		reason.new = successor;
		/* The mini-socket may be watched all the same, or not be. */
		if (unlikely(!tcpclose_handover_births_watched() ||
			     conn->flags & TCPCLOSE_CONN_STAND_IN))
			tcpclose_stats_live(successor, -1);
	} else {
		reason.end = TCPCLOSE_END_OVERFLOW;
	}
	reason.cause = 0;
	if (successor == TCP_TIME_WAIT)
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
					     int new, u8 edge, u8 known)
{
	struct reason reason = { .new = new };

	if (in_serving_softirq()) {
		reason.context = TCPCLOSE_CONTEXT_SOFTIRQ;
		if (new == TCP_CLOSE) {
			if (!tcpclose_is_last_ack(sk, old))
				return explain_closely(sk, old, new, known);
			reason.cause = TCPCLOSE_CAUSE_FIN;
		}
		reason.flags = tcpclose_segment_softirq_flags(sk);
		return reason;
	}
	if (likely(edge & EDGE_OWN_CALL &&
		   !(known & (TCPCLOSE_CONN_STAND_IN | TCPCLOSE_CONN_SHUT_DOWN))))
		return reason;
	return explain_closely(sk, old, new, known);
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

/* Of an entry that nothing can be taken for granted of. */
#define ODD		(TCPCLOSE_CONN_MINI | TCPCLOSE_CONN_OLD | \
			 TCPCLOSE_CONN_REFUSED | TCPCLOSE_CONN_STAND_IN | \
			 TCPCLOSE_CONN_SHUT_DOWN)
#define HAND_OVER	(TCPCLOSE_CONN_TO_TIME_WAIT | TCPCLOSE_CONN_HANDED_OVER)

/* A full socket's last transition, of which less is known than usual. */
static noinline struct reason explain_unknown_close(const struct sock *sk, int old,
						    const struct tcpclose_conn *conn)
{
	struct reason reason = conn->flags & HAND_OVER ?
				       explain_hand_over(sk, conn) :
				       explain_closely(sk, old, TCP_CLOSE, conn->flags);

	if (!tcpclose_handover_watched() ||
	    (conn->flags & TCPCLOSE_CONN_STAND_IN && !(conn->flags & HAND_OVER) &&
	     !in_serving_softirq()))
		doubt(&reason, old);
	return reason;
}

static __always_inline struct reason
explain_close(const struct sock *sk, int old, u8 edge,
	      const struct tcpclose_conn *conn)
{
	if (unlikely(conn->flags & TCPCLOSE_CONN_STAND_IN ||
		     !tcpclose_handover_watched()))
		return explain_unknown_close(sk, old, conn);
	if (conn->flags & HAND_OVER)
		return explain_hand_over(sk, conn);
	return explain(sk, old, TCP_CLOSE, edge, conn->flags);
}

/* What the entry is to know of the next transition. */
static __always_inline void advance(struct tcpclose_conn *conn,
				    const struct sock *sk, int old, int new,
				    u64 now_ns, u8 closer, bool plain)
{
	conn->index = tcpclose_conn_next(conn->index);
	conn->closer = closer;
	/* A self-loop ends no stay. */
	if (plain || old != new) {
		conn->since_ns = now_ns;
		conn->state = new;
	}
	if (old == TCP_SYN_RECV && unlikely(sk->sk_shutdown & SEND_SHUTDOWN))
		conn->flags |= TCPCLOSE_CONN_SHUT_DOWN;
}

static __always_inline void count(int old, struct reason reason, u64 dwell_ns)
{
	tcpclose_stats_edge(old, reason.new, dwell_ns);
	if (reason.cause && reason.cause != TCPCLOSE_CAUSE_LISTENER)
		this_cpu_inc(tcpclose_counters->causes[reason.cause]);
	if (unlikely(reason.end))
		this_cpu_inc(tcpclose_counters->ends[reason.end]);
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

/* A transition of a listener, or of a socket that never was anything. */
static noinline void unborn(const struct sock *sk, int old, int new, bool recorded,
			    u64 now_ns, u64 cookie)
{
	struct reason reason = explain_closely(sk, old, new, TCPCLOSE_CONN_STAND_IN);
	const struct tcpclose_step step = {
		.now_ns = now_ns,
		.cookie = cookie,
		.dwell_ns = TCPCLOSE_UNKNOWN_NS,
		.flags = reason.flags,
		.old = old,
		.new = reason.new,
		.raw = TCPCLOSE_EDGE(old, new),
		.context = reason.context,
		.cause = reason.cause,
	};
	const struct tcpclose_conn none = {};

	count(old, reason, TCPCLOSE_UNKNOWN_NS);
	if (recorded)
		tcpclose_fill_sock(&step, &none, sk, NULL, false);
}

/*
 * All that follows from a transition of a connection. @plain: neither the edge nor
 * the entry is an odd one, so its times are known and it is what it seems to be.
 * @closing: it is to CLOSE, as far as the tracepoint knows
 */
static __always_inline void carry_out(const struct sock *sk,
				      struct tcpclose_conn *conn, u8 raw, u8 edge,
				      u64 now_ns, u64 cookie,
				      const struct request_sock *req,
				      bool recorded, bool plain, bool closing)
{
	u8 old = raw >> 4, new = closing ? TCP_CLOSE : raw & 0xf;
	u64 dwell_ns = plain ?
			       tcpclose_step_between(conn->since_ns, now_ns) :
			       tcpclose_step_since(conn->since_ns, now_ns);
	struct reason reason = {};
	u8 closer = conn->closer;

	if (closing) {
		reason = explain_close(sk, old, edge, conn);
		if (closer == TCPCLOSE_CLOSER_NONE)
			closer = tcpclose_closer_of_cause(reason.cause);
	} else {
		if (recorded)
			reason = explain(sk, old, new, edge,
					 plain ? 0 : conn->flags);
		/* It is not the end. */
		reason.new = new;
		reason.cause = 0;
		reason.end = 0;
		closer = closer_after(closer, new);
	}
	if (recorded) {
		const struct tcpclose_step step = {
			.now_ns = now_ns,
			.cookie = cookie,
			.dwell_ns = dwell_ns,
			.flags = reason.flags,
			.old = old,
			.new = reason.new,
			.raw = raw,
			.context = reason.context,
			.closer = closer,
			.end = reason.end,
			.cause = reason.cause,
		};

		tcpclose_fill_sock(&step, conn, sk, req, plain);
	}
	if (plain && !closing)
		tcpclose_stats_plain_edge(raw, dwell_ns);
	else
		count(old, reason, dwell_ns);
	if (!closing)
		advance(conn, sk, old, new, now_ns, closer, plain);
	else if (plain || !(conn->flags & TCPCLOSE_CONN_STAND_IN))
		remove_entry(sk, conn);
}

/* A transition whose edge or whose entry is an odd one. */
static noinline void odd(const struct sock *sk, struct tcpclose_conn *conn, u8 raw,
			 u8 edge, u64 now_ns, bool recorded)
{
	int old = raw >> 4, new = raw & 0xf;
	const struct request_sock *req = NULL;
	u64 cookie = 0;

	if (recorded)
		cookie = cookie_of(sk, old, new, &req);
	if (edge & EDGE_NO_ENTRY) {
		unborn(sk, old, new, recorded, now_ns, cookie);
		return;
	}
	if (edge & EDGE_BIRTH)
		conn = begin(sk, old, new, now_ns);
	else if (!conn || conn->state != old || conn->flags & TCPCLOSE_CONN_MINI ||
		 (cookie && conn->cookie && conn->cookie != cookie))
		conn = begin_late(sk, conn, old, new);
	if (cookie)
		conn->cookie = cookie;
	carry_out(sk, conn, raw, edge, now_ns, conn->cookie, req, recorded, false,
		  new == TCP_CLOSE);
}

/* Whether neither an edge nor an entry that was found is an odd one. */
static __always_inline bool is_plain(const struct tcpclose_conn *conn, u8 raw,
				     u8 edge)
{
	return !(edge & EDGE_ODD) && likely(conn) &&
	       likely(conn->state == raw >> 4) && likely(!(conn->flags & ODD));
}

/* A transition in scope. */
static __always_inline void record(const struct sock *sk, u8 raw, u8 edge,
				   bool closing)
{
	struct tcpclose_conn *conn;
	u64 now_ns, cookie;
	unsigned long irq;

	local_irq_save(irq);
	now_ns = ktime_get_ns();
	conn = tcpclose_conn_find(tcpclose_conn_bucket(sk), sk);
	if (unlikely(!is_plain(conn, raw, edge)))
		goto odd;
	cookie = atomic64_read(&sk->sk_cookie);
	if (unlikely(cookie != conn->cookie || !cookie)) {
		if (!cookie)
			cookie = tcpclose_record_make_cookie(sk);
		if (conn->cookie && conn->cookie != cookie)
			goto odd;
		conn->cookie = cookie;
	}
	carry_out(sk, conn, raw, edge, now_ns, cookie, NULL, true, true, closing);
	local_irq_restore(irq);
	return;
odd:
	odd(sk, conn, raw, edge, now_ns, true);
	local_irq_restore(irq);
}

static noinline void record_step(const struct sock *sk, u8 raw, u8 edge)
{
	record(sk, raw, edge, false);
}

static noinline void record_close(const struct sock *sk, u8 raw, u8 edge)
{
	record(sk, raw, edge, true);
}

/* A transition that is counted only: it ends no connection. */
static noinline void count_step(const struct sock *sk, u8 raw, u8 edge)
{
	struct tcpclose_conn *conn;
	unsigned long irq;
	u64 now_ns;

	local_irq_save(irq);
	now_ns = ktime_get_ns();
	conn = tcpclose_conn_find(tcpclose_conn_bucket(sk), sk);
	if (likely(is_plain(conn, raw, edge)))
		carry_out(sk, conn, raw, edge, now_ns, 0, NULL, false, true, false);
	else
		odd(sk, conn, raw, edge, now_ns, false);
	local_irq_restore(irq);
}

/* The same for a connection's first. */
static noinline void count_birth(const struct sock *sk, u8 raw, u8 edge)
{
	struct tcpclose_conn *conn;
	unsigned long irq;
	u64 now_ns;

	local_irq_save(irq);
	now_ns = ktime_get_ns();
	conn = begin(sk, raw >> 4, raw & 0xf, now_ns);
	carry_out(sk, conn, raw, edge, now_ns, 0, NULL, false, false, false);
	local_irq_restore(irq);
}

static void probe(void *data, const struct sock *sk, const int old,
		  const int new)
{
	u8 raw, edge;

	if (unlikely(sk->sk_protocol != IPPROTO_TCP))
		return;
	raw = TCPCLOSE_EDGE(old, new);
	edge = edges[raw];
	this_cpu_inc(*calls);
	if (!(edge & EDGE_TEARDOWN) && !READ_ONCE(tcpclose_scope_all)) {
		if (edge & EDGE_BIRTH)
			count_birth(sk, raw, edge);
		else
			count_step(sk, raw, edge);
	} else if (new == TCP_CLOSE) {
		record_close(sk, raw, edge);
	} else {
		record_step(sk, raw, edge);
	}
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
