// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares the mini-sockets that should be alive in a network namespace, by
 * cookie, with the kernel's number and list of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tcpclose.h>

#include "witness/census.h"

/**
 * struct minisock - a mini-socket that should be alive
 * @node: in the table, by key
 * @cookie: its cookie
 * @state: FIN_WAIT2 or TIME_WAIT; 0: its birth is not recorded yet
 * @early: state that was recorded before its birth
 * @list_number: of the latest list that has it
 */
struct minisock {
	struct hashtable_node node;
	uint64_t cookie;
	unsigned int state;
	unsigned int early;
	unsigned int list_number;
};

static void free_node(struct hashtable_node *node)
{
	free(node);
}

/**
 * census_free() - free everything
 * @c: the census
 */
void census_free(struct census *c)
{
	hashtable_free(&c->minisocks, free_node);
}

static struct minisock *find(const struct census *c, uint64_t key)
{
	return (struct minisock *)hashtable_find(&c->minisocks, key);
}

static int add(struct census *c, uint64_t key, uint64_t cookie,
	       unsigned int state, unsigned int early)
{
	struct minisock *m = calloc(1, sizeof(*m));

	if (!m || hashtable_add(&c->minisocks, &m->node, key)) {
		free(m);
		return -ENOMEM;
	}
	m->cookie = cookie;
	m->state = state;
	m->early = early;
	c->alive += state != 0;
	return 0;
}

static void drop(struct census *c, struct minisock *m)
{
	c->alive -= m->state != 0;
	hashtable_remove(&c->minisocks, &m->node);
	free(m);
}

static void add_birth(struct census *c, struct minisock *m)
{
	if (m->state)
		return;
	if (m->early == TCPCLOSE_CLOSE) {
		drop(c, m);
		return;
	}
	m->state = m->early;
	c->alive++;
}

/**
 * census_begin() - add those that are older than the records
 * @c: the census
 * @list: the kernel's list; one may skip some, several do not
 *
 * The change of one may be recorded before it is listed.
 *
 * Return: 0, or -ENOMEM
 */
int census_begin(struct census *c, const struct sockdiag_list *list)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < list->count; i++) {
		const struct sockdiag_entry *entry = &list->entries[i];
		struct minisock *m = find(c, entry->key);

		if (!m)
			ret = add(c, entry->key, entry->cookie, entry->state, 0);
		else if (m->early != TCPCLOSE_CLOSE)
			add_birth(c, m);
	}
	return ret;
}

/**
 * census_move() - apply a record
 * @c: the census
 * @item: the record
 *
 * Another CPU may change or end a mini-socket before its birth is recorded.
 *
 * Return: 0, or -ENOMEM
 */
int census_move(struct census *c, const struct census_item *item)
{
	struct minisock *m = find(c, item->key);

	switch (item->move) {
	case MOVE_BORN:
		if (!m)
			return add(c, item->key, item->cookie, item->state, 0);
		add_birth(c, m);
		return 0;
	case MOVE_CHANGED:
	case MOVE_DIED:
		if (!m)
			return add(c, item->key, item->cookie, 0,
				   item->state);
		if (!m->state)
			m->early = item->state;
		else if (item->move == MOVE_DIED)
			drop(c, m);
		else
			m->state = item->state;
		return 0;
	default:
		return 0;
	}
}

static void keep_better(struct census_result *best, const struct census_result *other)
{
	if (!best->is_known || other->row.difference < best->row.difference ||
	    (other->row.difference == best->row.difference &&
	     other->row.moving < best->row.moving))
		*best = *other;
}

/**
 * census_compare_number() - compare the number of mini-sockets
 * @c: the census, up to @s
 * @items: records around @s and after it
 * @netns: key of the namespace
 * @s: has the kernel's number
 */
void census_compare_number(struct census *c, const struct census_items *items,
			   uint64_t netns, const struct snapshot *s)
{
	struct census_result o = { .is_known = true };
	uint64_t low = c->alive, high = c->alive;
	size_t i;

	for (i = 0; i < items->count; i++) {
		const struct census_item *item = &items->first[i];

		if (item->ts_ns >= s->counted_ns + CENSUS_SKEW_NS)
			break;
		if (item->netns != netns)
			continue;
		high += item->move == MOVE_BORN;
		low -= item->move == MOVE_DIED && low;
	}
	o.row.kernel = s->counters.minisocks;
	o.row.tcpclose = o.row.kernel;
	o.row.moving = high - low;
	if (o.row.kernel < low)
		o.row.tcpclose = low;
	if (o.row.kernel > high)
		o.row.tcpclose = high;
	o.row.difference = o.row.kernel > o.row.tcpclose ?
				   o.row.kernel - o.row.tcpclose :
				   o.row.tcpclose - o.row.kernel;
	keep_better(&c->number, &o);
}

/* Keys with a record close to the list, each once. */
static int find_moving(const struct census_items *items, uint64_t netns,
		       uint64_t end_ns, struct hashtable *moving)
{
	struct hashtable_node *node;
	size_t i;

	for (i = 0; i < items->count; i++) {
		const struct census_item *item = &items->first[i];

		if (item->ts_ns >= end_ns)
			break;
		if (item->netns != netns || !item->move ||
		    hashtable_find(moving, item->key))
			continue;
		node = calloc(1, sizeof(*node));
		if (!node || hashtable_add(moving, node, item->key)) {
			free(node);
			return -ENOMEM;
		}
	}
	return 0;
}

static void add_difference(struct census_result *o, uint64_t cookie)
{
	if (o->row.difference < CENSUS_COOKIES)
		o->cookies[o->row.difference] = cookie;
	o->row.difference++;
}

/* A list may have one twice. */
static void compare_listed(struct census *c, const struct hashtable *moving,
			   const struct sockdiag_entry *entry, struct census_result *o)
{
	struct minisock *m = find(c, entry->key);

	if (hashtable_find(moving, entry->key) ||
	    (m && m->list_number == c->list_number))
		return;
	o->row.kernel++;
	if (m)
		m->list_number = c->list_number;
	if (!m || m->state != entry->state)
		add_difference(o, entry->cookie);
}

/**
 * census_compare_list() - compare the list of mini-sockets
 * @c: the census, up to @s
 * @items: records around @s and after it
 * @netns: key of the namespace
 * @s: has the kernel's list
 *
 * Return: 0, or -ENOMEM
 */
int census_compare_list(struct census *c, const struct census_items *items,
			uint64_t netns, const struct snapshot *s)
{
	struct census_result o = { .is_known = true };
	struct hashtable_node *node = NULL;
	struct hashtable moving = {};
	size_t bucket = 0, i;
	int ret = find_moving(items, netns, s->end_ns + CENSUS_SKEW_NS, &moving);

	c->list_number++;
	o.row.moving = moving.count;
	for (i = 0; !ret && i < s->list.count; i++)
		compare_listed(c, &moving, &s->list.entries[i], &o);
	while (!ret && (node = hashtable_walk(&c->minisocks, &bucket, node))) {
		const struct minisock *m = (struct minisock *)node;

		if (!m->state || hashtable_find(&moving, node->key))
			continue;
		o.row.tcpclose++;
		if (m->list_number != c->list_number)
			add_difference(&o, m->cookie);
	}
	if (!ret)
		keep_better(&c->list, &o);
	hashtable_free(&moving, free_node);
	return ret;
}
