// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pool of entries: bounded memory that probes can allocate from.
 *
 * A probe runs with interrupts off, also on PREEMPT_RT, where even an atomic
 * allocation may sleep. So a worker allocates entries in chunks before they are
 * needed, and probes take them from per-CPU free lists, which exchange batches
 * with a common list. Memory is freed at unload only: a busy machine will need
 * it again. Knows nothing of what an entry means.
 */
#include <linux/cache.h>
#include <linux/irq_work.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "pool.h"

#define CHUNK		1024u	/* entries allocated together */
#define BATCH_MAX	64u
#define FIRST_ENTRIES	8192u	/* ready at load, at least */
#define RETRY_DELAY	HZ	/* after memory was refused */
/* All CPUs' own free lists together hold at most this part of the entries. */
#define MAGAZINES_PART	16u

DEFINE_PER_CPU(struct tcpclose_magazine, tcpclose_magazines);
u32 tcpclose_pool_most __read_mostly;

/*
 * The common list, of batches. The entries of a batch are chained by @next; in
 * its first entry @since_ns points to the next batch and @rearms is its size.
 * On a cache line of its own, since all CPUs write it, each once per batch.
 */
static struct {
	raw_spinlock_t lock;
	struct tcpclose_entry *head;	/* under @lock */
	u32 entries;			/* under @lock */
} ____cacheline_aligned_in_smp pool_common = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(pool_common.lock),
};

static struct tcpclose_entry **chunks;
static unsigned int capacity;
static unsigned int batch;
static unsigned int made;	/* entries allocated so far, at load and by the worker */
static unsigned int first_entries;
static bool growing;		/* an irq_work or work is pending */

static void push_batch(struct tcpclose_entry *head, u32 count)
{
	head->rearms = count;
	raw_spin_lock(&pool_common.lock);
	head->since_ns = (unsigned long)pool_common.head;
	pool_common.head = head;
	WRITE_ONCE(pool_common.entries, pool_common.entries + count);
	raw_spin_unlock(&pool_common.lock);
}

static struct tcpclose_entry *pop_batch(u32 *count)
{
	struct tcpclose_entry *head;

	raw_spin_lock(&pool_common.lock);
	head = pool_common.head;
	if (head) {
		pool_common.head = (void *)(unsigned long)head->since_ns;
		*count = head->rearms;
		WRITE_ONCE(pool_common.entries, pool_common.entries - *count);
	}
	raw_spin_unlock(&pool_common.lock);
	return head;
}

/* Free entries to keep: as many as a burst may take before the worker runs. */
static unsigned int reserve_wanted(void)
{
	return max(first_entries / 2, READ_ONCE(made) / 4);
}

/*
 * Allocate one more chunk; process context. It is strangers' connections that
 * want it, so no process is killed for it.
 */
static int add_pool_chunk(void)
{
	unsigned int first = made;
	unsigned int count = min(CHUNK, capacity - first);
	struct tcpclose_entry *chunk;
	unsigned int i, n;

	chunk = kvcalloc(count, sizeof(*chunk),
			 GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!chunk)
		return -ENOMEM;
	chunks[first / CHUNK] = chunk;

	for (i = 0; i < count; i += n) {
		unsigned long flags;
		unsigned int j;

		n = min(batch, count - i);
		for (j = 0; j + 1 < n; j++)
			chunk[i + j].next = &chunk[i + j + 1];
		chunk[i + j].next = TCPCLOSE_ENTRY_FREE_END;
		local_irq_save(flags);
		push_batch(&chunk[i], n);
		local_irq_restore(flags);
	}
	WRITE_ONCE(made, first + count);
	return 0;
}

static void grow_pool(struct work_struct *work)
{
	while (made < capacity &&
	       READ_ONCE(pool_common.entries) < reserve_wanted()) {
		if (add_pool_chunk()) {
			/* Do not ask for it again with each connection. */
			queue_delayed_work(system_highpri_wq, to_delayed_work(work),
					   RETRY_DELAY);
			return;
		}
		cond_resched();
	}
	WRITE_ONCE(growing, false);
}

static DECLARE_DELAYED_WORK(growth_work, grow_pool);

