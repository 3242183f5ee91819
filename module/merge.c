// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merge: the records of all rings for one reader, in order of time.
 *
 * A reader keeps a copy of the next record of each ring, its head, and delivers the
 * oldest of them. A tree of losers finds it, with one comparison for each level: each
 * node has the ring that lost there, and the one that won everywhere comes first.
 *
 * Rings without a record are not in the tree, and are looked at again only when all
 * records are delivered up to the time at which they were looked at: so they cost nothing
 * for each record of the others.
 *
 * Knows neither files nor locks (reader.c), nor what a record means; what a reader may
 * see is for visibility.c to decide.
 */
#include <linux/cpumask.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "merge.h"
#include "ring.h"
#include "visibility.h"

#define SKIP_RECORDS	1024u	/* between two checks for signals */

/**
 * tcpclose_merge_init() - begin with the oldest records, for the current process
 * @merge: the reader's
 * @whole: whether it may see the whole machine
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tcpclose_merge_init(struct tcpclose_merge *merge, bool whole)
{
	merge->cursors = kvcalloc(nr_cpu_ids, sizeof(*merge->cursors),
				  GFP_KERNEL_ACCOUNT);
	/* The leaves behind the tree */
	merge->tree = kvcalloc(2 * nr_cpu_ids, sizeof(*merge->tree), GFP_KERNEL_ACCOUNT);
	if (!merge->cursors || !merge->tree) {
		kvfree(merge->tree);
		kvfree(merge->cursors);
		return -ENOMEM;
	}
	merge->leaves = merge->tree + nr_cpu_ids;
	tcpclose_visibility_init(&merge->visible, whole);
	tcpclose_merge_seek(merge, false);
	return 0;
}

/**
 * tcpclose_merge_exit() - free what tcpclose_merge_init() allocated
 * @merge: the reader's
 *
 * Context: process; sleeps.
 */
void tcpclose_merge_exit(struct tcpclose_merge *merge)
{
	tcpclose_visibility_exit(&merge->visible);
	kvfree(merge->tree);
	kvfree(merge->cursors);
}

/* By CPU if the time is the same, so that the order depends on nothing else. */
static bool is_before(const struct tcpclose_turn *a, const struct tcpclose_turn *b)
{
	return a->ts_ns < b->ts_ns || (a->ts_ns == b->ts_ns && a->leaf < b->leaf);
}

/* Play from a ring's leaf up to the top. */
static void play(struct tcpclose_merge *merge, struct tcpclose_turn turn)
{
	struct tcpclose_turn *tree = merge->tree;
	unsigned int i;

	for (i = (turn.leaf + merge->leaf_count) / 2; i; i /= 2) {
		if (is_before(&tree[i], &turn))
			swap(tree[i], turn);
	}
	tree[0] = turn;
}

static void make_tree(struct tcpclose_merge *merge)
{
	unsigned int i = merge->leaf_count;

	if (!i) {
		merge->tree[0].ts_ns = U64_MAX;
		return;
	}
	/* Wins against every ring, so the first of these that comes remains there. */
	while (i--)
		merge->tree[i] = (struct tcpclose_turn) { .leaf = -1 };
	for (i = merge->leaf_count; i--;)
		play(merge, merge->leaves[i]);
}

/*
 * Copy the next record of a ring that the reader may see, unless there is a
 * copy. Returns 1, 0 if there is no such record, or -EINTR if a signal ended
 * the search.
 */
static int fill_head(struct tcpclose_merge *merge, unsigned int cpu)
{
	struct tcpclose_cpu_cursor *cursor = &merge->cursors[cpu];
	unsigned int skipped = 0;

	while (!cursor->head.valid) {
		/* There may be millions that this reader must not see. */
		if (++skipped % SKIP_RECORDS == 0) {
			cond_resched();
			if (signal_pending(current))
				return -EINTR;
		}
		if (!tcpclose_ring_copy(cpu, &cursor->position, &cursor->lost,
					&cursor->head.record))
			return 0;
		WRITE_ONCE(cursor->head.valid,
			   tcpclose_visibility_shows(&merge->visible,
						     &cursor->head.record));
	}
	return 1;
}

