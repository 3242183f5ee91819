/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the comparison with one witness found: its numbers beside tcpclose's, the
 * first differences as text, or why there is none.
 */
#ifndef TCPCLOSE_WITNESS_COMPARISON_H
#define TCPCLOSE_WITNESS_COMPARISON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

#define COMPARISON_ROWS 16
/* Differences that are described. */
#define COMPARISON_DETAILS 12

/**
 * struct comparison_row - one number on both sides
 * @what: what was counted
 * @kernel: count of the witness
 * @tcpclose: count of the stream
 * @difference: how many are on one side only
 * @moving: how many happened too close to the reading of the kernel's tables to
 *	say whether they are in them; @difference does not count them
 */
struct comparison_row {
	const char *what;
	uint64_t kernel;
	uint64_t tcpclose;
	uint64_t difference;
	uint64_t moving;
};

/**
 * struct comparison - comparison with one witness
 * @witness: short name of the witness
 * @source: what it reads
 * @missing: why there is no such witness; empty: there is
 * @incomplete: why its differences do not count; empty: they do
 * @rows: what was compared
 * @row_count: number of @rows
 * @details: the first differences as text
 * @detail_count: number of differences
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

void comparison_add_row(struct comparison *c, const struct comparison_row *row);
void __printf(2, 3)
	comparison_add_detail(struct comparison *c, const char *format, ...);
uint64_t comparison_differences(const struct comparison *c);

static inline bool comparison_is_missing(const struct comparison *c)
{
	return c->missing.text[0];
}

static inline bool comparison_is_incomplete(const struct comparison *c)
{
	return c->incomplete.text[0];
}

#endif /* TCPCLOSE_WITNESS_COMPARISON_H */
