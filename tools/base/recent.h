/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounded table of entries that are found by two numbers: one that was not found for
 * long makes room for a new one.
 */
#ifndef TCPCLOSE_BASE_RECENT_H
#define TCPCLOSE_BASE_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hashtable.h"

/**
 * struct recent_entry - first member of an entry
 * @node: in the table
 * @next: the one that was added after it
 * @previous: the one that was added before it
 * @a: one of the numbers that it is found by
 * @b: the other
 * @used: found since it was added, or since it was spared
 */
struct recent_entry {
	struct hashtable_node node;
	struct recent_entry *next;
	struct recent_entry *previous;
	uint64_t a;
	uint64_t b;
	bool used;
};

/**
 * struct recent - the table
 * @entries: by both numbers
 * @seed: of their keys, so that no two entries can be made to have one key
 * @size: of an entry, bytes
 * @max: number of entries, at least 1
 * @oldest: the one that was added first
 * @latest: the one that was added last
 */
struct recent {
	struct hashtable entries;
	uint64_t seed;
	size_t size;
	size_t max;
	struct recent_entry *oldest;
	struct recent_entry *latest;
};

void recent_init(struct recent *t, size_t size, size_t max);
void *recent_find(struct recent *t, uint64_t a, uint64_t b);
void *recent_take(struct recent *t, uint64_t a, uint64_t b);
void recent_remove(struct recent *t, void *entry);
void recent_free(struct recent *t);

#endif /* TCPCLOSE_BASE_RECENT_H */
