// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mini-sockets: the life of a connection in TIME_WAIT, or in FIN_WAIT2 as an
 * orphan, which no tracepoint reports. Birth is handover.c's.
 *
 * Their transitions and ends are seen where kernel functions are entered. A
 * mini-socket has no lock of its own: two CPUs may process segments for it at
 * the same time, and a third may end it. The CPU that finds the entry, under
 * the bucket's lock, records the step; the others find nothing.
 */
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>

#include "caller.h"
#include "cause.h"
#include "record.h"
#include "rst.h"
#include "segment.h"
#include "share.h"
#include "stats.h"
#include "step.h"
#include "table.h"
#include "timewait.h"

enum {
	DESTRUCTOR,
	KILL,
	DESCHEDULE,
	STATE_PROCESS,
	SCHEDULE,
	PROBES,
};

static DEFINE_PER_CPU(u64 [PROBES], timewait_calls);
static struct tcpclose_probe timewait_probes[PROBES];

/*
 * Caller of inet_twsk_deschedule_put(), which ends a mini-socket before its
 * timer expires. Bottom halves are off from there until inet_twsk_kill(): on a CPU there
 * is one at a time, unless tasks share it.
 */
struct descheduling {
	const void *tw;
	enum tcpclose_way way;
};

static DEFINE_PER_CPU(struct descheduling [TCPCLOSE_WORKER_SEATS], deschedulings);

/* Bottom halves and interrupts off. */
static struct descheduling *descheduling_here(void)
{
	return &(*this_cpu_ptr(&deschedulings))[tcpclose_worker_seat()];
}

/*
 * A segment with SYN or RST is counted as a stray until it ends the mini-socket or
 * re-arms its timer.
 */
static noinline void count_stray(const struct inet_timewait_sock *tw)
{
	struct tcpclose_bucket *bucket;
	struct tcpclose_entry *entry;
	unsigned long irq;

	local_irq_save(irq);
	bucket = tcpclose_table_lock(tw);
	entry = tcpclose_table_find(bucket, tw);
	if (entry)
		entry->strays = tcpclose_entry_increment(entry->strays);
	tcpclose_table_unlock(bucket);
	local_irq_restore(irq);
}

/* It was none, as its control bits are those of a step; bucket locked. */
static void discount_stray(struct tcpclose_entry *entry, u16 flags)
{
	if (unlikely(flags & (TCPCLOSE_FLAG_SYN | TCPCLOSE_FLAG_RST)) && entry &&
	    entry->strays && entry->strays < U16_MAX)
		entry->strays--;
}

/* tcp_timewait_state_process(tw, skb, th, …): receives a segment. */
static __always_inline void on_timewait_state_process(unsigned long tw,
						      unsigned long skb,
						      unsigned long th,
						      unsigned long caller)
{
	tcpclose_probe_called(timewait_calls[STATE_PROCESS]);
	if (unlikely(((const struct tcphdr *)th)->syn || ((const struct tcphdr *)th)->rst))
		count_stray((const void *)tw);
	if (unlikely(((const struct tcphdr *)th)->rst))
		tcpclose_rst_at_mini((const void *)tw, (const void *)skb);
	/* Last, as in on_reset() */
	tcpclose_segment_note((const void *)tw, (const struct tcphdr *)th,
			      READ_ONCE(((const struct inet_timewait_sock *)tw)->tw_substate),
			      false);
}

TCPCLOSE_PROBE(on_timewait_state_process);

static u8 current_context(void)
{
	return in_serving_softirq() ? TCPCLOSE_CONTEXT_SOFTIRQ :
				      TCPCLOSE_CONTEXT_PROCESS;
}

/*
 * A mini-socket without an entry: older than the module, or the table was full.
 */
static noinline void stand_in_for_timewait(struct tcpclose_entry *entry, u8 state,
					   const struct inet_timewait_sock *tw,
					   u8 why)
{
	tcpclose_stats_untracked(why);
	tcpclose_stats_live(state, 1);
	tcpclose_table_stand_in(entry, why);
	entry->state = state;
	entry->cookie = atomic64_read(&tw->tw_cookie);
	if (state == TCP_FIN_WAIT2)
		entry->closer = TCPCLOSE_CLOSER_LOCAL;
}

/* Copy to a step what the entry knows of the mini-socket. */
static void fill_step_from(struct tcpclose_step *step,
			   const struct tcpclose_entry *known)
{
	step->old = known->state;
	step->cookie = known->cookie;
	step->closer = known->closer;
	step->dwell_ns = tcpclose_step_since(known->since_ns, step->now_ns);
}

