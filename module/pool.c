// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pool of connection entries: bounded memory that a probe can take from.
 *
 * A probe runs with interrupts off, on PREEMPT_RT too, where even an atomic
 * allocation may sleep. So entries are allocated in chunks, ahead of need, by
 * a worker, and handed out from per-CPU free lists that trade batches with a
 * common one. They are kept until unload: a busy hour is followed by another.
 */
#include <linux/irq_work.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "conn.h"
#include "pool.h"

#define BATCH_MAX	32u
#define FIRST_ENTRIES	8192u	/* ready at load */

/* Free entries of one CPU; interrupts off. */
struct magazine {
	u32 head;
	u32 count;
};

static DEFINE_PER_CPU(struct magazine, magazines);

/* Batches that no CPU holds: chained by their first entries' @inode. */
static DEFINE_RAW_SPINLOCK(common_lock);
static u32 common_head;		/* under common_lock */
static u32 common_entries;	/* under common_lock */

struct tcpclose_conn **tcpclose_pool_chunks;
static unsigned int capacity;
static unsigned int batch;
static unsigned int made;	/* entries that exist; the worker's */
static bool growing;		/* an irq_work or work is on its way */

/* A batch: entries chained by @next; its first one's @rearms is its size. */
static void common_push(u32 head, u32 count)
{
	tcpclose_pool_entry(head)->rearms = count;
	raw_spin_lock(&common_lock);
	tcpclose_pool_entry(head)->inode = common_head;
	common_head = head;
	WRITE_ONCE(common_entries, common_entries + count);
	raw_spin_unlock(&common_lock);
}

static u32 common_pop(u32 *count)
{
	u32 head;

	raw_spin_lock(&common_lock);
	head = common_head;
	if (head) {
		common_head = tcpclose_pool_entry(head)->inode;
		*count = tcpclose_pool_entry(head)->rearms;
		WRITE_ONCE(common_entries, common_entries - *count);
	}
	raw_spin_unlock(&common_lock);
	return head;
}

/* Room for as many again as a burst may bring before the worker runs. */
static unsigned int reserve(void)
{
	return max(FIRST_ENTRIES / 2, made / 4);
}

/* One chunk more; process context. */
static int add_chunk(void)
{
	unsigned int first = made;
	unsigned int count = min(TCPCLOSE_POOL_CHUNK, capacity - first);
	struct tcpclose_conn *chunk;
	unsigned int i, n;

	chunk = kvcalloc(count, sizeof(*chunk), GFP_KERNEL | __GFP_NOWARN);
	if (!chunk)
		return -ENOMEM;
	tcpclose_pool_chunks[first / TCPCLOSE_POOL_CHUNK] = chunk;

	for (i = 0; i < count; i += n) {
		unsigned long flags;
		unsigned int j;

		n = min(batch, count - i);
		for (j = 0; j + 1 < n; j++)
			chunk[i + j].next = first + i + j + 2;
		local_irq_save(flags);
		common_push(first + i + 1, n);
		local_irq_restore(flags);
	}
	WRITE_ONCE(made, first + count);
	return 0;
}

static void grow(struct work_struct *work)
{
	while (made < capacity && READ_ONCE(common_entries) < reserve()) {
		if (add_chunk())
			break;
		cond_resched();
	}
	WRITE_ONCE(growing, false);
}

static DECLARE_WORK(grow_work, grow);

static void grow_soon(struct irq_work *work)
{
	queue_work(system_unbound_wq, &grow_work);
}

static struct irq_work grow_irq_work;

/**
 * tcpclose_pool_init() - make the pool
 * @entries: most entries there will be
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tcpclose_pool_init(unsigned int entries)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&magazines, cpu), 0, sizeof(struct magazine));
	common_head = 0;
	common_entries = 0;
	made = 0;
	growing = false;
	capacity = entries;
	batch = clamp(entries / (4 * num_possible_cpus()), 1u, BATCH_MAX);
	init_irq_work(&grow_irq_work, grow_soon);

	tcpclose_pool_chunks = kvcalloc(DIV_ROUND_UP(entries, TCPCLOSE_POOL_CHUNK),
					sizeof(*tcpclose_pool_chunks),
					GFP_KERNEL | __GFP_NOWARN);
	if (!tcpclose_pool_chunks)
		return -ENOMEM;
	while (made < min(capacity, FIRST_ENTRIES)) {
		if (add_chunk()) {
			tcpclose_pool_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * tcpclose_pool_exit() - free the pool
 *
 * Context: process; nobody takes entries any more.
 */
void tcpclose_pool_exit(void)
{
	unsigned int i;

	irq_work_sync(&grow_irq_work);
	cancel_work_sync(&grow_work);
	for (i = 0; i < DIV_ROUND_UP(made, TCPCLOSE_POOL_CHUNK); i++)
		kvfree(tcpclose_pool_chunks[i]);
	kvfree(tcpclose_pool_chunks);
	tcpclose_pool_chunks = NULL;
}

static void grow_if_low(void)
{
	if (READ_ONCE(common_entries) >= reserve() / 2 ||
	    READ_ONCE(made) == capacity || READ_ONCE(growing))
		return;
	/* Two CPUs at a time do no harm: the worker looks again itself. */
	WRITE_ONCE(growing, true);
	irq_work_queue(&grow_irq_work);
}

/**
 * tcpclose_pool_get() - take an entry
 *
 * Context: interrupts off.
 * Return: its number, from 1 on, or 0 if there is none.
 */
u32 tcpclose_pool_get(void)
{
	struct magazine *magazine = this_cpu_ptr(&magazines);
	u32 id = magazine->head;

	if (unlikely(!id)) {
		grow_if_low();
		id = common_pop(&magazine->count);
		if (!id)
			return 0;
	}
	magazine->head = tcpclose_pool_entry(id)->next;
	magazine->count--;
	return id;
}

/**
 * tcpclose_pool_put() - give an entry back
 * @id: its number
 *
 * Context: interrupts off.
 */
void tcpclose_pool_put(u32 id)
{
	struct magazine *magazine = this_cpu_ptr(&magazines);
	u32 last;
	unsigned int i;

	tcpclose_pool_entry(id)->next = magazine->head;
	magazine->head = id;
	if (likely(++magazine->count <= 2 * batch))
		return;

	/* The last few given back go: the chain is short to walk and warm. */
	for (i = 1, last = id; i < batch; i++)
		last = tcpclose_pool_entry(last)->next;
	magazine->head = tcpclose_pool_entry(last)->next;
	magazine->count -= batch;
	tcpclose_pool_entry(last)->next = 0;
	common_push(id, batch);
}

/**
 * tcpclose_pool_full() - why tcpclose_pool_get() gave none
 *
 * Return: true if the limit is reached, false if memory was not to be had, or
 * not in time.
 */
bool tcpclose_pool_full(void)
{
	return READ_ONCE(made) == capacity;
}
