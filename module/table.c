// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table of connections: finds the entry of a socket or mini-socket.
 *
 * Its key is their address, which is compared and never dereferenced. Another
 * socket may reuse an address; births, which the probes see, and the cookie
 * distinguish the two.
 *
 * Each bucket has a lock, taken with interrupts off to add or remove an entry
 * or to look up a mini-socket. A socket's own transitions look up its entry
 * without the lock: see tcpclose_table_find(). Knows nothing of what
 * transitions mean.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <asm/barrier.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include "memory.h"
#include "pool.h"
#include "share.h"
#include "stats.h"
#include "table.h"

struct tcpclose_bucket *tcpclose_table_buckets __read_mostly;
unsigned int tcpclose_table_shift __read_mostly;

static struct tcpclose_entry no_entry;	/* key: NULL */
DEFINE_PER_CPU(struct tcpclose_entry *, tcpclose_table_recent);

#define BUCKETS_AT_ONCE	4096u	/* made without a pause */

/**
 * tcpclose_table_init() - allocate the table and its pool
 * @max_conns: maximum number of connections tracked at a time
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tcpclose_table_init(unsigned int max_conns)
{
	unsigned int i, buckets = roundup_pow_of_two(max(max_conns, 64u));
	size_t size = array_size(buckets, sizeof(*tcpclose_table_buckets));
	int cpu, err;

	BUILD_BUG_ON(sizeof(struct tcpclose_entry) != 64);

	err = tcpclose_memory_is_available(size) ? tcpclose_pool_init(max_conns) : -ENOMEM;
	if (err)
		goto err_report;
	for_each_possible_cpu(cpu)
		per_cpu(tcpclose_table_recent, cpu) = &no_entry;
	tcpclose_share_init();
	tcpclose_table_shift = BITS_PER_LONG - ilog2(buckets);
	tcpclose_table_buckets = __vmalloc(size, TCPCLOSE_MEMORY_GFP);
	if (!tcpclose_table_buckets) {
		tcpclose_pool_exit();
		err = -ENOMEM;
		goto err_report;
	}
	for (i = 0; i < buckets; i++) {
		/* There may be 67 million. */
		if (i % BUCKETS_AT_ONCE == 0)
			cond_resched();
		raw_spin_lock_init(&tcpclose_table_buckets[i].lock);
		tcpclose_table_buckets[i].head =
			tcpclose_table_end(&tcpclose_table_buckets[i]);
	}
	return 0;

err_report:
	pr_err("no memory for the table, %zu KiB: load the module with a smaller max_conns= (it is %u)\n",
	       size >> 10, max_conns);
	return err;
}

/**
 * tcpclose_table_exit() - free the table and its pool
 *
 * Context: process; no probe is attached.
 */
void tcpclose_table_exit(void)
{
	vfree(tcpclose_table_buckets);
	tcpclose_pool_exit();
}

/**
 * tcpclose_table_refill() - make an entry when this CPU has none at hand
 * @sk: the socket or mini-socket that it is for
 *
 * Context: interrupts off.
 * Return: the entry, all 0 except its share, or NULL: tcpclose_share_unknown()
 * says why.
 */
struct tcpclose_entry *tcpclose_table_refill(const struct sock *sk)
{
	u8 share = tcpclose_share_of(sk), why = 0, counted;
	struct tcpclose_entry *entry;

	entry = tcpclose_pool_refill(share, &why);
	if (!entry) {
		tcpclose_share_failed(share, why);
		return NULL;
	}
	counted = entry->share;
	tcpclose_table_clear(entry);
	entry->share = counted;
	return entry;
}

/**
 * tcpclose_table_forget() - remove the entry of a connection whose end was
 *	missed
 * @bucket: the entry's bucket, locked
 * @entry: the entry
 *
 * Context: interrupts off.
 */
void tcpclose_table_forget(struct tcpclose_bucket *bucket,
			   struct tcpclose_entry *entry)
{
	tcpclose_stats_untracked(TCPCLOSE_UNTRACKED_STALE);
	tcpclose_stats_live(entry->state, -1);
	if (entry->flags & TCPCLOSE_ENTRY_MINI)
		this_cpu_dec(tcpclose_counters->live_timewait);
	tcpclose_table_remove(bucket, entry);
}

