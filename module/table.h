/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking up connections: the part of table.c that every transition runs.
 */
#ifndef TCPCLOSE_TABLE_H
#define TCPCLOSE_TABLE_H

#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "entry.h"
#include "pool.h"

/**
 * struct tcpclose_bucket - connections whose keys have the same hash
 * @lock: guards the chain, and the entries of mini-sockets
 * @head: the first entry, or tcpclose_conn_end() of this bucket
 */
struct tcpclose_bucket {
	raw_spinlock_t lock;
	struct tcpclose_conn *head;
};

/* Fixed while the module is loaded. */
extern struct tcpclose_bucket *tcpclose_conn_buckets;
extern unsigned int tcpclose_conn_shift;

int tcpclose_conn_init(unsigned int max_conns);
void tcpclose_conn_exit(void);

void tcpclose_conn_refuse(void);
void tcpclose_conn_forget(struct tcpclose_bucket *bucket,
			  struct tcpclose_conn *conn);
void tcpclose_conn_stand_in(struct tcpclose_conn *conn, u8 why);
u8 tcpclose_conn_unknown(void);
u8 tcpclose_conn_unknown_flag(u8 why);

/* The bucket that a key belongs to. */
static __always_inline struct tcpclose_bucket *tcpclose_conn_bucket(const void *key)
{
	/* hash_ptr(), but for what it calculates from the number of bits. */
	return &tcpclose_conn_buckets[(unsigned long)key * GOLDEN_RATIO_PRIME >>
				      tcpclose_conn_shift];
}

/* What stands behind the last entry of a bucket's chain: of each another one. */
static __always_inline struct tcpclose_conn *
tcpclose_conn_end(const struct tcpclose_bucket *bucket)
{
	return (struct tcpclose_conn *)((unsigned long)bucket | 1);
}

/**
 * tcpclose_conn_lock() - lock the bucket that a key belongs to
 * @key: address of a socket or mini-socket
 *
 * Context: interrupts off.
 * Return: the bucket, for the other functions and tcpclose_conn_unlock().
 */
static __always_inline struct tcpclose_bucket *tcpclose_conn_lock(const void *key)
	__acquires(bucket)
{
	struct tcpclose_bucket *bucket = tcpclose_conn_bucket(key);

	raw_spin_lock(&bucket->lock);
	return bucket;
}

/**
 * tcpclose_conn_unlock() - end what tcpclose_conn_lock() began
 * @bucket: the bucket; its mini-sockets' entries must not be used afterwards
 */
static __always_inline void tcpclose_conn_unlock(struct tcpclose_bucket *bucket)
	__releases(bucket)
{
	raw_spin_unlock(&bucket->lock);
}

/**
 * tcpclose_conn_find() - look for a connection
 * @bucket: the key's bucket
 * @key: address of the socket or mini-socket
 *
 * Either the bucket is locked, or the key is a socket whose lock is held: nobody
 * else adds, removes or changes its entry, so it can't be overlooked. Entries are
 * never freed while the module is loaded, but one that is passed may leave this
 * chain, for a free list or for another chain; the end, which is another one
 * then, tells.
 *
 * Return: its entry or NULL.
 */
static __always_inline struct tcpclose_conn *
tcpclose_conn_find(const struct tcpclose_bucket *bucket, const void *key)
{
	struct tcpclose_conn *conn;

	do {
		conn = READ_ONCE(bucket->head);
		while (!tcpclose_conn_is_end(conn)) {
			if (READ_ONCE(conn->key) == key)
				return conn;
			conn = READ_ONCE(conn->next);
		}
	} while (unlikely(conn != tcpclose_conn_end(bucket)));
	return NULL;
}

/**
 * tcpclose_conn_add() - make an entry
 * @bucket: the key's bucket, locked
 * @key: address of the socket or mini-socket
 *
 * One of another socket's, which went away unseen and had the same address, makes
 * room.
 *
 * Return: the entry, all 0 but its key, or NULL.
 */
static __always_inline struct tcpclose_conn *
tcpclose_conn_add(struct tcpclose_bucket *bucket, const void *key)
{
	struct tcpclose_conn *conn = tcpclose_conn_find(bucket, key);

	if (unlikely(conn))
		tcpclose_conn_forget(bucket, conn);
	conn = tcpclose_pool_get();
	if (unlikely(!conn)) {
		tcpclose_conn_refuse();
		return NULL;
	}
	conn->cookie = 0;
	conn->born_ns = 0;
	conn->since_ns = 0;
	memset_startat(conn, 0, inode);
	WRITE_ONCE(conn->key, key);
	WRITE_ONCE(conn->next, bucket->head);
	/* Release: for those who look without the lock. */
	smp_store_release(&bucket->head, conn);
	return conn;
}

/**
 * tcpclose_conn_remove() - remove an entry
 * @bucket: the entry's bucket, locked
 * @conn: the entry; free afterwards
 */
static __always_inline void tcpclose_conn_remove(struct tcpclose_bucket *bucket,
						 struct tcpclose_conn *conn)
{
	struct tcpclose_conn **link = &bucket->head;

	while (*link != conn)
		link = &(*link)->next;
	WRITE_ONCE(*link, conn->next);
	WRITE_ONCE(conn->key, NULL);
	tcpclose_pool_put(conn);
}

#endif /* TCPCLOSE_TABLE_H */
