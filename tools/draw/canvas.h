/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boxes, lines and words made of characters.
 */
#ifndef TCPCLOSE_DRAW_CANVAS_H
#define TCPCLOSE_DRAW_CANVAS_H

#include "base/buffer.h"
#include "base/view.h"

/* Its size, characters. */
#define CANVAS_COLUMNS 100
#define CANVAS_ROWS 51

/**
 * enum canvas_weight - how strong a line is
 * @CANVAS_NONE: there is none
 * @CANVAS_DOTTED: dotted
 * @CANVAS_LIGHT: plain
 * @CANVAS_HEAVY: bold
 */
enum canvas_weight {
	CANVAS_NONE,
	CANVAS_DOTTED,
	CANVAS_LIGHT,
	CANVAS_HEAVY,
};

/**
 * enum canvas_style - how a character is shown, where there are colours
 * @CANVAS_PLAIN: as it is
 * @CANVAS_DIM: faint
 * @CANVAS_BOLD: bold
 * @CANVAS_ABRUPT: in the colour of abrupt ends
 * @CANVAS_BAD: in the colour of illegal transitions
 * @CANVAS_STYLES: how many there are
 */
enum canvas_style {
	CANVAS_PLAIN,
	CANVAS_DIM,
	CANVAS_BOLD,
	CANVAS_ABRUPT,
	CANVAS_BAD,
	CANVAS_STYLES,
};

enum canvas_direction {
	CANVAS_UP,
	CANVAS_DOWN,
	CANVAS_LEFT,
	CANVAS_RIGHT,
	CANVAS_DIRECTIONS,
};

/**
 * struct canvas_point - a place
 * @x: column
 * @y: row
 */
struct canvas_point {
	int x;
	int y;
};

/**
 * struct canvas_cell - one character
 * @lines: weight of the line to each side
 * @style: &enum canvas_style
 * @text: what stands here instead: one character, UTF-8; empty: nothing
 */
struct canvas_cell {
	unsigned char lines[CANVAS_DIRECTIONS];
	unsigned char style;
	char text[5];
};

/**
 * struct canvas - characters; all but @how begins as zeros, which are blanks
 * @how: how it is shown
 * @cells: by row and column
 */
struct canvas {
	const struct view *how;
	struct canvas_cell cells[CANVAS_ROWS][CANVAS_COLUMNS];
};

void canvas_line(struct canvas *c, struct canvas_point from,
		 struct canvas_point to, enum canvas_weight weight,
		 enum canvas_style style);
void canvas_head(struct canvas *c, struct canvas_point at,
		 enum canvas_direction direction, enum canvas_style style);
void canvas_text(struct canvas *c, int x, int y, enum canvas_style style,
		 const char *text);
int canvas_columns(const char *text);
void canvas_write(const struct canvas *c, struct buffer *to);

#endif /* TCPCLOSE_DRAW_CANVAS_H */
