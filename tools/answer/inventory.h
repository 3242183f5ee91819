/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All TCP sockets at a moment: of this machine now, or at the end of a recording.
 */
#ifndef TCPCLOSE_ANSWER_INVENTORY_H
#define TCPCLOSE_ANSWER_INVENTORY_H

#include "answer/item.h"
#include "base/error.h"
#include "conn/conns.h"
#include "lib/filter.h"
#include "lib/remembered.h"
#include "sys/cgroups.h"
#include "sys/sockowners.h"

/**
 * struct inventory - the sockets; zeroed
 * @states: bit N: those in &enum tcpclose_state N are wanted, or %SOCKETS_BOUND
 * @device: /dev/tcpclose, open; -1: not asked
 * @live: of this machine, now; otherwise of a recording
 * @now_ns: as of when it is, CLOCK_MONOTONIC
 * @items: the sockets
 * @count: how many
 * @listeners: those that listen
 * @listener_count: how many
 * @sockets: what the kernel says of them
 * @owners: who holds them
 * @remembered: what the module remembers of them
 * @cgroups: paths of cgroups
 * @cgroup_table: their names
 * @names: names of processes by number
 * @is_whole: /proc and all network namespaces could be looked at
 */
struct inventory {
	uint32_t states;
	int device;
	bool live;
	uint64_t now_ns;
	struct item *items;
	size_t count;
	const struct sockets_entry **listeners;
	size_t listener_count;
	struct sockets sockets;
	struct sockowners owners;
	struct remembered remembered;
	struct cgroups cgroups;
	struct recent cgroup_table;
	struct recent names;
	bool is_whole;
};

int inventory_read(struct inventory *inv, const struct conns *conns, struct error *why);
int inventory_replay(struct inventory *inv, const struct conns *conns, uint64_t now_ns);
bool inventory_holder(const struct inventory *inv, const struct item *i, size_t number,
		      struct sockholder *holder);
bool inventory_wants(const struct inventory *inv, const struct item *i,
		     const struct filter *filter);
void inventory_keep(struct inventory *inv,
		    bool (*is_wanted)(void *context, const struct item *i), void *context);
void inventory_free(struct inventory *inv);

#endif /* TCPCLOSE_ANSWER_INVENTORY_H */
