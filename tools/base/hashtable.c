// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hash table of entries that carry their own links.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hashtable.h"

#define FIRST_SIZE 1024

static struct hashtable_node **bucket_of(const struct hashtable *t, uint64_t key)
{
	return &t->buckets[hash_mix(t->seed, key, 0) & (t->size - 1)];
}

static void link_first(struct hashtable *t, struct hashtable_node *node)
{
	struct hashtable_node **bucket = bucket_of(t, node->key);

	node->previous = NULL;
	node->next = *bucket;
	if (node->next)
		node->next->previous = node;
	*bucket = node;
}

/* Moved from the last to the first, so that the latest stays the first. */
static void move_chain(struct hashtable *t, struct hashtable_node *chain)
{
	struct hashtable_node *last = chain;

	while (last && last->next)
		last = last->next;
	for (; last; last = chain) {
		chain = last->previous;
		link_first(t, last);
	}
}

static int grow(struct hashtable *t)
{
	struct hashtable bigger = {
		.size = t->size ? 2 * t->size : FIRST_SIZE,
		.seed = t->seed ? t->seed : hash_seed(),
	};
	size_t i;

	bigger.buckets = calloc(bigger.size, sizeof(struct hashtable_node *));
	if (!bigger.buckets)
		return t->size ? 0 : -ENOMEM;
	for (i = 0; i < t->size; i++)
		move_chain(&bigger, t->buckets[i]);
	free(t->buckets);
	t->buckets = bigger.buckets;
	t->size = bigger.size;
	t->seed = bigger.seed;
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
	if (t->count >= t->size) {
		int ret = grow(t);

		if (ret)
			return ret;
	}
	node->key = key;
	link_first(t, node);
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
	if (node->previous)
		node->previous->next = node->next;
	else
		*bucket_of(t, node->key) = node->next;
	if (node->next)
		node->next->previous = node->previous;
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
 * hashtable_previous() - the entry with the same key that was added after
 * @node: an entry
 *
 * Return: the other one, or NULL
 */
struct hashtable_node *hashtable_previous(const struct hashtable_node *node)
{
	struct hashtable_node *other = node->previous;

	while (other && other->key != node->key)
		other = other->previous;
	return other;
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
