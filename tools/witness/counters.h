/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's counters that can be computed from tcpclose's records.
 */
#ifndef TCPCLOSE_WITNESS_COUNTERS_H
#define TCPCLOSE_WITNESS_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"

/**
 * enum counter - counters of a network namespace
 */
enum counter {
	COUNTER_BIRTHS,
	COUNTER_RECYCLED,
	COUNTER_OVERFLOW,
	COUNTER_ESTAB_RESETS,
	COUNTER_ABORT_ON_CLOSE,
	COUNTER_ABORT_ON_DATA,
	COUNTER_ABORT_ON_TIMEOUT,
	COUNTER_ABORT_ON_MEMORY,
	COUNTER_ABORT_ON_LINGER,
	COUNTER_PASSIVE_OPENS,
	COUNTER_OUT_RSTS,
	COUNTER_LISTEN_OVERFLOWS,
	COUNTER_LISTEN_DROPS,
	COUNTER_ATTEMPT_FAILS,
	COUNTERS,
};

/**
 * struct counters - values at one time, of one network namespace
 * @value: by &enum counter
 * @minisocks: number of mini-sockets at that time
 */
struct counters {
	uint64_t value[COUNTERS];
	uint64_t minisocks;
};

const char *counter_what(enum counter counter);
bool counter_needs_openings(enum counter counter);
bool counters_may_attempt_fail(const struct event *e);
uint32_t counters_of(const struct event *e);
int counters_read(struct counters *c);

#endif /* TCPCLOSE_WITNESS_COUNTERS_H */
