// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table of connections: what is remembered of each between its transitions.
 *
 * Keyed by the address of the socket or mini-socket, which is compared and never
 * followed. An address can come back as another socket's; the births that the
 * probes see, and the cookie, tell the two apart.
 *
 * Buckets are chained through 32-bit entry numbers and locked one by one: all
 * users hold one bucket's lock at a time, with interrupts off.
 */
#include <linux/build_bug.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

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
		tcpclose_conn_buckets[i].head = 0;
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
	u32 id = tcpclose_pool_get();
	struct tcpclose_conn *conn;

	if (unlikely(!id)) {
		if (!READ_ONCE(refused))
			WRITE_ONCE(refused, true);
		return NULL;
	}
	conn = tcpclose_pool_entry(id);
	memset(conn, 0, sizeof(*conn));
	conn->key = key;
	conn->next = bucket->head;
	bucket->head = id;
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
	u32 *link = &bucket->head;
	u32 id;

	tcpclose_stats_live(conn->state, conn->flags & TCPCLOSE_CONN_MINI, -1);
	while (tcpclose_pool_entry(*link) != conn)
		link = &tcpclose_pool_entry(*link)->next;
	id = *link;
	*link = conn->next;
	conn->key = NULL;
	tcpclose_pool_put(id);
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
