/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where on a drawing the steps of a ladder go: rows from top to bottom, in the
 * order of time, not to its scale.
 */
#ifndef TCPCLOSE_VIEW_LADDER_ROWS_H
#define TCPCLOSE_VIEW_LADDER_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "ladder/ladder.h"
#include "view/ladder/words.h"

/* A step takes a gap, itself, its captions and its state, and what it sent. */
#define ROWS_MAX ((WORDS_CAPTIONS + 5) * LADDER_STEPS_MAX + 3)

/**
 * enum rows_cell - what stands beside a side's line in a row
 * @ROWS_NOTHING: nothing
 * @ROWS_STATE: the state that a step led to; before the first step: that
 *	one's old state
 * @ROWS_CAPTION: a caption of a step
 * @ROWS_MISSING: that steps are missing
 */
enum rows_cell {
	ROWS_NOTHING,
	ROWS_STATE,
	ROWS_CAPTION,
	ROWS_MISSING,
};

/**
 * struct rows_place - one side of a row
 * @cell: what stands there
 * @step: of which step; of @ROWS_STATE: %LADDER_NONE: before the first
 * @caption: which of its captions
 * @alive: the side exists there: its line is drawn
 */
struct rows_place {
	enum rows_cell cell;
	int step;
	int caption;
	bool alive;
};

/**
 * struct rows_row - a row
 * @step: step whose time stands there, or %LADDER_NONE
 * @gap_ns: a long time passes here, and nothing else stands there; 0: none
 * @columns: both columns
 */
struct rows_row {
	int step;
	uint64_t gap_ns;
	struct rows_place columns[LADDER_COLUMNS];
};

/**
 * struct rows - the whole drawing
 * @rows: from top to bottom
 * @count: how many
 * @from: of each arrow, the row where it begins
 * @to: of each arrow, the row where it ends; the same if only one side was seen
 */
struct rows {
	struct rows_row rows[ROWS_MAX];
	int count;
	int from[LADDER_ARROWS_MAX];
	int to[LADDER_ARROWS_MAX];
};

void rows_place(struct rows *rows, const struct ladder *ladder);

#endif /* TCPCLOSE_VIEW_LADDER_ROWS_H */
