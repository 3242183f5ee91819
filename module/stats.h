/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_STATS_H
#define TCPCLOSE_STATS_H

#include <linux/bitops.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "uapi/tcpclose.h"

/*
 * One CPU's counters, in the form that a snapshot has; written by that CPU
 * alone with interrupts off. The members that only a snapshot has stay 0.
 */
DECLARE_PER_CPU(struct tcpclose_stats *, tcpclose_counters);

int tcpclose_stats_init(void);
void tcpclose_stats_exit(void);
int tcpclose_stats_snapshot(struct tcpclose_stats *to);
int tcpclose_stats_reset(void);

/* This CPU's counters; interrupts off. */
static inline struct tcpclose_stats *tcpclose_stats_here(void)
{
	return this_cpu_read(tcpclose_counters);
}

static inline void tcpclose_count(u64 *counter)
{
	WRITE_ONCE(*counter, *counter + 1);
}

static inline void tcpclose_stats_untracked(enum tcpclose_untracked why)
{
	tcpclose_count(&tcpclose_stats_here()->untracked[why]);
}

/* Bucket of a duration: TCPCLOSE_BUCKET_NS() turned round. */
static inline unsigned int tcpclose_bucket(u64 ns)
{
	unsigned int log2;

	if (ns < 1u << TCPCLOSE_BUCKET_FIRST_LOG2)
		return 0;
	log2 = __fls(ns);
	log2 = (log2 - TCPCLOSE_BUCKET_FIRST_LOG2) * 4 + (ns >> (log2 - 2) & 3);
	return log2 < TCPCLOSE_BUCKETS ? log2 : TCPCLOSE_BUCKETS - 1;
}

static inline void tcpclose_histogram_add(struct tcpclose_histogram *histogram,
					  u64 ns)
{
	tcpclose_count(&histogram->buckets[tcpclose_bucket(ns)]);
	tcpclose_count(&histogram->count);
	WRITE_ONCE(histogram->sum_ns, histogram->sum_ns + ns);
	if (ns < histogram->min_ns)
		WRITE_ONCE(histogram->min_ns, ns);
	if (ns > histogram->max_ns)
		WRITE_ONCE(histogram->max_ns, ns);
}

/**
 * tcpclose_stats_edge() - count a transition
 * @from: true old state
 * @to: true new state
 * @dwell_ns: time spent in @from, or %TCPCLOSE_UNKNOWN_NS
 *
 * A self-loop ends no dwell. Context: interrupts off.
 */
static inline void tcpclose_stats_edge(u8 from, u8 to, u64 dwell_ns)
{
	struct tcpclose_stats *stats = tcpclose_stats_here();

	tcpclose_count(&stats->transitions[from][to]);
	if (from != to && dwell_ns != TCPCLOSE_UNKNOWN_NS)
		tcpclose_histogram_add(&stats->dwell[from], dwell_ns);
}

/**
 * tcpclose_stats_live() - count a tracked connection in or out of a state
 * @state: the state
 * @mini: whether it is a mini-socket's
 * @change: 1 or -1
 *
 * Context: interrupts off.
 */
static inline void tcpclose_stats_live(u8 state, bool mini, int change)
{
	struct tcpclose_stats *stats = tcpclose_stats_here();

	WRITE_ONCE(stats->live[state], stats->live[state] + change);
	if (mini)
		WRITE_ONCE(stats->live_timewait, stats->live_timewait + change);
}

#endif /* TCPCLOSE_STATS_H */