static noinline void restart_timewait(const struct inet_timewait_sock *tw)
{
	struct tcpclose_step step = {
		.new = TCP_TIME_WAIT,
		.context = TCPCLOSE_CONTEXT_SOFTIRQ,
	};
	struct tcpclose_segment *segment;
	struct tcpclose_entry known, *entry;
	struct tcpclose_bucket *bucket;
	unsigned long irq;

	local_irq_save(irq);
	tcpclose_probe_called(timewait_calls[SCHEDULE]);
	step.now_ns = ktime_get_ns();
	segment = tcpclose_segment_of(tw);
	step.flags = segment ? tcpclose_segment_bits(segment) : 0;

	bucket = tcpclose_table_lock(tw);
	entry = tcpclose_table_find(bucket, tw);
	discount_stray(entry, step.flags);
	if (entry) {
		if (entry->state == TCP_TIME_WAIT)
			entry->rearms = tcpclose_entry_increment(entry->rearms);
		known = *entry;
		entry->index = tcpclose_entry_increment(entry->index);
		if (entry->state != TCP_TIME_WAIT) {
			entry->state = TCP_TIME_WAIT;
			entry->since_ns = step.now_ns;
		}
	} else if (timer_pending(&tw->tw_timer)) {
		stand_in_for_timewait(&known,
				      segment ? tcpclose_segment_substate(segment) : TCP_TIME_WAIT,
				      tw, tcpclose_share_unknown((const struct sock *)tw));
		tcpclose_stats_live(TCP_TIME_WAIT, -1);
	} else {
		/* Another CPU ended it while this one processed the segment. */
		tcpclose_table_unlock(bucket);
		goto out;
	}
	tcpclose_table_unlock(bucket);

	fill_step_from(&step, &known);
	if (step.old == TCP_TIME_WAIT) {
		step.mark = TCPCLOSE_MARK_REARM;
		this_cpu_inc(tcpclose_counters->rearmed);
	} else {
		step.cause = TCPCLOSE_CAUSE_FIN;
		this_cpu_inc(tcpclose_counters->causes[TCPCLOSE_CAUSE_FIN]);
		tcpclose_stats_edge(step.old, step.new, step.dwell_ns);
	}
	tcpclose_record_timewait(&step, tw, &known);
out:
	local_irq_restore(irq);
}

/*
 * __inet_twsk_schedule(tw, timeo, rearm): restarts the timer after a segment.
 * If that was the FIN that ends FIN_WAIT2, tw_substate has changed already.
 */
static __always_inline void on_twsk_schedule(unsigned long twsk,
					     unsigned long timeo,
					     unsigned long rearm,
					     unsigned long caller)
{
	/* bool: the upper bits of the register are undefined. */
	if (rearm & 0xff)
		restart_timewait((const void *)twsk);
}

TCPCLOSE_PROBE(on_twsk_schedule);

/*
 * inet_twsk_deschedule_put(tw): ends the mini-socket before its timer expires.
 */
