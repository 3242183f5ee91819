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
#include "handover.h"
#include "hook.h"
#include "record.h"
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
static u8 closer_of_state(int state)
{
	static const u8 closers[TCPCLOSE_STATES] = {
		[TCP_FIN_WAIT1] = TCPCLOSE_CLOSER_LOCAL,
		[TCP_FIN_WAIT2] = TCPCLOSE_CLOSER_LOCAL,
		[TCP_CLOSE_WAIT] = TCPCLOSE_CLOSER_REMOTE,
		[TCP_LAST_ACK] = TCPCLOSE_CLOSER_REMOTE,
		[TCP_CLOSING] = TCPCLOSE_CLOSER_BOTH,
	};

	return closers[state];
}

static u8 closer_after(u8 closer, int new, u8 cause)
{
	if (new == TCP_CLOSING)
		return TCPCLOSE_CLOSER_BOTH;
	if (closer != TCPCLOSE_CLOSER_NONE)
		return closer;
	return new == TCP_CLOSE ? tcpclose_closer_of_cause(cause) :
				  closer_of_state(new);
}

/*
 * The entry for this transition. One of another socket's, which went away
 * unseen and had the same address, makes room. NULL: there is none.
 */
static struct tcpclose_conn *entry_for(struct tcpclose_bucket *bucket,
				       const struct sock *sk, u64 cookie,
				       int old, int new, bool birth,
				       u64 now_ns, u8 *why)
{
	struct tcpclose_conn *conn = tcpclose_conn_find(bucket, sk);

	*why = TCPCLOSE_UNTRACKED;
	if (conn && (birth || conn->state != old ||
		     (cookie && conn->cookie && conn->cookie != cookie))) {
		tcpclose_stats_untracked(TCPCLOSE_UNTRACKED_STALE);
		tcpclose_conn_remove(bucket, conn);
		conn = NULL;
	}
	if (conn)
		return conn;
	if (!birth) {
		*why = tcpclose_conn_unknown();
		tcpclose_stats_untracked(*why);
		if (new == TCP_CLOSE)
			return NULL;
	}

	conn = tcpclose_conn_add(bucket, sk);
	if (!conn) {
		if (birth)
			*why = tcpclose_conn_unknown();
		return NULL;
	}
	conn->state = old;
	if (birth) {
		conn->born_ns = now_ns;
	} else {
		conn->flags = tcpclose_conn_unknown_flag(*why);
		conn->closer = closer_of_state(old);
	}
	tcpclose_stats_live(old, false, 1);
	return conn;
}

/* Context and control bits of a hand-over, by who called tcp_time_wait(). */
static void explain_hand_over(struct tcpclose_step *step, const struct sock *sk,
			      u8 way)
{
	struct tcpclose_segment *segment;

	switch (way) {
	case TCPCLOSE_WAY_CLOSE:
		step->context = TCPCLOSE_CONTEXT_PROCESS;
		return;
	case TCPCLOSE_WAY_KEEPALIVE_TIMER:
		step->context = TCPCLOSE_CONTEXT_TIMER;
		return;
	case 0:
		/* tcp_time_wait() is not watched; an orphan's task has closed it. */
		if (sk->sk_shutdown == SHUTDOWN_MASK && sock_flag(sk, SOCK_DEAD) &&
		    !in_serving_softirq()) {
			step->context = tcpclose_context_in_doubt(sk);
			return;
		}
		break;
	default:
		break;
	}
	step->context = tcpclose_context_of_segment(sk);
	segment = tcpclose_segment_of(sk);
	step->flags = segment ? segment->flags : 0;
}

/*
 * In which context a connection was closed from here. That is a process's own
 * call, but for one case: a shutdown() before the connection was established is
 * carried out by the segment that establishes it (tcp_rcv_state_process()).
 */
static u8 context_of_call(const struct sock *sk, int old,
			  const struct tcpclose_handover *last)
{
	if (in_serving_softirq())
		return TCPCLOSE_CONTEXT_SOFTIRQ;
	if (!last->known)
		return tcpclose_context_in_doubt(sk);
	return old == TCP_ESTABLISHED && last->flags & TCPCLOSE_CONN_SHUT_DOWN ?
		       tcpclose_context_of_segment(sk) : TCPCLOSE_CONTEXT_PROCESS;
}

/*
 * Context, control bits and cause of any other transition. @last: what was known
 * of the connection.
 */
static void explain(struct tcpclose_step *step, const struct sock *sk, int old,
		    int new, const struct tcpclose_handover *last)
{
	struct tcpclose_segment *segment;
	bool by_segment = false;

	if (edges[TCPCLOSE_EDGE(old, new)] & EDGE_OWN_CALL) {
		step->context = context_of_call(sk, old, last);
		by_segment = step->context != TCPCLOSE_CONTEXT_PROCESS;
		if (new == TCP_CLOSE && old == TCP_LISTEN)
			step->cause = TCPCLOSE_CAUSE_LISTENER;
	} else if (new == TCP_CLOSE) {
		struct tcpclose_verdict verdict = tcpclose_cause_of_close(sk, old);

		step->cause = verdict.cause;
		step->context = verdict.context;
		by_segment = verdict.segment;
	} else if (sk->sk_lock.owned && tcp_sk(sk)->repair) {
		/* A restored connection is established by connect(). */
		step->context = TCPCLOSE_CONTEXT_PROCESS;
	} else {
		step->context = tcpclose_context_of_segment(sk);
		by_segment = true;
	}
	if (!by_segment)
		return;
	segment = tcpclose_segment_of(sk);
	step->flags = segment ? segment->flags : 0;
}

