// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several looks at a namespace's counters, and what they say together.
 *
 * Each gives bounds for what a counter stood at when the stream began. Now and
 * then one is wrong, since a CPU was held up between the counter and the record.
 * So there are several before and after, and what most of them say counts: if
 * those before and those after exclude each other, the kernel or tcpclose has
 * miscounted in between.
 */
#include "looks.h"

/* So many that agree are right. */
#define ENOUGH 3

/**
 * looks_add() - remember a look
 * @looks: where
 * @kernel: what the kernel had counted
 * @low: what tcpclose had told by then, at least
 * @high: at most
 */
void looks_add(struct looks *looks, const struct counters *kernel,
	       const uint64_t low[COUNTERS], const uint64_t high[COUNTERS])
{
	struct bounds *bounds = looks->bounds[looks->count++ % LOOKS];
	int i;

	for (i = 0; i < COUNTERS; i++) {
		bounds[i].low = (int64_t)(kernel->value[i] - high[i]);
		bounds[i].high = (int64_t)(kernel->value[i] - low[i]);
	}
}

/* How many looks a value would be right for. */
static unsigned int votes(const struct looks *looks, enum counter counter,
			  int64_t value)
{
	unsigned int i, count = 0;

	for (i = 0; i < looks->count && i < LOOKS; i++)
		count += value >= looks->bounds[i][counter].low &&
			 value <= looks->bounds[i][counter].high;
	return count;
}

/* The values that are right for the most looks; the latest such. */
static struct bounds agreed(const struct looks *looks, enum counter counter)
{
	struct bounds best = { 0, 0 };
	unsigned int most = 0, i, j;

	for (i = 0; i < looks->count && i < LOOKS; i++) {
		int64_t low = looks->bounds[i][counter].low;
		int64_t high = INT64_MAX;

		if (votes(looks, counter, low) < most)
			continue;
		most = votes(looks, counter, low);
		/* Up to where the first of those ends that it is right for. */
		for (j = 0; j < looks->count && j < LOOKS; j++) {
			const struct bounds *b = &looks->bounds[j][counter];

			if (b->low <= low && b->high >= low && b->high < high)
				high = b->high;
		}
		best = (struct bounds){ .low = low, .high = high };
	}
	return best;
}

/**
 * looks_are_sure() - whether enough agree, on every counter
 * @looks: the looks
 */
bool looks_are_sure(const struct looks *looks)
{
	int i;

	for (i = 0; i < COUNTERS; i++)
		if (votes(looks, i, agreed(looks, i).low) < ENOUGH)
			return false;
	return true;
}

/**
 * looks_compare() - how much more the kernel has counted than tcpclose
 * @before: the first looks; none: it began with 0
 * @after: the last looks
 * @counter: which counter
 * @moving: result: how much happened around the looks, which counts as neither
 *
 * Return: 0 if they agree; below 0 if tcpclose has told more
 */
int64_t looks_compare(const struct looks *before, const struct looks *after,
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
