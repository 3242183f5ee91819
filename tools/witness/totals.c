// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tcpclose's records add up to in each network namespace, against what the
 * kernel counts and lists there.
 *
 * A look at the kernel takes time, and its tables move a moment before or after
 * the record: what happens around a look is moving, and the look says only that
 * the kernel's number lies between two others.
 *
 * Knows moments and sums; how to look is snapshot's, what looks mean is looks',
 * single mini-sockets are census's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "witness/totals_internal.h"

/* How long records are kept apart, so that a look finds those around it. */
#define HOLD_NS (100 * NS_PER_MS)

/**
 * totals_new() - begin with nothing
 * @result: the totals
 *
 * Return: 0, or -ENOMEM
 */
int totals_new(struct totals **result)
{
	*result = calloc(1, sizeof(**result));
	return *result ? 0 : -ENOMEM;
}

static void free_account(struct hashtable_node *node)
{
	census_free(&((struct account *)node)->census);
	free(node);
}

/**
 * totals_free() - give everything back
 * @a: the totals; may be NULL
 */
void totals_free(struct totals *a)
{
	if (!a)
		return;
	hashtable_free(&a->all, free_account);
	free(a->items);
	free(a);
}

/* A namespace's inode is soon another one's; its cookie never is. */
static uint64_t key_of(uint64_t netns, uint32_t inode)
{
	return netns ? netns : 1ULL << 63 | inode;
}

static struct account *account_of(struct totals *a, uint64_t key,
				  uint32_t inode)
{
	struct account *account = (struct account *)hashtable_find(&a->all, key);

	if (account)
		return account;
	account = calloc(1, sizeof(*account));
	if (!account)
		return NULL;
	account->inode = inode;
	if (hashtable_add(&a->all, &account->node, key)) {
		free(account);
		return NULL;
	}
	return account;
}

static enum move move_of(const struct event *e)
{
	if (e->origin == TCPCLOSE_ORIGIN_TRACEPOINT)
		return e->new == TCPCLOSE_TIME_WAIT || event_is_orphaned(e) ?
			       MOVE_BORN :
			       MOVE_NONE;
	if (e->new == TCPCLOSE_CLOSE)
		return MOVE_DIED;
	return event_is_rearm(e) ? MOVE_NONE : MOVE_CHANGED;
}

static int make_room(struct totals *a)
{
	size_t room = a->room ? 2 * a->room : 1024;
	struct item *items;

	if (a->first + a->count < a->room)
		return 0;
	if (a->count < a->room / 2) {
		memmove(a->items, a->items + a->first,
			a->count * sizeof(*a->items));
		a->first = 0;
		return 0;
	}
	items = realloc(a->items, room * sizeof(*items));
	if (!items)
		return -ENOMEM;
	a->items = items;
	a->room = room;
	return 0;
}

/**
 * totals_record() - enter a record
 * @a: the totals
 * @e: the record
 *
 * Return: 0, or -ENOMEM
 */
int totals_record(struct totals *a, const struct event *e)
{
	struct item item = {
		.ts_ns = e->ts_ns,
		.netns = key_of(e->netns, e->netns_inode),
		.cookie = e->cookie,
		.counters = counters_of(e),
		.inode = e->netns_inode,
		.move = (uint8_t)move_of(e),
		.state = e->new,
	};

	if (!item.counters && !item.move)
		return 0;
	if (make_room(a))
		return -ENOMEM;
	a->items[a->first + a->count++] = item;
	return 0;
}

static void apply(struct totals *a, const struct item *item)
{
	struct account *account = account_of(a, item->netns, item->inode);
	int i;

	if (!account || census_move(&account->census, item)) {
		a->error = -ENOMEM;
		return;
	}
	for (i = 0; i < COUNTERS; i++)
		account->told[i] += item->counters >> i & 1;
}

static void apply_before(struct totals *a, uint64_t before_ns)
{
	while (a->count && a->items[a->first].ts_ns < before_ns) {
		apply(a, &a->items[a->first]);
		a->first++;
		a->count--;
	}
}

/**
 * totals_advance() - add up what no look will ask for
 * @a: the totals
 * @now_ns: the time; not to be called while a look is going on
 */
void totals_advance(struct totals *a, uint64_t now_ns)
{
	apply_before(a, now_ns - HOLD_NS);
}

static struct items items_apart(const struct totals *a)
{
	return (struct items){ .first = a->items + a->first, .count = a->count };
}

