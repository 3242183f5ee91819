// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics: per-CPU counters, added up on request.
 *
 * They count whether or not records are read, and lose nothing. A reset
 * remembers the sums at that moment, and later snapshots subtract them, so that
 * it need not write other CPUs' counters; only minima and maxima are cleared in
 * place. Knows nothing of what is counted.
 */
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/tcp_states.h>

#include "hook.h"
#include "pool.h"
#include "share.h"
#include "stats.h"

struct tcpclose_stats __percpu *tcpclose_counters __read_mostly;

/* Sums at the last reset, and its time. */
static DEFINE_MUTEX(baseline_lock);
static struct tcpclose_stats *baseline;	/* under baseline_lock */
static u64 since_ns;			/* under baseline_lock */
static u64 missed_before;		/* under baseline_lock */

#define HISTOGRAMS	(TCPCLOSE_STATES + 1)

#define CPUS_AT_ONCE	8u	/* summed without a pause */

/* All histograms: those of dwells, then that of TIME_WAIT's length. */
static struct tcpclose_histogram *nth_histogram(struct tcpclose_stats *stats,
						unsigned int i)
{
	return i < TCPCLOSE_STATES ? &stats->dwell[i] : &stats->timewait;
}

static void clear_extremes(struct tcpclose_stats *stats)
{
	unsigned int i;

	for (i = 0; i < HISTOGRAMS; i++) {
		WRITE_ONCE(nth_histogram(stats, i)->min_ns, TCPCLOSE_UNKNOWN_NS);
		WRITE_ONCE(nth_histogram(stats, i)->max_ns, 0);
	}
}

/**
 * tcpclose_stats_init() - allocate the counters
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tcpclose_stats_init(void)
{
	int cpu;

	BUILD_BUG_ON(sizeof(struct tcpclose_stats) > PCPU_MIN_UNIT_SIZE);

	baseline = kvzalloc(sizeof(*baseline), GFP_KERNEL);
	if (!baseline)
		return -ENOMEM;
	tcpclose_counters = alloc_percpu(struct tcpclose_stats);
	if (!tcpclose_counters) {
		kvfree(baseline);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu)
		clear_extremes(per_cpu_ptr(tcpclose_counters, cpu));
	since_ns = ktime_get_ns();
	missed_before = 0;
	return 0;
}

/**
 * tcpclose_stats_exit() - free the counters
 *
 * Context: process; no probe is attached.
 */
void tcpclose_stats_exit(void)
{
	free_percpu(tcpclose_counters);
	kvfree(baseline);
	baseline = NULL;
}

static void count_buckets(struct tcpclose_histogram *histogram)
{
	unsigned int i;

	histogram->count = 0;
	for (i = 0; i < TCPCLOSE_BUCKETS; i++)
		histogram->count += histogram->buckets[i];
}

static u64 take_extreme(u64 *extreme, u64 none, bool reset)
{
	u64 value = READ_ONCE(*extreme);

	if (reset)
		WRITE_ONCE(*extreme, none);
	return value;
}

/*
 * All members except minima and maxima are 64-bit counts: add them up as an
 * array. Minima and maxima are cleared for a reset.
 */
static void sum_counters(struct tcpclose_stats *to, bool reset)
{
	unsigned int i;
	int cpu;

	BUILD_BUG_ON(sizeof(*to) % sizeof(u64));

	memset(to, 0, sizeof(*to));
	clear_extremes(to);
	for_each_possible_cpu(cpu) {
		struct tcpclose_stats *stats = per_cpu_ptr(tcpclose_counters, cpu);
		u64 *from = (u64 *)stats, *into = (u64 *)to;
		u64 min_ns[HISTOGRAMS], max_ns[HISTOGRAMS];

		for (i = 0; i < HISTOGRAMS; i++) {
			struct tcpclose_histogram *h = nth_histogram(stats, i);

			min_ns[i] = min(nth_histogram(to, i)->min_ns,
					take_extreme(&h->min_ns, TCPCLOSE_UNKNOWN_NS, reset));
			max_ns[i] = max(nth_histogram(to, i)->max_ns,
					take_extreme(&h->max_ns, 0, reset));
		}
		for (i = 0; i < sizeof(*to) / sizeof(u64); i++)
			into[i] += READ_ONCE(from[i]);
		for (i = 0; i < HISTOGRAMS; i++) {
			nth_histogram(to, i)->min_ns = min_ns[i];
			nth_histogram(to, i)->max_ns = max_ns[i];
		}
		cond_resched();
	}
	for (i = 0; i < HISTOGRAMS; i++)
		count_buckets(nth_histogram(to, i));
}

