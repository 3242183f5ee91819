/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two clocks: the one of the records, and the one on the wall.
 */
#ifndef TCPCLOSE_BASE_CLOCK_H
#define TCPCLOSE_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "base/error.h"

#define NS_PER_US 1000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_S 1000000000ULL

static inline uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

int clock_begin(struct error *why);
uint64_t clock_monotonic_ns(void);

/*
 * What must be added to a record's time to have the time since the epoch. Asked
 * again if the program was held up between the two clocks.
 */
static inline int64_t clock_realtime_offset_ns(void)
{
	uint64_t best = UINT64_MAX;
	int64_t offset = 0;
	int tries;

	for (tries = 0; tries < 5 && best > 20 * NS_PER_US; tries++) {
		uint64_t before = clock_monotonic_ns();
		uint64_t wall = clock_ns(CLOCK_REALTIME);
		uint64_t spread = clock_monotonic_ns() - before;

		if (spread >= best)
			continue;
		best = spread;
		offset = (int64_t)(wall - before - spread / 2);
	}
	return offset;
}

#endif /* TCPCLOSE_BASE_CLOCK_H */
