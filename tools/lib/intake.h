/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that only moves what the device delivers to memory, so that a slow
 * command loses nothing.
 */
#ifndef TCPCLOSE_LIB_INTAKE_H
#define TCPCLOSE_LIB_INTAKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "lib/recording.h"

struct intake;
struct source;

/**
 * struct intake_round - one round is complete
 * @begin_ns: CLOCK_MONOTONIC when it began
 * @read_ns: all records before this CLOCK_MONOTONIC were read, and all that is
 *	gathered
 */
struct intake_round {
	uint64_t begin_ns;
	uint64_t read_ns;
};

/**
 * struct intake_how - what is collected beside records
 * @gather: called by the intake's thread at the begin of each round, before it
 *	reads records; adds what it has with intake_add(); returns 0, or -errno to
 *	give up; NULL: nothing
 * @receive: called by the thread that takes records, in the order in which all was
 *	added: for each item
 * @round: likewise, at the end of each round
 * @context: their first argument
 * @round_ns: a round begins at least so often, even if no record comes
 */
struct intake_how {
	int (*gather)(void *context, struct intake *c);
	void (*receive)(void *context, unsigned int kind, const void *bytes,
			size_t len);
	void (*round)(void *context, const struct intake_round *round);
	void *context;
	uint64_t round_ns;
};

int intake_start(struct intake **result, struct source *source,
		 const struct intake_how *how);
void intake_stop(struct intake *c);

int intake_add(struct intake *c, unsigned int kind, const void *bytes,
	       size_t len);

int intake_next(struct intake *c, const struct recording_marker **first,
		size_t *count);
int intake_wait(struct intake *c, uint64_t deadline_ns);
int intake_conclude(struct intake *c, uint64_t ts_ns);
int intake_balance(struct intake *c, struct error *why);

#endif /* TCPCLOSE_LIB_INTAKE_H */
