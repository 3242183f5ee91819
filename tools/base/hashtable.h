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
 * struct table_node - first member of an entry
 * @next: of the same bucket
 * @key: what it is found by
 */
struct table_node {
	struct table_node *next;
	uint64_t key;
};

/**
 * struct table - the table; all zero is an empty one
 * @buckets: chains
 * @size: how many, a power of two, or 0
 * @count: entries
 */
struct table {
	struct table_node **buckets;
	size_t size;
	size_t count;
};

int table_add(struct table *t, struct table_node *node, uint64_t key);
void table_remove(struct table *t, struct table_node *node);
struct table_node *table_find(const struct table *t, uint64_t key);
struct table_node *table_next(const struct table_node *node);
struct table_node *table_walk(const struct table *t, size_t *bucket,
			      const struct table_node *node);
void table_free(struct table *t, void (*release)(struct table_node *node));

uint64_t table_mix(uint64_t key, const void *bytes, size_t len);

#endif /* TCPCLOSE_BASE_HASHTABLE_H */