/* From sums since load to those since the last reset; @reset: the next one is now */
static void subtract_baseline(struct tcpclose_stats *from, bool reset)
{
	u64 *into = (u64 *)from, *less = (u64 *)baseline;
	unsigned int i;

	for (i = 0; i < sizeof(*from) / sizeof(u64); i++) {
		u64 sum = into[i];

		into[i] -= less[i];
		if (reset)
			less[i] = sum;
	}
	for (i = 0; reset && i < HISTOGRAMS; i++) {
		nth_histogram(baseline, i)->min_ns = 0;
		nth_histogram(baseline, i)->max_ns = 0;
	}
}

/*
 * Add, for each state, the number that entered it on one CPU, minus the number
 * that left it there.
 */
static void add_live_of_cpu(struct tcpclose_stats *to,
			    const struct tcpclose_stats *stats)
{
	unsigned int from, into;

	for (from = 0; from < TCPCLOSE_STATES; from++) {
		to->live[from] += READ_ONCE(stats->live[from]);
		for (into = 0; into < TCPCLOSE_STATES; into++) {
			u64 count = READ_ONCE(stats->transitions[from][into]);

			to->live[into] += count;
			to->live[from] -= count;
		}
	}
	to->live_timewait += READ_ONCE(stats->live_timewait);
}

/*
 * A connection may begin on one CPU and end on another, so a sum is exact only
 * if nothing happens meanwhile: be quick, and show no negative result. But
 * there may be hundreds of CPUs: let others run now and then.
 */
static void sum_live_counters(struct tcpclose_stats *to)
{
	unsigned int i, done = 0;
	int cpu;

	memset(to->live, 0, sizeof(to->live));
	to->live_timewait = 0;
	preempt_disable();
	for_each_possible_cpu(cpu) {
		add_live_of_cpu(to, per_cpu_ptr(tcpclose_counters, cpu));
		if (++done % CPUS_AT_ONCE == 0) {
			preempt_enable();
			cond_resched();
			preempt_disable();
		}
	}
	preempt_enable();
	/* In these states there is no connection. */
	to->live[TCP_CLOSE] = 0;
	to->live[TCP_LISTEN] = 0;
	to->live_timewait = max(to->live_timewait, 0LL);
	for (i = 0; i < TCPCLOSE_STATES; i++) {
		to->live[i] = max(to->live[i], 0LL);
		to->tracked += to->live[i];
	}
}

/**
 * tcpclose_stats_snapshot() - add up all counters
 * @to: set to what was counted since load or the last reset
 * @reset: count from 0 again
 *
 * With @reset, each event is in this snapshot or in the next one, and in no other.
 * Numbers of live connections are not reset. A measurement that ends meanwhile may
 * be missing from minimum and maximum, but never from the counts.
 *
 * Context: process; sleeps.
 * Return: 0 or -ERESTARTSYS.
 */
int tcpclose_stats_snapshot(struct tcpclose_stats *to, bool reset)
{
	unsigned int i;
	u64 missed;

	if (mutex_lock_interruptible(&baseline_lock))
		return -ERESTARTSYS;
	sum_counters(to, reset);
	subtract_baseline(to, reset);
	missed = tcpclose_hook_missed();
	to->missed = missed - missed_before;
	tcpclose_share_report(to->shares, reset);
	to->since_ns = since_ns;
	to->now_ns = ktime_get_ns();
	if (reset) {
		since_ns = to->now_ns;
		missed_before = missed;
	}
	mutex_unlock(&baseline_lock);

	/*
	 * A measurement during a reset may have left only its minimum and
	 * maximum.
	 */
	for (i = 0; i < HISTOGRAMS; i++) {
		if (nth_histogram(to, i)->count)
			continue;
		nth_histogram(to, i)->min_ns = TCPCLOSE_UNKNOWN_NS;
		nth_histogram(to, i)->max_ns = 0;
	}
	to->max_conns = tcpclose_pool_capacity();
	sum_live_counters(to);
	return 0;
}
