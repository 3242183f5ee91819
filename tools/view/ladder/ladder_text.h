/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the parts of ladder_text() only.
 */
#ifndef TCPCLOSE_VIEW_LADDER_LADDER_TEXT_H
#define TCPCLOSE_VIEW_LADDER_LADDER_TEXT_H

#include "view/ladder/ladder_view.h"
#include "view/ladder/rows.h"

/* Columns between the two lines. */
#define LADDER_TEXT_MIDDLE 30

/**
 * struct ladder_text_glyphs - what lines are drawn with
 */
struct ladder_text_glyphs {
	const char *line;
	const char *unseen_line;
	const char *across;
	const char *unseen;
	const char *down;
	const char *crossing;
	const char *right;
	const char *left;
	/* Turns of an arrow to the right, then of one to the left. */
	const char *turn[2][2];
	/* Where an arrow leaves its line, by side. */
	const char *leave[LADDER_COLUMNS];
	const char *gap;
};

extern const struct ladder_text_glyphs ladder_text_glyphs_unicode;
extern const struct ladder_text_glyphs ladder_text_glyphs_ascii;

/**
 * struct ladder_text - a drawing in progress
 * @to: where it is written
 * @ladder: what is drawn
 * @rows: where
 * @how: how it is shown
 * @glyphs: characters for lines
 * @lane: of each arrow, the column where it goes down
 * @margin: width of the left side
 * @time: columns of the time
 */
struct ladder_text {
	struct buffer *to;
	const struct ladder *ladder;
	struct rows rows;
	const struct view *how;
	const struct ladder_text_glyphs *glyphs;
	int lane[LADDER_ARROWS_MAX];
	int margin;
	int time;
};

/**
 * struct ladder_text_middle - one row between the two lines
 * @cells: a character each
 * @letters: letters over them, or 0
 */
struct ladder_text_middle {
	const char *cells[LADDER_TEXT_MIDDLE];
	char letters[LADDER_TEXT_MIDDLE];
};

void ladder_text_lanes(struct ladder_text *d);
void ladder_text_middle(const struct ladder_text *d, struct ladder_text_middle *m,
			int row);

#endif /* TCPCLOSE_VIEW_LADDER_LADDER_TEXT_H */
