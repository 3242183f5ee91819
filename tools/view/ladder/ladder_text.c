// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ladders as text: a side's line on either side, with its states and calls, and
 * the segments between them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/terminal.h"
#include "view/ladder/ladder_text.h"
#include "view/ladder/words.h"

/* Widths; with LADDER_TEXT_MIDDLE a line has 98 columns. */
#define SIDE 27
#define TIME 10

static void spaces(const struct ladder_text *d, int count)
{
	if (count > 0)
		buffer_printf(d->to, "%*s", count, "");
}

static int columns_of(const char *text)
{
	return (int)format_columns(text, strlen(text));
}

/* Text that does not fit is cut and ends with dots. */
static void write_text(const struct ladder_text *d, const char *text,
		       int room, const char *colour)
{
	bool whole = columns_of(text) <= room;
	size_t len = line_fit(text, (size_t)(whole ? room : room - 3));

	buffer_printf(d->to, "%s%.*s%s%s",
		      colour ? view_colour(d->how, colour) : "", (int)len, text,
		      whole ? "" : "...", colour ? view_plain(d->how) : "");
}

/* Text on a side of a row. Return: its colour */
static const char *side_text(const struct ladder_text *d, struct line *w,
			     enum ladder_column column, int row)
{
	const struct rows_place *place = &d->rows.rows[row].columns[column];
	const struct side *side = d->ladder->sides[column];
	struct line lines[WORDS_CAPTIONS];
	const struct side_step *step;

	line_init(w, 1, d->how);
	line_init(lines, WORDS_CAPTIONS, d->how);
	switch (place->cell) {
	case ROWS_NOTHING:
		return NULL;
	case ROWS_MISSING:
		snprintf(w->text, sizeof(w->text), "(steps not seen)");
		return TERMINAL_YELLOW;
	case ROWS_CAPTION:
		words_captions(lines, d->ladder, place->step);
		*w = lines[place->caption];
		step = d->ladder->steps[place->step].step;
		return step->cause > TCPCLOSE_CAUSE_FIN ? TERMINAL_RED : NULL;
	case ROWS_STATE:
		break;
	}
	if (place->step == LADDER_NONE)
		words_state(w, side->steps[0].old, side->steps[0].dwell_ns);
	else
		words_state(w, d->ladder->steps[place->step].step->new,
			    ladder_stay_ns(d->ladder, place->step));
	return TERMINAL_BOLD;
}

static bool leaves_at(const struct ladder_text *d, enum ladder_column column,
		      int row)
{
	int i;

	for (i = 0; i < d->ladder->arrow_count; i++)
		if ((d->ladder->arrows[i].departure != LADDER_NONE ||
		     d->ladder->arrows[i].before) &&
		    d->ladder->arrows[i].from == column && d->rows.from[i] == row)
			return true;
	return false;
}

static const char *line_at(const struct ladder_text *d,
			   enum ladder_column column, int row)
{
	if (!d->ladder->sides[column])
		return d->glyphs->unseen_line;
	if (!d->rows.rows[row].columns[column].alive)
		return " ";
	if (d->rows.rows[row].gap_ns)
		return d->glyphs->gap;
	return leaves_at(d, column, row) ? d->glyphs->leave[column] :
					   d->glyphs->line;
}

static void write_time(const struct ladder_text *d, int row)
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

/* No blanks at the end of a line. */
static int last_column(const struct ladder_text_middle *m, const char *line,
		       const char *text)
{
	int i = LADDER_TEXT_MIDDLE - 1;

	if (*line == ' ' && !*text)
		while (i >= 0 && *m->cells[i] == ' ' && !m->letters[i])
			i--;
	return i;
}

static void write_middle(const struct ladder_text *d,
			 const struct ladder_text_middle *m, int last)
{
	int i;

	for (i = 0; i <= last; i++) {
		if (m->letters[i])
			buffer_printf(d->to, "%c", m->letters[i]);
		else
			buffer_printf(d->to, "%s", m->cells[i]);
	}
}

