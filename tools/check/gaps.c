// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gaps in connections' histories, and whether loss explains them.
 *
 * Records are lost per CPU, and a loss is reported right before the next record
 * of that CPU. So a gap may be found before the loss that explains it is
 * reported: by any CPU that has written no record since. CPUs are kept in the
 * order of their latest records, and each has the gaps that were found between
 * its own latest record and that of the next CPU. A gap that no CPU is left to
 * explain is a finding. This takes memory per CPU, not per gap, and a report of loss
 * takes no longer with many CPUs: those that have gaps are linked.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/gaps.h"

static struct gaps_cpu *cpu_of(struct gaps *g, uint32_t cpu)
{
	struct gaps_cpu *cpus;
	unsigned int count = cpu < 2 * g->cpu_count ? 2 * g->cpu_count : cpu + 1;

	if (cpu < g->cpu_count)
		return &g->cpus[cpu];
	cpus = realloc(g->cpus, count * sizeof(*cpus));
	if (!cpus)
		return NULL;
	memset(cpus + g->cpu_count, 0, (count - g->cpu_count) * sizeof(*cpus));
	g->cpus = cpus;
	g->cpu_count = count;
	return &cpus[cpu];
}

static void remove_pending(struct gaps *g, struct gaps_pending *pending)
{
	*(pending->newer ? &pending->newer->older : &g->pending) = pending->older;
	if (pending->older)
		pending->older->newer = pending->newer;
	g->cpus[pending->cpu].pending = NULL;
	free(pending);
}

/* @nr has a record: a CPU before it may still explain its gaps, it can't. */
static void pass_on(struct gaps *g, uint32_t nr)
{
	struct gaps_cpu *cpu = &g->cpus[nr], *older = &g->cpus[cpu->older];
	struct gaps_pending *pending = cpu->pending;

	if (!pending)
		return;
	if (older != cpu && !older->pending) {
		pending->cpu = cpu->older;
		older->pending = pending;
		cpu->pending = NULL;
		return;
	}
	findings_move(older == cpu ? &g->unexplained : &older->pending->findings,
		      &pending->findings);
	remove_pending(g, pending);
}

/* Where a gap goes that the latest record shows; NULL: there is no memory. */
static struct findings *open_findings(struct gaps *g)
{
	uint32_t nr = g->cpus[g->newest].older;
	struct gaps_pending *pending = g->cpus[nr].pending;

	if (nr == g->newest)
		return &g->unexplained;
	if (pending)
		return &pending->findings;
	pending = calloc(1, sizeof(*pending));
	if (!pending)
		return NULL;
	pending->cpu = nr;
	pending->older = g->pending;
	if (g->pending)
		g->pending->newer = pending;
	g->pending = pending;
	g->cpus[nr].pending = pending;
	return &pending->findings;
}

static void unlink_cpu(struct gaps *g, uint32_t nr)
{
	struct gaps_cpu *cpu = &g->cpus[nr];

	if (cpu->newer == nr)
		g->newest = cpu->older;
	else
		g->cpus[cpu->newer].older =
			cpu->older == nr ? cpu->newer : cpu->older;
	if (cpu->older == nr)
		g->oldest = cpu->newer;
	else
		g->cpus[cpu->older].newer =
			cpu->newer == nr ? cpu->older : cpu->newer;
	if (cpu->newer == nr && cpu->older == nr)
		g->any = false;
}

static void link_newest(struct gaps *g, uint32_t nr)
{
	struct gaps_cpu *cpu = &g->cpus[nr];

	cpu->newer = nr;
	cpu->older = g->any ? g->newest : nr;
	cpu->place = g->any ? g->cpus[g->newest].place + 1 : 0;
	if (g->any)
		g->cpus[g->newest].newer = nr;
	else
		g->oldest = nr;
	g->newest = nr;
	g->any = true;
	cpu->known = true;
}

/**
 * gaps_expect() - expect a CPU to report loss
 * @g: the gaps
 * @nr: its number
 *
 * Return: 0 or -ENOMEM
 */
int gaps_expect(struct gaps *g, uint32_t nr)
{
	struct gaps_cpu *cpu = cpu_of(g, nr);

	if (!cpu)
		return -ENOMEM;
	if (cpu->known)
		return 0;
	/* It has no record yet: it is the oldest. */
	cpu->older = nr;
	cpu->newer = g->any ? g->oldest : nr;
	cpu->place = g->any ? g->cpus[g->oldest].place - 1 : 0;
	if (g->any)
		g->cpus[g->oldest].older = nr;
	else
		g->newest = nr;
	g->oldest = nr;
	g->any = true;
	cpu->known = true;
	return 0;
}

/**
 * gaps_record() - take a record of a CPU
 * @g: the gaps
 * @nr: its number
 *
 * Return: 0 or -ENOMEM
 */
int gaps_record(struct gaps *g, uint32_t nr)
{
	struct gaps_cpu *cpu = cpu_of(g, nr);

	if (!cpu)
		return -ENOMEM;
	if (g->any && g->newest == nr)
		return 0;
	if (cpu->known) {
		pass_on(g, nr);
		unlink_cpu(g, nr);
	}
	link_newest(g, nr);
	return 0;
}

/**
 * gaps_loss() - take a report that records of a CPU were lost
 * @g: the gaps
 * @nr: its number
 * @ts_ns: time of its next record
 *
 * Return: 0 or -ENOMEM
 */
int gaps_loss(struct gaps *g, uint32_t nr, uint64_t ts_ns)
{
	int ret = gaps_expect(g, nr);

	if (ret)
		return ret;
	g->lost = true;
	if (ts_ns > g->lost_ns)
		g->lost_ns = ts_ns;
	/* It explains all gaps found since the CPU's latest record. */
	while (g->pending &&
	       g->cpus[g->pending->cpu].place >= g->cpus[nr].place) {
		findings_move(&g->explained, &g->pending->findings);
		remove_pending(g, g->pending);
	}
	return 0;
}

/**
 * gaps_add() - add a gap, found by the latest record
 * @g: the gaps
 * @f: the finding
 * @from_ns: the missing records were written at that time or later
 *
 * Return: 0 or -ENOMEM
 */
int gaps_add(struct gaps *g, const struct finding *f, uint64_t from_ns)
{
	struct findings *to = &g->unexplained;

	/* All transitions by one segment have its time, lost ones and the next. */
	if (g->lost && g->lost_ns >= from_ns)
		to = &g->explained;
	else if (g->any)
		to = open_findings(g);
	if (!to)
		return -ENOMEM;
	findings_add(to, f);
	return 0;
}

/**
 * gaps_finish() - conclude: no more loss will be reported
 * @g: the gaps
 */
void gaps_finish(struct gaps *g)
{
	while (g->pending) {
		findings_move(&g->unexplained, &g->pending->findings);
		remove_pending(g, g->pending);
	}
}

/**
 * gaps_free() - free all memory
 * @g: the gaps
 */
void gaps_free(struct gaps *g)
{
	while (g->pending)
		remove_pending(g, g->pending);
	free(g->cpus);
}