/* Word by word, so that no member is torn. */
static void copy_words(const struct tcpclose_entry *entry, struct tcpclose_entry *copy)
{
	const u64 *from = (const u64 *)entry;
	u64 *to = (u64 *)copy;
	unsigned int i;

	for (i = 0; i < sizeof(*entry) / sizeof(*from); i++)
		/* Racing with the holder of a full socket's lock: see copy_entry(). */
		to[i] = data_race(READ_ONCE(from[i]));
}

static bool is_changed(const struct tcpclose_entry *entry, u8 state, u16 flags)
{
	/* Racing, likewise. */
	if (data_race(READ_ONCE(entry->state)) != state)
		return true;
	/* Racing, likewise. */
	return data_race(READ_ONCE(entry->flags)) != flags;
}

/*
 * Copy an entry whose bucket is locked. A mini-socket's stays as it is. A full socket's may
 * change meanwhile, under that socket's lock, which can't be taken, as keys are not
 * followed; and no transition is to pay for this, as a sequence count would have it. But
 * the order of stores costs nothing:
 *
 *  - since_ns is stored before state;
 *  - of what the union has, an opener is stored after the flags that say so, where a
 *    listener was before; a session is stored as 0 before them, and then as it is.
 *
 * So if state and flags are the same before and after the copy, then
 *
 *  - since_ns is never earlier than when that state was entered. It is later if the next
 *    transition was being made: then it is the time of that one, a moment ago;
 *  - listener and session are right or 0, and opener is right, 0, or what no process has
 *    (tcpclose_task_number());
 *  - closer, index and cookie may be those after the next transition.
 *
 * This ends: a connection has few transitions, and to leave the table it needs the lock.
 */
static void copy_entry(const struct tcpclose_entry *entry, struct tcpclose_entry *copy)
{
	u16 flags;
	u8 state;

	do {
		/* Acquire: pairs with the releases in transition.c. */
		state = data_race(smp_load_acquire(&entry->state));
		/* Racing, likewise; the barriers pair with those behind stores to it. */
		flags = data_race(READ_ONCE(entry->flags));
		smp_rmb(); /* flags before the rest */
		copy_words(entry, copy);
		smp_rmb(); /* the rest before flags and state, which must be the same */
	} while (is_changed(entry, state, flags));
	copy->state = state;
	copy->flags = flags;
}

/**
 * tcpclose_table_copy() - copy an entry of the pool if it is in the table
 * @entry: the entry; whoever uses it may change it at any time
 * @copy: the result; its @state is 0 if it is being made
 *
 * An entry stays in the table, with the same key, as long as the key's bucket is locked.
 *
 * Context: any, also with interrupts on.
 * Return: whether it is in the table.
 */
bool tcpclose_table_copy(const struct tcpclose_entry *entry, struct tcpclose_entry *copy)
{
	const void *key = READ_ONCE(entry->key);
	struct tcpclose_bucket *bucket;
	unsigned long irq;
	bool found;

	if (!key)
		return false;
	local_irq_save(irq);
	bucket = tcpclose_table_lock(key);
	found = READ_ONCE(entry->key) == key;
	if (found)
		copy_entry(entry, copy);
	tcpclose_table_unlock(bucket);
	local_irq_restore(irq);
	return found;
}

/**
 * tcpclose_table_stand_in() - fill in an entry that is not in the table
 * @entry: the caller's, for one transition of a connection that has none
 * @why: why it has none, &enum tcpclose_untracked
 */
void tcpclose_table_stand_in(struct tcpclose_entry *entry, u8 why)
{
	*entry = (struct tcpclose_entry) {
		.uid = TCPCLOSE_UNKNOWN_UID,
		.flags = TCPCLOSE_ENTRY_STAND_IN | tcpclose_table_unknown_flag(why),
	};
}

/**
 * tcpclose_table_unknown_flag() - flag for an entry whose connection began
 *	unseen
 * @why: &enum tcpclose_untracked
 *
 * Return: %TCPCLOSE_ENTRY_OLD or %TCPCLOSE_ENTRY_REFUSED.
 */
u8 tcpclose_table_unknown_flag(u8 why)
{
	return why == TCPCLOSE_UNTRACKED_OLD ? TCPCLOSE_ENTRY_OLD :
					       TCPCLOSE_ENTRY_REFUSED;
}
