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
 * without: see tcpclose_conn_find().
 */
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "pool.h"
#include "stats.h"
#include "table.h"

struct tcpclose_bucket *tcpclose_conn_buckets __read_mostly;
unsigned int tcpclose_conn_shift __read_mostly;

/* Whether a connection was ever refused an entry; set once, read often. */
static bool refused;

/**
 * tcpclose_conn_init() - make the table
 * @max_conns: most connections tracked at a time
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tcpclose_conn_init(unsigned int max_conns)
{
	unsigned int i, buckets;
	int err;

	BUILD_BUG_ON(sizeof(struct tcpclose_conn) != 64);

	err = tcpclose_pool_init(max_conns);
	if (err)
		return err;
	refused = false;
	buckets = roundup_pow_of_two(max(max_conns, 64u));
	tcpclose_conn_shift = BITS_PER_LONG - ilog2(buckets);
	tcpclose_conn_buckets =
		__vmalloc(array_size(buckets, sizeof(*tcpclose_conn_buckets)),
			  GFP_KERNEL | __GFP_NOWARN);
	if (!tcpclose_conn_buckets) {
		tcpclose_pool_exit();
		return -ENOMEM;
	}
	for (i = 0; i < buckets; i++) {
		raw_spin_lock_init(&tcpclose_conn_buckets[i].lock);
		tcpclose_conn_buckets[i].head =
			tcpclose_conn_end(&tcpclose_conn_buckets[i]);
	}
	return 0;
}

/**
 * tcpclose_conn_exit() - free the table
 *
 * Context: process; no probe is left.
 */
void tcpclose_conn_exit(void)
{
	vfree(tcpclose_conn_buckets);
	tcpclose_pool_exit();
}

/**
 * tcpclose_conn_refuse() - there is no entry for a connection
 */
void tcpclose_conn_refuse(void)
{
	if (!READ_ONCE(refused))
		WRITE_ONCE(refused, true);
}

/**
 * tcpclose_conn_forget() - remove the entry of a connection whose end went unseen
 * @bucket: the entry's bucket, locked
 * @conn: the entry; free afterwards
 */
void tcpclose_conn_forget(struct tcpclose_bucket *bucket,
			  struct tcpclose_conn *conn)
{
	tcpclose_stats_untracked(TCPCLOSE_UNTRACKED_STALE);
	tcpclose_stats_live(conn->state, -1);
	if (conn->flags & TCPCLOSE_CONN_MINI)
		this_cpu_dec(tcpclose_counters->live_timewait);
	tcpclose_conn_remove(bucket, conn);
}

/**
 * tcpclose_conn_stand_in() - make what is said of a connection without an entry
 * @conn: the caller's, for one transition
 * @why: why it has none, &enum tcpclose_untracked
 */
void tcpclose_conn_stand_in(struct tcpclose_conn *conn, u8 why)
{
	*conn = (struct tcpclose_conn) {
		.uid = TCPCLOSE_UNKNOWN_UID,
		.flags = TCPCLOSE_CONN_STAND_IN | tcpclose_conn_unknown_flag(why),
	};
}

/**
 * tcpclose_conn_unknown() - why a connection has no entry
 *
 * Until the first one was refused it can only be older than the module.
 *
 * Return: &enum tcpclose_untracked
 */
u8 tcpclose_conn_unknown(void)
{
	if (!READ_ONCE(refused))
		return TCPCLOSE_UNTRACKED_OLD;
	return tcpclose_pool_full() ? TCPCLOSE_UNTRACKED_FULL :
				      TCPCLOSE_UNTRACKED_MEMORY;
}

/**
 * tcpclose_conn_unknown_flag() - how an entry made too late is flagged
 * @why: &enum tcpclose_untracked
 *
 * Return: %TCPCLOSE_CONN_OLD or %TCPCLOSE_CONN_REFUSED.
 */
u8 tcpclose_conn_unknown_flag(u8 why)
{
	return why == TCPCLOSE_UNTRACKED_FULL || why == TCPCLOSE_UNTRACKED_MEMORY ?
		       TCPCLOSE_CONN_REFUSED : TCPCLOSE_CONN_OLD;
}
