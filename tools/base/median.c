// SPDX-License-Identifier: GPL-2.0-only
/*
 * The median of any number of values: of few exactly, of many from log-linear
 * buckets, 128 to each power of two.
 *
 * Knows nothing of what the values are.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/median.h"

#define FINE_BITS 7
#define FINE (1u << FINE_BITS)
#define BUCKETS ((64 - FINE_BITS + 1) * FINE)

/* Values below FINE have a bucket each; the others share one with their like. */
static unsigned int bucket_of(uint64_t value)
{
	unsigned int shift;

	if (value < FINE)
		return (unsigned int)value;
	shift = 63 - (unsigned int)__builtin_clzll(value) - FINE_BITS;
	return (shift + 1) * FINE + (unsigned int)(value >> shift) - FINE;
}

/* The middle of a bucket: off by half its width at most, a 256th of the value. */
static uint64_t value_of(const struct median *m, unsigned int bucket)
{
	uint64_t value = bucket;

	if (bucket >= FINE) {
		unsigned int shift = bucket / FINE - 1;

		value = ((uint64_t)(FINE + bucket % FINE) << shift) +
			(((uint64_t)1 << shift) >> 1);
	}
	/* Where all values are alike, it is exact. */
	if (value < m->min)
		return m->min;
	return value > m->max ? m->max : value;
}

static int pour(struct median *m)
{
	uint64_t i;

	m->buckets = calloc(BUCKETS, sizeof(*m->buckets));
	if (!m->buckets)
		return -ENOMEM;
	for (i = 0; i < m->count; i++)
		m->buckets[bucket_of(m->values[i])]++;
	free(m->values);
	m->values = NULL;
	return 0;
}

/**
 * median_add() - see a value
 * @m: the values seen
 * @value: one more
 *
 * Return: 0, or -ENOMEM: it is not counted
 */
int median_add(struct median *m, uint64_t value)
{
	if (!m->count && !m->values) {
		m->values = calloc(MEDIAN_EXACT, sizeof(*m->values));
		if (!m->values)
			return -ENOMEM;
	}
	if (m->count == MEDIAN_EXACT && !m->buckets && pour(m))
		return -ENOMEM;
	if (m->buckets)
		m->buckets[bucket_of(value)]++;
	else
		m->values[m->count] = value;
	if (!m->count || value < m->min)
		m->min = value;
	if (!m->count || value > m->max)
		m->max = value;
	m->count++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/**
 * median_get() - the median
 * @m: the values seen, at least one
 *
 * Return: the median; of an even number of values the lower of the two
 */
uint64_t median_get(struct median *m)
{
	uint64_t rank = (m->count - 1) / 2, before = 0;
	unsigned int bucket;

	if (m->values) {
		qsort(m->values, m->count, sizeof(*m->values), compare);
		return m->values[rank];
	}
	for (bucket = 0; bucket < BUCKETS - 1; bucket++) {
		before += m->buckets[bucket];
		if (before > rank)
			break;
	}
	return value_of(m, bucket);
}

/**
 * median_free() - forget all values
 * @m: the values seen
 */
void median_free(struct median *m)
{
	free(m->values);
	free(m->buckets);
	m->values = NULL;
	m->buckets = NULL;
	m->count = 0;
}
