// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that wait until it is known whose they are.
 *
 * Knows not what they wait for, and not how many may.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "conn/held.h"

static void copy_owner(const struct event_owner **pointer, struct event_owner *room)
{
	if (!*pointer)
		return;
	*room = **pointer;
	*pointer = room;
}

static void copy_event(struct held_event *to, const struct event *from)
{
	struct event *e = &to->event;

	*e = *from;
	to->tuple = side_tuple_of(from);
	copy_owner(&e->owner, &to->owner);
	copy_owner(&e->listener_owner, &to->listener_owner);
	copy_owner(&e->session_closer, &to->session_closer);
	if (e->netns_name) {
		snprintf(to->netns_name, sizeof(to->netns_name), "%s", e->netns_name);
		e->netns_name = to->netns_name;
	}
	if (e->cgroup_names) {
		to->cgroup_names = *e->cgroup_names;
		e->cgroup_names = &to->cgroup_names;
	}
}

static struct held_event *of_node(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct held_event, node);
}

/**
 * held_add() - let an event wait
 * @h: those that wait
 * @e: the event
 * @key: its key
 *
 * Return: 0 or -ENOMEM
 */
int held_add(struct held *h, const struct event *e, uint64_t key)
{
	struct held_event *event = malloc(sizeof(*event));

	if (!event || hashtable_add(&h->by_key, &event->node, key)) {
		free(event);
		return -ENOMEM;
	}
	copy_event(event, e);
	event->newer = NULL;
	event->older = h->newest;
	*(h->newest ? &h->newest->newer : &h->oldest) = event;
	h->newest = event;
	h->count++;
	return 0;
}

/**
 * held_first() - the first event with a key that came
 * @h: those that wait
 * @key: the key
 *
 * Return: the event, or NULL
 */
struct held_event *held_first(const struct held *h, uint64_t key)
{
	struct hashtable_node *node = hashtable_find(&h->by_key, key), *before;

	while (node && (before = hashtable_next(node)))
		node = before;
	return of_node(node);
}

/**
 * held_later() - the next event with the same key that came
 * @event: an event that waits
 *
 * Return: the other one, or NULL
 */
struct held_event *held_later(const struct held_event *event)
{
	return of_node(hashtable_previous(&event->node));
}

/**
 * held_take() - take an event out
 * @h: those that wait
 * @event: one of them, to be freed by the caller
 */
void held_take(struct held *h, struct held_event *event)
{
	hashtable_remove(&h->by_key, &event->node);
	*(event->older ? &event->older->newer : &h->oldest) = event->newer;
	*(event->newer ? &event->newer->older : &h->newest) = event->older;
	h->count--;
}

/**
 * held_free() - forget all
 * @h: those that wait
 */
void held_free(struct held *h)
{
	while (h->oldest) {
		struct held_event *event = h->oldest;

		held_take(h, event);
		free(event);
	}
	hashtable_free(&h->by_key, NULL);
}
