/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Durations that were counted in buckets.
 */
#ifndef TCPCLOSE_BASE_HISTOGRAM_H
#define TCPCLOSE_BASE_HISTOGRAM_H

#include <stdint.h>

#include <tcpclose.h>

/* The most rows that histogram_rows() makes. */
#define HISTOGRAM_ROWS 12

/**
 * struct histogram_row - durations between two limits
 * @from_ns: shortest duration counted here
 * @to_ns: shortest duration no longer counted here; UINT64_MAX: no limit
 * @count: how many there were
 */
struct histogram_row {
	uint64_t from_ns;
	uint64_t to_ns;
	uint64_t count;
};

void histogram_bucket(const struct tcpclose_histogram *h, unsigned int bucket,
		      struct histogram_row *row);
void histogram_add(struct tcpclose_histogram *h, uint64_t ns);
uint64_t histogram_percentile(const struct tcpclose_histogram *h,
			      unsigned int percent);
unsigned int histogram_rows(const struct tcpclose_histogram *h,
			    struct histogram_row rows[HISTOGRAM_ROWS]);

#endif /* TCPCLOSE_BASE_HISTOGRAM_H */
