/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The median of any number of values, in little memory.
 */
#ifndef TCPCLOSE_BASE_MEDIAN_H
#define TCPCLOSE_BASE_MEDIAN_H

#include <stdint.h>

/* Up to so many values the median is exact. */
#define MEDIAN_EXACT 1024
/* Beyond, it is off by its own 256th part at most: 0.4 %. */
#define MEDIAN_PARTS 256

/**
 * struct median - values seen; begins as zeros
 * @count: how many
 * @min: the least
 * @max: the greatest
 * @values: the values, as long as they are few
 * @buckets: how many there are of each size, as soon as they are many
 */
struct median {
	uint64_t count;
	uint64_t min;
	uint64_t max;
	uint64_t *values;
	uint64_t *buckets;
};

int median_add(struct median *m, uint64_t value);
uint64_t median_get(struct median *m);
void median_free(struct median *m);

#endif /* TCPCLOSE_BASE_MEDIAN_H */
