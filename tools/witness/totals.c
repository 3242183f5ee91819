// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares the sums of tcpclose's records in each network namespace with the
 * kernel's counters and lists there.
 *
 * Reading the kernel's counters takes time, and they change a moment before or
 * after the record. So it is unknown whether a record close to a snapshot is in
 * it: the snapshot shows only that a sum lies between two bounds.
 *
 * Knows times and sums; snapshot knows how to read counters, readings what
 * several snapshots say together, census knows single mini-sockets.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "witness/totals_internal.h"

/* How long records are kept, so that a snapshot finds those close to it. */
#define HOLD_NS (100 * NS_PER_MS)

/**
 * totals_new() - begin with no record
 * @result: the totals
 *
 * Return: 0, or -ENOMEM
 */
int totals_new(struct totals **result)
{
	*result = calloc(1, sizeof(**result));
	return *result ? 0 : -ENOMEM;
}

static void free_netns(struct hashtable_node *node)
{
	census_free(&((struct netns_totals *)node)->census);
	free(node);
}

/**
 * totals_free() - free everything
 * @t: the totals; may be NULL
 */
void totals_free(struct totals *t)
{
	if (!t)
		return;
	hashtable_free(&t->all, free_netns);
	free(t->items);
	free(t);
}

/* The inode of a namespace is soon reused; its cookie never is. */
static uint64_t key_of(uint64_t netns, uint32_t inode)
{
	return netns ? netns : 1ULL << 63 | inode;
}

static struct netns_totals *netns_of(struct totals *t, uint64_t key,
				     uint32_t inode)
{
	struct netns_totals *n =
		(struct netns_totals *)hashtable_find(&t->all, key);

	if (n)
		return n;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->inode = inode;
	if (hashtable_add(&t->all, &n->node, key)) {
		free(n);
		return NULL;
	}
	return n;
}

static enum census_move_kind move_of(const struct event *e)
{
	if (e->kind != EVENT_TRANSITION)
		return MOVE_NONE;
	if (e->origin == TCPCLOSE_ORIGIN_TRACEPOINT)
		return e->new == TCPCLOSE_TIME_WAIT || event_is_orphaned(e) ?
			       MOVE_BORN :
			       MOVE_NONE;
	if (e->new == TCPCLOSE_CLOSE)
		return MOVE_DIED;
	return event_is_rearm(e) ? MOVE_NONE : MOVE_CHANGED;
}

static int make_room(struct totals *t)
{
	size_t room = t->room ? 2 * t->room : 1024;
	struct census_item *items;

	if (t->first + t->count < t->room)
		return 0;
	if (t->count < t->room / 2) {
		memmove(t->items, t->items + t->first,
			t->count * sizeof(*t->items));
		t->first = 0;
		return 0;
	}
	items = realloc(t->items, room * sizeof(*items));
	if (!items)
		return -ENOMEM;
	t->items = items;
	t->room = room;
	return 0;
}

/**
 * totals_add_record() - add a record
 * @t: the totals
 * @e: the record
 *
 * Return: 0, or -ENOMEM
 */
int totals_add_record(struct totals *t, const struct event *e)
{
	struct census_item item = {
		.ts_ns = e->ts_ns,
		.netns = key_of(e->netns, e->netns_inode),
		.key = sockdiag_key(e->cookie, e->lport, e->rport, e->raddr),
		.cookie = e->cookie,
		.counters = counters_of(e),
		.inode = e->netns_inode,
		.move = (uint8_t)move_of(e),
		.state = e->new,
	};

	if (counters_may_attempt_fail(e)) {
		struct netns_totals *n = netns_of(t, item.netns, item.inode);

		if (!n)
			return -ENOMEM;
		n->maybe++;
	}
	if (!item.counters && !item.move)
		return 0;
	if (make_room(t))
		return -ENOMEM;
	t->items[t->first + t->count++] = item;
	return 0;
}

static void apply(struct totals *t, const struct census_item *item)
{
	struct netns_totals *n = netns_of(t, item->netns, item->inode);
	int i;

	if (!n || census_move(&n->census, item)) {
		t->error = -ENOMEM;
		return;
	}
	for (i = 0; i < COUNTERS; i++)
		n->recorded[i] += item->counters >> i & 1;
}

static void apply_before(struct totals *t, uint64_t before_ns)
{
	while (t->count && t->items[t->first].ts_ns < before_ns) {
		apply(t, &t->items[t->first]);
		t->first++;
		t->count--;
	}
}

/**
 * totals_ignore_rsts() - RSTs were sent that may have no record: compare none
 * @t: the totals
 */
void totals_ignore_rsts(struct totals *t)
{
	t->rsts_unknown = true;
}

/**
 * totals_ignore_drops() - likewise, drops by listeners
 * @t: the totals
 */
void totals_ignore_drops(struct totals *t)
{
	t->drops_unknown = true;
}

/**
 * totals_advance() - add up records that no snapshot will need one by one
 * @t: the totals
 * @now_ns: the time; not to be called during a snapshot
 */
void totals_advance(struct totals *t, uint64_t now_ns)
{
	apply_before(t, now_ns - HOLD_NS);
}

static struct census_items items_left(const struct totals *t)
{
	return (struct census_items){ .first = t->items + t->first, .count = t->count };
}

