/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several looks at a namespace's counters, and what they say together.
 */
#ifndef TCPCLOSE_WITNESS_READINGS_H
#define TCPCLOSE_WITNESS_READINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "witness/counters.h"

/* At most, before and after; fewer if they agree. */
#define READINGS_MAX 12

/**
 * struct bounds - what a counter stood at when the stream began
 * @low: at least
 * @high: at most
 */
struct bounds {
	int64_t low;
	int64_t high;
};

/**
 * struct readings - what several looks say of the counters
 * @count: how many there were
 * @bounds: what each of the latest says
 */
struct readings {
	unsigned int count;
	struct bounds bounds[READINGS_MAX][COUNTERS];
};

void readings_add(struct readings *looks, const struct counters *kernel,
		  const uint64_t low[COUNTERS], const uint64_t high[COUNTERS]);
bool readings_are_sure(const struct readings *looks);
int64_t readings_compare(const struct readings *before, const struct readings *after,
			 enum counter counter, uint64_t *moving);

#endif /* TCPCLOSE_WITNESS_READINGS_H */
