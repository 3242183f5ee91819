/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hash table of entries that carry their own link: any number with one key,
 * the latest first.
 *
 * Knows keys of 64 bits; owns no entry.
 */
#ifndef TCPCLOSE_BASE_HASHTABLE_H
#define TCPCLOSE_BASE_HASHTABLE_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct hashtable_node - first member of an entry
 * @next: of the same bucket
 * @key: what it is found by
 */
struct hashtable_node {
	struct hashtable_node *next;
	uint64_t key;
};

/**
 * struct hashtable - the table; all zero is an empty one
 * @buckets: chains
 * @size: how many, a power of two, or 0
 * @count: entries
 */
struct hashtable {
	struct hashtable_node **buckets;
	size_t size;
	size_t count;
};

int hashtable_add(struct hashtable *t, struct hashtable_node *node, uint64_t key);
void hashtable_remove(struct hashtable *t, struct hashtable_node *node);
struct hashtable_node *hashtable_find(const struct hashtable *t, uint64_t key);
struct hashtable_node *hashtable_next(const struct hashtable_node *node);
struct hashtable_node *hashtable_walk(const struct hashtable *t, size_t *bucket,
				      const struct hashtable_node *node);
void hashtable_free(struct hashtable *t, void (*release)(struct hashtable_node *node));

#endif /* TCPCLOSE_BASE_HASHTABLE_H */
