// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several readings of a namespace's counters, and what they say together.
 *
 * Each reading gives bounds for the value of a counter when the stream began. Now
 * and then one is wrong, since a CPU was interrupted between the counter and the
 * record. So there are several before and after, and a value is excluded only if
 * clearly more of them allow another value: one wrong reading among many that
 * allow both changes nothing. If those before and those after exclude each other,
 * the kernel or tcpclose has miscounted in between.
 */
#include "witness/readings.h"

/* So many that agree are right; so many more exclude another value. */
#define ENOUGH 3

/**
 * readings_add() - add a reading
 * @r: the readings
 * @kernel: the kernel's counters
 * @low: what tcpclose had recorded by then, at least
 * @high: at most
 */
void readings_add(struct readings *r, const struct counters *kernel,
		  const uint64_t low[COUNTERS], const uint64_t high[COUNTERS])
{
	struct readings_bounds *bounds = r->bounds[r->count++ % READINGS_MAX];
	int i;

	for (i = 0; i < COUNTERS; i++) {
		bounds[i].low = (int64_t)(kernel->value[i] - high[i]);
		bounds[i].high = (int64_t)(kernel->value[i] - low[i]);
	}
}

/* How many readings allow a value. */
static unsigned int count_allowing(const struct readings *r,
				   enum counter counter, int64_t value)
{
	unsigned int i, count = 0;

	for (i = 0; i < r->count && i < READINGS_MAX; i++)
		count += value >= r->bounds[i][counter].low &&
			 value <= r->bounds[i][counter].high;
	return count;
}

static void widen(struct readings_bounds *bounds, int64_t value)
{
	if (value < bounds->low)
		bounds->low = value;
	if (value > bounds->high)
		bounds->high = value;
}

/* The values that are allowed by as many readings as any other, or nearly. */
static struct readings_bounds likely_bounds(const struct readings *r,
					    enum counter counter)
{
	struct readings_bounds all = { INT64_MAX, INT64_MIN };
	unsigned int most = 0, i, n;

	for (i = 0; i < r->count && i < READINGS_MAX; i++) {
		n = count_allowing(r, counter, r->bounds[i][counter].low);
		most = n > most ? n : most;
	}
	/* Such values begin and end where the bounds of a reading do. */
	for (i = 0; i < r->count && i < READINGS_MAX; i++) {
		const struct readings_bounds *b = &r->bounds[i][counter];

		if (count_allowing(r, counter, b->low) + ENOUGH > most)
			widen(&all, b->low);
		if (count_allowing(r, counter, b->high) + ENOUGH > most)
			widen(&all, b->high);
	}
	return most ? all : (struct readings_bounds){ 0, 0 };
}

/**
 * readings_are_sure() - whether enough agree on one value, for every counter
 * @r: the readings
 */
bool readings_are_sure(const struct readings *r)
{
	int i;

	for (i = 0; i < COUNTERS; i++) {
		struct readings_bounds b = likely_bounds(r, i);

		if (b.low != b.high || count_allowing(r, i, b.low) < ENOUGH)
			return false;
	}
	return true;
}

/**
 * readings_compare() - how much more the kernel has counted than tcpclose
 * @before: the first readings; none: the counter began with 0
 * @after: the last readings
 * @counter: which counter
 * @moving: result: how much happened too close to the readings to count
 *
 * Return: 0 if they agree; below 0 if tcpclose has recorded more
 */
int64_t readings_compare(const struct readings *before, const struct readings *after,
			 enum counter counter, uint64_t *moving)
{
	struct readings_bounds first = likely_bounds(before, counter);
	struct readings_bounds last = likely_bounds(after, counter);

	*moving = (uint64_t)(first.high - first.low) +
		  (uint64_t)(last.high - last.low);
	if (last.low > first.high)
		return last.low - first.high;
	return last.high < first.low ? last.high - first.low : 0;
}
