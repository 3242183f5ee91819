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

#define COMPARISON_ROWS 16
/* Differences and remarks that are put into words. */
#define COMPARISON_DETAILS 12

/**
 * struct comparison_row - one number as both have it
 * @what: what was counted
 * @kernel: the witness's count
 * @tcpclose: that of the stream
 * @difference: how many are in one and not in the other
 * @moving: how many happened too close to a look at the kernel's tables to say
 *	whether they are in it; @difference does not count them
 */
struct comparison_row {
	const char *what;
	uint64_t kernel;
	uint64_t tcpclose;
	uint64_t difference;
	uint64_t moving;
};

/**
 * struct comparison - what one witness says
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
struct comparison {
	const char *witness;
	const char *source;
	struct error missing;
	struct error incomplete;
	struct comparison_row rows[COMPARISON_ROWS];
	unsigned int row_count;
	struct error details[COMPARISON_DETAILS];
	uint64_t detail_count;
	struct error remarks;
};

void comparison_compare(struct comparison *t, const struct comparison_row *c);
void __printf(2, 3)
	comparison_detail(struct comparison *t, const char *format, ...);
uint64_t comparison_differences(const struct comparison *t);

static inline bool comparison_is_missing(const struct comparison *t)
{
	return t->missing.text[0];
}

static inline bool comparison_is_incomplete(const struct comparison *t)
{
	return t->incomplete.text[0];
}

#endif /* TCPCLOSE_WITNESS_COMPARISON_H */
