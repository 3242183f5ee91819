// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transitions of full sockets: receives them from the tracepoint
 * inet_sock_set_state, and has each counted and recorded with what it means.
 *
 * The tracepoint is called under the socket's lock, in process context or
 * softirq. It reports CLOSE even where the connection continues in a
 * mini-socket, but then handover.c has marked the entry before. Why a
 * transition happened is for reason.h to find, how it is written for fill.h.
 */
#include <linux/cache.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <net/mptcp.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>

#include "cause.h"
#include "edge.h"
#include "fill.h"
#include "handover.h"
#include "hook.h"
#include "listener.h"
#include "moment.h"
#include "mptcp_session.h"
#include "reason.h"
#include "request.h"
#include "share.h"
#include "stats.h"
#include "step.h"
#include "table.h"
#include "transition.h"

/* The parameter "scope" is "all": openings are recorded, too. */
bool tcpclose_scope_all __read_mostly;

static DEFINE_PER_CPU(u64, transition_calls);

/* Which end must have closed first, as far as a state alone shows. */
static const u8 closers[TCPCLOSE_STATES] = {
	[TCP_FIN_WAIT1] = TCPCLOSE_CLOSER_LOCAL,
	[TCP_FIN_WAIT2] = TCPCLOSE_CLOSER_LOCAL,
	[TCP_CLOSE_WAIT] = TCPCLOSE_CLOSER_REMOTE,
	[TCP_LAST_ACK] = TCPCLOSE_CLOSER_REMOTE,
	[TCP_CLOSING] = TCPCLOSE_CLOSER_BOTH,
};

/* Which end closed first, after a step to any state but CLOSE. */
static __always_inline u8 closer_after(u8 closer, u8 new)
{
	if (closer != TCPCLOSE_CLOSER_NONE && likely(new != TCP_CLOSING))
		return closer;
	return closers[new];
}

/* Entry for one transition of a connection that has none; interrupts off. */
static DEFINE_PER_CPU(struct tcpclose_entry, stand_ins);

/* For a connection that gets no entry: one that lasts for this transition. */
static struct tcpclose_entry *stand_in_for_sock(const struct sock *sk, int old,
						int new, u8 why)
{
	struct tcpclose_entry *entry = this_cpu_ptr(&stand_ins);

	lockdep_assert_irqs_disabled();
	tcpclose_table_stand_in(entry, why);
	entry->closer = closers[old];
	tcpclose_stats_live(new, -1);
	if (new == TCP_CLOSE)
		tcpclose_handover_take(sk, entry);
	return entry;
}

static __always_inline struct tcpclose_entry *add_sock_entry(const struct sock *sk)
{
	struct tcpclose_bucket *bucket = tcpclose_table_lock(sk);
	struct tcpclose_entry *entry = tcpclose_table_add(bucket, sk);

	tcpclose_table_unlock(bucket);
	if (likely(entry))
		this_cpu_write(tcpclose_table_recent, entry);
	return entry;
}

static void remove_sock_entry(const struct sock *sk, struct tcpclose_entry *entry)
{
	struct tcpclose_bucket *bucket = tcpclose_table_lock(sk);

	tcpclose_table_remove(bucket, entry);
	tcpclose_table_unlock(bucket);
}

/*
 * Make the entry, or a stand-in, of a connection that was not tracked until
 * now.
 * @entry: left over from another socket at the same address, or NULL
 */
static noinline struct tcpclose_entry *
begin_entry_late(const struct sock *sk, struct tcpclose_entry *entry, int old,
		 int new)
{
	u8 why = tcpclose_share_unknown(sk);

	tcpclose_stats_untracked(why);
	tcpclose_stats_live(old, 1);
	if (new != TCP_CLOSE) {
		entry = add_sock_entry(sk);
	} else if (entry) {
		struct tcpclose_bucket *bucket = tcpclose_table_lock(sk);

		tcpclose_table_forget(bucket, entry);
		tcpclose_table_unlock(bucket);
		entry = NULL;
	}
	if (entry || new == TCP_CLOSE)
		tcpclose_share_settle(sk);
	if (!entry)
		return stand_in_for_sock(sk, old, new, why);
	entry->flags = tcpclose_table_unknown_flag(why);
	entry->closer = closers[old];
	/* Release: complete before it has a state, for copy_entry() in table.c. */
	smp_store_release(&entry->state, old);
	return entry;
}

