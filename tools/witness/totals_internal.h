/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the totals share; nobody else includes this.
 */
#ifndef TCPCLOSE_WITNESS_TOTALS_INTERNAL_H
#define TCPCLOSE_WITNESS_TOTALS_INTERNAL_H

#include "witness/census.h"
#include "witness/readings.h"
#include "witness/totals.h"

/**
 * struct account - one namespace
 * @node: in the table, by its key
 * @inode: its inode
 * @error: why its counters could not be read, -errno, or 0
 * @list_error: likewise, its list of mini-sockets
 * @told: what the records say so far
 * @first: the counters, the first time that counts
 * @last: the counters, the last time
 * @before: the first looks
 * @after: the last ones
 * @census: its mini-sockets
 * @path: a file that stands for it; empty: only its records are known
 */
struct account {
	struct hashtable_node node;
	uint32_t inode;
	int error;
	int list_error;
	uint64_t told[COUNTERS];
	uint64_t first[COUNTERS];
	uint64_t last[COUNTERS];
	struct readings before;
	struct readings after;
	struct census census;
	char path[320];
};

struct totals {
	struct hashtable all;
	/* Not added up yet. */
	struct item *items;
	size_t first, count, room;
	int error;
};

struct comparison_row totals_compare(const struct account *account,
				     enum counter i);

#endif /* TCPCLOSE_WITNESS_TOTALS_INTERNAL_H */
