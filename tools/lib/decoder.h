/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes events of records, as a recording holds them.
 */
#ifndef TCPCLOSE_LIB_DECODER_H
#define TCPCLOSE_LIB_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/event.h"
#include "lib/mptcp.h"
#include "lib/order.h"
#include "lib/lingers.h"
#include "lib/owners.h"
#include "lib/recording.h"
#include "sys/netns_table.h"
#include "sys/wallclock.h"

/* Steps of the wall clock that are remembered: records may come late. */
#define DECODER_CLOCK_STEPS 16

struct decoder_cpu;
struct source;

/**
 * struct decoder_summary - what was decoded so far
 * @transitions: transitions
 * @lost: records that were reported as lost
 * @skipped: records of unknown kinds
 */
struct decoder_summary {
	uint64_t transitions;
	uint64_t lost;
	uint64_t skipped;
};

/**
 * struct decoder - makes events of records
 * @every: every event is wanted: starts and flaws, too
 * @with_owners: transitions have their owner; set by the caller
 * @head: header of the stream
 * @clock: what to add to a record's time for the time since the epoch; the latest
 *	step is the first
 * @netns: names of network namespaces
 * @cgroups: names of cgroups
 * @owners: whose connections are
 * @lingers: calls of close() that wait
 * @mptcp: who closed MPTCP sessions
 * @cpus: state of each CPU
 * @cpu_count: how many
 * @raw: records that were pulled and are to be decoded
 * @count: how many
 * @held: the first of them was taken, and its flaws are delivered before it
 * @flaws: those of the record that was taken last
 * @flaw: how many of them were delivered
 * @summary: counts so far
 */
struct decoder {
	bool every;
	bool with_owners;
	struct recording_header head;
	struct wallclock_step clock[DECODER_CLOCK_STEPS];
	struct recent netns;
	struct recent cgroups;
	struct owners owners;
	struct lingers lingers;
	struct mptcp mptcp;
	struct decoder_cpu *cpus;
	unsigned int cpu_count;
	const struct recording_marker *raw;
	size_t count;
	bool held;
	struct order_flaws flaws;
	unsigned int flaw;
	struct decoder_summary summary;
};

void decoder_init(struct decoder *d, const struct recording_header *head,
		  bool every);
void decoder_free(struct decoder *d);
void decoder_drop(struct decoder *d);
int decoder_next(struct decoder *d, struct source *s, struct event *e);

#endif /* TCPCLOSE_LIB_DECODER_H */
