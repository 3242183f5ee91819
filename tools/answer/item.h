/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A socket as it is, or was when a recording ended, with what is known of it: since when
 * it is in its state, whose it is, and what waits on it.
 */
#ifndef TCPCLOSE_ANSWER_ITEM_H
#define TCPCLOSE_ANSWER_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/event.h"
#include "sys/cgroup_names.h"
#include "sys/sockowners.h"
#include "sys/sockets.h"

/**
 * struct item_process - a process
 * @pid: its number; 0: unknown
 * @comm: its name; empty: unknown
 */
struct item_process {
	uint32_t pid;
	char comm[17];
};

/**
 * enum item_since - how it is known since when a socket is in its state
 * @ITEM_SINCE_UNKNOWN: it is not
 * @ITEM_SINCE_SEEN: the module saw the transition
 * @ITEM_SINCE_LEAST: for at least so long: since the latest segment, of a socket that is
 *	older than the module
 */
enum item_since {
	ITEM_SINCE_UNKNOWN,
	ITEM_SINCE_SEEN,
	ITEM_SINCE_LEAST,
};

/**
 * enum item_held - who has a socket
 * @ITEM_HELD_UNKNOWN: that is not known: /proc was not looked at, or not all of it could be
 * @ITEM_HELD: processes have descriptors of it
 * @ITEM_HELD_OTHERWISE: it has an inode, but no process that can be seen has a descriptor:
 *	a call in progress, io_uring, or a message under way keeps it
 * @ITEM_HELD_QUEUE: nobody yet: it is in the accept queue of a listener
 * @ITEM_HELD_NONE: nobody any more: its process has closed it
 */
enum item_held {
	ITEM_HELD_UNKNOWN,
	ITEM_HELD,
	ITEM_HELD_OTHERWISE,
	ITEM_HELD_QUEUE,
	ITEM_HELD_NONE,
};

/**
 * struct item - a socket
 * @socket: what the kernel says of it
 * @netns: its network namespace
 * @cgroup: names of its cgroup; NULL: unknown
 * @since_ns: when it entered its state, CLOCK_MONOTONIC; as @since_how says
 * @born_ns: when its first transition was; 0: unknown
 * @holder_count: how many descriptors
 * @process: whose it is: the first that holds it, or else the last of which the module
 *	knows that it had it
 * @opener: who connected or accepted
 * @listener: %ITEM_HELD_QUEUE: who holds the listener
 * @since_how: &enum item_since
 * @held: &enum item_held
 * @call: &enum tcpclose_call by which @process gave it up; 0: it did not, or unknown
 * @closer: &enum tcpclose_closer
 * @accepted: @opener accepted it
 * @passive: a peer connected to it, or so it seems: its remote port means nothing
 */
struct item {
	const struct sockets_entry *socket;
	const struct sockets_netns *netns;
	const struct cgroup_names *cgroup;
	uint64_t since_ns;
	uint64_t born_ns;
	uint32_t holder_count;
	struct item_process process;
	struct item_process opener;
	struct item_process listener;
	uint8_t since_how;
	uint8_t held;
	uint8_t call;
	uint8_t closer;
	bool accepted;
	bool passive;
};

/* How long it is in its state; 0 if that is not known. */
static inline uint64_t item_dwell_ns(const struct item *i, uint64_t now_ns)
{
	return i->since_how && now_ns > i->since_ns ? now_ns - i->since_ns : 0;
}

/* Its process is gone, or has closed it, and the kernel closes it alone. */
static inline bool item_is_orphan(const struct item *i)
{
	return i->held == ITEM_HELD_NONE;
}

void item_event(const struct item *i, const struct sockholder *holder, uint64_t now_ns,
		struct event *e);

#endif /* TCPCLOSE_ANSWER_ITEM_H */
