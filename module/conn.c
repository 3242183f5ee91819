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
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "conn.h"
#include "pool.h"
#include "stats.h"

struct tcpclose_bucket {
	raw_spinlock_t lock;
	u32 head;	/* entry number; 0: empty */
};

static struct tcpclose_bucket *buckets;
static unsigned int bucket_bits;
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
	bucket_bits = ilog2(roundup_pow_of_two(max(max_conns, 64u)));
	buckets = __vmalloc(array_size(1u << bucket_bits, sizeof(*buckets)),
			    GFP_KERNEL | __GFP_NOWARN);
	if (!buckets) {
		tcpclose_pool_exit();
		return -ENOMEM;
	}
	for (i = 0; i < 1u << bucket_bits; i++) {
		raw_spin_lock_init(&buckets[i].lock);
		buckets[i].head = 0;
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
	vfree(buckets);
	tcpclose_pool_exit();
}

/**
 * tcpclose_conn_lock() - lock the bucket that a key belongs to
 * @key: address of a socket or mini-socket
 *
 * Context: interrupts off.
 * Return: the bucket, for the other functions and tcpclose_conn_unlock().
 */
struct tcpclose_bucket *tcpclose_conn_lock(const void *key) __acquires(bucket)
{
	struct tcpclose_bucket *bucket = &buckets[hash_ptr((void *)key, bucket_bits)];

	raw_spin_lock(&bucket->lock);
	return bucket;
}

/**
 * tcpclose_conn_unlock() - end what tcpclose_conn_lock() began
 * @bucket: the bucket; its entries must not be used afterwards
 */
void tcpclose_conn_unlock(struct tcpclose_bucket *bucket) __releases(bucket)
{
	raw_spin_unlock(&bucket->lock);
}

/**
 * tcpclose_conn_find() - look for a connection
 * @bucket: the key's bucket, locked
 * @key: address of the socket or mini-socket
 *
 * Return: its entry or NULL.
 */
struct tcpclose_conn *tcpclose_conn_find(struct tcpclose_bucket *bucket,
					 const void *key)
{
	u32 id = bucket->head;

	while (id) {
		struct tcpclose_conn *conn = tcpclose_pool_entry(id);

		if (conn->key == key)
			return conn;
		id = conn->next;
	}
	return NULL;
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
 * tcpclose_conn_next() - the next number, which stops at the largest
 * @number: the number before
 */
u16 tcpclose_conn_next(u16 number)
{
	return number == U16_MAX ? number : number + 1;
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
