// SPDX-License-Identifier: GPL-2.0-only
/*
 * From when on a stream has a record of each RST that ends a connection, so that where
 * there is none, there was no RST: not in what an older module wrote, nor up to a loss,
 * nor where records were overwritten before the stream began. The module leaves out
 * others only.
 */
#include <stdbool.h>

#include "conn/recorded.h"

/**
 * recorded_begin() - a stream begins
 * @r: the state; zeroed
 * @head: header of the stream
 */
void recorded_begin(struct recorded *r, const struct recording_header *head)
{
	r->start_ns = head->start_ns;
	/* Minor version 1 of the ABI has records of RSTs. */
	r->since_ns = head->abi_minor ? 0 : UINT64_MAX;
}

static bool is_first_of_cpu(struct recorded *r, unsigned int cpu)
{
	uint8_t *byte = &r->seen[cpu / 8], bit = (uint8_t)(1 << cpu % 8);
	bool first = !(*byte & bit);

	*byte |= bit;
	return first;
}

/* Whether records may be missing right before an event. */
static bool follows_gap(struct recorded *r, const struct event *e)
{
	if (e->kind == EVENT_LOST)
		return true;
	/* Number 0 may be the details of a transition, which is number 1. */
	return is_first_of_cpu(r, e->cpu) && e->seq > 1 && e->ts_ns < r->start_ns;
}

/**
 * recorded_add() - an event of the stream
 * @r: the state
 * @e: the event
 */
void recorded_add(struct recorded *r, const struct event *e)
{
	if (follows_gap(r, e) && r->since_ns < e->ts_ns + RECORDED_LATE_NS)
		r->since_ns = e->ts_ns + RECORDED_LATE_NS;
}
