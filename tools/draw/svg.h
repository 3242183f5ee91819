/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pictures as SVG: one file that stands alone, on paper and on a screen, light
 * or dark.
 *
 * Coordinates are pixels from the upper left corner.
 */
#ifndef TCPCLOSE_DRAW_SVG_H
#define TCPCLOSE_DRAW_SVG_H

#include <stdbool.h>

#include "base/buffer.h"

/* What svg_text() shows of a text, bytes. */
#define SVG_TEXT_MAX 512

/**
 * enum svg_role - what something drawn stands for: decides its colour
 * @SVG_INK: anything
 * @SVG_MUTED: what is not there, or matters less
 * @SVG_GRACEFUL: part of a graceful close
 * @SVG_ABRUPT: part of an abrupt one
 * @SVG_BAD: illegal or impossible
 * @SVG_ROLES: how many there are
 */
enum svg_role {
	SVG_INK,
	SVG_MUTED,
	SVG_GRACEFUL,
	SVG_ABRUPT,
	SVG_BAD,
	SVG_ROLES,
};

enum svg_anchor {
	SVG_START,
	SVG_MIDDLE,
	SVG_END,
};

/**
 * struct svg_stroke - how a line is drawn
 * @role: its colour
 * @tenths: its width, in tenths of a pixel
 * @dashed: it is broken
 * @head: it ends with an arrowhead, whose tip is the line's end plus
 *	%SVG_HEAD
 */
struct svg_stroke {
	enum svg_role role;
	unsigned int tenths;
	bool dashed;
	bool head;
};

/* How far an arrowhead reaches beyond the line that it belongs to. */
#define SVG_HEAD 9

/**
 * struct svg_font - how a text is written
 * @role: its colour
 * @size: height of its letters' box, pixels
 * @anchor: which of its ends is at the place given
 * @bold: it is bold
 * @halo: it keeps a margin to lines that were drawn before
 */
struct svg_font {
	enum svg_role role;
	unsigned int size;
	enum svg_anchor anchor;
	bool bold;
	bool halo;
};

/**
 * struct svg_document - what a picture is
 * @width: pixels
 * @height: pixels
 * @title: its name, for those who can't see it and for a window's title
 * @description: what it shows, likewise; both are cut behind %SVG_TEXT_MAX bytes
 */
struct svg_document {
	int width;
	int height;
	const char *title;
	const char *description;
};

void svg_begin(struct buffer *to, const struct svg_document *document);
void svg_end(struct buffer *to);
void svg_group_begin(struct buffer *to, const char *title);
void svg_group_end(struct buffer *to);
void svg_line(struct buffer *to, const struct svg_stroke *stroke, int x1,
	      int y1, int x2, int y2);
void __printf(3, 4) svg_path(struct buffer *to, const struct svg_stroke *stroke,
			     const char *format, ...);
void svg_box(struct buffer *to, const struct svg_stroke *stroke, int x, int y,
	     int width, int height, int radius);
void svg_text(struct buffer *to, const struct svg_font *font, int x, int y,
	      const char *text);
void __printf(5, 6) svg_printf(struct buffer *to, const struct svg_font *font,
			       int x, int y, const char *format, ...);
int svg_text_width(const struct svg_font *font, const char *text);

#endif /* TCPCLOSE_DRAW_SVG_H */