static void queue_growth(struct irq_work *work)
{
	/*
	 * On this CPU, at high priority: the machine is busy, another CPU may
	 * be late.
	 */
	queue_delayed_work(system_highpri_wq, &growth_work, 0);
}

static struct irq_work growth_irq_work;

/**
 * tcpclose_pool_init() - allocate the pool
 * @entries: maximum number of entries
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tcpclose_pool_init(unsigned int entries)
{
	struct tcpclose_magazine *magazine;
	int cpu;

	for_each_possible_cpu(cpu) {
		magazine = per_cpu_ptr(&tcpclose_magazines, cpu);
		magazine->head = TCPCLOSE_ENTRY_FREE_END;
		magazine->count = 0;
	}
	pool_common.head = NULL;
	pool_common.entries = 0;
	made = 0;
	growing = false;
	capacity = entries;
	batch = clamp(entries / (2 * MAGAZINES_PART * num_possible_cpus()), 1u,
		      BATCH_MAX);
	tcpclose_pool_most = 2 * batch;
	/* Each CPU can fill its own list twice. */
	first_entries = min(entries,
			    max(FIRST_ENTRIES, 4 * batch * num_possible_cpus()));
	init_irq_work(&growth_irq_work, queue_growth);

	chunks = kvcalloc(DIV_ROUND_UP(entries, CHUNK), sizeof(*chunks),
			  GFP_KERNEL | __GFP_NOWARN);
	if (!chunks)
		return -ENOMEM;
	while (made < first_entries) {
		cond_resched();
		if (add_pool_chunk()) {
			tcpclose_pool_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * tcpclose_pool_exit() - free the pool
 *
 * Context: process; no probe is attached.
 */
void tcpclose_pool_exit(void)
{
	unsigned int i;

	irq_work_sync(&growth_irq_work);
	cancel_delayed_work_sync(&growth_work);
	for (i = 0; i < DIV_ROUND_UP(made, CHUNK); i++)
		kvfree(chunks[i]);
	kvfree(chunks);
	chunks = NULL;
}

static void grow_pool_if_low(void)
{
	if (READ_ONCE(pool_common.entries) >= reserve_wanted() / 2 ||
	    READ_ONCE(made) == capacity || READ_ONCE(growing))
		return;
	/* Two CPUs may get here at once: the worker checks again. */
	WRITE_ONCE(growing, true);
	irq_work_queue(&growth_irq_work);
}

/**
 * tcpclose_pool_refill() - take an entry when this CPU has none left
 *
 * Takes a whole batch from the common list.
 *
 * Context: interrupts off.
 * Return: an entry, or NULL if there is none.
 */
struct tcpclose_entry *tcpclose_pool_refill(void)
{
	struct tcpclose_magazine *magazine = this_cpu_ptr(&tcpclose_magazines);
	struct tcpclose_entry *entry;

	grow_pool_if_low();
	entry = pop_batch(&magazine->count);
	if (!entry)
		return NULL;
	magazine->head = entry->next;
	magazine->count--;
	return entry;
}

/**
 * tcpclose_pool_spill() - return a batch to the common list
 *
 * The entries returned last go: they are in the cache.
 *
 * Context: interrupts off.
 */
void tcpclose_pool_spill(void)
{
	struct tcpclose_magazine *magazine = this_cpu_ptr(&tcpclose_magazines);
	struct tcpclose_entry *first = magazine->head, *last = first;
	unsigned int i;

	for (i = 1; i < batch; i++)
		last = last->next;
	magazine->head = last->next;
	magazine->count -= batch;
	WRITE_ONCE(last->next, TCPCLOSE_ENTRY_FREE_END);
	push_batch(first, batch);
}

/**
 * tcpclose_pool_full() - find why tcpclose_pool_get() failed
 *
 * Return: true if the limit is reached, false if there was no memory, or not in
 * time.
 */
bool tcpclose_pool_full(void)
{
	return READ_ONCE(made) == capacity;
}

/**
 * tcpclose_pool_capacity() - maximum number of entries
 */
unsigned int tcpclose_pool_capacity(void)
{
	return capacity;
}