/* Remember of a connection that connect() begins who did it, and what counts need. */
static __always_inline void note_opening(struct tcpclose_entry *entry,
					 const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	/* A restored connection (TCP_REPAIR) sends no SYN. */
	entry->own_syn = !tp->repair;
	if (likely(tcpclose_task_remember(&entry->opener)))
		entry->flags |= TCPCLOSE_ENTRY_OPENER;
	if (unlikely(tp->fastopen_req || tp->fastopen_connect))
		entry->flags |= TCPCLOSE_ENTRY_FAST_OPEN;
}

/* A subflow has no room for its opener or its listener. */
static void become_subflow(struct tcpclose_entry *entry)
{
	if (entry->flags & TCPCLOSE_ENTRY_MPTCP)
		return;
	entry->session = 0;
	smp_wmb(); /* in this order, for copy_entry() */
	entry->flags = (entry->flags & ~(TCPCLOSE_ENTRY_OPENER | TCPCLOSE_ENTRY_ACCEPTED |
					 TCPCLOSE_ENTRY_LISTENER)) |
		       TCPCLOSE_ENTRY_MPTCP;
	smp_wmb(); /* likewise: before note_session() stores it */
}

/* Remember which MPTCP session a subflow belongs to, while that is known. */
static noinline void note_session(struct tcpclose_entry *entry, const struct sock *sk)
{
	u64 session;

	/* What is accepted from a peer without MPTCP is no subflow any more. */
	if (!sk_is_mptcp(sk)) {
		entry->flags &= ~TCPCLOSE_ENTRY_MPTCP;
		return;
	}
	become_subflow(entry);
	session = tcpclose_record_session(sk);
	if (session)
		entry->session = session;
}

/* Make the entry of a connection that begins now; NULL: there is none left. */
static __always_inline struct tcpclose_entry *begin_entry(const struct sock *sk, int old,
							  int new, u64 now_ns)
{
	struct tcpclose_entry *entry = add_sock_entry(sk);

	if (likely(old == TCP_LISTEN))
		tcpclose_listener_made();
	if (unlikely(!entry))
		return NULL;
	entry->born_ns = now_ns;
	if (new == TCP_SYN_SENT)
		note_opening(entry, sk);
	else if (likely(old == TCP_LISTEN))
		tcpclose_listener_remember(entry, sk);
	if (unlikely(sk_is_mptcp(sk)))
		become_subflow(entry);
	return entry;
}

/* Likewise, or a stand-in. */
static struct tcpclose_entry *begin_somehow(const struct sock *sk, int old, int new,
					    u64 now_ns)
{
	struct tcpclose_entry *entry = begin_entry(sk, old, new, now_ns);

	if (entry)
		return entry;
	tcpclose_share_refuse(sk);
	return stand_in_for_sock(sk, old, new, tcpclose_share_unknown(sk));
}

/* Bring the entry up to date for the next transition. */
static __always_inline void advance_entry(struct tcpclose_entry *entry,
					  const struct sock *sk, int old, int new,
					  u64 now_ns, u8 closer, bool plain)
{
	entry->index = tcpclose_entry_increment(entry->index);
	entry->closer = closer;
	/* A self-loop does not end the time in a state. */
	if (plain || old != new) {
		entry->since_ns = now_ns;
		/* Release: since_ns before state, for copy_entry(). */
		smp_store_release(&entry->state, new);
	}
	if (old == TCP_SYN_RECV && unlikely(sk->sk_shutdown & SEND_SHUTDOWN))
		entry->flags |= TCPCLOSE_ENTRY_SHUT_DOWN;
}

