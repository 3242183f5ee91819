/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events that wait, with all that they point to, found by a key.
 */
#ifndef TCPCLOSE_CONN_HELD_H
#define TCPCLOSE_CONN_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hashtable.h"
#include "conn/side.h"
#include "lib/event.h"
#include "sys/netns_table.h"

/**
 * struct held_event - an event that waits
 * @node: by its key
 * @newer: the one that came next
 * @older: the one that came before
 * @tuple: its addresses and ports
 * @event: the event; its pointers are to the following
 * @netns_name: see &struct event
 * @owner: likewise
 * @listener_owner: likewise
 * @session_closer: likewise
 * @cgroup_names: likewise
 */
struct held_event {
	struct hashtable_node node;
	struct held_event *newer;
	struct held_event *older;
	struct side_tuple tuple;
	struct event event;
	char netns_name[NETNS_NAME_SIZE];
	struct event_owner owner;
	struct event_owner listener_owner;
	struct event_owner session_closer;
	struct cgroup_names cgroup_names;
};

/**
 * struct held - all that wait; all zero: none
 * @by_key: table of &struct held_event.node
 * @oldest: the one that waits longest
 * @newest: the one that came last
 * @count: number of them
 */
struct held {
	struct hashtable by_key;
	struct held_event *oldest;
	struct held_event *newest;
	size_t count;
};

int held_add(struct held *h, const struct event *e, uint64_t key);
struct held_event *held_first(const struct held *h, uint64_t key);
struct held_event *held_later(const struct held_event *event);
void held_take(struct held *h, struct held_event *event);
void held_free(struct held *h);

#endif /* TCPCLOSE_CONN_HELD_H */
