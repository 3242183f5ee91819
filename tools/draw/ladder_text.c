// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ladders as text: an end's line on either side, with its states and calls, and
 * the segments between them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "compiler.h"
#include "draw/ladder_draw.h"
#include "draw/ladder_rows.h"
#include "format.h"
#include "ladder_words.h"
#include "terminal.h"

/* Columns; all together 98. */
#define MIDDLE 30
#define SIDE 27
#define TIME 10
#define INDENT (TIME + 1)

/**
 * struct glyphs - what lines are drawn with
 */
struct glyphs {
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
	const char *leave[LADDER_SIDES];
	const char *gap;
};

static const struct glyphs unicode = {
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

static const struct glyphs ascii = {
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

/**
 * struct drawing - a drawing in progress
 * @to: where it is written
 * @ladder: what is drawn
 * @rows: where
 * @style: the terminal
 * @glyphs: characters for lines
 * @lane: of each arrow, the column where it goes down
 * @side: columns of the left side
 * @time: columns of the time
 */
struct drawing {
	struct buffer *to;
	const struct ladder *ladder;
	struct ladder_rows rows;
	const struct ladder_style *style;
	const struct glyphs *glyphs;
	int lane[LADDER_ARROWS_MAX];
	int side;
	int time;
};

/* One row between the two lines: a character each, and letters over them. */
struct middle {
	const char *cells[MIDDLE];
	char letters[MIDDLE];
};

static bool is_whole(const struct ladder_arrow *arrow)
{
	return arrow->departure != LADDER_NONE && arrow->arrival != LADDER_NONE;
}

static bool overlap(const struct ladder_rows *rows, int a, int b)
{
	return rows->from[a] <= rows->to[b] && rows->from[b] <= rows->to[a];
}

/* Arrows that are under way at the same time go down in different columns. */
static void choose_lanes(struct drawing *d)
{
	static const int lanes[] = { 15, 18, 12, 21, 9, 24 };
	int i, j;

	for (i = 0; i < d->ladder->arrow_count; i++) {
		unsigned int k = 0;

		d->lane[i] = lanes[0];
		if (!is_whole(&d->ladder->arrows[i]))
			continue;
		for (j = 0; j < i && k < ARRAY_SIZE(lanes); j++) {
			if (d->lane[j] != lanes[k] ||
			    !is_whole(&d->ladder->arrows[j]) ||
			    !overlap(&d->rows, i, j))
				continue;
			/* Taken: look at all again for the next. */
			k++;
			j = -1;
		}
		d->lane[i] = lanes[k < ARRAY_SIZE(lanes) ? k : 0];
	}
}

static void draw_across(struct middle *m, const struct glyphs *glyphs, int from,
			int to, const char *glyph)
{
	int i;

	for (i = from; i <= to; i++)
		m->cells[i] = m->cells[i] == glyphs->down ? glyphs->crossing :
							    glyph;
}

/* A label with a blank around it, from column @at; as much as there is room. */
static void write_label(struct middle *m, int at, const char *text, int room)
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
static void label(struct middle *m, int from, int to, bool at_end,
		  const char *text)
{
	int room = to - from + 1, len = (int)strlen(text) + 2;

	if (len > room)
		len = room;
	write_label(m, at_end ? to - len + 1 : from, text, room);
}

static void draw_begin(const struct drawing *d, struct middle *m, int i)
{
	const struct ladder_arrow *arrow = &d->ladder->arrows[i];
	bool left = arrow->from == LADDER_RIGHT;
	int lane = d->lane[i];
	struct words w = { 0 };

	words_bits(&w, arrow->bits);
	if (left) {
		draw_across(m, d->glyphs, lane + 1, MIDDLE - 1,
			    d->glyphs->across);
		label(m, lane + 2, MIDDLE - 2, true, w.text);
	} else {
		draw_across(m, d->glyphs, 0, lane - 1, d->glyphs->across);
		label(m, 1, lane - 2, false, w.text);
	}
	m->cells[lane] = d->glyphs->turn[left][0];
}

static void draw_end(const struct drawing *d, struct middle *m, int i)
{
	const struct ladder_arrow *arrow = &d->ladder->arrows[i];
	bool left = arrow->from == LADDER_RIGHT;
	struct words w = { 0 };
	int lane = d->lane[i];

	if (arrow->latency_ns != EVENT_UNKNOWN)
		words_duration(&w, arrow->latency_ns);
	if (left) {
		draw_across(m, d->glyphs, 1, lane - 1, d->glyphs->across);
		m->cells[0] = d->glyphs->left;
		if (w.text[0])
			label(m, 2, lane - 2, false, w.text);
	} else {
		draw_across(m, d->glyphs, lane + 1, MIDDLE - 2,
			    d->glyphs->across);
		m->cells[MIDDLE - 1] = d->glyphs->right;
		if (w.text[0])
			label(m, lane + 2, MIDDLE - 3, true, w.text);
	}
	m->cells[lane] = d->glyphs->turn[left][1];
}

/*
 * Seen at one end only: the other half is broken, and ends in a question if
 * nothing shows that it arrived.
 */
static void draw_half(const struct drawing *d, struct middle *m, int i)
{
	const struct ladder_arrow *arrow = &d->ladder->arrows[i];
	bool arrived = arrow->arrival != LADDER_NONE;
	bool to_left = arrow->from == LADDER_RIGHT;
	bool seen_left = arrived ? to_left : !to_left;
	bool reaches = arrived || arrow->answered;
	int far = reaches ? MIDDLE - 1 : MIDDLE - 6;
	struct words w = { 0 };
	int from, to;

	from = seen_left ? 0 : MIDDLE - 1 - far;
	to = seen_left ? far : MIDDLE - 1;
	draw_across(m, d->glyphs, from, to, d->glyphs->unseen);
	if (seen_left)
		draw_across(m, d->glyphs, 0, MIDDLE / 2 - 1,
			    d->glyphs->across);
	else
		draw_across(m, d->glyphs, MIDDLE / 2, MIDDLE - 1,
			    d->glyphs->across);
	words_bits(&w, arrow->bits);
	if (seen_left)
		label(m, arrived ? 3 : 2, MIDDLE / 2, false, w.text);
	else
		label(m, MIDDLE / 2 - 1, MIDDLE - (arrived ? 4 : 3), true,
		      w.text);
	if (reaches)
		m->cells[to_left ? 0 : MIDDLE - 1] =
			to_left ? d->glyphs->left : d->glyphs->right;
	if (!reaches)
		m->letters[seen_left ? to + 1 : from - 1] = '?';
}

static void draw_middle(const struct drawing *d, struct middle *m, int row)
{
	int i;

	for (i = 0; i < MIDDLE; i++) {
		m->cells[i] = " ";
		m->letters[i] = '\0';
	}
	for (i = 0; i < d->ladder->arrow_count; i++)
		if (is_whole(&d->ladder->arrows[i]) && d->rows.from[i] < row &&
		    d->rows.to[i] > row)
			m->cells[d->lane[i]] = d->glyphs->down;
	for (i = 0; i < d->ladder->arrow_count; i++) {
		bool whole = is_whole(&d->ladder->arrows[i]);

		if (whole && d->rows.from[i] == row)
			draw_begin(d, m, i);
		else if (whole && d->rows.to[i] == row)
			draw_end(d, m, i);
		else if (!whole && d->rows.from[i] == row)
			draw_half(d, m, i);
	}
}

static void spaces(const struct drawing *d, int count)
{
	if (count > 0)
		buffer_printf(d->to, "%*s", count, "");
}

/* As much of a text as fits: characters beyond ASCII are not cut in two. */
static size_t fit(const char *text, int columns)
{
	size_t len = 0;

	while (text[len] && columns--) {
		len++;
		while (((unsigned char)text[len] & 0xc0) == 0x80)
			len++;
	}
	return len;
}

static int columns_of(const char *text)
{
	return (int)format_columns(text, strlen(text));
}

static void write_text(const struct drawing *d, const char *text, int room,
		       const char *colour)
{
	size_t len = fit(text, room);

	if (colour && d->style->colour)
		buffer_printf(d->to, "%s%.*s%s", colour, (int)len, text,
			      TERMINAL_PLAIN);
	else
		buffer_printf(d->to, "%.*s", (int)len, text);
}

/* What stands on a side of a row; its colour. */
static const char *side_text(const struct drawing *d, struct words *w,
			     enum ladder_side side, int row)
{
	const struct ladder_place *place = &d->rows.rows[row].sides[side];
	const struct end *end = d->ladder->ends[side];
	struct words lines[WORDS_CAPTIONS] = {
		{ .utf8 = d->style->utf8 }, { .utf8 = d->style->utf8 }
	};
	const struct end_step *step;

	w->text[0] = '\0';
	switch (place->cell) {
	case LADDER_NOTHING:
		return NULL;
	case LADDER_MISSING:
		snprintf(w->text, sizeof(w->text), "(steps not seen)");
		return TERMINAL_YELLOW;
	case LADDER_CAPTION:
		words_captions(lines, d->ladder, place->step);
		*w = lines[place->caption];
		step = d->ladder->steps[place->step].step;
		return step->cause > TCPCLOSE_CAUSE_FIN ? TERMINAL_RED : NULL;
	case LADDER_STATE:
		break;
	}
	if (place->step == LADDER_NONE)
		words_state(w, end->steps[0].old, end->steps[0].dwell_ns);
	else
		words_state(w, d->ladder->steps[place->step].step->new,
			    ladder_stay_ns(d->ladder, place->step));
	return TERMINAL_BOLD;
}

static bool leaves_at(const struct drawing *d, enum ladder_side side, int row)
{
	int i;

	for (i = 0; i < d->ladder->arrow_count; i++)
		if ((d->ladder->arrows[i].departure != LADDER_NONE ||
		     d->ladder->arrows[i].before) &&
		    d->ladder->arrows[i].from == side &&
		    d->rows.from[i] == row)
			return true;
	return false;
}

static const char *line_at(const struct drawing *d, enum ladder_side side,
			   int row)
{
	if (!d->ladder->ends[side])
		return d->glyphs->unseen_line;
	if (!d->rows.rows[row].sides[side].alive)
		return " ";
	if (d->rows.rows[row].gap_ns)
		return d->glyphs->gap;
	return leaves_at(d, side, row) ? d->glyphs->leave[side] :
					 d->glyphs->line;
}

static void write_time(const struct drawing *d, int row)
{
	int step = d->rows.rows[row].step;
	uint64_t ns;

	if (step == LADDER_NONE) {
		spaces(d, d->time);
		return;
	}
	ns = d->ladder->steps[step].step->ts_ns;
	ns = ns > d->ladder->start_ns ? ns - d->ladder->start_ns : 0;
	buffer_printf(d->to, "%*llu.%06u", d->time - 7,
		      (unsigned long long)(ns / NS_PER_S),
		      (unsigned int)(ns % NS_PER_S / NS_PER_US));
}

static void write_gap(const struct drawing *d, struct middle *m, int row)
{
	struct words w = { 0 };
	int len;

	words_duration(&w, (int64_t)d->rows.rows[row].gap_ns);
	len = (int)strlen(w.text);
	memcpy(&m->letters[(MIDDLE - len) / 2], w.text, (size_t)len);
}

/* No blanks at the end of a line. */
static int last_column(const struct middle *m, const char *line,
		       const char *text)
{
	int i = MIDDLE - 1;

	if (*line == ' ' && !*text)
		while (i >= 0 && *m->cells[i] == ' ' && !m->letters[i])
			i--;
	return i;
}

static void write_middle(const struct drawing *d, const struct middle *m,
			 int last)
{
	int i;

	for (i = 0; i <= last; i++) {
		if (m->letters[i])
			buffer_printf(d->to, "%c", m->letters[i]);
		else
			buffer_printf(d->to, "%s", m->cells[i]);
	}
}

static void write_row(const struct drawing *d, int row)
{
	struct words left = { .utf8 = d->style->utf8 };
	struct words right = { .utf8 = d->style->utf8 };
	const char *left_colour = side_text(d, &left, LADDER_LEFT, row);
	const char *right_colour = side_text(d, &right, LADDER_RIGHT, row);
	const char *line = line_at(d, LADDER_RIGHT, row);
	struct middle m;

	draw_middle(d, &m, row);
	if (d->rows.rows[row].gap_ns)
		write_gap(d, &m, row);
	write_time(d, row);
	spaces(d, 1 + d->side - columns_of(left.text));
	write_text(d, left.text, d->side, left_colour);
	buffer_printf(d->to, " %s", line_at(d, LADDER_LEFT, row));
	write_middle(d, &m, last_column(&m, line, right.text));
	if (*line != ' ' || right.text[0])
		buffer_printf(d->to, "%s", line);
	if (right.text[0]) {
		buffer_printf(d->to, " ");
		write_text(d, right.text, SIDE, right_colour);
	}
	buffer_printf(d->to, "\n");
}

static void write_headings(const struct drawing *d)
{
	struct words lines[LADDER_SIDES][WORDS_HEADINGS] = { 0 };
	int count[LADDER_SIDES], room = d->time + 1 + d->side, i;
	enum ladder_side side;

	for (side = 0; side < LADDER_SIDES; side++) {
		for (i = 0; i < WORDS_HEADINGS; i++)
			lines[side][i].utf8 = d->style->utf8;
		count[side] = words_headings(lines[side], d->ladder, side);
	}
	for (i = 0; i < count[LADDER_LEFT] || i < count[LADDER_RIGHT]; i++) {
		spaces(d, room - columns_of(lines[LADDER_LEFT][i].text));
		write_text(d, lines[LADDER_LEFT][i].text, room,
			   i ? NULL : TERMINAL_BOLD);
		if (lines[LADDER_RIGHT][i].text[0]) {
			spaces(d, MIDDLE + 4);
			write_text(d, lines[LADDER_RIGHT][i].text, WORDS_SIZE,
				   i ? NULL : TERMINAL_BOLD);
		}
		buffer_printf(d->to, "\n");
	}
}

static bool has_half(const struct ladder *ladder)
{
	int i;

	for (i = 0; i < ladder->arrow_count; i++)
		if (!is_whole(&ladder->arrows[i]))
			return true;
	return false;
}

static bool has_whole(const struct ladder *ladder)
{
	int i;

	for (i = 0; i < ladder->arrow_count; i++)
		if (is_whole(&ladder->arrows[i]))
			return true;
	return false;
}

static void write_conclusions(const struct drawing *d)
{
	struct words lines[WORDS_CONCLUSIONS] = { 0 };
	const struct glyphs *g = d->glyphs;
	int count, i;

	for (i = 0; i < WORDS_CONCLUSIONS; i++)
		lines[i].utf8 = d->style->utf8;
	count = words_conclusions(lines, d->ladder);
	buffer_printf(d->to, "\n");
	for (i = 0; i < count; i++)
		buffer_printf(d->to, "%s\n", lines[i].text);
	buffer_printf(d->to,
		      "times: seconds; beside a state: how long it lasted\n");
	if (has_whole(d->ladder))
		buffer_printf(
			d->to,
			"%s%s%s: seen at both ends; its time is from the sender's step to the receiver's,\n"
			"     so a segment that left later than its step (a delayed ACK) was faster\n",
			g->across, g->across, g->right);
	if (has_half(d->ladder))
		buffer_printf(
			d->to,
			"%s%s%s: not seen at that end; ?: and no answer to it, either\n",
			g->unseen, g->unseen, g->unseen);
}

/* Wide enough for the latest time and the longest address. */
static void choose_widths(struct drawing *d)
{
	struct words lines[WORDS_HEADINGS] = { 0 };
	const struct ladder *ladder = d->ladder;
	uint64_t last_s = 0;
	int i;

	for (i = 0; i < ladder->step_count; i++) {
		uint64_t ns = ladder->steps[i].step->ts_ns;

		if (ns > ladder->start_ns &&
		    (ns - ladder->start_ns) / NS_PER_S > last_s)
			last_s = (ns - ladder->start_ns) / NS_PER_S;
	}
	d->time = TIME;
	for (; last_s >= 1000; last_s /= 10)
		d->time++;
	d->side = SIDE;
	words_headings(lines, ladder, LADDER_LEFT);
	i = columns_of(lines[0].text) - d->time - 1;
	if (i > d->side)
		d->side = i;
}

/**
 * ladder_text() - draw a ladder as text
 * @to: where it is written
 * @ladder: the connection
 * @style: what the reader's terminal shows
 *
 * Return: 0, or -ENOMEM
 */
int ladder_text(struct buffer *to, const struct ladder *ladder,
		const struct ladder_style *style)
{
	struct drawing *d = calloc(1, sizeof(*d));
	struct words w = { .utf8 = style->utf8 };
	int i;

	if (!d)
		return -ENOMEM;
	d->to = to;
	d->ladder = ladder;
	d->style = style;
	d->glyphs = style->utf8 ? &unicode : &ascii;
	ladder_rows_place(&d->rows, ladder);
	choose_lanes(d);
	choose_widths(d);
	words_title(&w, ladder);
	write_text(d, w.text, WORDS_SIZE, TERMINAL_BOLD);
	words_start(&w, ladder);
	buffer_printf(to, "\n%s\n\n", w.text);
	write_headings(d);
	for (i = 0; i < d->rows.count; i++)
		write_row(d, i);
	write_conclusions(d);
	free(d);
	return 0;
}
