/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What totals.c and totals_conclude.c share; no other file includes this.
 */
#ifndef TCPCLOSE_WITNESS_TOTALS_INTERNAL_H
#define TCPCLOSE_WITNESS_TOTALS_INTERNAL_H

#include "witness/census.h"
#include "witness/readings.h"
#include "witness/totals.h"

/**
 * struct netns_totals - one network namespace
 * @node: in the table, by its key
 * @inode: its inode
 * @error: why its counters could not be read, -errno, or 0
 * @list_error: likewise, its list of mini-sockets
 * @recorded: sums of the records so far
 * @maybe: number of records that AttemptFails may count, or not
 * @first: the counters in the latest of the first snapshots
 * @last: the counters in the latest of the last snapshots
 * @before: the first snapshots
 * @after: the last snapshots
 * @census: its mini-sockets
 * @path: a file by which it can be entered; empty: only its records are known
 */
struct netns_totals {
	struct hashtable_node node;
	uint32_t inode;
	int error;
	int list_error;
	uint64_t recorded[COUNTERS];
	uint64_t maybe;
	uint64_t first[COUNTERS];
	uint64_t last[COUNTERS];
	struct readings before;
	struct readings after;
	struct census census;
	char path[320];
};

struct totals {
	struct hashtable all;
	/* Records that are not added up yet. */
	struct census_item *items;
	size_t first, count, room;
	/* OutRsts and AttemptFails can't be compared. */
	bool rsts_unknown;
	/* Neither can ListenOverflows and ListenDrops. */
	bool drops_unknown;
	int error;
};

/* Whether a counter can't be compared. */
static inline bool totals_is_unknown(const struct totals *t, enum counter i)
{
	if (i == COUNTER_LISTEN_OVERFLOWS || i == COUNTER_LISTEN_DROPS)
		return t->drops_unknown;
	return (i == COUNTER_OUT_RSTS || i == COUNTER_ATTEMPT_FAILS) && t->rsts_unknown;
}

struct comparison_row totals_compare(const struct netns_totals *n,
				     enum counter i);

#endif /* TCPCLOSE_WITNESS_TOTALS_INTERNAL_H */
