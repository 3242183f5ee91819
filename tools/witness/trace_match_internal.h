/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What trace_match.c and trace_match_conclude.c share; no other file includes this.
 */
#ifndef TCPCLOSE_WITNESS_TRACE_MATCH_INTERNAL_H
#define TCPCLOSE_WITNESS_TRACE_MATCH_INTERNAL_H

#include "base/compiler.h"
#include "base/hashtable.h"
#include "witness/socket_life.h"
#include "witness/trace_match.h"

/**
 * struct trace_match - the comparison
 * @waiting: steps that were added, and that trace_match_advance() has not taken
 * @count: how many
 * @room: for how many there is room
 * @order: number of the next step
 * @records: lives by cookie
 * @names: likewise by name, to find the partner of a life in the trace
 * @traced: lives by address
 * @single_records: steps that belong to no life, and have no partner
 * @single_traced: likewise, of the trace
 * @over: lives in the trace that are over, and have not been compared
 * @over_first: the first of these
 * @over_count: number of members of @over, also of those before @over_first
 * @over_room: for how many there is room
 * @pairs: steps that are on both sides
 * @error: 0, or -ENOMEM: the comparison is worth nothing
 */
struct trace_match {
	struct socket_step **waiting;
	size_t count, room;
	uint64_t order;
	struct hashtable records, names, traced;
	struct hashtable single_records, single_traced;
	struct socket_life **over;
	size_t over_first, over_count, over_room;
	uint64_t pairs;
	int error;
};

static inline struct socket_life *life_of_name(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct socket_life, by_name);
}

int trace_match_compare_time(const void *left, const void *right);

#endif /* TCPCLOSE_WITNESS_TRACE_MATCH_INTERNAL_H */
