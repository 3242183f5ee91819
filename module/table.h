/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking up connections: the part of conn.c that every transition runs.
 */
#ifndef TCPCLOSE_TABLE_H
#define TCPCLOSE_TABLE_H

#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/spinlock.h>

#include "conn.h"

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
extern unsigned int tcpclose_conn_bits;

/* The bucket that a key belongs to. */
static __always_inline struct tcpclose_bucket *tcpclose_conn_bucket(const void *key)
{
	return &tcpclose_conn_buckets[hash_ptr((void *)key, tcpclose_conn_bits)];
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

#endif /* TCPCLOSE_TABLE_H */
