// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table of connections: what is remembered of each between its transitions.
 *
 * Keyed by the address of the socket or mini-socket, which is compared and never
 * followed. An address can come back as another socket's; the births that the
 * probes see, and the cookie, tell the two apart.
 *
 * Buckets are locked one by one, with interrupts off, by whoever adds or removes
 * an entry or looks for a mini-socket. A socket's own transitions find its entry
 * without: see tcpclose_table_find().
 */
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "pool.h"
#include "stats.h"
#include "table.h"

struct tcpclose_bucket *tcpclose_table_buckets __read_mostly;
unsigned int tcpclose_table_shift __read_mostly;

/* Whether a connection was ever refused an entry; set once, read often. */
static bool refused;

/**
 * tcpclose_table_init() - make the table
 * @max_conns: most connections tracked at a time
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tcpclose_table_init(unsigned int max_conns)
{
	unsigned int i, buckets;
	int err;

	BUILD_BUG_ON(sizeof(struct tcpclose_entry) != 64);

	err = tcpclose_pool_init(max_conns);
	if (err)
		return err;
	refused = false;
	buckets = roundup_pow_of_two(max(max_conns, 64u));
	tcpclose_table_shift = BITS_PER_LONG - ilog2(buckets);
	tcpclose_table_buckets =
		__vmalloc(array_size(buckets, sizeof(*tcpclose_table_buckets)),
			  GFP_KERNEL | __GFP_NOWARN);
	if (!tcpclose_table_buckets) {
		tcpclose_pool_exit();
		return -ENOMEM;
	}
	for (i = 0; i < buckets; i++) {
		raw_spin_lock_init(&tcpclose_table_buckets[i].lock);
		tcpclose_table_buckets[i].head =
			tcpclose_table_end(&tcpclose_table_buckets[i]);
	}
	return 0;
}

/**
 * tcpclose_table_exit() - free the table
 *
 * Context: process; no probe is left.
 */
void tcpclose_table_exit(void)
{
	vfree(tcpclose_table_buckets);
	tcpclose_pool_exit();
}

/**
 * tcpclose_table_refuse() - there is no entry for a connection
 */
void tcpclose_table_refuse(void)
{
	if (!READ_ONCE(refused))
		WRITE_ONCE(refused, true);
}

/**
 * tcpclose_table_forget() - remove the entry of a connection whose end went unseen
 * @bucket: the entry's bucket, locked
 * @entry: the entry; free afterwards
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

/**
 * tcpclose_table_stand_in() - make what is said of a connection without an entry
 * @entry: the caller's, for one transition
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
 * tcpclose_table_unknown() - why a connection has no entry
 *
 * Until the first one was refused it can only be older than the module.
 *
 * Return: &enum tcpclose_untracked
 */
u8 tcpclose_table_unknown(void)
{
	if (!READ_ONCE(refused))
		return TCPCLOSE_UNTRACKED_OLD;
	return tcpclose_pool_full() ? TCPCLOSE_UNTRACKED_FULL :
				      TCPCLOSE_UNTRACKED_MEMORY;
}

/**
 * tcpclose_table_unknown_flag() - how an entry made too late is flagged
 * @why: &enum tcpclose_untracked
 *
 * Return: %TCPCLOSE_ENTRY_OLD or %TCPCLOSE_ENTRY_REFUSED.
 */
u8 tcpclose_table_unknown_flag(u8 why)
{
	return why == TCPCLOSE_UNTRACKED_FULL || why == TCPCLOSE_UNTRACKED_MEMORY ?
		       TCPCLOSE_ENTRY_REFUSED :
		       TCPCLOSE_ENTRY_OLD;
}
