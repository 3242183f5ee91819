// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is between the two lines of a ladder as text: segments, from where they
 * leave, down a column of their own, to where they arrive.
 */
#include <string.h>

#include "base/compiler.h"
#include "view/ladder/ladder_text.h"

const struct ladder_text_glyphs ladder_text_glyphs_unicode = {
	.line = "│",
	.unseen_line = "┊",
	.across = "─",
	.unseen = "╌",
	.down = "│",
	.crossing = "┼",
	.right = "▶",
	.left = "◀",
	.turn = { { "╮", "╰" }, { "╭", "╯" } },
	.leave = { "├", "┤" },
	.gap = "┆",
};

const struct ladder_text_glyphs ladder_text_glyphs_ascii = {
	.line = "|",
	.unseen_line = ":",
	.across = "-",
	.unseen = ".",
	.down = "|",
	.crossing = "+",
	.right = ">",
	.left = "<",
	.turn = { { ".", "'" }, { ".", "'" } },
	.leave = { "+", "+" },
	.gap = ":",
};

static bool overlap(const struct rows *rows, int a, int b)
{
	return rows->from[a] <= rows->to[b] && rows->from[b] <= rows->to[a];
}

/**
 * ladder_text_lanes() - choose the columns where arrows go down
 * @d: the drawing, with its rows
 *
 * Arrows under way at the same time have different columns.
 */
void ladder_text_lanes(struct ladder_text *d)
{
	static const int lanes[] = { 15, 18, 12, 21, 9, 24 };
	int i, j;

	for (i = 0; i < d->ladder->arrow_count; i++) {
		unsigned int k = 0;

		d->lane[i] = lanes[0];
		if (!ladder_arrow_is_whole(&d->ladder->arrows[i]))
			continue;
		for (j = 0; j < i && k < ARRAY_SIZE(lanes); j++) {
			if (d->lane[j] != lanes[k] ||
			    !ladder_arrow_is_whole(&d->ladder->arrows[j]) ||
			    !overlap(&d->rows, i, j))
				continue;
			/* Taken: look at all again for the next. */
			k++;
			j = -1;
		}
		d->lane[i] = lanes[k < ARRAY_SIZE(lanes) ? k : 0];
	}
}

static void draw_across(struct ladder_text_middle *m,
			const struct ladder_text_glyphs *glyphs, int from, int to,
			const char *glyph)
{
	int i;

	for (i = from; i <= to; i++)
		m->cells[i] =
			m->cells[i] == glyphs->down ? glyphs->crossing : glyph;
}

/* A label with a blank around it, from column @at; as much as there is room. */
static void write_label(struct ladder_text_middle *m, int at, const char *text,
			int room)
{
	int len = (int)strlen(text), i;

	if (len > room - 2)
		len = room - 2;
	if (len <= 0)
		return;
	m->letters[at] = ' ';
	for (i = 0; i < len; i++)
		m->letters[at + 1 + i] = text[i];
	m->letters[at + 1 + len] = ' ';
}

/* At the sender's side of columns @from to @to, or in their middle. */
static void label(struct ladder_text_middle *m, int from, int to, bool at_end,
		  const char *text)
{
	int room = to - from + 1, len = (int)strlen(text) + 2;

	if (len > room)
		len = room;
	write_label(m, at_end ? to - len + 1 : from, text, room);
}

static void draw_begin(const struct ladder_text *d, struct ladder_text_middle *m,
		       int i)
{
	const struct ladder_arrow *arrow = &d->ladder->arrows[i];
	bool left = arrow->from == LADDER_RIGHT;
	int lane = d->lane[i];
	struct line w = { 0 };

	words_bits(&w, arrow->bits);
	if (left) {
		draw_across(m, d->glyphs, lane + 1, LADDER_TEXT_MIDDLE - 1,
			    d->glyphs->across);
		label(m, lane + 2, LADDER_TEXT_MIDDLE - 2, true, w.text);
	} else {
		draw_across(m, d->glyphs, 0, lane - 1, d->glyphs->across);
		label(m, 1, lane - 2, false, w.text);
	}
	m->cells[lane] = d->glyphs->turn[left][0];
}