static __always_inline void count_transition(int old, struct tcpclose_reason reason,
					     u64 dwell_ns)
{
	tcpclose_stats_edge(old, reason.new, dwell_ns);
	if (reason.cause && reason.cause != TCPCLOSE_CAUSE_LISTENER)
		this_cpu_inc(tcpclose_counters->causes[reason.cause]);
	if (unlikely(reason.end))
		this_cpu_inc(tcpclose_counters->ends[reason.end]);
}

/*
 * The cookie to record. A cookie generated now for a socket just cloned may be
 * overwritten by the request's, so take that one.
 */
static __always_inline u64 cookie_of(const struct sock *sk, int old, int new,
				     const struct request_sock **req)
{
	const struct sock *owner = sk;
	u64 cookie;

	if (unlikely(old == TCP_LISTEN && new == TCP_SYN_RECV) &&
	    !tcpclose_request_is_over(sk)) {
		*req = tcpclose_request_take();
		if (!*req)
			return 0;
		owner = (const struct sock *)*req;
	}
	cookie = atomic64_read(&owner->sk_cookie);
	return likely(cookie) ? cookie : tcpclose_record_make_cookie(owner);
}

/* A transition of a listener, or of a socket before its first connection. */
static noinline void carry_out_unborn(const struct sock *sk, int old, int new,
				      bool recorded, u64 now_ns, u64 cookie)
{
	struct tcpclose_reason reason =
		tcpclose_reason_find_slow(sk, old, new, TCPCLOSE_ENTRY_STAND_IN);
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
	const struct tcpclose_entry none = {};

	count_transition(old, reason, TCPCLOSE_UNKNOWN_NS);
	if (recorded)
		tcpclose_fill_sock(&step, &none, sk, NULL, false);
}

/*
 * Record, count and remember a transition of a connection.
 * @plain: neither the edge nor the entry needs special care: all times are
 *	known, and the entry is certainly the socket's
 * @closing: the tracepoint reports CLOSE
 */
static __always_inline void
carry_out_transition(const struct sock *sk, struct tcpclose_entry *entry, u8 raw,
		     u8 edge, u64 now_ns, u64 cookie,
		     const struct request_sock *req, bool recorded, bool plain,
		     bool closing)
{
	u8 new = closing ? TCP_CLOSE : TCPCLOSE_EDGE_TO(raw);
	u8 old = TCPCLOSE_EDGE_FROM(raw);
	u64 dwell_ns = plain ?
			       tcpclose_step_between(entry->since_ns, now_ns) :
			       tcpclose_step_since(entry->since_ns, now_ns);
	struct tcpclose_reason reason = {};
	u8 closer = entry->closer;

	if (closing) {
		reason = tcpclose_reason_of_close(sk, old, edge, entry);
		if (closer == TCPCLOSE_CLOSER_NONE)
			closer = tcpclose_cause_closer(reason.cause);
	} else {
		if (recorded)
			reason = tcpclose_reason_find(sk, old, new, edge,
						      plain ? 0 : entry->flags);
		/*
		 * The segment for which a listener is cloned is not noted: a
		 * note is of another socket that had this address.
		 */
		if (!plain && edge & TCPCLOSE_EDGE_BIRTH)
			reason.flags = 0;
		/* The connection has not ended. */
		reason.new = new;
		reason.cause = 0;
		reason.end = 0;
		closer = closer_after(closer, new);
	}
	if (!plain && unlikely(entry->flags & TCPCLOSE_ENTRY_FAST_OPEN &&
			       old == TCP_ESTABLISHED &&
			       reason.flags & TCPCLOSE_FLAG_SYN))
		entry->flags |= TCPCLOSE_ENTRY_LONE_FIN;
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

		tcpclose_fill_sock(&step, entry, sk, req, plain);
	}
	if (plain && !closing)
		tcpclose_stats_plain_edge(raw, dwell_ns);
	else
		count_transition(old, reason, dwell_ns);
	if (!closing)
		advance_entry(entry, sk, old, new, now_ns, closer, plain);
	else if (plain || !(entry->flags & TCPCLOSE_ENTRY_STAND_IN))
		remove_sock_entry(sk, entry);
}

