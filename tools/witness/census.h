/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares the mini-sockets that should be alive in a network namespace, by
 * cookie, with the kernel's number and list of them.
 */
#ifndef TCPCLOSE_WITNESS_CENSUS_H
#define TCPCLOSE_WITNESS_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/hashtable.h"
#include "witness/comparison.h"
#include "witness/snapshot.h"

/* How far a record and its event in the kernel may be apart. */
#define CENSUS_SKEW_NS (2 * NS_PER_MS)
/* Cookies that are reported for each namespace. */
#define CENSUS_COOKIES 4

/**
 * enum census_move_kind - what happened to a mini-socket
 */
enum census_move_kind {
	MOVE_NONE,
	MOVE_BORN,
	MOVE_CHANGED,
	MOVE_DIED,
};

/**
 * struct census_item - what a record changes
 * @ts_ns: CLOCK_MONOTONIC
 * @netns: key of the namespace
 * @key: of the mini-socket, sockdiag_key()
 * @cookie: of the mini-socket
 * @counters: bits of &enum counter
 * @inode: of the namespace
 * @move: &enum census_move_kind
 * @state: of the mini-socket, afterwards
 */
struct census_item {
	uint64_t ts_ns;
	uint64_t netns;
	uint64_t key;
	uint64_t cookie;
	uint32_t counters;
	uint32_t inode;
	uint8_t move;
	uint8_t state;
};

/**
 * struct census_items - records that are not added up yet, in the order of time
 * @first: the first
 * @count: how many
 */
struct census_items {
	const struct census_item *first;
	size_t count;
};

/**
 * struct census_result - the best of several comparisons
 * @is_known: there was one
 * @row: numbers
 * @cookies: cookies on one side only
 */
struct census_result {
	bool is_known;
	struct comparison_row row;
	uint64_t cookies[CENSUS_COOKIES];
};

/**
 * struct census - mini-sockets of one namespace
 * @minisocks: by key: some may have the cookie of one socket
 * @alive: how many of them should be alive
 * @list_number: number of the kernel's latest list
 * @number: result for the kernel's number of them
 * @list: result for the kernel's list
 */
struct census {
	struct hashtable minisocks;
	uint64_t alive;
	unsigned int list_number;
	struct census_result number;
	struct census_result list;
};

int census_begin(struct census *c, const struct sockdiag_list *list);
int census_move(struct census *c, const struct census_item *item);
void census_compare_number(struct census *c, const struct census_items *items,
			   uint64_t netns, const struct snapshot *s);
int census_compare_list(struct census *c, const struct census_items *items,
			uint64_t netns, const struct snapshot *s);
void census_free(struct census *c);

#endif /* TCPCLOSE_WITNESS_CENSUS_H */
