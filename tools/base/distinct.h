/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many different numbers there were.
 */
#ifndef TCPCLOSE_BASE_DISTINCT_H
#define TCPCLOSE_BASE_DISTINCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers beyond this many are not counted: 16 MiB of table. */
#define DISTINCT_MAX (1u << 20)

/**
 * struct distinct - numbers seen; begins as zeros
 * @count: how many are different
 * @more: there were more, which were not counted
 * @seed: makes the places in the table unforeseeable; odd
 * @bits: the table has 2^@bits places
 * @table: the numbers; 0: a free place
 */
struct distinct {
	uint64_t count;
	bool more;
	uint64_t seed;
	unsigned int bits;
	uint64_t *table;
};

void distinct_add(struct distinct *d, uint64_t number);
void distinct_free(struct distinct *d);

#endif /* TCPCLOSE_BASE_DISTINCT_H */
