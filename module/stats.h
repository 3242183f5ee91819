/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting: the inline part of stats.c, which every transition runs.
 */
#ifndef TCPCLOSE_STATS_H
#define TCPCLOSE_STATS_H

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "uapi/tcpclose.h"

/*
 * Counters of each CPU, in the form of a snapshot; written only by that CPU,
 * with interrupts off. Members that only a snapshot has remain 0, and so does
 * the count of a histogram, which is the sum of its buckets.
 */
extern struct tcpclose_stats __percpu *tcpclose_counters;

int tcpclose_stats_init(void);
void tcpclose_stats_exit(void);
int tcpclose_stats_snapshot(struct tcpclose_stats *to, bool reset);

/* Count a transition without a known dwell. */
static inline void tcpclose_stats_untracked(enum tcpclose_untracked why)
{
	this_cpu_inc(tcpclose_counters->untracked[why]);
}

/* Add a duration to its bucket: the inverse of TCPCLOSE_BUCKET_NS(). */
static __always_inline void
tcpclose_stats_bucket_inc(struct tcpclose_histogram __percpu *histogram, u64 ns)
{
	unsigned long log2, bucket;

	if (unlikely(ns < 1u << TCPCLOSE_BUCKET_FIRST_LOG2)) {
		this_cpu_inc(histogram->buckets[0]);
		return;
	}
	log2 = __fls(ns);
	/* The highest bit makes the shifted number 4 to 7. */
	bucket = log2 * 4 + (ns >> (log2 - 2)) -
		 (TCPCLOSE_BUCKET_FIRST_LOG2 * 4 + 4);
	if (likely(bucket < TCPCLOSE_BUCKETS))
		this_cpu_inc(histogram->buckets[bucket]);
	else
		this_cpu_inc(histogram->buckets[TCPCLOSE_BUCKETS - 1]);
}

/* Add a duration to a histogram, whose count is that of its buckets; interrupts off. */
static __always_inline void
tcpclose_stats_measure(struct tcpclose_histogram __percpu *histogram, u64 ns)
{
	lockdep_assert_irqs_disabled();
	/* Make the compiler use one base address for all members. */
	OPTIMIZER_HIDE_VAR(histogram);
	tcpclose_stats_bucket_inc(histogram, ns);
	this_cpu_add(histogram->sum_ns, ns);
	if (unlikely(ns < this_cpu_read(histogram->min_ns)))
		this_cpu_write(histogram->min_ns, ns);
	if (unlikely(ns > this_cpu_read(histogram->max_ns)))
		this_cpu_write(histogram->max_ns, ns);
}

/**
 * tcpclose_stats_edge() - count a transition
 * @from: true old state
 * @to: true new state
 * @dwell_ns: time spent in @from, or %TCPCLOSE_UNKNOWN_NS
 *
 * A self-loop does not end a dwell.
 *
 * Context: interrupts off.
 */
static __always_inline void tcpclose_stats_edge(u8 from, u8 to, u64 dwell_ns)
{
	struct tcpclose_stats __percpu *counters = tcpclose_counters;

	this_cpu_inc(counters->transitions[from][to]);
	if (likely(from != to && dwell_ns != TCPCLOSE_UNKNOWN_NS))
		tcpclose_stats_measure(&counters->dwell[from], dwell_ns);
}

/* Count a transition without its dwell. */
static __always_inline void tcpclose_stats_edge_only(u8 edge)
{
	u64 __percpu *transitions = &tcpclose_counters->transitions[0][0];

	BUILD_BUG_ON(TCPCLOSE_EDGE(1, 0) !=
		     sizeof(tcpclose_counters->transitions[0]) / sizeof(u64));
	this_cpu_inc(transitions[edge]);
}

/* Count a transition that is not a self-loop, and whose dwell is known. */
static __always_inline void tcpclose_stats_plain_edge(u8 edge, u64 dwell_ns)
{
	tcpclose_stats_edge_only(edge);
	tcpclose_stats_measure(&tcpclose_counters->dwell[TCPCLOSE_EDGE_FROM(edge)],
			       dwell_ns);
}

/**
 * tcpclose_stats_live() - correct how many tracked connections are in a state
 * @state: the state
 * @change: 1 or -1
 *
 * The number of connections in a state is the number that entered it minus the
 * number that left it, which the counts of transitions show. So this is only
 * for connections that are counted and not tracked, or tracked and not counted.
 *
 * Context: interrupts off.
 */
static inline void tcpclose_stats_live(u8 state, int change)
{
	this_cpu_add(tcpclose_counters->live[state], change);
}

#endif /* TCPCLOSE_STATS_H */
