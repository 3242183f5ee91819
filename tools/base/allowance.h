/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounds how much of the time something takes: two percent, and no more than a tenth of
 * a second at once.
 */
#ifndef TCPCLOSE_BASE_ALLOWANCE_H
#define TCPCLOSE_BASE_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* One part in so many. */
#define ALLOWANCE_PART 50
/* Time that may be taken at once, after a time without any. */
#define ALLOWANCE_BURST_NS (100 * NS_PER_MS)

/**
 * struct allowance - the time that was taken; all zero: none
 * @paid_ns: the time up to this moment pays for it, CLOCK_MONOTONIC
 */
struct allowance {
	uint64_t paid_ns;
};

/**
 * allowance_permits() - whether there is time
 * @a: the allowance
 * @now_ns: now
 * @cost_ns: how long it will take
 */
static inline bool allowance_permits(const struct allowance *a, uint64_t now_ns, uint64_t cost_ns)
{
	uint64_t owed_ns = a->paid_ns > now_ns ? a->paid_ns - now_ns : 0;

	return owed_ns + ALLOWANCE_PART * cost_ns <= ALLOWANCE_PART * ALLOWANCE_BURST_NS;
}

/**
 * allowance_spend() - count the time that was taken
 * @a: the allowance
 * @begin_ns: when it began
 * @end_ns: when it ended
 *
 * Return: how long to expect the next time; no longer than a burst, above which there
 * would never be time again
 */
static inline uint64_t allowance_spend(struct allowance *a, uint64_t begin_ns,
				       uint64_t end_ns)
{
	uint64_t cost_ns = end_ns - begin_ns;

	if (a->paid_ns < begin_ns)
		a->paid_ns = begin_ns;
	a->paid_ns += ALLOWANCE_PART * cost_ns;
	return cost_ns < ALLOWANCE_BURST_NS ? cost_ns : ALLOWANCE_BURST_NS;
}

#endif /* TCPCLOSE_BASE_ALLOWANCE_H */