static __always_inline void on_twsk_deschedule(unsigned long tw,
					       unsigned long unused1,
					       unsigned long unused2,
					       unsigned long caller)
{
	struct descheduling *note;
	unsigned long irq;

	lockdep_assert_once(in_softirq());
	local_irq_save(irq);
	tcpclose_probe_called(timewait_calls[DESCHEDULE]);
	note = descheduling_here();
	note->tw = (const void *)tw;
	note->way = tcpclose_caller_of(caller, TCPCLOSE_WAY_DESCHEDULE);
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(on_twsk_deschedule);

/* Caller of inet_twsk_deschedule_put(), which has called inet_twsk_kill(). */
static enum tcpclose_way take_descheduling(const struct inet_timewait_sock *tw)
{
	struct descheduling *note = descheduling_here();

	if (note->tw != tw)
		return TCPCLOSE_WAY_OTHER;
	note->tw = NULL;
	return note->way;
}

/*
 * What ended the mini-socket, from the caller of inet_twsk_kill().
 *
 * tw_timer_handler() jumps there, so what is seen is where that one returns to,
 * and if its return is hooked, an address that says nothing. But what
 * inet_twsk_deschedule_put() has not noted must be the timer's.
 */
static enum tcpclose_way way_of_end(const struct inet_timewait_sock *tw,
				    unsigned long caller)
{
	enum tcpclose_way way = tcpclose_caller_of(caller, TCPCLOSE_WAY_OTHER);

	if (way == TCPCLOSE_WAY_DESCHEDULE)
		return take_descheduling(tw);
	if (likely(way != TCPCLOSE_WAY_OTHER))
		return way;
	way = take_descheduling(tw);
	if (way != TCPCLOSE_WAY_OTHER)
		return way;
	return tcpclose_probe_is_sure(&timewait_probes[DESCHEDULE]) ?
		       TCPCLOSE_WAY_TIMER : TCPCLOSE_WAY_OTHER;
}

/*
 * State in which the mini-socket received the segment in hand. Another CPU may
 * have changed it since.
 */
static u8 state_of_receipt(const struct inet_timewait_sock *tw)
{
	const struct tcpclose_segment *segment = tcpclose_segment_of(tw);

	return segment && tcpclose_probe_is_sure(&timewait_probes[STATE_PROCESS]) ?
		       tcpclose_segment_substate(segment) : READ_ONCE(tw->tw_substate);
}

static u8 end_of_way(enum tcpclose_way way, const struct inet_timewait_sock *tw)
{
	switch (way) {
	case TCPCLOSE_WAY_TIMER:
		return TCPCLOSE_END_EXPIRED;
	case TCPCLOSE_WAY_STATE_PROCESS:
		return TCPCLOSE_END_RST;
	case TCPCLOSE_WAY_RECEIVE:
		/* TCP_TW_RST is for FIN_WAIT2 only, TCP_TW_SYN for TIME_WAIT. */
		return state_of_receipt(tw) == TCP_FIN_WAIT2 ?
			       TCPCLOSE_END_RST_SENT : TCPCLOSE_END_SYN;
	case TCPCLOSE_WAY_TPROXY:
		return TCPCLOSE_END_SYN;
	case TCPCLOSE_WAY_CONNECT_HASH:
		return TCPCLOSE_END_RECYCLED;
	case TCPCLOSE_WAY_ABORT:
		return TCPCLOSE_END_DESTROYED;
	case TCPCLOSE_WAY_PURGE:
		return TCPCLOSE_END_NETNS;
	default:
		return TCPCLOSE_END_OTHER;
	}
}

static u8 context_of_end(u8 end)
{
	switch (end) {
	case TCPCLOSE_END_EXPIRED:
		return TCPCLOSE_CONTEXT_TIMER;
	case TCPCLOSE_END_RST:
	case TCPCLOSE_END_SYN:
	case TCPCLOSE_END_RST_SENT:
		return TCPCLOSE_CONTEXT_SOFTIRQ;
	case TCPCLOSE_END_OTHER:
		/* No process is known to have asked for it. */
		return TCPCLOSE_CONTEXT_SOFTIRQ;
	default:
		return current_context();
	}
}

/*
 * Record the end of a mini-socket; interrupts off. With TCPCLOSE_MARK_LATE only
 * if it still has an entry.
 */
static void end_timewait(const struct inet_timewait_sock *tw, enum tcpclose_way way,
			 u8 mark)
{
	u8 reason = end_of_way(way, tw);
	struct tcpclose_step step = {
		.now_ns = ktime_get_ns(),
		.new = TCP_CLOSE,
		.mark = mark,
		.context = context_of_end(reason),
		.end = reason,
	};
	struct tcpclose_entry known, *entry;
	struct tcpclose_bucket *bucket;

	/* For TPROXY there is no note: it receives the SYN before TCP does. */
	if (way == TCPCLOSE_WAY_STATE_PROCESS || way == TCPCLOSE_WAY_RECEIVE)
		step.flags = tcpclose_segment_flags(tw);
	bucket = tcpclose_table_lock(tw);
	entry = tcpclose_table_find(bucket, tw);
	discount_stray(entry, step.flags);
	if (!entry && mark & TCPCLOSE_MARK_LATE) {
		tcpclose_table_unlock(bucket);
		return;
	}
	if (entry) {
		known = *entry;
		tcpclose_table_remove(bucket, entry);
		this_cpu_dec(tcpclose_counters->live_timewait);
	}
	tcpclose_table_unlock(bucket);

	if (unlikely(!entry)) {
		/* A mini-socket has this much in common with a socket. */
		const struct sock *sk = (const struct sock *)tw;
		u8 why = tcpclose_share_unknown(sk);

		stand_in_for_timewait(&known, READ_ONCE(tw->tw_substate), tw, why);
		tcpclose_share_settle(sk);
	}
	fill_step_from(&step, &known);
	if (step.old == TCP_FIN_WAIT2) {
		step.cause = tcpclose_cause_of_end(reason, step.flags);
		this_cpu_inc(tcpclose_counters->causes[step.cause]);
	} else if (step.dwell_ns != TCPCLOSE_UNKNOWN_NS) {
		tcpclose_stats_measure(&tcpclose_counters->timewait,
				       step.dwell_ns);
	}
	if (mark & TCPCLOSE_MARK_LATE)
		this_cpu_inc(tcpclose_counters->late);
	this_cpu_inc(tcpclose_counters->ends[reason]);
	tcpclose_stats_edge(step.old, step.new, step.dwell_ns);
	tcpclose_record_timewait(&step, tw, &known);
}

static bool is_tcp_timewait(const struct inet_timewait_sock *tw)
{
	return tw->tw_dr == &twsk_net(tw)->ipv4.tcp_death_row;
}

/* inet_twsk_kill(tw): called once at every end. */
static __always_inline void on_twsk_kill(unsigned long twsk, unsigned long unused1,
					 unsigned long unused2,
					 unsigned long caller)
{
	const struct inet_timewait_sock *tw = (const void *)twsk;
	unsigned long irq;

	if (!is_tcp_timewait(tw))
		return;
	local_irq_save(irq);
	tcpclose_probe_called(timewait_calls[KILL]);
	end_timewait(tw, way_of_end(tw, caller), 0);
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(on_twsk_kill);

/*
 * tcp_twsk_destructor(sk): frees the mini-socket. If it still has an entry, its
 * end went past the hook on inet_twsk_kill(), which the compiler may have
 * inlined.
 */
static __always_inline void on_twsk_destructor(unsigned long twsk,
					       unsigned long unused1,
					       unsigned long unused2,
					       unsigned long caller)
{
	unsigned long irq;

	local_irq_save(irq);
	tcpclose_probe_called(timewait_calls[DESTRUCTOR]);
	end_timewait((const void *)twsk, TCPCLOSE_WAY_OTHER, TCPCLOSE_MARK_LATE);
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(on_twsk_destructor);

static struct tcpclose_probe timewait_probes[PROBES] = {
	[DESTRUCTOR] = {
		.calls = &timewait_calls[DESTRUCTOR],
		.functions = { TCPCLOSE_FUNCTION(tcp_twsk_destructor) },
		.purpose = "ends of mini-sockets that no other hook sees",
		.kprobe = on_twsk_destructor_kprobe,
	},
	[KILL] = {
		.calls = &timewait_calls[KILL],
		.functions = { TCPCLOSE_FUNCTION(inet_twsk_kill) },
		.purpose = "time and reason of a mini-socket's end",
		.kprobe = on_twsk_kill_kprobe,
	},
	[DESCHEDULE] = {
		.calls = &timewait_calls[DESCHEDULE],
		.functions = { TCPCLOSE_FUNCTION(inet_twsk_deschedule_put) },
		.purpose = "reason of an early end: RST, SYN, connect(), ss -K",
		.kprobe = on_twsk_deschedule_kprobe,
	},
	[STATE_PROCESS] = {
		.calls = &timewait_calls[STATE_PROCESS],
		.functions = { TCPCLOSE_FUNCTION(tcp_timewait_state_process) },
		.purpose = "control bits of segments received for a mini-socket",
		.kprobe = on_timewait_state_process_kprobe,
	},
	[SCHEDULE] = {
		.calls = &timewait_calls[SCHEDULE],
		.functions = { TCPCLOSE_FUNCTION(__inet_twsk_schedule) },
		.purpose = "FIN_WAIT2 -> TIME_WAIT in a mini-socket, and re-armed timers",
		.kprobe = on_twsk_schedule_kprobe,
	},
};

#if TCPCLOSE_HAVE_FTRACE
static void notrace timewait_ftrace(unsigned long ip, unsigned long caller,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	if (tcpclose_probe_is_at(&timewait_probes[SCHEDULE], ip))
		TCPCLOSE_CALL(on_twsk_schedule, fregs, caller);
	else if (tcpclose_probe_is_at(&timewait_probes[KILL], ip))
		TCPCLOSE_CALL(on_twsk_kill, fregs, caller);
	else if (tcpclose_probe_is_at(&timewait_probes[DESTRUCTOR], ip))
		TCPCLOSE_CALL(on_twsk_destructor, fregs, caller);
	else if (tcpclose_probe_is_at(&timewait_probes[STATE_PROCESS], ip))
		TCPCLOSE_CALL(on_timewait_state_process, fregs, caller);
	else if (tcpclose_probe_is_at(&timewait_probes[DESCHEDULE], ip))
		TCPCLOSE_CALL(on_twsk_deschedule, fregs, caller);
}
#endif

struct tcpclose_hooks tcpclose_timewait_hooks = {
	.probes = timewait_probes,
	.count = ARRAY_SIZE(timewait_probes),
	TCPCLOSE_FTRACE_MEMBER(timewait_ftrace)
};
