// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pool of entries: bounded memory that probes can allocate from.
 *
 * A probe runs with interrupts off, also on PREEMPT_RT, where even an atomic
 * allocation may sleep. So a worker allocates entries in chunks before they are
 * needed, and probes take them from per-CPU free lists, which exchange batches
 * with a common list. Memory is freed at unload only: a busy machine will need
 * it again.
 *
 * When less than a quarter of the entries is free, they are shared out: each that
 * is taken counts against a share, which can hold a multiple of what is free. So
 * the more somebody takes the less he may take, and others find something left.
 * Until then the inline functions of pool.h do all the work, and count nothing.
 * Knows nothing of what an entry means, nor of whose a share is.
 */
#include <linux/cache.h>
#include <linux/irq_work.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "pool.h"
#include "share.h"

#define CHUNK 1024u /* entries allocated together */
#define BATCH_MAX 64u
#define FIRST_ENTRIES 8192u /* ready at load, at least */
#define RETRY_DELAY HZ /* after memory was refused */
/* All CPUs' own free lists together hold at most this part of the entries. */
#define MAGAZINES_PART 16u
/* Entries are shared out when less than this part of them is free. */
#define SCARCE_PART 4u
/* This part of them only the host may take. */
#define HOST_PART 16u
/* A share may hold so many times what is free beyond the host's part. */
#define SHARE_FACTOR 4u

DEFINE_PER_CPU(struct tcpclose_magazine, tcpclose_magazines);
u32 tcpclose_pool_most __read_mostly;

/*
 * The common list, of batches. The entries of a batch are chained by @next; in
 * its first entry @since_ns points to the next batch and @rearms is its size.
 * On a cache line of its own, since all CPUs write it, each once per batch.
 */
static struct {
	raw_spinlock_t lock;
	struct tcpclose_entry *head; /* under @lock */
	u32 entries; /* under @lock */
} ____cacheline_aligned_in_smp pool_common = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(pool_common.lock),
};

/*
 * Free entries of each CPU while they are shared out: not where the inline
 * functions would take them.
 */
static DEFINE_PER_CPU(struct tcpclose_magazine, kept_magazines);

/* Entries that count against shares. */
static struct {
	raw_spinlock_t lock;
	u32 held[TCPCLOSE_SHARE_NUMBERS]; /* under @lock */
	u32 sum; /* under @lock */
} pool_shares = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(pool_shares.lock),
};

static struct tcpclose_entry **chunks;
static unsigned int capacity;
/* As many as there can be: fewer than @capacity if memory was refused. */
static unsigned int obtainable;
static unsigned int magazine_most; /* entries of one CPU's free list */
static unsigned int batch;
static unsigned int made; /* entries allocated so far, at load and by the worker */
static unsigned int first_entries;
static bool growing; /* an irq_work or work is pending */

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

/*
 * Entries that any CPU can get, also those that the worker has yet to allocate.
 */
static unsigned int free_entries(void)
{
	unsigned int unmade = READ_ONCE(obtainable) - READ_ONCE(made);

	/* Below 0 for a moment after memory was refused. */
	return READ_ONCE(pool_common.entries) + max_t(int, unmade, 0);
}

static bool entries_are_scarce(void)
{
	return free_entries() < READ_ONCE(obtainable) / SCARCE_PART;
}

/*
 * Count one more entry against a share, unless it may have none. The host's share
 * is not counted: it may have all.
 */
static bool count_entry(u8 share)
{
	unsigned int entries = free_entries();
	unsigned int hosts = READ_ONCE(obtainable) / HOST_PART;
	bool allowed;

	if (share == TCPCLOSE_SHARE_HOST)
		return true;
	raw_spin_lock(&pool_shares.lock);
	allowed = entries > hosts &&
		  pool_shares.held[share] / SHARE_FACTOR < entries - hosts;
	if (allowed) {
		pool_shares.held[share]++;
		pool_shares.sum++;
		/*
		 * From now on no CPU returns an entry without looking at its
		 * share: none that counts is in use yet, or this was done.
		 */
		WRITE_ONCE(tcpclose_pool_most, 0);
	}
	raw_spin_unlock(&pool_shares.lock);
	return allowed;
}

static void uncount_entry(u8 share)
{
	if (share == TCPCLOSE_SHARE_HOST)
		return;
	raw_spin_lock(&pool_shares.lock);
	pool_shares.held[share]--;
	if (!--pool_shares.sum)
		WRITE_ONCE(tcpclose_pool_most, magazine_most);
	raw_spin_unlock(&pool_shares.lock);
}

/* Move all entries of one of this CPU's lists to another. */
static void move_entries(struct tcpclose_magazine *from,
			 struct tcpclose_magazine *to)
{
	struct tcpclose_entry *last = from->head;