/* What the records say that have not been added up. */
static void add_up(const struct totals *a, uint64_t netns, uint64_t before_ns,
		   uint64_t sums[COUNTERS])
{
	struct items items = items_apart(a);
	size_t i;
	int j;

	for (i = 0; i < items.count; i++) {
		const struct item *item = &items.first[i];

		if (item->ts_ns >= before_ns || item->netns != netns)
			continue;
		for (j = 0; j < COUNTERS; j++)
			sums[j] += item->counters >> j & 1;
	}
}

static void remember(const struct totals *a, const struct account *account,
		     const struct snapshot *s, struct readings *looks)
{
	uint64_t low[COUNTERS], high[COUNTERS];

	memcpy(low, account->told, sizeof(low));
	memcpy(high, account->told, sizeof(high));
	add_up(a, account->node.key, s->begin_ns - SKEW_NS, low);
	add_up(a, account->node.key, s->counted_ns + SKEW_NS, high);
	readings_add(looks, &s->counters, low, high);
}

static struct account *account_of_snapshot(struct totals *a,
					   const struct snapshot *s)
{
	uint64_t key = key_of(s->list.netns, s->ns.inode);
	struct account *account = account_of(a, key, s->ns.inode);

	if (!account)
		return NULL;
	snprintf(account->path, sizeof(account->path), "%s", s->ns.path);
	account->error = s->error;
	if (s->list_error)
		account->list_error = s->list_error;
	return account;
}

static int begin(struct totals *a, const struct snapshot *s)
{
	struct account *account = account_of_snapshot(a, s);

	if (!account)
		return -ENOMEM;
	if (s->error)
		return 0;
	remember(a, account, s, &account->before);
	memcpy(account->first, s->counters.value, sizeof(account->first));
	return census_begin(&account->census, &s->list);
}

/**
 * totals_are_sure() - whether enough of the first looks agree
 * @a: the totals
 */
bool totals_are_sure(const struct totals *a)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&a->all, &bucket, node))) {
		const struct account *account = (struct account *)node;

		if (account->before.count && !readings_are_sure(&account->before))
			return false;
	}
	return true;
}

/**
 * totals_begin() - take over what was there before the records
 * @a: the totals
 * @s: one of the first looks
 *
 * Return: 0, or -errno
 */
int totals_begin(struct totals *a, const struct snapshots *s)
{
	size_t i;
	int ret = s->error;

	for (i = 0; !ret && i < s->count; i++)
		ret = begin(a, &s->all[i]);
	return ret;
}

static int end(struct totals *a, const struct snapshot *s)
{
	struct account *account = account_of_snapshot(a, s);
	struct items items;

	if (!account)
		return -ENOMEM;
	if (s->error)
		return 0;
	apply_before(a, s->begin_ns - SKEW_NS);
	remember(a, account, s, &account->after);
	memcpy(account->last, s->counters.value, sizeof(account->last));
	if (account->list_error)
		return 0;
	items = items_apart(a);
	census_compare_number(&account->census, &items, account->node.key, s);
	apply_before(a, s->counted_ns - SKEW_NS);
	items = items_apart(a);
	return census_compare_list(&account->census, &items, account->node.key,
				   s);
}

/**
 * totals_end() - compare with what is there now
 * @a: the totals; all records up to %SKEW_NS after @s are entered
 * @s: one of the last looks
 *
 * Return: 0, or -errno
 */
int totals_end(struct totals *a, const struct snapshots *s)
{
	size_t i;
	int ret = s->error;

	for (i = 0; !ret && i < s->count; i++)
		ret = end(a, &s->all[i]);
	return ret ? ret : a->error;
}

/**
 * totals_compare() - a counter of one namespace
 * @account: the namespace's
 * @i: which counter
 *
 * A namespace that was made meanwhile began with 0.
 */
struct comparison_row totals_compare(const struct account *account,
				     enum counter i)
{
	struct comparison_row c = {
		.what = counter_what(i),
		.kernel = account->last[i] - account->first[i],
	};
	int64_t gap = readings_compare(&account->before, &account->after, i,
				       &c.moving);

	c.tcpclose = c.kernel - (uint64_t)gap;
	c.difference = (uint64_t)llabs(gap);
	return c;
}

static bool is_exact(const struct comparison_row *c)
{
	return !c->difference && !c->moving;
}

/**
 * totals_are_exact() - whether another look would be no better
 * @a: the totals
 */
bool totals_are_exact(const struct totals *a)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;
	int i;

	while ((node = hashtable_walk(&a->all, &bucket, node))) {
		const struct account *account = (struct account *)node;

		if (!account->after.count)
			continue;
		if (!is_exact(&account->census.number.c) ||
		    !is_exact(&account->census.list.c))
			return false;
		for (i = 0; i < COUNTERS; i++) {
			struct comparison_row c = totals_compare(account, i);

			if (!is_exact(&c))
				return false;
		}
	}
	return true;
}
