// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network namespaces of a stream, and their names.
 *
 * Knows which namespaces there were; does not know where names come from.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "sys/netns_table.h"

/**
 * netns_table_init() - begin with an empty table
 * @t: the table
 * @max: number of namespaces that it remembers
 */
void netns_table_init(struct netns_table *t, size_t max)
{
	memset(t, 0, sizeof(*t));
	t->seed = hash_seed();
	t->max = max;
	t->link = &t->oldest;
}

/**
 * netns_table_find() - find a namespace in the table
 * @t: the table
 * @cookie: its cookie
 * @inode: its inode
 *
 * Return: the entry, valid until the next netns_table_take(), or NULL
 */
struct netns_entry *netns_table_find(struct netns_table *t, uint64_t cookie,
				     uint32_t inode)
{
	struct hashtable_node *node =
		hashtable_find(&t->entries, hash_mix(t->seed, cookie, inode));

	for (; node; node = hashtable_next(node)) {
		struct netns_entry *e = (struct netns_entry *)node;

		if (e->cookie == cookie && e->inode == inode) {
			e->used = true;
			return e;
		}
	}
	return NULL;
}

static void append(struct netns_table *t, struct netns_entry *e)
{
	e->next = NULL;
	*t->link = e;
	t->link = &e->next;
}

/* The oldest one that was not found since it was spared the last time. */
static struct netns_entry *take_oldest(struct netns_table *t)
{
	for (;;) {
		struct netns_entry *e = t->oldest;

		t->oldest = e->next;
		if (!t->oldest)
			t->link = &t->oldest;
		if (!e->used) {
			hashtable_remove(&t->entries, &e->node);
			return e;
		}
		e->used = false;
		append(t, e);
	}
}

/**
 * netns_table_take() - find a namespace in the table, or make room for it
 * @t: the table
 * @cookie: its cookie
 * @inode: its inode
 *
 * Return: the entry, without a name if it is new; NULL if there is no memory
 */
struct netns_entry *netns_table_take(struct netns_table *t, uint64_t cookie,
				     uint32_t inode)
{
	struct netns_entry *e = netns_table_find(t, cookie, inode);

	if (e)
		return e;
	e = t->entries.count < t->max ? malloc(sizeof(*e)) : take_oldest(t);
	if (!e)
		return NULL;
	memset(e, 0, sizeof(*e));
	e->cookie = cookie;
	e->inode = inode;
	if (hashtable_add(&t->entries, &e->node,
			  hash_mix(t->seed, cookie, inode))) {
		free(e);
		return NULL;
	}
	append(t, e);
	return e;
}

static void free_entry(struct hashtable_node *node)
{
	free(node);
}

/**
 * netns_table_free() - free all entries
 * @t: the table
 */
void netns_table_free(struct netns_table *t)
{
	hashtable_free(&t->entries, free_entry);
}
