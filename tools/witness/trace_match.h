/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares transitions of full sockets and MPTCP sessions one by one, as the trace has
 * them and as tcpclose recorded them.
 */
#ifndef TCPCLOSE_WITNESS_TRACE_MATCH_H
#define TCPCLOSE_WITNESS_TRACE_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"
#include "witness/comparison.h"
#include "witness/trace.h"

struct trace_match;

int trace_match_new(struct trace_match **result);
void trace_match_free(struct trace_match *m);

int trace_match_add_event(struct trace_match *m, const struct trace_event *e);
int trace_match_add_record(struct trace_match *m, const struct event *e);
void trace_match_advance(struct trace_match *m, uint64_t horizon_ns);
void trace_match_forget(struct trace_match *m, uint64_t before_ns);
bool trace_match_is_settled(struct trace_match *m, uint64_t start_ns, uint64_t end_ns);
void trace_match_conclude(struct trace_match *m, uint64_t start_ns, uint64_t end_ns,
			  struct comparison *c);

#endif /* TCPCLOSE_WITNESS_TRACE_MATCH_H */
