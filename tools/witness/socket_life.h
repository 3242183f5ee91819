/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lives of sockets, as the trace has them and as tcpclose recorded them: the steps of
 * one socket in their order, and whether those of both sides are the same.
 */
#ifndef TCPCLOSE_WITNESS_SOCKET_LIFE_H
#define TCPCLOSE_WITNESS_SOCKET_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hashtable.h"
#include "witness/trace.h"

struct socket_life;

/**
 * struct socket_step - a transition on one side
 * @node: in a table by @content, if it belongs to no life, or is an opening
 * @next: the next one of the same life
 * @order: of arrival
 * @life: what it belongs to; NULL: it is compared by itself
 * @owner: cookie of a record, address of the socket of a trace event; 0: unknown
 * @content: hash of what both sides show
 * @is_record: it is tcpclose's
 * @is_paired: the other side has it, too
 * @e: the rest
 */
struct socket_step {
	struct hashtable_node node;
	struct socket_step *next;
	struct socket_life *life;
	uint64_t order;
	uint64_t owner;
	uint64_t content;
	bool is_record;
	bool is_paired;
	struct trace_event e;
};

/**
 * struct socket_life - steps of one socket on one side, up to CLOSE
 * @by_owner: in the table of its side
 * @by_name: in the table of names (records only)
 * @partner: the same life on the other side; NULL: none was found
 * @first: the first step
 * @last: the last one
 * @count: how many
 * @name: hash of the socket's addresses and ports; 0: no step shows them yet
 * @is_over: nothing is added any more
 */
struct socket_life {
	struct hashtable_node by_owner;
	struct hashtable_node by_name;
	struct socket_life *partner;
	struct socket_step *first;
	struct socket_step *last;
	uint64_t count;
	uint64_t name;
	bool is_over;
};

/**
 * struct socket_life_window - the time in which each record must be in the trace
 * @start_ns: its begin
 * @end_ns: its end
 */
struct socket_life_window {
	uint64_t start_ns;
	uint64_t end_ns;
};

/**
 * struct socket_life_result - how far two lives are the same
 * @missing: steps of the trace without a record
 * @extra: records that should be in the trace, and are not
 * @due: records that should be in the trace, and are
 * @disorder: steps that are on both sides in another order
 * @disordered: the first of these records; NULL: none
 */
struct socket_life_result {
	uint64_t missing;
	uint64_t extra;
	uint64_t due;
	uint64_t disorder;
	const struct socket_step *disordered;
};

uint64_t socket_life_content(const struct trace_event *e);
uint64_t socket_life_name(const struct trace_event *e);
bool socket_life_shows_listener(const struct trace_event *e);
bool socket_life_begins_with(const struct trace_event *e);
bool socket_life_may_pair(const struct socket_step *record,
			  const struct socket_step *traced);
bool socket_life_is_due(const struct socket_step *record,
			const struct socket_life_window *window);
void socket_life_append(struct socket_life *life, struct socket_step *step);
void socket_life_drop_before(struct socket_life *life, uint64_t before_ns);
void socket_life_free(struct socket_life *life);
bool socket_life_is_same(const struct socket_life *record,
			 const struct socket_life *traced);
uint64_t socket_life_distance_ns(const struct socket_life *record,
				 const struct socket_life *traced);
void socket_life_unpair(struct socket_life *life);
struct socket_life_result socket_life_compare(struct socket_life *record,
					      struct socket_life *traced,
					      const struct socket_life_window *window);

#endif /* TCPCLOSE_WITNESS_SOCKET_LIFE_H */