/* A transition whose edge or whose entry needs special care. */
static noinline void carry_out_odd(const struct sock *sk,
				   struct tcpclose_entry *entry, u8 raw, u8 edge,
				   u64 now_ns, bool recorded)
{
	int old = TCPCLOSE_EDGE_FROM(raw), new = TCPCLOSE_EDGE_TO(raw);
	const struct request_sock *req = NULL;
	u64 cookie = 0;

	if (recorded)
		cookie = cookie_of(sk, old, new, &req);
	if (edge & TCPCLOSE_EDGE_NO_ENTRY) {
		carry_out_unborn(sk, old, new, recorded, now_ns, cookie);
		return;
	}
	if (edge & TCPCLOSE_EDGE_BIRTH)
		entry = begin_somehow(sk, old, new, now_ns);
	else if (!entry || entry->state != old ||
		 entry->flags & TCPCLOSE_ENTRY_MINI ||
		 (cookie && entry->cookie && entry->cookie != cookie))
		entry = begin_entry_late(sk, entry, old, new);
	if (unlikely(sk_is_mptcp(sk) || entry->flags & TCPCLOSE_ENTRY_MPTCP))
		note_session(entry, sk);
	if (cookie)
		entry->cookie = cookie;
	carry_out_transition(sk, entry, raw, edge, now_ns, entry->cookie, req,
			     recorded, false, new == TCP_CLOSE);
}

/* Flags of an entry that needs special care. */
#define ODD (TCPCLOSE_ENTRY_MINI | TCPCLOSE_ENTRY_OLD | \
	     TCPCLOSE_ENTRY_REFUSED | TCPCLOSE_ENTRY_STAND_IN | \
	     TCPCLOSE_ENTRY_SHUT_DOWN | TCPCLOSE_ENTRY_FAST_OPEN | \
	     TCPCLOSE_ENTRY_MPTCP)

/* Whether there is an entry, and neither it nor the edge needs special care. */
static __always_inline bool is_plain_transition(const struct tcpclose_entry *entry,
						u8 raw, u8 edge)
{
	return !(edge & TCPCLOSE_EDGE_ODD) && likely(entry) &&
	       likely(entry->state == TCPCLOSE_EDGE_FROM(raw)) &&
	       likely(!(entry->flags & ODD));
}

/* When a plain transition happened. */
static __always_inline u64 time_of(const struct sock *sk,
				   const struct tcpclose_entry *entry, u8 raw,
				   u8 edge, bool closing)
{
	int old = TCPCLOSE_EDGE_FROM(raw);
	bool kept;

	if (closing)
		kept = tcpclose_moment_of_close_is_kept(sk, old, entry);
	else
		kept = tcpclose_moment_is_kept(edge);
	return kept ? tcpclose_moment_of_segment(sk) : ktime_get_ns();
}

/* A transition within the scope. */
static __always_inline void record_transition(const struct sock *sk, u8 raw,
					      u8 edge, bool closing)
{
	struct tcpclose_entry *entry;
	u64 now_ns, cookie;
	unsigned long irq;

	local_irq_save(irq);
	entry = tcpclose_table_find_sock(sk);
	if (unlikely(!is_plain_transition(entry, raw, edge)))
		goto odd;
	now_ns = time_of(sk, entry, raw, edge, closing);
	cookie = atomic64_read(&sk->sk_cookie);
	if (unlikely(cookie != entry->cookie || !cookie)) {
		if (!cookie)
			cookie = tcpclose_record_make_cookie(sk);
		if (entry->cookie && entry->cookie != cookie)
			goto odd;
		entry->cookie = cookie;
	}
	carry_out_transition(sk, entry, raw, edge, now_ns, cookie, NULL, true, true,
			     closing);
	local_irq_restore(irq);
	return;
odd:
	carry_out_odd(sk, entry, raw, edge, ktime_get_ns(), true);
	local_irq_restore(irq);
}

