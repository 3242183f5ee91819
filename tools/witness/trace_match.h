/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transitions of full sockets, each as the trace has it and as tcpclose has it,
 * put together one to one.
 */
#ifndef TCPCLOSE_WITNESS_TRACE_MATCH_H
#define TCPCLOSE_WITNESS_TRACE_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"
#include "witness/comparison.h"
#include "witness/trace.h"

struct pairing;

int pairing_new(struct pairing **result);
void pairing_free(struct pairing *p);

int pairing_trace(struct pairing *p, const struct trace_event *e);
int pairing_record(struct pairing *p, const struct event *e);
void pairing_advance(struct pairing *p, uint64_t horizon_ns);
void pairing_forget(struct pairing *p, uint64_t before_ns);
bool pairing_is_settled(const struct pairing *p, uint64_t start_ns,
			uint64_t end_ns);
void pairing_conclude(struct pairing *p, uint64_t start_ns, uint64_t end_ns,
		      struct testimony *t);

#endif /* TCPCLOSE_WITNESS_TRACE_MATCH_H */
