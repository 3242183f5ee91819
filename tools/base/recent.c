// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounded table of entries: one that was not found for long makes room.
 *
 * Knows nothing of what an entry holds.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/recent.h"

/**
 * recent_init() - begin with an empty table
 * @t: the table
 * @size: of an entry, which begins with &struct recent_entry
 * @max: number of entries that it remembers
 */
void recent_init(struct recent *t, size_t size, size_t max)
{
	memset(t, 0, sizeof(*t));
	t->seed = hash_seed();
	t->size = size;
	t->max = max;
}

/**
 * recent_find() - find an entry
 * @t: the table
 * @a: one of its numbers
 * @b: the other
 *
 * Return: the entry, valid until the next recent_take(), or NULL
 */
void *recent_find(struct recent *t, uint64_t a, uint64_t b)
{
	struct hashtable_node *node =
		hashtable_find(&t->entries, hash_mix(t->seed, a, b));

	for (; node; node = hashtable_next(node)) {
		struct recent_entry *e = (struct recent_entry *)node;

		if (e->a == a && e->b == b) {
			e->used = true;
			return e;
		}
	}
	return NULL;
}

static void append(struct recent *t, struct recent_entry *e)
{
	e->next = NULL;
	e->previous = t->latest;
	*(t->latest ? &t->latest->next : &t->oldest) = e;
	t->latest = e;
}

static void unlink_entry(struct recent *t, struct recent_entry *e)
{
	*(e->next ? &e->next->previous : &t->latest) = e->previous;
	*(e->previous ? &e->previous->next : &t->oldest) = e->next;
}

/* The oldest one that was not found since it was spared the last time. */
static struct recent_entry *take_oldest(struct recent *t)
{
	for (;;) {
		struct recent_entry *e = t->oldest;

		unlink_entry(t, e);
		if (!e->used) {
			hashtable_remove(&t->entries, &e->node);
			return e;
		}
		e->used = false;
		append(t, e);
	}
}

/**
 * recent_take() - find an entry, or make room for it
 * @t: the table
 * @a: one of its numbers
 * @b: the other
 *
 * Return: the entry, zero behind its first member if it is new; NULL if there is no
 * memory
 */
void *recent_take(struct recent *t, uint64_t a, uint64_t b)
{
	struct recent_entry *e = recent_find(t, a, b);

	if (e)
		return e;
	e = t->entries.count < t->max ? malloc(t->size) : take_oldest(t);
	if (!e)
		return NULL;
	memset(e, 0, t->size);
	e->a = a;
	e->b = b;
	if (hashtable_add(&t->entries, &e->node, hash_mix(t->seed, a, b))) {
		free(e);
		return NULL;
	}
	append(t, e);
	return e;
}

/**
 * recent_remove() - free an entry
 * @t: the table
 * @entry: of recent_find() or recent_take()
 */
void recent_remove(struct recent *t, void *entry)
{
	struct recent_entry *e = entry;

	hashtable_remove(&t->entries, &e->node);
	unlink_entry(t, e);
	free(e);
}

static void free_entry(struct hashtable_node *node)
{
	free(node);
}

/**
 * recent_free() - free all entries
 * @t: the table
 */
void recent_free(struct recent *t)
{
	hashtable_free(&t->entries, free_entry);
}