static void draw_end(const struct ladder_text *d, struct ladder_text_middle *m,
		     int i)
{
	const struct ladder_arrow *arrow = &d->ladder->arrows[i];
	bool left = arrow->from == LADDER_RIGHT;
	int lane = d->lane[i], len;
	int room = left ? lane - 1 : LADDER_TEXT_MIDDLE - lane - 1;
	struct line w = { 0 };

	if (arrow->latency_ns != EVENT_UNKNOWN)
		line_duration(&w, arrow->latency_ns);
	/* A number that is cut would be wrong. */
	len = (int)strlen(w.text) + 2;
	if (len > room - 2)
		w.text[0] = '\0';
	if (left) {
		draw_across(m, d->glyphs, 1, lane - 1, d->glyphs->across);
		m->cells[0] = d->glyphs->left;
		if (w.text[0])
			label(m, 2, lane - 2, false, w.text);
	} else {
		draw_across(m, d->glyphs, lane + 1, LADDER_TEXT_MIDDLE - 2,
			    d->glyphs->across);
		m->cells[LADDER_TEXT_MIDDLE - 1] = d->glyphs->right;
		if (w.text[0])
			label(m, lane + 2,
			      LADDER_TEXT_MIDDLE - (len > room - 3 ? 2 : 3),
			      true, w.text);
	}
	m->cells[lane] = d->glyphs->turn[left][1];
}

/*
 * Seen at one side only: the other half is broken, and ends in a question
 * mark if nothing shows that it arrived.
 */
static void draw_half(const struct ladder_text *d, struct ladder_text_middle *m,
		      int i)
{
	const struct ladder_arrow *arrow = &d->ladder->arrows[i];
	bool arrived = arrow->arrival != LADDER_NONE;
	bool to_left = arrow->from == LADDER_RIGHT;
	bool seen_left = arrived ? to_left : !to_left;
	bool reaches = arrived || arrow->answered;
	int far = reaches ? LADDER_TEXT_MIDDLE - 1 : LADDER_TEXT_MIDDLE - 6;
	struct line w = { 0 };
	int from, to;

	from = seen_left ? 0 : LADDER_TEXT_MIDDLE - 1 - far;
	to = seen_left ? far : LADDER_TEXT_MIDDLE - 1;
	draw_across(m, d->glyphs, from, to, d->glyphs->unseen);
	if (seen_left)
		draw_across(m, d->glyphs, 0, LADDER_TEXT_MIDDLE / 2 - 1,
			    d->glyphs->across);
	else
		draw_across(m, d->glyphs, LADDER_TEXT_MIDDLE / 2,
			    LADDER_TEXT_MIDDLE - 1, d->glyphs->across);
	words_bits(&w, arrow->bits);
	if (seen_left)
		label(m, arrived ? 3 : 2, LADDER_TEXT_MIDDLE / 2, false,
		      w.text);
	else
		label(m, LADDER_TEXT_MIDDLE / 2 - 1,
		      LADDER_TEXT_MIDDLE - (arrived ? 4 : 3), true, w.text);
	if (reaches)
		m->cells[to_left ? 0 : LADDER_TEXT_MIDDLE - 1] =
			to_left ? d->glyphs->left : d->glyphs->right;
	if (!reaches)
		m->letters[seen_left ? to + 1 : from - 1] = '?';
}

static void draw_gap(const struct ladder_text *d, struct ladder_text_middle *m,
		     int row)
{
	struct line w = { 0 };
	int len;

	line_duration(&w, (int64_t)d->rows.rows[row].gap_ns);
	len = (int)strlen(w.text);
	memcpy(&m->letters[(LADDER_TEXT_MIDDLE - len) / 2], w.text,
	       (size_t)len);
}

/**
 * ladder_text_middle() - draw what is between the lines
 * @d: the drawing, with its lanes
 * @m: result
 * @row: which row
 */
void ladder_text_middle(const struct ladder_text *d, struct ladder_text_middle *m,
			int row)
{
	int i;

	for (i = 0; i < LADDER_TEXT_MIDDLE; i++) {
		m->cells[i] = " ";
		m->letters[i] = '\0';
	}
	for (i = 0; i < d->ladder->arrow_count; i++)
		if (ladder_arrow_is_whole(&d->ladder->arrows[i]) &&
		    d->rows.from[i] < row && d->rows.to[i] > row)
			m->cells[d->lane[i]] = d->glyphs->down;
	for (i = 0; i < d->ladder->arrow_count; i++) {
		bool whole = ladder_arrow_is_whole(&d->ladder->arrows[i]);

		if (whole && d->rows.from[i] == row)
			draw_begin(d, m, i);
		else if (whole && d->rows.to[i] == row)
			draw_end(d, m, i);
		else if (!whole && d->rows.from[i] == row)
			draw_half(d, m, i);
	}
	if (d->rows.rows[row].gap_ns)
		draw_gap(d, m, row);
}
