// SPDX-License-Identifier: GPL-2.0-only
/*
 * RSTs whose side has made no transition yet: a RST is recorded a moment before the
 * transition that it makes, or that sends it; one that is ignored, perhaps years
 * before the connection closes.
 */
#include <string.h>

#include "conn/waiting.h"

static bool is_of(const struct waiting_entry *entry, const struct side_tuple *tuple,
		  uint32_t netns, uint64_t cookie)
{
	return entry->rsts.count && entry->netns == netns &&
	       entry->cookie == cookie && side_tuples_equal(&entry->tuple, tuple);
}

static struct waiting_entry *use_next(struct waiting *w)
{
	struct waiting_entry *entry = &w->entries[w->next];

	w->next = (w->next + 1) % WAITING_MAX;
	w->used += !entry->rsts.count;
	side_rsts_free(&entry->rsts);
	return entry;
}

/**
 * waiting_add() - let a RST wait for its side
 * @w: those that wait
 * @e: the RST, with a network namespace
 *
 * Return: 0, or -ENOMEM
 */
int waiting_add(struct waiting *w, const struct event *e)
{
	struct side_tuple tuple = side_tuple_of(e);
	struct side_rst rst = side_rst_of(e);
	struct waiting_entry *entry = NULL;
	unsigned int i;

	for (i = 0; i < WAITING_MAX && w->used && !entry; i++)
		if (is_of(&w->entries[i], &tuple, e->netns_inode, e->cookie))
			entry = &w->entries[i];
	if (!entry) {
		entry = use_next(w);
		entry->tuple = tuple;
		entry->netns = e->netns_inode;
		entry->cookie = e->cookie;
	}
	return side_rsts_add(&entry->rsts, &rst);
}

/* Whether the connection existed when the first of them came. */
static bool was_born(const struct waiting_entry *entry, const struct side *side)
{
	if (!side->born_ns)
		return entry->cookie;
	return side->born_ns <= entry->rsts.kept[0].ts_ns;
}

/**
 * waiting_take() - give a side the RSTs that waited for it
 * @w: those that wait
 * @side: the side, with its first transition
 *
 * Return: 0, or -ENOMEM
 */
int waiting_take(struct waiting *w, struct side *side)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < WAITING_MAX && w->used && !ret; i++) {
		struct waiting_entry *entry = &w->entries[i];

		if (!is_of(entry, &side->tuple, side->netns_inode, side->cookie) &&
		    !is_of(entry, &side->tuple, side->netns_inode, 0))
			continue;
		if (!was_born(entry, side))
			continue;
		ret = side_rsts_take(&side->rsts, &entry->rsts);
		w->used--;
	}
	return ret;
}

/**
 * waiting_free() - forget all
 * @w: those that wait
 */
void waiting_free(struct waiting *w)
{
	unsigned int i;

	for (i = 0; i < WAITING_MAX; i++)
		side_rsts_free(&w->entries[i].rsts);
}