/* The sums of records that have not been added up. */
static void add_up(const struct totals *t, uint64_t netns, uint64_t before_ns,
		   uint64_t sums[COUNTERS])
{
	struct census_items items = items_left(t);
	size_t i;
	int j;

	for (i = 0; i < items.count; i++) {
		const struct census_item *item = &items.first[i];

		if (item->ts_ns >= before_ns || item->netns != netns)
			continue;
		for (j = 0; j < COUNTERS; j++)
			sums[j] += item->counters >> j & 1;
	}
}

static void add_reading(const struct totals *t, const struct netns_totals *n,
			const struct snapshot *s, struct readings *readings)
{
	uint64_t low[COUNTERS], high[COUNTERS];

	memcpy(low, n->recorded, sizeof(low));
	memcpy(high, n->recorded, sizeof(high));
	add_up(t, n->node.key, s->begin_ns - CENSUS_SKEW_NS, low);
	add_up(t, n->node.key, s->counted_ns + CENSUS_SKEW_NS, high);
	readings_add(readings, &s->counters, low, high);
}

static struct netns_totals *netns_of_snapshot(struct totals *t,
					      const struct snapshot *s)
{
	uint64_t key = key_of(s->list.netns, s->ns.inode);
	struct netns_totals *n = netns_of(t, key, s->ns.inode);

	if (!n)
		return NULL;
	snprintf(n->path, sizeof(n->path), "%s", s->ns.path);
	n->error = s->error;
	if (s->list_error)
		n->list_error = s->list_error;
	return n;
}

static int begin(struct totals *t, const struct snapshot *s)
{
	struct netns_totals *n = netns_of_snapshot(t, s);

	if (!n)
		return -ENOMEM;
	if (s->error)
		return 0;
	add_reading(t, n, s, &n->before);
	memcpy(n->first, s->counters.value, sizeof(n->first));
	return census_begin(&n->census, &s->list);
}

/**
 * totals_are_sure() - whether enough of the first snapshots agree
 * @t: the totals
 */
bool totals_are_sure(const struct totals *t)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&t->all, &bucket, node))) {
		const struct netns_totals *n = (struct netns_totals *)node;

		if (n->before.count && !readings_are_sure(&n->before))
			return false;
	}
	return true;
}

/**
 * totals_begin() - add one of the first snapshots
 * @t: the totals
 * @s: the snapshots of all namespaces
 *
 * Return: 0, or -errno
 */
int totals_begin(struct totals *t, const struct snapshots *s)
{
	size_t i;
	int ret = s->error;

	for (i = 0; !ret && i < s->count; i++)
		ret = begin(t, &s->all[i]);
	return ret;
}

static int end(struct totals *t, const struct snapshot *s)
{
	struct netns_totals *n = netns_of_snapshot(t, s);
	struct census_items items;

	if (!n)
		return -ENOMEM;
	if (s->error)
		return 0;
	apply_before(t, s->begin_ns - CENSUS_SKEW_NS);
	add_reading(t, n, s, &n->after);
	memcpy(n->last, s->counters.value, sizeof(n->last));
	if (n->list_error)
		return 0;
	items = items_left(t);
	census_compare_number(&n->census, &items, n->node.key, s);
	apply_before(t, s->counted_ns - CENSUS_SKEW_NS);
	items = items_left(t);
	return census_compare_list(&n->census, &items, n->node.key,
				   s);
}

/**
 * totals_end() - add one of the last snapshots
 * @t: the totals; all records up to %CENSUS_SKEW_NS after @s were added
 * @s: the snapshots of all namespaces
 *
 * Return: 0, or -errno
 */
int totals_end(struct totals *t, const struct snapshots *s)
{
	size_t i;
	int ret = s->error;

	for (i = 0; !ret && i < s->count; i++)
		ret = end(t, &s->all[i]);
	return ret ? ret : t->error;
}

/**
 * totals_compare() - compare a counter of one namespace
 * @n: the namespace
 * @i: which counter
 *
 * A namespace that was created meanwhile began with 0. Of what listeners drop not all can
 * be seen, so only what the kernel does not count is a difference. What AttemptFails may
 * count or not makes none.
 */
struct comparison_row totals_compare(const struct netns_totals *n,
				     enum counter i)
{
	struct comparison_row row = {
		.what = counter_what(i),
		.kernel = n->last[i] - n->first[i],
	};
	int64_t gap = readings_compare(&n->before, &n->after, i,
				       &row.moving);

	if (i == COUNTER_ATTEMPT_FAILS && gap > 0 && (uint64_t)gap <= n->maybe)
		gap = 0;
	row.tcpclose = row.kernel - (uint64_t)gap;
	if (i != COUNTER_LISTEN_DROPS || gap < 0)
		row.difference = (uint64_t)llabs(gap);
	return row;
}

static bool is_exact(const struct comparison_row *row)
{
	return !row->difference && !row->moving;
}

/**
 * totals_are_exact() - whether another snapshot could not be better
 * @t: the totals
 */
bool totals_are_exact(const struct totals *t)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;
	int i;

	while ((node = hashtable_walk(&t->all, &bucket, node))) {
		const struct netns_totals *n = (struct netns_totals *)node;

		if (!n->after.count)
			continue;
		if (!is_exact(&n->census.number.row) ||
		    !is_exact(&n->census.list.row))
			return false;
		for (i = 0; i < COUNTERS; i++) {
			struct comparison_row row = totals_compare(n, i);

			if (!is_exact(&row) && !totals_is_unknown(t, i))
				return false;
		}
	}
	return true;
}
