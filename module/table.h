/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking up connections: the part of conn.c that every transition runs.
 */
#ifndef TCPCLOSE_TABLE_H
#define TCPCLOSE_TABLE_H

#include <linux/hash.h>
#include <linux/spinlock.h>

#include "conn.h"
#include "pool.h"

/**
 * struct tcpclose_bucket - connections whose keys have the same hash
 * @lock: guards the chain and its entries
 * @head: number of the first entry; 0: none
 */
struct tcpclose_bucket {
	raw_spinlock_t lock;
	u32 head;
};

/* Fixed while the module is loaded. */
extern struct tcpclose_bucket *tcpclose_conn_buckets;
extern unsigned int tcpclose_conn_bits;

/**
 * tcpclose_conn_lock() - lock the bucket that a key belongs to
 * @key: address of a socket or mini-socket
 *
 * Context: interrupts off.
 * Return: the bucket, for the other functions and tcpclose_conn_unlock().
 */
static inline struct tcpclose_bucket *tcpclose_conn_lock(const void *key)
	__acquires(bucket)
{
	struct tcpclose_bucket *bucket =
		&tcpclose_conn_buckets[hash_ptr((void *)key, tcpclose_conn_bits)];

	raw_spin_lock(&bucket->lock);
	return bucket;
}

/**
 * tcpclose_conn_unlock() - end what tcpclose_conn_lock() began
 * @bucket: the bucket; its entries must not be used afterwards
 */
static inline void tcpclose_conn_unlock(struct tcpclose_bucket *bucket)
	__releases(bucket)
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
static inline struct tcpclose_conn *
tcpclose_conn_find(struct tcpclose_bucket *bucket, const void *key)
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

#endif /* TCPCLOSE_TABLE_H */