/* Make a tree in which nothing up to @until_ns is missing, unless a signal ends it. */
static void look(struct tcpclose_merge *merge, u64 until_ns)
{
	unsigned int cpu, count = 0;

	merge->complete_ns = 0;
	for_each_possible_cpu(cpu) {
		int filled = fill_head(merge, cpu);

		if (filled < 0)
			return;
		if (!filled)
			continue;
		merge->leaves[count] = (struct tcpclose_turn) {
			.ts_ns = merge->cursors[cpu].head.record.ts_ns,
			.cpu = cpu,
			.leaf = count,
		};
		count++;
	}
	merge->leaf_count = count;
	make_tree(merge);
	merge->complete_ns = until_ns;
}

/**
 * tcpclose_merge_ready() - whether there is a record to deliver
 * @merge: the reader's
 * @until_ns: no younger one; producers have committed all records up to then
 *
 * Context: process; sleeps.
 */
bool tcpclose_merge_ready(struct tcpclose_merge *merge, u64 until_ns)
{
	u64 oldest_ns = merge->tree[0].ts_ns;

	if (oldest_ns > merge->complete_ns && until_ns > merge->complete_ns) {
		look(merge, until_ns);
		oldest_ns = merge->tree[0].ts_ns;
	}
	return oldest_ns <= min(until_ns, merge->complete_ns);
}

static void take_oldest(struct tcpclose_merge *merge, struct tcpclose_record *to)
{
	struct tcpclose_turn turn = merge->tree[0];
	struct tcpclose_head *head = &merge->cursors[turn.cpu].head;
	int filled;

	*to = head->record;
	if (!merge->visible.whole)
		tcpclose_visibility_translate(&merge->visible, to);
	WRITE_ONCE(head->valid, false);

	filled = fill_head(merge, turn.cpu);
	/* The search was not finished. */
	if (filled < 0)
		merge->complete_ns = 0;
	turn.ts_ns = filled > 0 ? head->record.ts_ns : U64_MAX;
	play(merge, turn);
}

/**
 * tcpclose_merge_take() - deliver records in order of time
 * @merge: the reader's
 * @until_ns: see tcpclose_merge_ready()
 * @to: result
 * @max: number of records that @to has room for
 *
 * Context: process; sleeps.
 * Return: number of records; less than @max if there are no more, or if a signal arrived.
 */
unsigned int tcpclose_merge_take(struct tcpclose_merge *merge, u64 until_ns,
				 struct tcpclose_record *to, unsigned int max)
{
	unsigned int count = 0;

	while (count < max && tcpclose_merge_ready(merge, until_ns))
		take_oldest(merge, &to[count++]);
	return count;
}

/**
 * tcpclose_merge_behind() - whether there are records that were not delivered
 * @merge: the reader's
 *
 * Context: any; needs no lock, but then the answer may be outdated.
 */
bool tcpclose_merge_behind(const struct tcpclose_merge *merge)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct tcpclose_cpu_cursor *cursor = &merge->cursors[cpu];

		if (READ_ONCE(cursor->head.valid) ||
		    READ_ONCE(cursor->position) != tcpclose_ring_committed(cpu))
			return true;
	}
	return false;
}

/**
 * tcpclose_merge_seek() - move to the oldest or behind the newest record of all rings
 * @merge: the reader's
 * @newest: behind the newest record; otherwise to the oldest
 *
 * Context: any.
 */
void tcpclose_merge_seek(struct tcpclose_merge *merge, bool newest)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct tcpclose_cpu_cursor *cursor = &merge->cursors[cpu];

		WRITE_ONCE(cursor->position, newest ? tcpclose_ring_committed(cpu) :
						      tcpclose_ring_oldest(cpu));
		WRITE_ONCE(cursor->head.valid, false);
	}
	merge->leaf_count = 0;
	make_tree(merge);
	merge->complete_ns = 0;
}

/**
 * tcpclose_merge_cursor() - report the position in one ring
 * @merge: the reader's
 * @cursor: @cursor->cpu is a possible CPU; position and losses are filled in
 *
 * Context: any.
 */
void tcpclose_merge_cursor(struct tcpclose_merge *merge, struct tcpclose_cursor *cursor)
{
	struct tcpclose_cpu_cursor *own = &merge->cursors[cursor->cpu];

	/* Records overwritten since the last read are lost already. */
	tcpclose_ring_skip(cursor->cpu, &own->position, &own->lost);
	cursor->position = own->position - own->head.valid;
	cursor->lost = own->lost;
}
