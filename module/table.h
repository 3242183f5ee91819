/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking up entries: the inline part of table.c, which every transition runs.
 */
#ifndef TCPCLOSE_TABLE_H
#define TCPCLOSE_TABLE_H

#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "entry.h"
#include "pool.h"

struct sock;

/**
 * struct tcpclose_bucket - connections whose keys have the same hash
 * @lock: guards the chain, and the entries of mini-sockets
 * @head: first entry, or the bucket's tcpclose_table_end()
 */
struct tcpclose_bucket {
	raw_spinlock_t lock;
	struct tcpclose_entry *head;
};

struct sock;

/* Fixed while the module is loaded. */
extern struct tcpclose_bucket *tcpclose_table_buckets;
extern unsigned int tcpclose_table_shift;

/* Entry of the full socket that was found or added last on this CPU. */
DECLARE_PER_CPU(struct tcpclose_entry *, tcpclose_table_recent);

int tcpclose_table_init(unsigned int max_conns);
void tcpclose_table_exit(void);

void tcpclose_table_forget(struct tcpclose_bucket *bucket,
			   struct tcpclose_entry *entry);
void tcpclose_table_stand_in(struct tcpclose_entry *entry, u8 why);
u8 tcpclose_table_unknown_flag(u8 why);
struct tcpclose_entry *tcpclose_table_refill(const struct sock *sk);
bool tcpclose_table_copy(const struct tcpclose_entry *entry, struct tcpclose_entry *copy);

/* The bucket that a key belongs to. */
static __always_inline struct tcpclose_bucket *
tcpclose_table_bucket(const void *key)
{
	/* hash_ptr() with a shift that is calculated in advance. */
	return &tcpclose_table_buckets[(unsigned long)key * GOLDEN_RATIO_PRIME >>
				       tcpclose_table_shift];
}

/* End marker of a bucket's chain; differs per bucket. */
static __always_inline struct tcpclose_entry *
tcpclose_table_end(const struct tcpclose_bucket *bucket)
{
	return (struct tcpclose_entry *)((unsigned long)bucket | 1);
}

/**
 * tcpclose_table_lock() - lock the bucket that a key belongs to
 * @key: address of a socket or mini-socket
 *
 * Context: interrupts off.
 * Return: the bucket, to be unlocked by tcpclose_table_unlock().
 */
static __always_inline struct tcpclose_bucket *tcpclose_table_lock(const void *key)
	__acquires(bucket)
{
	struct tcpclose_bucket *bucket = tcpclose_table_bucket(key);

	raw_spin_lock(&bucket->lock);
	return bucket;
}

/**
 * tcpclose_table_unlock() - unlock a bucket
 * @bucket: the bucket; entries of mini-sockets must not be used afterwards
 */
static __always_inline void tcpclose_table_unlock(struct tcpclose_bucket *bucket)
	__releases(bucket)
{
	raw_spin_unlock(&bucket->lock);
}

/**
 * tcpclose_table_find() - look up an entry
 * @bucket: the key's bucket
 * @key: address of the socket or mini-socket
 *
 * Either the bucket is locked, or the key is a socket whose lock is held: then
 * no other CPU adds, removes or changes its entry, so it can't be missed.
 * Entries are never freed while the module is loaded. But one on the way may be
 * moved to a free list or to another chain meanwhile; the walk then arrives at
 * another end marker, and starts again.
 *
 * Return: the entry or NULL.
 */
static __always_inline struct tcpclose_entry *
tcpclose_table_find(const struct tcpclose_bucket *bucket, const void *key)
{
	struct tcpclose_entry *entry;

	do {
		entry = READ_ONCE(bucket->head);
		while (!tcpclose_entry_is_end(entry)) {
			if (READ_ONCE(entry->key) == key)
				return entry;
			entry = READ_ONCE(entry->next);
		}
	} while (unlikely(entry != tcpclose_table_end(bucket)));
	return NULL;
}

/* Clear an entry that is not in the table; another CPU may still read its chain. */
static __always_inline void tcpclose_table_clear(struct tcpclose_entry *entry)
{
	entry->cookie = 0;
	entry->born_ns = 0;
	entry->since_ns = 0;
	memset((void *)entry + offsetof(struct tcpclose_entry, inode), 0,
	       sizeof(*entry) - offsetof(struct tcpclose_entry, inode));
}

/**
 * tcpclose_table_find_sock() - look up a full socket's entry
 * @sk: the socket, whose lock is held
 *
 * A socket often makes several transitions in a row on one CPU: try the entry
 * that was found last. It is the socket's if its key is, wherever it has been
 * meanwhile: only the holder of a socket's lock gives an entry that key, or
 * takes it away, and no two entries of the table have the same.
 *
 * Return: the entry or NULL.
 */
static __always_inline struct tcpclose_entry *
tcpclose_table_find_sock(const struct sock *sk)
{
	struct tcpclose_entry *entry = this_cpu_read(tcpclose_table_recent);

	if (READ_ONCE(entry->key) == sk)
		return entry;
	entry = tcpclose_table_find(tcpclose_table_bucket(sk), sk);
	if (likely(entry))
		this_cpu_write(tcpclose_table_recent, entry);
	return entry;
}

/**
 * tcpclose_table_add() - add an entry
 * @bucket: the key's bucket, locked
 * @key: the socket or mini-socket
 *
 * Replaces the entry of an earlier socket at the same address whose end was
 * missed.
 *
 * Context: interrupts off.
 * Return: the entry, all 0 except its key and share, or NULL if there is none
 * left.
 */
static __always_inline struct tcpclose_entry *
tcpclose_table_add(struct tcpclose_bucket *bucket, const void *key)
{
	struct tcpclose_entry *entry = tcpclose_table_find(bucket, key);

	if (unlikely(entry))
		tcpclose_table_forget(bucket, entry);
	entry = tcpclose_pool_get();
	if (likely(entry)) {
		tcpclose_table_clear(entry);
	} else {
		entry = tcpclose_table_refill(key);
		if (!entry)
			return NULL;
	}
	WRITE_ONCE(entry->key, key);
	WRITE_ONCE(entry->next, bucket->head);
	/* Release: for tcpclose_table_find() without the lock. */
	smp_store_release(&bucket->head, entry);
	return entry;
}

/**
 * tcpclose_table_remove() - remove an entry and free it
 * @bucket: the entry's bucket, locked
 * @entry: the entry
 *
 * Context: interrupts off.
 */
static __always_inline void tcpclose_table_remove(struct tcpclose_bucket *bucket,
						  struct tcpclose_entry *entry)
{
	struct tcpclose_entry **link = &bucket->head;

	while (*link != entry)
		link = &(*link)->next;
	WRITE_ONCE(*link, entry->next);
	WRITE_ONCE(entry->key, NULL);
	tcpclose_pool_put(entry);
}

#endif /* TCPCLOSE_TABLE_H */
