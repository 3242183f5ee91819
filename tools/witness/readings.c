// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several looks at a namespace's counters, and what they say together.
 *
 * Each gives bounds for what a counter stood at when the stream began. Now and
 * then one is wrong, since a CPU was held up between the counter and the record.
 * So there are several before and after, and a value is ruled out only when clearly
 * more of them speak for another: one bad look among many that allow for both
 * decides nothing. If those before and those after exclude each other, the kernel or
 * tcpclose has miscounted in between.
 */
#include "witness/readings.h"

/* So many that agree are right; so many more make others wrong. */
#define ENOUGH 3

/**
 * readings_add() - remember a look
 * @looks: where
 * @kernel: what the kernel had counted
 * @low: what tcpclose had told by then, at least
 * @high: at most
 */
void readings_add(struct readings *looks, const struct counters *kernel,
		  const uint64_t low[COUNTERS], const uint64_t high[COUNTERS])
{
	struct bounds *bounds = looks->bounds[looks->count++ % READINGS_MAX];
	int i;

	for (i = 0; i < COUNTERS; i++) {
		bounds[i].low = (int64_t)(kernel->value[i] - high[i]);
		bounds[i].high = (int64_t)(kernel->value[i] - low[i]);
	}
}

/* How many looks a value would be right for. */
static unsigned int votes(const struct readings *looks, enum counter counter,
			  int64_t value)
{
	unsigned int i, count = 0;

	for (i = 0; i < looks->count && i < READINGS_MAX; i++)
		count += value >= looks->bounds[i][counter].low &&
			 value <= looks->bounds[i][counter].high;
	return count;
}

static void widen(struct bounds *bounds, int64_t value)
{
	if (value < bounds->low)
		bounds->low = value;
	if (value > bounds->high)
		bounds->high = value;
}

/* All values but those that clearly fewer looks speak for than for the best. */
static struct bounds agreed(const struct readings *looks, enum counter counter)
{
	struct bounds all = { INT64_MAX, INT64_MIN };
	unsigned int most = 0, i, n;

	for (i = 0; i < looks->count && i < READINGS_MAX; i++) {
		n = votes(looks, counter, looks->bounds[i][counter].low);
		most = n > most ? n : most;
	}
	/* Where such values begin, a look does; where they end, one does. */
	for (i = 0; i < looks->count && i < READINGS_MAX; i++) {
		const struct bounds *b = &looks->bounds[i][counter];

		if (votes(looks, counter, b->low) + ENOUGH > most)
			widen(&all, b->low);
		if (votes(looks, counter, b->high) + ENOUGH > most)
			widen(&all, b->high);
	}
	return most ? all : (struct bounds){ 0, 0 };
}

/**
 * readings_are_sure() - whether enough agree on one value, for every counter
 * @looks: the looks
 */
bool readings_are_sure(const struct readings *looks)
{
	int i;

	for (i = 0; i < COUNTERS; i++) {
		struct bounds b = agreed(looks, i);

		if (b.low != b.high || votes(looks, i, b.low) < ENOUGH)
			return false;
	}
	return true;
}

/**
 * readings_compare() - how much more the kernel has counted than tcpclose
 * @before: the first looks; none: it began with 0
 * @after: the last looks
 * @counter: which counter
 * @moving: result: how much happened around the looks, which counts as neither
 *
 * Return: 0 if they agree; below 0 if tcpclose has told more
 */
int64_t readings_compare(const struct readings *before, const struct readings *after,
			 enum counter counter, uint64_t *moving)
{
	struct bounds first = agreed(before, counter);
	struct bounds last = agreed(after, counter);

	*moving = (uint64_t)(first.high - first.low) +
		  (uint64_t)(last.high - last.low);
	if (last.low > first.high)
		return last.low - first.high;
	return last.high < first.low ? last.high - first.low : 0;
}