static void count(const struct tcpclose_step *step)
{
	tcpclose_stats_edge(step->old, step->new, step->dwell_ns);
	if (step->cause && step->cause != TCPCLOSE_CAUSE_LISTENER)
		tcpclose_count(&tcpclose_stats_here()->causes[step->cause]);
	if (step->end)
		tcpclose_count(&tcpclose_stats_here()->ends[step->end]);
}

/* What the entry is to know of the next transition. */
static void advance(struct tcpclose_conn *conn, const struct tcpclose_step *step)
{
	conn->index = tcpclose_conn_next(conn->index);
	if (step->cookie)
		conn->cookie = step->cookie;
	/* A self-loop ends no stay. */
	if (step->old != step->new)
		conn->since_ns = step->now_ns;
	conn->closer = closer_after(conn->closer, step->new,
				    TCPCLOSE_CAUSE_NONE);
	if (step->old != step->new) {
		tcpclose_stats_live(step->old, false, -1);
		tcpclose_stats_live(step->new, false, 1);
	}
	conn->state = step->new;
}

/* A full socket's last transition: @last is what was known of it. */
static void explain_close(struct tcpclose_step *step, const struct sock *sk,
			  const struct tcpclose_handover *last)
{
	if (!(last->flags & (TCPCLOSE_CONN_TO_TIME_WAIT |
			     TCPCLOSE_CONN_HANDED_OVER))) {
		explain(step, sk, step->old, TCP_CLOSE, last);
		return;
	}
	explain_hand_over(step, sk, last->way);
	if (last->flags & TCPCLOSE_CONN_HANDED_OVER)
		step->new = last->successor;
	else
		step->end = TCPCLOSE_END_OVERFLOW;
	if (last->successor == TCP_TIME_WAIT)
		step->cause = TCPCLOSE_CAUSE_FIN;
	else if (step->end)
		step->cause = TCPCLOSE_CAUSE_MEMORY;
}

/*
 * A socket that nothing is known of may have been handed over all the same, by a
 * task that was preempted meanwhile, or where neither function is watched: then
 * the stack shows what these two show.
 */
static void doubt(struct tcpclose_step *step)
{
	if (in_states(step->old, TCPF_FIN_WAIT2 | TCPF_CLOSING) &&
	    (step->cause == TCPCLOSE_CAUSE_DATA_AFTER_CLOSE ||
	     step->cause == TCPCLOSE_CAUSE_MEMORY))
		step->cause = TCPCLOSE_CAUSE_UNKNOWN;
}

static void transition(const struct sock *sk, int old, int new)
{
	u8 raw = TCPCLOSE_EDGE(old, new), edge = edges[raw];
	bool recorded = edge & EDGE_TEARDOWN || READ_ONCE(tcpclose_scope_all);
	struct tcpclose_handover last = {};
	const struct request_sock *req = NULL;
	struct tcpclose_bucket *bucket;
	struct tcpclose_conn *conn;
	struct tcpclose_step step;
	u8 why;

	tcpclose_step_init(&step, ktime_get_ns(), old, new);
	step.raw = raw;

	/* What is generated now for a clone is overwritten by the request's. */
	if (unlikely(recorded && old == TCP_LISTEN && new == TCP_SYN_RECV)) {
		req = tcpclose_request_take();
		if (req)
			step.cookie = tcpclose_record_cookie((const struct sock *)req);
	} else if (recorded) {
		step.cookie = tcpclose_record_cookie(sk);
	}

	if (unlikely(edge & EDGE_NO_ENTRY)) {
		explain(&step, sk, old, new, &last);
		goto out;
	}

	bucket = tcpclose_conn_lock(sk);
	conn = entry_for(bucket, sk, step.cookie, old, new, edge & EDGE_BIRTH,
			 step.now_ns, &why);
	if (likely(conn)) {
		last.known = true;
		last.flags = conn->flags;
		tcpclose_step_known(&step, conn);
		if (new == TCP_CLOSE) {
			last.successor = conn->successor;
			last.way = conn->way;
			tcpclose_conn_remove(bucket, conn);
		} else {
			advance(conn, &step);
			if (old == TCP_SYN_RECV && sk->sk_shutdown & SEND_SHUTDOWN)
				conn->flags |= TCPCLOSE_CONN_SHUT_DOWN;
		}
	} else if (why != TCPCLOSE_UNTRACKED) {
		tcpclose_step_unknown(&step, why);
		step.closer = closer_of_state(old);
	}
	tcpclose_conn_unlock(bucket);

	/* May look at the stack: not under a lock. */
	if (new == TCP_CLOSE) {
		if (!last.known)
			tcpclose_handover_take(sk, &last);
		explain_close(&step, sk, &last);
		if (!tcpclose_handover_watched() ||
		    (!last.known && !last.flags && !in_serving_softirq()))
			doubt(&step);
	} else if (recorded) {
		explain(&step, sk, old, new, &last);
	}
	step.closer = closer_after(step.closer, new, step.cause);
out:
	count(&step);
	if (recorded)
		tcpclose_record_sock(&step, sk, req);
}

static void probe(void *data, const struct sock *sk, const int old,
		  const int new)
{
	unsigned long irq;

	if (sk->sk_protocol != IPPROTO_TCP)
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