static noinline void record_step(const struct sock *sk, u8 raw, u8 edge)
{
	record_transition(sk, raw, edge, false);
}

static noinline void record_close(const struct sock *sk, u8 raw, u8 edge)
{
	record_transition(sk, raw, edge, true);
}

/* A transition outside the scope is only counted. It ends no connection. */
static noinline void count_step(const struct sock *sk, u8 raw, u8 edge)
{
	struct tcpclose_entry *entry;
	unsigned long irq;

	local_irq_save(irq);
	entry = tcpclose_table_find_sock(sk);
	if (likely(is_plain_transition(entry, raw, edge)))
		carry_out_transition(sk, entry, raw, edge,
				     time_of(sk, entry, raw, edge, false), 0, NULL,
				     false, true, false);
	else
		carry_out_odd(sk, entry, raw, edge, ktime_get_ns(), false);
	local_irq_restore(irq);
}

/*
 * Likewise a connection's first transition: what carry_out_transition() does with an
 * entry that is new.
 */
static noinline void count_birth(const struct sock *sk, u8 raw, u8 edge)
{
	u8 new = TCPCLOSE_EDGE_TO(raw);
	struct tcpclose_entry *entry;
	unsigned long irq;
	u64 now_ns;

	local_irq_save(irq);
	now_ns = ktime_get_ns();
	entry = begin_entry(sk, TCPCLOSE_EDGE_FROM(raw), new, now_ns);
	if (likely(entry)) {
		entry->since_ns = now_ns;
		entry->index = 1;
		entry->closer = closers[new];
		/* Release: complete before it has a state, for copy_entry(). */
		smp_store_release(&entry->state, new);
		tcpclose_stats_edge_only(raw);
	} else {
		carry_out_odd(sk, NULL, raw, edge, now_ns, false);
	}
	local_irq_restore(irq);
}

static void transition_probe(void *data, const struct sock *sk, const int old,
			     const int new)
{
	u8 raw, edge;

	if (unlikely(sk->sk_protocol != IPPROTO_TCP)) {
		if (IS_ENABLED(CONFIG_MPTCP))
			tcpclose_mptcp_session_step(sk, old, new);
		return;
	}
	raw = TCPCLOSE_EDGE(old, new);
	edge = tcpclose_edges[raw];
	this_cpu_inc(transition_calls);
	if (!(edge & TCPCLOSE_EDGE_TEARDOWN) && !READ_ONCE(tcpclose_scope_all)) {
		if (edge & TCPCLOSE_EDGE_BIRTH)
			count_birth(sk, raw, edge);
		else
			count_step(sk, raw, edge);
	} else if (new == TCP_CLOSE) {
		record_close(sk, raw, edge);
	} else {
		record_step(sk, raw, edge);
	}
}

static struct tcpclose_tracepoint transition_tracepoint = {
	.name = "inet_sock_set_state",
	.prototype = TCPCLOSE_PROTOTYPE_trace_inet_sock_set_state,
	.purpose = "every transition of a full socket",
	.probe = transition_probe,
	.calls = &transition_calls,
	.needed = true,
};

/**
 * tcpclose_transition_init() - attach to the tracepoint
 *
 * Context: process; sleeps.
 * Return: as tcpclose_hook_attach_tracepoint().
 */
int __init tcpclose_transition_init(void)
{
	tcpclose_edge_init();
	return tcpclose_hook_attach_tracepoint(&transition_tracepoint);
}

/**
 * tcpclose_transition_exit() - detach from the tracepoint
 *
 * Context: process; sleeps. No call of the probe is running afterwards.
 */
void tcpclose_transition_exit(void)
{
	tcpclose_hook_detach_tracepoint(&transition_tracepoint);
}
