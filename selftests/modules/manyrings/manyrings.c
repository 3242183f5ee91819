// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's own rings and merge, compiled for as many CPUs as wanted instead of
 * those of the machine: measures what the merge of a record costs with few and with many
 * of them. Time is only a measure where the clock counts instructions.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "compat.h"
#include "merge.h"
#include "ring.h"

#define FEW	4u
#define MANY	128u

static struct tcpclose_ring rings[MANY];
static unsigned int cpus;

#undef nr_cpu_ids
#define nr_cpu_ids	cpus
#undef for_each_possible_cpu
#define for_each_possible_cpu(cpu) \
	for ((cpu) = 0; (unsigned int)(cpu) < cpus; (cpu)++)
#undef per_cpu_ptr
#define per_cpu_ptr(pointer, cpu)	((void)(pointer), &rings[cpu])
#undef per_cpu
#define per_cpu(variable, cpu)	(*per_cpu_ptr(&(variable), cpu))
#undef cpu_to_node
#define cpu_to_node(cpu)	((void)(cpu), NUMA_NO_NODE)

#include "ring.c"
#include "merge.c"

#define RECORDS	8192u	/* of each measurement */
#define RING_RECORDS	2048u
#define REPEATS	5
#define AT_ONCE	16u	/* as reader.c */

/* Nanoseconds for a hundred records */
static unsigned int few;
module_param(few, uint, 0444);
MODULE_PARM_DESC(few, "cost with 4 CPUs");
static unsigned int idle;
module_param(idle, uint, 0444);
MODULE_PARM_DESC(idle, "likewise, and 124 others write nothing");
static unsigned int many;
module_param(many, uint, 0444);
MODULE_PARM_DESC(many, "cost with 128 CPUs that write in turn");

void tcpclose_visibility_init(struct tcpclose_visibility *visible, bool whole)
{
	visible->whole = whole;
}

void tcpclose_visibility_exit(struct tcpclose_visibility *visible)
{
}

bool tcpclose_visibility_shows(const struct tcpclose_visibility *visible,
			       const struct tcpclose_record *record)
{
	return visible->whole;
}

void tcpclose_visibility_translate(const struct tcpclose_visibility *visible,
				   struct tcpclose_record *record)
{
}

/* As tcpclose_ring_begin() and tcpclose_ring_commit(), for any CPU */
static void write_record(unsigned int cpu, u64 ts_ns)
{
	struct tcpclose_ring *ring = per_cpu_ptr(&tcpclose_rings, cpu);
	struct tcpclose_record *record = &ring->records[ring->position % RING_RECORDS];

	record->ts_ns = ts_ns;
	record->cpu = cpu;
	ring->header->begun = ++ring->position;
	ring->header->committed = ring->position;
}

/* In turn: no two records of one CPU after each other */
static void write_records(unsigned int writers)
{
	unsigned int i;

	for (i = 0; i < RECORDS; i++)
		write_record(i % writers, i + 1);
}

/* Nanoseconds to take all records; 0 if they are not right */
static u64 measure(struct tcpclose_merge *merge)
{
	static struct tcpclose_record records[AT_ONCE];
	unsigned int done = 0, count, i;
	unsigned long irq;
	bool ordered = true;
	u64 begin, ns;

	local_irq_save(irq);
	begin = ktime_get_ns();
	do {
		count = tcpclose_merge_take(merge, U64_MAX - 1, records, AT_ONCE);
		for (i = 0; i < count; i++)
			ordered &= records[i].ts_ns == ++done;
	} while (count);
	ns = ktime_get_ns() - begin;
	local_irq_restore(irq);
	return ordered && done == RECORDS ? ns : 0;
}

/* The least of several measurements, for a hundred records; 0: an error */
static int measure_writers(unsigned int writers, unsigned int *result)
{
	struct tcpclose_merge merge = {};
	u64 ns, least = U64_MAX;
	int i, err;

	write_records(writers);
	err = tcpclose_merge_init(&merge, true);
	if (err)
		return err;
	for (i = 0; i < REPEATS; i++) {
		tcpclose_merge_seek(&merge, false);
		ns = measure(&merge);
		if (!ns)
			err = -EPROTO;
		least = min(least, ns);
	}
	tcpclose_merge_exit(&merge);
	*result = least * 100 / RECORDS;
	return err;
}

/* With the rings of @count CPUs; @writers of them write */
static int measure_cpus(unsigned int count, unsigned int writers, unsigned int *result)
{
	unsigned int cpu;
	int err;

	cpus = count;
	err = tcpclose_ring_init(RING_RECORDS);
	if (err)
		return err;
	for (cpu = 0; cpu < cpus && !err; cpu++)
		err = make_ring(cpu);
	if (!err)
		err = measure_writers(writers, result);
	tcpclose_ring_exit();
	return err;
}

static int __init manyrings_init(void)
{
	int err = measure_cpus(FEW, FEW, &few);

	if (!err)
		err = measure_cpus(MANY, FEW, &idle);
	if (!err)
		err = measure_cpus(MANY, MANY, &many);
	return err;
}

static void __exit manyrings_exit(void)
{
}

module_init(manyrings_init);
module_exit(manyrings_exit);

MODULE_DESCRIPTION("What the merge of tcpclose costs with few and with many CPUs");
MODULE_LICENSE("GPL");