	if (tcpclose_entry_is_end(last))
		return;
	if (to->count) {
		while (!tcpclose_entry_is_end(last->next))
			last = last->next;
		WRITE_ONCE(last->next, to->head);
	}
	to->head = from->head;
	to->count += from->count;
	from->head = TCPCLOSE_ENTRY_FREE_END;
	from->count = 0;
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
	/* Release: pairs with the acquire in tcpclose_pool_entry(). */
	smp_store_release(&made, first + count);
	WRITE_ONCE(obtainable, capacity);
	return 0;
}

static void grow_pool(struct work_struct *work)
{
	while (made < capacity &&
	       READ_ONCE(pool_common.entries) < reserve_wanted()) {
		if (add_pool_chunk()) {
			WRITE_ONCE(obtainable, made);
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
		*per_cpu_ptr(&kept_magazines, cpu) = *magazine;
	}
	memset(pool_shares.held, 0, sizeof(pool_shares.held));
	pool_shares.sum = 0;
	pool_common.head = NULL;
	pool_common.entries = 0;
	made = 0;
	growing = false;
	capacity = entries;
	obtainable = entries;
	batch = clamp(entries / (2 * MAGAZINES_PART * num_possible_cpus()), 1u,
		      BATCH_MAX);
	magazine_most = 2 * batch;
	tcpclose_pool_most = magazine_most;
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

/* Why there is no entry although nobody holds too many. */
static u8 why_empty(void)
{
	return READ_ONCE(made) == capacity ? TCPCLOSE_UNTRACKED_FULL :
					     TCPCLOSE_UNTRACKED_MEMORY;
}

/**
 * tcpclose_pool_refill() - take an entry when this CPU has none at hand
 * @share: number of the share that it counts against if entries are scarce
 * @why: set to &enum tcpclose_untracked if there is none
 *
 * Takes a whole batch from the common list. If entries are scarce, takes only one:
 * what lies on the lists of CPUs, others do not get.
 *
 * Context: interrupts off.
 * Return: an entry, with undefined content except its share, or NULL.
 */
struct tcpclose_entry *tcpclose_pool_refill(u8 share, u8 *why)
{
	struct tcpclose_magazine *kept = this_cpu_ptr(&kept_magazines);
	bool scarce = entries_are_scarce();
	struct tcpclose_entry *entry;

	if (!scarce)
		share = TCPCLOSE_SHARE_HOST;
	grow_pool_if_low();
	if (!count_entry(share)) {
		*why = TCPCLOSE_UNTRACKED_SHARE;
		return NULL;
	}
	if (!kept->count) {
		kept->head = pop_batch(&kept->count) ?: TCPCLOSE_ENTRY_FREE_END;
		if (!kept->count) {
			uncount_entry(share);
			*why = why_empty();
			return NULL;
		}
		if (scarce && kept->count > 1) {
			push_batch(kept->head->next, kept->count - 1);
			WRITE_ONCE(kept->head->next, TCPCLOSE_ENTRY_FREE_END);
			kept->count = 1;
		}
	}
	entry = kept->head;
	kept->head = entry->next;
	kept->count--;
	entry->share = share;
	if (!scarce)
		move_entries(kept, this_cpu_ptr(&tcpclose_magazines));
	return entry;
}

/* Return the batch of a list that was returned last: it is in the cache. */
static void return_batch(struct tcpclose_magazine *magazine)
{
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
 * tcpclose_pool_spill() - finish the return of an entry to this CPU's free list
 *
 * Count it no longer against its share, and return a batch to the common list if
 * this CPU has too many.
 *
 * Context: interrupts off.
 */
void tcpclose_pool_spill(void)
{
	struct tcpclose_magazine *magazine = this_cpu_ptr(&tcpclose_magazines);
	struct tcpclose_magazine *kept = this_cpu_ptr(&kept_magazines);

	uncount_entry(magazine->head->share);
	if (entries_are_scarce()) {
		move_entries(magazine, kept);
		magazine = kept;
	} else {
		move_entries(kept, magazine);
	}
	while (magazine->count > magazine_most)
		return_batch(magazine);
}

/**
 * tcpclose_pool_entry() - one of all entries that were ever allocated
 * @number: its number, from 0, which is the same as long as the module is loaded
 *
 * Return: the entry, which may be free; NULL: there are no more.
 */
const struct tcpclose_entry *tcpclose_pool_entry(u64 number)
{
	/* Acquire: pairs with the release in add_pool_chunk(). */
	unsigned int count = smp_load_acquire(&made);
	unsigned int i;

	if (number >= count)
		return NULL;
	/* It comes from a user. */
	i = array_index_nospec((unsigned int)number, count);
	return &chunks[i / CHUNK][i % CHUNK];
}

/**
 * tcpclose_pool_capacity() - maximum number of entries
 */
unsigned int tcpclose_pool_capacity(void)
{
	return capacity;
}
