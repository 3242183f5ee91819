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
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "pool.h"
#include "stats.h"
#include "table.h"

struct tcpclose_bucket *tcpclose_conn_buckets;
unsigned int tcpclose_conn_bits;

static unsigned int capacity;
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
	unsigned int i;
	int err;

	BUILD_BUG_ON(sizeof(struct tcpclose_conn) != 64);

	err = tcpclose_pool_init(max_conns);
	if (err)
		return err;
	capacity = max_conns;
	refused = false;
	tcpclose_conn_bits = ilog2(roundup_pow_of_two(max(max_conns, 64u)));
	tcpclose_conn_buckets =
		__vmalloc(array_size(1u << tcpclose_conn_bits,
				     sizeof(*tcpclose_conn_buckets)),
			  GFP_KERNEL | __GFP_NOWARN);
	if (!tcpclose_conn_buckets) {
		tcpclose_pool_exit();
		return -ENOMEM;
	}
	for (i = 0; i < 1u << tcpclose_conn_bits; i++) {
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
 * tcpclose_conn_add() - make an entry
 * @bucket: the key's bucket, locked; holds no entry of that key
 * @key: address of the socket or mini-socket
 *
 * Return: the entry, all 0 but its key, or NULL.
 */
struct tcpclose_conn *tcpclose_conn_add(struct tcpclose_bucket *bucket,
					const void *key)
{
	struct tcpclose_conn *conn = tcpclose_pool_get();

	if (unlikely(!conn)) {
		if (!READ_ONCE(refused))
			WRITE_ONCE(refused, true);
		return NULL;
	}
	/* One by one: a compiler clears memory of this size in a loop. */
	conn->cookie = 0;
	conn->born_ns = 0;
	conn->since_ns = 0;
	conn->inode = 0;
	conn->cgroup = 0;
	conn->uid = 0;
	conn->index = 0;
	conn->rearms = 0;
	conn->state = 0;
	conn->flags = 0;
	conn->closer = 0;
	conn->successor = 0;
	conn->way = 0;
	WRITE_ONCE(conn->key, key);
	WRITE_ONCE(conn->next, bucket->head);
	/* Release: for those who look without the lock. */
	smp_store_release(&bucket->head, conn);
	return conn;
}

/**
 * tcpclose_conn_remove() - forget a connection, which is no longer live then
 * @bucket: the entry's bucket, locked
 * @conn: the entry; free afterwards
 */
void tcpclose_conn_remove(struct tcpclose_bucket *bucket,
			  struct tcpclose_conn *conn)
{
	struct tcpclose_conn **link = &bucket->head;

	tcpclose_stats_live(conn->state, conn->flags & TCPCLOSE_CONN_MINI, -1);
	while (*link != conn)
		link = &(*link)->next;
	WRITE_ONCE(*link, conn->next);
	WRITE_ONCE(conn->key, NULL);
	tcpclose_pool_put(conn);
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

/**
 * tcpclose_conn_max() - most connections tracked at a time
 */
unsigned int tcpclose_conn_max(void)
{
	return capacity;
}
