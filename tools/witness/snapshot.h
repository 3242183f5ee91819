/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's counters and lists in all network namespaces, with the time at
 * which each was read.
 */
#ifndef TCPCLOSE_WITNESS_SNAPSHOT_H
#define TCPCLOSE_WITNESS_SNAPSHOT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys/namespaces.h"
#include "sys/sockdiag.h"
#include "witness/counters.h"

/**
 * struct snapshot - counters and list of one network namespace
 * @ns: the namespace
 * @error: why there are no counters, -errno, or 0
 * @list_error: why there is no list, -errno, or 0
 * @begin_ns: CLOCK_MONOTONIC before the counters were read
 * @counted_ns: after the counters, and before the list was read
 * @end_ns: after the list was read
 * @counters: values
 * @list: mini-sockets
 */
struct snapshot {
	struct namespace ns;
	int error;
	int list_error;
	uint64_t begin_ns;
	uint64_t counted_ns;
	uint64_t end_ns;
	struct counters counters;
	struct sockdiag_list list;
};

/**
 * struct snapshots - snapshots of all namespaces, in the order of time
 * @thread: takes them
 * @is_done: the thread is about to end
 * @all: the snapshots
 * @count: number of snapshots
 * @room: number for which there is memory
 * @error: why there are none or not all, -errno, or 0
 * @why: the same as text
 */
struct snapshots {
	pthread_t thread;
	bool is_done;
	struct snapshot *all;
	size_t count;
	size_t room;
	int error;
	struct error why;
};

int snapshots_start(struct snapshots *s);
bool snapshots_are_done(const struct snapshots *s);
void snapshots_join(struct snapshots *s);
void snapshots_free(struct snapshots *s);

#endif /* TCPCLOSE_WITNESS_SNAPSHOT_H */
