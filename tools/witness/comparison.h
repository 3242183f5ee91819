/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one witness says: numbers beside tcpclose's own, the first differences in
 * words, or why it says nothing.
 */
#ifndef TCPCLOSE_WITNESS_COMPARISON_H
#define TCPCLOSE_WITNESS_COMPARISON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

#define TESTIMONY_ROWS 16
/* Differences and remarks that are put into words. */
#define TESTIMONY_DETAILS 12

/**
 * struct comparison - one number as both have it
 * @what: what was counted
 * @kernel: the witness's count
 * @tcpclose: that of the stream
 * @difference: how many are in one and not in the other
 * @moving: how many happened too close to a look at the kernel's tables to say
 *	whether they are in it; @difference does not count them
 */
struct comparison {
	const char *what;
	uint64_t kernel;
	uint64_t tcpclose;
	uint64_t difference;
	uint64_t moving;
};

/**
 * struct testimony - what one witness says
 * @witness: its name, short
 * @source: where it looks
 * @missing: why there is none; empty: there is
 * @incomplete: why it does not count; empty: it does
 * @rows: what was compared
 * @row_count: how many
 * @details: differences in words
 * @detail_count: differences, of which the first are in @details
 * @remarks: what was left out of the comparison; empty: nothing
 */
struct testimony {
	const char *witness;
	const char *source;
	struct reason missing;
	struct reason incomplete;
	struct comparison rows[TESTIMONY_ROWS];
	unsigned int row_count;
	struct reason details[TESTIMONY_DETAILS];
	uint64_t detail_count;
	struct reason remarks;
};

void testimony_compare(struct testimony *t, const struct comparison *c);
void __printf(2, 3)
	testimony_detail(struct testimony *t, const char *format, ...);
uint64_t testimony_differences(const struct testimony *t);

static inline bool testimony_is_missing(const struct testimony *t)
{
	return t->missing.text[0];
}

static inline bool testimony_is_incomplete(const struct testimony *t)
{
	return t->incomplete.text[0];
}

#endif /* TCPCLOSE_WITNESS_COMPARISON_H */
