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
#define LADDER_ROWS_MAX ((WORDS_CAPTIONS + 5) * LADDER_STEPS_MAX + 3)

/**
 * enum ladder_cell - what stands beside a side's line in a row
 * @LADDER_NOTHING: nothing
 * @LADDER_STATE: the state that a step led to; before the first step: that
 *	one's old state
 * @LADDER_CAPTION: a caption of a step
 * @LADDER_MISSING: that steps are missing
 */
enum ladder_cell {
	LADDER_NOTHING,
	LADDER_STATE,
	LADDER_CAPTION,
	LADDER_MISSING,
};

/**
 * struct ladder_place - one side of a row
 * @cell: what stands there
 * @step: of which step; of @LADDER_STATE: %LADDER_NONE: before the first
 * @caption: which of its captions
 * @alive: the side exists there: its line is drawn
 */
struct ladder_place {
	enum ladder_cell cell;
	int step;
	int caption;
	bool alive;
};

/**
 * struct ladder_row - a row
 * @step: step whose time stands there, or %LADDER_NONE
 * @gap_ns: a long time passes here, and nothing else stands there; 0: none
 * @columns: both columns
 */
struct ladder_row {
	int step;
	uint64_t gap_ns;
	struct ladder_place columns[LADDER_COLUMNS];
};

/**
 * struct ladder_rows - the whole drawing
 * @rows: from top to bottom
 * @count: how many
 * @from: of each arrow, the row where it begins
 * @to: of each arrow, the row where it ends; the same if only one side was seen
 */
struct ladder_rows {
	struct ladder_row rows[LADDER_ROWS_MAX];
	int count;
	int from[LADDER_ARROWS_MAX];
	int to[LADDER_ARROWS_MAX];
};

void ladder_rows_place(struct ladder_rows *rows, const struct ladder *ladder);

#endif /* TCPCLOSE_VIEW_LADDER_ROWS_H */
