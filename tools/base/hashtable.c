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
static uint64_t mix(uint64_t key)
{
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdULL;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53ULL;
	return key ^ key >> 33;
}

static struct table_node **bucket_of(const struct table *t, uint64_t key)
{
	return &t->buckets[mix(key) & (t->size - 1)];
}

/* Moved from the last to the first, so that the latest stays the first. */
static struct table_node *move_chain(struct table *t, struct table_node *chain)
{
	struct table_node *reversed = NULL, *next;

	for (; chain; chain = next) {
		next = chain->next;
		chain->next = reversed;
		reversed = chain;
	}
	for (; reversed; reversed = next) {
		struct table_node **bucket = bucket_of(t, reversed->key);

		next = reversed->next;
		reversed->next = *bucket;
		*bucket = reversed;
	}
	return NULL;
}

static int grow(struct table *t)
{
	struct table bigger = { .size = t->size ? 2 * t->size : FIRST_SIZE };
	size_t i;

	bigger.buckets = calloc(bigger.size, sizeof(struct table_node *));
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
 * table_add() - add an entry
 * @t: the table
 * @node: the entry
 * @key: its key; others may have the same
 *
 * Return: 0, or -ENOMEM, which happens to the first entry only
 */
int table_add(struct table *t, struct table_node *node, uint64_t key)
{
	struct table_node **bucket;

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
 * table_remove() - take an entry out
 * @t: the table
 * @node: the entry, which is in it
 */
void table_remove(struct table *t, struct table_node *node)
{
	struct table_node **link = bucket_of(t, node->key);

	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	t->count--;
}

static struct table_node *same_key(struct table_node *node, uint64_t key)
{
	while (node && node->key != key)
		node = node->next;
	return node;
}

/**
 * table_find() - the latest entry with a key
 * @t: the table
 * @key: the key
 *
 * Return: the entry, or NULL
 */
struct table_node *table_find(const struct table *t, uint64_t key)
{
	return t->size ? same_key(*bucket_of(t, key), key) : NULL;
}

/**
 * table_next() - the entry with the same key that was added before
 * @node: an entry
 *
 * Return: the other one, or NULL
 */
struct table_node *table_next(const struct table_node *node)
{
	return same_key(node->next, node->key);
}

/**
 * table_walk() - all entries, in no order
 * @t: the table; no entry is added meanwhile
 * @bucket: where the walk is; 0 at first
 * @node: the entry before; NULL at first. To remove it, walk on first.
 *
 * Return: an entry, or NULL at the end
 */
struct table_node *table_walk(const struct table *t, size_t *bucket,
			      const struct table_node *node)
{
	struct table_node *next = node ? node->next : NULL;

	while (!next && *bucket < t->size)
		next = t->buckets[(*bucket)++];
	return next;
}

/**
 * table_free() - give everything back
 * @t: the table, empty afterwards
 * @release: called for each entry; NULL: none
 */
void table_free(struct table *t, void (*release)(struct table_node *node))
{
	struct table_node *node, *next;
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

/**
 * table_mix() - make a key of several things
 * @key: of those before, or any number
 * @bytes: the next one
 * @len: its length
 *
 * Return: the key; FNV-1a
 */
uint64_t table_mix(uint64_t key, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	key ^= 0xcbf29ce484222325ULL;
	while (len--)
		key = (key ^ *p++) * 0x100000001b3ULL;
	return key;
}