static void write_row(const struct ladder_text *d, int row)
{
	struct line left, right;
	const char *left_colour = side_text(d, &left, LADDER_LEFT, row);
	const char *right_colour = side_text(d, &right, LADDER_RIGHT, row);
	const char *line = line_at(d, LADDER_RIGHT, row);
	struct ladder_text_middle m;

	ladder_text_middle(d, &m, row);
	write_time(d, row);
	spaces(d, 1 + d->margin - columns_of(left.text));
	write_text(d, left.text, d->margin, left_colour);
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

static void write_headings(const struct ladder_text *d)
{
	struct line lines[LADDER_COLUMNS][WORDS_HEADINGS];
	int count[LADDER_COLUMNS], room = d->time + 1 + d->margin, i;
	enum ladder_column column;

	for (column = 0; column < LADDER_COLUMNS; column++) {
		line_init(lines[column], WORDS_HEADINGS, d->how);
		count[column] = words_headings(lines[column], d->ladder, column);
	}
	for (i = 0; i < count[LADDER_LEFT] || i < count[LADDER_RIGHT]; i++) {
		spaces(d, room - columns_of(lines[LADDER_LEFT][i].text));
		write_text(d, lines[LADDER_LEFT][i].text, room,
			   i ? NULL : TERMINAL_BOLD);
		if (lines[LADDER_RIGHT][i].text[0]) {
			spaces(d, LADDER_TEXT_MIDDLE + 4);
			write_text(d, lines[LADDER_RIGHT][i].text,
				   i ? room : LINE_SIZE,
				   i ? NULL : TERMINAL_BOLD);
		}
		buffer_printf(d->to, "\n");
	}
}

static void write_conclusions(const struct ladder_text *d)
{
	struct line lines[WORDS_CONCLUSIONS];
	const struct ladder_text_glyphs *g = d->glyphs;
	int count, i;

	line_init(lines, WORDS_CONCLUSIONS, d->how);
	count = words_conclusions(lines, d->ladder);
	buffer_printf(d->to, "\n");
	for (i = 0; i < count; i++)
		buffer_printf(d->to, "%s\n", lines[i].text);
	buffer_printf(d->to,
		      "times: seconds; beside a state: how long it lasted\n");
	if (ladder_has_arrow(d->ladder, true))
		buffer_printf(
			d->to,
			"%s%s%s: seen at both ends; its time is from the sender's step to the receiver's,\n"
			"     so a segment that left later than its step (a delayed ACK) was faster\n",
			g->across, g->across, g->right);
	if (ladder_has_arrow(d->ladder, false))
		buffer_printf(
			d->to,
			"%s%s%s: not seen at that end; ?: nothing shows that it arrived\n",
			g->unseen, g->unseen, g->unseen);
}

/* Wide enough for the latest time and the longest address. */
static void choose_widths(struct ladder_text *d)
{
	struct line lines[WORDS_HEADINGS] = { 0 };
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
	d->margin = SIDE;
	words_headings(lines, ladder, LADDER_LEFT);
	i = columns_of(lines[0].text) - d->time - 1;
	if (i > d->margin)
		d->margin = i;
}

/**
 * ladder_text() - draw a ladder as text
 * @how: how it is shown
 * @to: where it goes
 * @ladder: the connection
 *
 * Return: 0, or -ENOMEM
 */
int ladder_text(const struct view *how, struct buffer *to,
		const struct ladder *ladder)
{
	struct ladder_text *d = calloc(1, sizeof(*d));
	struct line w;
	int i;

	if (!d)
		return -ENOMEM;
	d->to = to;
	d->ladder = ladder;
	d->how = how;
	d->glyphs = how->utf8 ? &ladder_text_glyphs_unicode : &ladder_text_glyphs_ascii;
	rows_place(&d->rows, ladder);
	ladder_text_lanes(d);
	choose_widths(d);
	line_init(&w, 1, how);
	words_title(&w, ladder);
	write_text(d, w.text, LINE_SIZE, TERMINAL_BOLD);
	words_start(&w, ladder);
	buffer_printf(to, "\n%s\n\n", w.text);
	write_headings(d);
	for (i = 0; i < d->rows.count; i++)
		write_row(d, i);
	write_conclusions(d);
	free(d);
	return 0;
}
