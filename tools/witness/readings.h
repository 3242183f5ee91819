/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several readings of a namespace's counters, and what they say together.
 */
#ifndef TCPCLOSE_WITNESS_READINGS_H
#define TCPCLOSE_WITNESS_READINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "witness/counters.h"

/* At most, before and after; fewer if they agree. */
#define READINGS_MAX 12

/**
 * struct readings_bounds - value of a counter when the stream began
 * @low: at least
 * @high: at most
 */
struct readings_bounds {
	int64_t low;
	int64_t high;
};

/**
 * struct readings - several readings of a namespace's counters
 * @count: how many there were
 * @bounds: by reading, the latest %READINGS_MAX, and by counter
 */
struct readings {
	unsigned int count;
	struct readings_bounds bounds[READINGS_MAX][COUNTERS];
};

void readings_add(struct readings *r, const struct counters *kernel,
		  const uint64_t low[COUNTERS], const uint64_t high[COUNTERS]);
bool readings_are_sure(const struct readings *r);
int64_t readings_compare(const struct readings *before, const struct readings *after,
			 enum counter counter, uint64_t *moving);

#endif /* TCPCLOSE_WITNESS_READINGS_H */
