// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is kept of each living connection, up to a number of them. Above it, those
 * that have been silent for longest are dropped.
 *
 * Knows entries; knows nothing of what they mean.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/hash.h"
#include "check/history.h"

#define ENDS 65536

static struct history_entry *entry_of(struct life *life)
{
	return (struct history_entry *)life;
}

static struct history_entry *of_tuple(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct history_entry, by_tuple);
}

/**
 * history_hash() - mix two numbers
 * @h: for its seed
 * @a: one
 * @b: the other
 */
uint64_t history_hash(const struct history *h, uint64_t a, uint64_t b)
{
	return hash_mix(h->seed, a, b);
}

/**
 * history_init() - remember nothing yet
 * @h: the history
 * @max: the most entries that are kept
 *
 * Return: 0 or -ENOMEM
 */
int history_init(struct history *h, size_t max)
{
	memset(h, 0, sizeof(*h));
	h->seed = hash_seed();
	h->max = max;
	h->ends = calloc(ENDS, sizeof(*h->ends));
	return h->ends ? 0 : -ENOMEM;
}

/**
 * history_free() - forget all
 * @h: the history
 */
void history_free(struct history *h)
{
	while (h->list.oldest) {
		struct life *life = h->list.oldest;

		life_list_remove(&h->list, life);
		free(life);
	}
	lives_free(&h->lives);
	hashtable_free(&h->by_tuple, NULL);
	free(h->ends);
	h->ends = NULL;
}

/**
 * history_find() - the living connection that a transition belongs to
 * @h: the history
 * @e: the transition, with a cookie
 *
 * Return: it, valid until something is added or removed, or NULL
 */
struct history_entry *history_find(struct history *h, const struct event *e)
{
	return entry_of(lives_find(&h->lives, e));
}

/**
 * history_find_socket() - the connection that has the full socket of a transition
 * @h: the history
 * @e: the transition, with a cookie
 *
 * Return: likewise
 */
struct history_entry *history_find_socket(struct history *h,
					  const struct event *e)
{
	return entry_of(lives_find_socket(&h->lives, e->cookie, e->netns_inode));
}

static void forget_oldest(struct history *h)
{
	struct history_entry *entry = entry_of(h->list.oldest);

	if (h->forget)
		h->forget(h->context, entry);
	if (entry->life.last_ns > h->forgotten_ns)
		h->forgotten_ns = entry->life.last_ns;
	h->forgotten++;
	history_remove(h, entry);
}

/**
 * history_add() - begin to remember a connection
 * @h: the history
 * @e: its first transition
 *
 * Return: the entry, all else 0, valid until the next is added or removed, or NULL
 * if there is no memory
 */
struct history_entry *history_add(struct history *h, const struct event *e)
{
	struct history_entry *entry;

	if (h->count >= h->max)
		forget_oldest(h);
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	if (lives_add(&h->lives, &entry->life, e->cookie, e->netns_inode)) {
		free(entry);
		return NULL;
	}
	life_list_add(&h->list, &entry->life);
	h->count++;
	return entry;
}

/**
 * history_remove() - forget a connection
 * @h: the history
 * @entry: it
 */
void history_remove(struct history *h, struct history_entry *entry)
{
	history_disown(h, entry);
	lives_remove(&h->lives, &entry->life);
	life_list_remove(&h->list, &entry->life);
	h->count--;
	free(entry);
}

/**
 * history_renew() - a connection has a new transition
 * @h: the history
 * @entry: it
 */
void history_renew(struct history *h, struct history_entry *entry)
{
	if (h->list.newest == &entry->life)
		return;
	life_list_remove(&h->list, &entry->life);
	life_list_add(&h->list, &entry->life);
}

/**
 * history_walk() - visit all, those without a transition for longest first
 * @h: the history; nothing is added or removed meanwhile
 * @before: the one before; NULL at first
 *
 * Return: the next entry or NULL
 */
struct history_entry *history_walk(const struct history *h,
				   const struct history_entry *before)
{
	return entry_of(before ? before->life.newer : h->list.oldest);
}

/**
 * history_owner() - the connection that has certain addresses and ports
 * @h: the history
 * @tuple: hash of them
 *
 * Return: it, valid until something is added or removed, or NULL
 */
struct history_entry *history_owner(const struct history *h, uint64_t tuple)
{
	return of_tuple(hashtable_find(&h->by_tuple, tuple));
}

/**
 * history_own() - a connection has its addresses and ports
 * @h: the history
 * @entry: it; its tuple is known, and no other one has it
 *
 * Return: 0 or -ENOMEM
 */
int history_own(struct history *h, struct history_entry *entry)
{
	int ret = hashtable_add(&h->by_tuple, &entry->by_tuple, entry->tuple);

	if (!ret)
		entry->flags |= HISTORY_OWNER;
	return ret;
}

/**
 * history_disown() - a connection has its addresses and ports no longer
 * @h: the history
 * @entry: it
 */
void history_disown(struct history *h, struct history_entry *entry)
{
	if (!(entry->flags & HISTORY_OWNER))
		return;
	entry->flags &= (uint16_t)~HISTORY_OWNER;
	hashtable_remove(&h->by_tuple, &entry->by_tuple);
}

static struct history_end *end_slot(struct history *h, uint64_t cookie,
				    uint32_t netns)
{
	return &h->ends[history_hash(h, cookie, netns) >> 32 & (ENDS - 1)];
}

/**
 * history_end() - remember for a while that a connection has ended
 * @h: the history
 * @entry: it; its next number is known already
 * @end_ns: when that was
 */
void history_end(struct history *h, const struct history_entry *entry,
		 uint64_t end_ns)
{
	const struct life *life = &entry->life;

	*end_slot(h, life->cookie, life->netns) = (struct history_end){
		.cookie = life->cookie,
		.netns = life->netns,
		.index = life->next ? life->next - 1 : 0,
		.mini = life->mini,
		.end_ns = end_ns,
		.born_ns = life->born_ns,
	};
}

/**
 * history_find_end() - a connection that ended lately
 * @h: the history
 * @cookie: its cookie
 * @netns: inode of its network namespace
 *
 * Return: its end, or NULL if it is not known, or no longer
 */
struct history_end *history_find_end(struct history *h, uint64_t cookie,
				     uint32_t netns)
{
	struct history_end *end = end_slot(h, cookie, netns);

	return end->cookie == cookie && end->netns == netns ? end : NULL;
}
