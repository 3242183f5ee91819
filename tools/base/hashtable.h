/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hash table of entries that carry their own links: any number with one key,
 * the latest first.
 *
 * Knows keys of 64 bits; owns no entry. The hash is keyed: nobody can choose keys
 * that share a bucket. Many entries with one key are allowed: adding, removing
 * and going to a neighbour take no longer with them.
 */
#ifndef TCPCLOSE_BASE_HASHTABLE_H
#define TCPCLOSE_BASE_HASHTABLE_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct hashtable_node - member of an entry
 * @next: of the same bucket; entries with one key are in order, the latest first
 * @previous: of the same bucket; NULL: it is the first
 * @key: what it is found by
 */
struct hashtable_node {
	struct hashtable_node *next;
	struct hashtable_node *previous;
	uint64_t key;
};

/**
 * struct hashtable - the table; all zero is an empty one
 * @buckets: chains
 * @size: how many, a power of two, or 0
 * @count: entries
 * @seed: of the hash; 0 as long as it is empty
 */
struct hashtable {
	struct hashtable_node **buckets;
	size_t size;
	size_t count;
	uint64_t seed;
};

int hashtable_add(struct hashtable *t, struct hashtable_node *node, uint64_t key);
void hashtable_remove(struct hashtable *t, struct hashtable_node *node);
struct hashtable_node *hashtable_find(const struct hashtable *t, uint64_t key);
struct hashtable_node *hashtable_next(const struct hashtable_node *node);
struct hashtable_node *hashtable_previous(const struct hashtable_node *node);
struct hashtable_node *hashtable_walk(const struct hashtable *t, size_t *bucket,
				      const struct hashtable_node *node);
void hashtable_free(struct hashtable *t, void (*release)(struct hashtable_node *node));

#endif /* TCPCLOSE_BASE_HASHTABLE_H */
