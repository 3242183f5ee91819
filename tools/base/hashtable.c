// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hash table of entries that carry their own link.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hashtable.h"

#define FIRST_SIZE 1024

/* The finalizer of MurmurHash3: keys are counters and addresses. */
static uint64_t hash_mix(uint64_t key)
{
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdULL;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53ULL;
	return key ^ key >> 33;
}

static struct hashtable_node **bucket_of(const struct hashtable *t, uint64_t key)
{
	return &t->buckets[hash_mix(key) & (t->size - 1)];
}

/* Moved from the last to the first, so that the latest stays the first. */
static struct hashtable_node *move_chain(struct hashtable *t, struct hashtable_node *chain)
{
	struct hashtable_node *reversed = NULL, *next;

	for (; chain; chain = next) {
		next = chain->next;
		chain->next = reversed;
		reversed = chain;
	}
	for (; reversed; reversed = next) {
		struct hashtable_node **bucket = bucket_of(t, reversed->key);

		next = reversed->next;
		reversed->next = *bucket;
		*bucket = reversed;
	}
	return NULL;
}

static int grow(struct hashtable *t)
{
	struct hashtable bigger = { .size = t->size ? 2 * t->size : FIRST_SIZE };
	size_t i;

	bigger.buckets = calloc(bigger.size, sizeof(struct hashtable_node *));
	if (!bigger.buckets)
		return t->size ? 0 : -ENOMEM;
	for (i = 0; i < t->size; i++)
		t->buckets[i] = move_chain(&bigger, t->buckets[i]);
	free(t->buckets);
	t->buckets = bigger.buckets;
	t->size = bigger.size;
	return 0;
}

/**
 * hashtable_add() - add an entry
 * @t: the table
 * @node: the entry
 * @key: its key; others may have the same
 *
 * Return: 0, or -ENOMEM, which happens to the first entry only
 */
int hashtable_add(struct hashtable *t, struct hashtable_node *node, uint64_t key)
{
	struct hashtable_node **bucket;

	if (t->count >= t->size) {
		int ret = grow(t);

		if (ret)
			return ret;
	}
	bucket = bucket_of(t, key);
	node->key = key;
	node->next = *bucket;
	*bucket = node;
	t->count++;
	return 0;
}

/**
 * hashtable_remove() - take an entry out
 * @t: the table
 * @node: the entry, which is in it
 */
void hashtable_remove(struct hashtable *t, struct hashtable_node *node)
{
	struct hashtable_node **link = bucket_of(t, node->key);

	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	t->count--;
}

static struct hashtable_node *same_key(struct hashtable_node *node, uint64_t key)
{
	while (node && node->key != key)
		node = node->next;
	return node;
}

/**
 * hashtable_find() - the latest entry with a key
 * @t: the table
 * @key: the key
 *
 * Return: the entry, or NULL
 */
struct hashtable_node *hashtable_find(const struct hashtable *t, uint64_t key)
{
	return t->size ? same_key(*bucket_of(t, key), key) : NULL;
}

/**
 * hashtable_next() - the entry with the same key that was added before
 * @node: an entry
 *
 * Return: the other one, or NULL
 */
struct hashtable_node *hashtable_next(const struct hashtable_node *node)
{
	return same_key(node->next, node->key);
}

/**
 * hashtable_walk() - all entries, in no order
 * @t: the table; no entry is added meanwhile
 * @bucket: where the walk is; 0 at first
 * @node: the entry before; NULL at first. To remove it, walk on first.
 *
 * Return: an entry, or NULL at the end
 */
struct hashtable_node *hashtable_walk(const struct hashtable *t, size_t *bucket,
				      const struct hashtable_node *node)
{
	struct hashtable_node *next = node ? node->next : NULL;

	while (!next && *bucket < t->size)
		next = t->buckets[(*bucket)++];
	return next;
}

/**
 * hashtable_free() - give everything back
 * @t: the table, empty afterwards
 * @release: called for each entry; NULL: none
 */
void hashtable_free(struct hashtable *t, void (*release)(struct hashtable_node *node))
{
	struct hashtable_node *node, *next;
	size_t i;

	for (i = 0; release && i < t->size; i++) {
		for (node = t->buckets[i]; node; node = next) {
			next = node->next;
			release(node);
		}
	}
	free(t->buckets);
	memset(t, 0, sizeof(*t));
}
