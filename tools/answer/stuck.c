// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that sit in a state for longer than they should.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer/stuck.h"
#include "base/clock.h"

/**
 * stuck_init() - begin with the usual ages
 * @s: result
 */
void stuck_init(struct stuck *s)
{
	unsigned int state;

	*s = (struct stuck){ 0 };
	for (state = 0; state < TCPCLOSE_STATES; state++)
		s->older_ns[state] = NS_PER_S;
	/* The first SYN+ACK is sent again after one second, then after two. */
	s->older_ns[TCPCLOSE_SYN_RECV] = 3 * NS_PER_S;
}

static bool is_old_enough(const struct stuck *s, const struct item *i)
{
	return !i->since_how || item_dwell_ns(i, s->inventory->now_ns) >=
					s->older_ns[i->socket->state];
}

/* Unknown ages are the greatest: older than the module. */
static int compare_age(const struct item *a, const struct item *b)
{
	uint64_t one = a->since_how ? a->since_ns : 0, other = b->since_how ? b->since_ns : 0;

	return one < other ? -1 : one > other;
}

static int compare_items(const void *one, const void *other)
{
	const struct item *a = *(const struct item *const *)one;
	const struct item *b = *(const struct item *const *)other;

	return compare_age(a, b);
}

static int compare_cgroups(const struct cgroup_names *a, const struct cgroup_names *b)
{
	int order;

	if (!a || !b || a == b)
		return (a ? 1 : 0) - (b ? 1 : 0);
	order = strcmp(a->text[CGROUP_CONTAINER], b->text[CGROUP_CONTAINER]);
	return order ? order : strcmp(a->text[CGROUP_UNIT], b->text[CGROUP_UNIT]);
}

static int compare_owners(const struct item *a, const struct item *b)
{
	const struct item_process *one = a->held == ITEM_HELD_QUEUE ? &a->listener : &a->process;
	const struct item_process *other = b->held == ITEM_HELD_QUEUE ? &b->listener :
									&b->process;

	if (a->held != b->held)
		return a->held < b->held ? -1 : 1;
	if (one->pid != other->pid)
		return one->pid < other->pid ? -1 : 1;
	return compare_cgroups(a->cgroup, b->cgroup);
}

static int compare_remotes(const struct item *a, const struct item *b)
{
	const struct sockets_entry *one = a->socket, *other = b->socket;
	uint16_t port = a->passive ? one->lport : one->rport;
	uint16_t other_port = b->passive ? other->lport : other->rport;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	if (a->passive != b->passive)
		return a->passive ? 1 : -1;
	if (port != other_port)
		return port < other_port ? -1 : 1;
	return memcmp(one->raddr, other->raddr, sizeof(one->raddr));
}

static int compare_kinds(const struct item *a, const struct item *b)
{
	int order;

	if (a->socket->state != b->socket->state)
		return a->socket->state < b->socket->state ? -1 : 1;
	order = compare_owners(a, b);
	return order ? order : compare_remotes(a, b);
}

static int compare_members(const void *one, const void *other)
{
	const struct item *a = *(const struct item *const *)one;
	const struct item *b = *(const struct item *const *)other;
	int order = compare_kinds(a, b);

	return order ? order : compare_age(a, b);
}

static int compare_groups(const void *one, const void *other)
{
	const struct stuck_group *a = one, *b = other;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return compare_kinds(a->first, b->first);
}

static void add_to_group(struct stuck_group *g, const struct item *i)
{
	if (!g->count++)
		g->first = i;
	g->receive_queue += i->socket->receive_queue;
	g->send_queue += i->socket->send_queue;
}

/* Return: 0 or -ENOMEM */
static int make_groups(struct stuck *s)
{
	size_t i;

	s->groups = calloc(s->count + 1, sizeof(*s->groups));
	if (!s->groups)
		return -ENOMEM;
	qsort(s->items, s->count, sizeof(s->items[0]), compare_members);
	for (i = 0; i < s->count; i++) {
		if (!i || compare_kinds(s->items[i - 1], s->items[i]))
			s->group_count++;
		add_to_group(&s->groups[s->group_count - 1], s->items[i]);
	}
	qsort(s->groups, s->group_count, sizeof(s->groups[0]), compare_groups);
	return 0;
}

/**
 * stuck_find() - find the sockets that are stuck
 * @s: result, after stuck_init()
 * @inv: all sockets; must outlive @s
 * @filter: which are wanted
 *
 * Return: 0 or -ENOMEM; stuck_free() in any case
 */
int stuck_find(struct stuck *s, const struct inventory *inv, const struct filter *filter)
{
	size_t i;
	int ret;

	s->inventory = inv;
	s->items = calloc(inv->count + 1, sizeof(*s->items));
	if (!s->items)
		return -ENOMEM;
	for (i = 0; i < inv->count; i++) {
		const struct item *item = &inv->items[i];

		if (!(STUCK_STATES >> item->socket->state & 1) || !is_old_enough(s, item) ||
		    !inventory_wants(inv, item, filter))
			continue;
		s->items[s->count++] = item;
		s->counts[item->socket->state]++;
	}
	ret = make_groups(s);
	qsort(s->items, s->count, sizeof(s->items[0]), compare_items);
	return ret;
}

/**
 * stuck_free() - free what was found
 * @s: the sockets
 */
void stuck_free(struct stuck *s)
{
	free(s->items);
	free(s->groups);
}
