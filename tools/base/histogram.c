// SPDX-License-Identifier: GPL-2.0-only
/*
 * Durations that were counted in buckets: percentiles, and rows to show.
 *
 * Does no I/O; knows no state of TCP.
 */
#include <string.h>

#include "base/histogram.h"

/* Buckets to a power of two. */
#define FINE 4

/**
 * histogram_bucket() - limits and count of one bucket
 * @h: the histogram
 * @bucket: below %TCPCLOSE_BUCKETS
 * @row: result
 */
void histogram_bucket(const struct tcpclose_histogram *h, unsigned int bucket,
		      struct histogram_row *row)
{
	/* The outermost buckets count what lies beyond them, too. */
	row->from_ns = bucket ? TCPCLOSE_BUCKET_NS(bucket) : 0;
	row->to_ns = bucket + 1 < TCPCLOSE_BUCKETS ?
			     TCPCLOSE_BUCKET_NS(bucket + 1) :
			     UINT64_MAX;
	row->count = h->buckets[bucket];
}

/**
 * histogram_add() - count a duration, as the module does
 * @h: the histogram; begins as zeros, with %TCPCLOSE_UNKNOWN_NS as the shortest
 * @ns: nanoseconds
 */
void histogram_add(struct tcpclose_histogram *h, uint64_t ns)
{
	unsigned int b = 0;

	if (ns >> TCPCLOSE_BUCKET_FIRST_LOG2) {
		unsigned int log2 = 63 - (unsigned int)__builtin_clzll(ns);

		/* The highest bit makes the shifted number 4 to 7. */
		b = log2 * FINE + (unsigned int)(ns >> (log2 - 2)) -
		    (TCPCLOSE_BUCKET_FIRST_LOG2 * FINE + FINE);
	}
	h->buckets[b < TCPCLOSE_BUCKETS ? b : TCPCLOSE_BUCKETS - 1]++;
	h->count++;
	h->sum_ns += ns;
	if (ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
}

/* A reset clears extremes and counts one after the other: trust neither alone. */
static uint64_t clamp_ns(const struct tcpclose_histogram *h, uint64_t ns)
{
	if (h->max_ns && ns > h->max_ns)
		ns = h->max_ns;
	if (h->min_ns != TCPCLOSE_UNKNOWN_NS && ns < h->min_ns)
		ns = h->min_ns;
	return ns;
}

/**
 * histogram_percentile() - estimate a percentile
 * @h: the histogram
 * @percent: 1 to 99
 *
 * Values are taken to lie evenly in their bucket, or in that part of it which
 * lies between the extremes, so the result is off by no more than the bucket's
 * width, which is 25 % of its value at most.
 *
 * Return: nanoseconds, or %TCPCLOSE_UNKNOWN_NS if nothing was counted
 */
uint64_t histogram_percentile(const struct tcpclose_histogram *h,
			      unsigned int percent)
{
	uint64_t total = 0, before = 0, rank;
	struct histogram_row row;
	double width, share;
	unsigned int b;

	for (b = 0; b < TCPCLOSE_BUCKETS; b++)
		total += h->buckets[b];
	if (!total)
		return TCPCLOSE_UNKNOWN_NS;
	/* Rounded up: of 3 values the 2nd is the median, of 4 the 2nd too. */
	rank = total / 100 * percent + (total % 100 * percent + 99) / 100;
	for (b = 0; b + 1 < TCPCLOSE_BUCKETS; b++) {
		if (before + h->buckets[b] >= rank)
			break;
		before += h->buckets[b];
	}
	histogram_bucket(h, b, &row);
	if (row.to_ns == UINT64_MAX)
		return clamp_ns(h, h->max_ns);
	row.from_ns = clamp_ns(h, row.from_ns);
	width = (double)(clamp_ns(h, row.to_ns) - row.from_ns);
	share = ((double)(rank - before) - 0.5) / (double)row.count;
	return row.from_ns + (uint64_t)(width * share);
}

/**
 * histogram_rows() - make a histogram small enough to be shown
 * @h: the histogram
 * @rows: result, from short to long, empty ones at the ends left out
 *
 * Return: how many rows
 */
unsigned int histogram_rows(const struct tcpclose_histogram *h,
			    struct histogram_row rows[HISTOGRAM_ROWS])
{
	unsigned int first = 0, last = TCPCLOSE_BUCKETS, width, b, count = 0;

	while (first < last && !h->buckets[first])
		first++;
	if (first == last)
		return 0;
	while (!h->buckets[last - 1])
		last--;
	/* Buckets as they are if they are few, else whole powers of two. */
	width = 1;
	if (last - first > 2 * FINE) {
		first -= first % FINE;
		for (width = FINE; first + width * HISTOGRAM_ROWS < last;
		     width += FINE)
			;
	}
	for (b = first; b < last; b += width) {
		struct histogram_row *row = &rows[count++];
		struct histogram_row bucket;
		unsigned int i;

		histogram_bucket(h, b, row);
		for (i = 1; i < width && b + i < TCPCLOSE_BUCKETS; i++) {
			histogram_bucket(h, b + i, &bucket);
			row->to_ns = bucket.to_ns;
			row->count += bucket.count;
		}
	}
	return count;
}
