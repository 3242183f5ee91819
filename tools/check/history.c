// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is kept of each living connection: a hash table that grows up to a
 * limit. Above it, those that have been silent for longest are dropped.
 *
 * Knows entries; knows nothing of what they mean.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "check/history.h"

#define FIRST_SLOTS 1024
#define ENDS 65536
/* Number of entries from which to estimate which are silent for longest. */
#define SAMPLE 1024

static_assert(sizeof(struct history_entry) <= 64, "one cache line");

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

/* Slot where the search for an entry begins. */
static size_t place(const struct history *h, uint64_t cookie, uint32_t netns)
{
	return history_hash(h, cookie, netns) & (h->slot_count - 1);
}

/**
 * history_init() - remember nothing yet
 * @h: the history
 * @max_slots: the most that the table may grow to, a power of two from 1024
 *
 * Return: 0 or -ENOMEM
 */
int history_init(struct history *h, size_t max_slots)
{
	memset(h, 0, sizeof(*h));
	h->seed = hash_seed();
	h->slot_count = FIRST_SLOTS;
	h->max_slots = max_slots;
	h->slots = calloc(h->slot_count, sizeof(*h->slots));
	h->ends = calloc(ENDS, sizeof(*h->ends));
	if (h->slots && h->ends)
		return 0;
	history_free(h);
	return -ENOMEM;
}

/**
 * history_free() - forget all
 * @h: the history
 */
void history_free(struct history *h)
{
	free(h->slots);
	free(h->ends);
	h->slots = NULL;
	h->ends = NULL;
}

/**
 * history_find() - a living connection
 * @h: the history
 * @cookie: its cookie
 * @netns: inode of its network namespace
 * @mini: a mini-socket stands for it
 * @born_ns: of several, the one that began then; 0: any
 *
 * Return: it, valid until something is added or removed, or NULL
 */
struct history_entry *history_find(struct history *h, uint64_t cookie,
				   uint32_t netns, bool mini, uint64_t born_ns)
{
	struct history_entry *other = NULL;
	size_t i = place(h, cookie, netns);

	for (; h->slots[i].flags; i = (i + 1) & (h->slot_count - 1)) {
		struct history_entry *entry = &h->slots[i];

		if (entry->cookie != cookie || entry->netns != netns ||
		    mini != !!(entry->flags & HISTORY_MINI))
			continue;
		if (!born_ns || !(entry->flags & HISTORY_BORN) ||
		    entry->born_ns == born_ns)
			return entry;
		if (!other)
			other = entry;
	}
	return other;
}

static struct history_entry *free_slot(struct history *h, uint64_t cookie,
				       uint32_t netns)
{
	size_t i = place(h, cookie, netns);

	while (h->slots[i].flags)
		i = (i + 1) & (h->slot_count - 1);
	return &h->slots[i];
}

/* Return: whether there is more room now. */
static bool grow(struct history *h)
{
	struct history_entry *old = h->slots, *slots;
	size_t old_count = h->slot_count, i;

	if (old_count >= h->max_slots)
		return false;
	slots = calloc(2 * old_count, sizeof(*slots));
	if (!slots)
		return false;
	h->slots = slots;
	h->slot_count = 2 * old_count;
	for (i = 0; i < old_count; i++)
		if (old[i].flags)
			*free_slot(h, old[i].cookie, old[i].netns) = old[i];
	free(old);
	return true;
}

static int compare_times(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Before this time about an eighth of all entries had their latest record. */
static uint64_t silent_since(const struct history *h)
{
	uint64_t times[SAMPLE];
	size_t count = 0, i = (size_t)h->seed & (h->slot_count - 1), looked;

	for (looked = 0; looked < h->slot_count && count < SAMPLE; looked++) {
		if (h->slots[i].flags)
			times[count++] = h->slots[i].last_ns;
		i = (i + 1) & (h->slot_count - 1);
	}
	qsort(times, count, sizeof(times[0]), compare_times);
	return times[count / 8];
}

static void forget(struct history *h)
{
	uint64_t until_ns = silent_since(h);
	size_t i = 0;

	while (i < h->slot_count) {
		struct history_entry *entry = &h->slots[i];

		if (!entry->flags || entry->last_ns > until_ns) {
			i++;
			continue;
		}
		if (h->forget)
			h->forget(h->context, entry);
		if (entry->last_ns > h->forgotten_ns)
			h->forgotten_ns = entry->last_ns;
		h->forgotten++;
		/* Another one may move here: look again. */
		history_remove(h, entry);
	}
}

/**
 * history_add() - begin to remember a connection
 * @h: the history
 * @cookie: its cookie, not there yet
 * @netns: inode of its network namespace
 *
 * Return: the entry, its other members 0, valid until the next is added or
 * removed
 */
struct history_entry *history_add(struct history *h, uint64_t cookie,
				  uint32_t netns)
{
	struct history_entry *entry;

	if (h->count >= h->slot_count / 8 * 7 && !grow(h))
		forget(h);
	entry = free_slot(h, cookie, netns);
	memset(entry, 0, sizeof(*entry));
	entry->cookie = cookie;
	entry->netns = netns;
	entry->flags = HISTORY_USED;
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
	size_t mask = h->slot_count - 1;
	size_t gap = (size_t)(entry - h->slots), i = gap;

	h->count--;
	/* Move up entries that a search would miss behind an empty slot. */
	for (;;) {
		size_t home;

		i = (i + 1) & mask;
		if (!h->slots[i].flags)
			break;
		home = place(h, h->slots[i].cookie, h->slots[i].netns);
		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		h->slots[gap] = h->slots[i];
		gap = i;
	}
	h->slots[gap].flags = 0;
}

/**
 * history_walk() - visit all
 * @h: the history; nothing is added or removed meanwhile
 * @pos: 0 at first
 *
 * Return: the next entry or NULL
 */
struct history_entry *history_walk(struct history *h, size_t *pos)
{
	while (*pos < h->slot_count) {
		struct history_entry *entry = &h->slots[(*pos)++];

		if (entry->flags)
			return entry;
	}
	return NULL;
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
	*end_slot(h, entry->cookie, entry->netns) = (struct history_end){
		.cookie = entry->cookie,
		.netns = entry->netns,
		.index = entry->next ? entry->next - 1 : 0,
		.mini = entry->flags & HISTORY_MINI,
		.end_ns = end_ns,
		.born_ns = entry->flags & HISTORY_BORN ? entry->born_ns : 0,
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
