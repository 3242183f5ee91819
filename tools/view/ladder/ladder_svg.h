/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the parts of ladder_svg() only.
 */
#ifndef TCPCLOSE_VIEW_LADDER_LADDER_SVG_H
#define TCPCLOSE_VIEW_LADDER_LADDER_SVG_H

#include "draw/svg.h"
#include "view/ladder/ladder_view.h"
#include "view/ladder/rows.h"

/* Height of a row, pixels. */
#define LADDER_SVG_ROW 24

/**
 * struct ladder_svg_box - room that a label takes
 */
struct ladder_svg_box {
	int x1, y1, x2, y2;
};

/**
 * struct ladder_svg - a drawing in progress
 * @to: where it is written
 * @ladder: what is drawn
 * @rows: where
 * @headings: who the sides are
 * @heading_count: how many lines
 * @conclusions: what stands below
 * @conclusion_count: how many lines
 * @x: of each side's line
 * @states: width of the longest state
 * @top: upper side of the first row
 * @width: of the whole
 * @boxes: labels between the lines so far
 * @box_count: how many
 */
struct ladder_svg {
	struct buffer *to;
	const struct ladder *ladder;
	struct rows rows;
	struct line headings[LADDER_COLUMNS][WORDS_HEADINGS];
	int heading_count[LADDER_COLUMNS];
	struct line conclusions[WORDS_CONCLUSIONS];
	int conclusion_count;
	int x[LADDER_COLUMNS];
	int states;
	int top;
	int width;
	struct ladder_svg_box boxes[3 * LADDER_ARROWS_MAX];
	int box_count;
};

/* The middle of a row. */
static inline int ladder_svg_row(const struct ladder_svg *p, int row)
{
	return p->top + row * LADDER_SVG_ROW + LADDER_SVG_ROW / 2;
}

static inline struct svg_font ladder_svg_font(const struct svg_font *font,
					      enum svg_role role,
					      enum svg_anchor anchor, bool halo)
{
	struct svg_font f = *font;

	f.role = role;
	f.anchor = anchor;
	f.halo = halo;
	return f;
}

void ladder_svg_arrows(struct ladder_svg *p);

#endif /* TCPCLOSE_VIEW_LADDER_LADDER_SVG_H */
