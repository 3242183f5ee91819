// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ladders as SVG: lines from top to bottom for the sides, sloping arrows between
 * them, for the screen and for paper.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "view/ladder/ladder_svg.h"
#include "view/ladder/words.h"

/* Pixels. */
#define MARGIN 24
#define LINE 18
#define MIDDLE 320
#define BESIDE 12
#define TITLE_Y (MARGIN + 18)
#define START_Y (TITLE_Y + 24)
#define HEADINGS_Y (START_Y + 36)

static const struct svg_font title_font = { .role = SVG_INK,
					    .size = 20,
					    .bold = true };

static const struct svg_font note_font = { .role = SVG_MUTED, .size = 13 };
static const struct svg_font plain_font = { .role = SVG_INK, .size = 13 };

static const struct svg_font bold_font = { .role = SVG_INK,
					   .size = 13,
					   .bold = true };

/* A picture shows any character. */
static const struct view full = { .utf8 = true };

static int max(int a, int b)
{
	return a > b ? a : b;
}

/* Beside a side's line, on the outside. */
static void write_beside(const struct ladder_svg *p, enum ladder_column column,
			 int away, int y, const struct svg_font *font,
			 enum svg_role role, const char *text)
{
	struct svg_font f = ladder_svg_font(
		font, role, column == LADDER_LEFT ? SVG_END : SVG_START, false);

	svg_text(p->to, &f,
		 column == LADDER_LEFT ? p->x[column] - away : p->x[column] + away,
		 y + 4, text);
}

static enum svg_role role_of_step(const struct side_step *step)
{
	if (step->verdict == MODEL_ILLEGAL || step->verdict == MODEL_IMPOSSIBLE)
		return SVG_BAD;
	return step->cause > TCPCLOSE_CAUSE_FIN ? SVG_ABRUPT : SVG_INK;
}

/* As they will look; or raw, for svg_text(), which escapes them itself. */
static void captions_of(const struct ladder_svg *p, int step, bool raw,
			struct line lines[WORDS_CAPTIONS], int *count)
{
	int i;

	line_init(lines, WORDS_CAPTIONS, &full);
	for (i = 0; i < WORDS_CAPTIONS; i++)
		lines[i].raw = raw;
	*count = words_captions(lines, p->ladder, step);
}

static void draw_state(const struct ladder_svg *p, enum ladder_column column,
		       const struct rows_place *place, int y)
{
	const struct side_step *first = &p->ladder->sides[column]->steps[0];
	enum svg_role role = SVG_INK;
	unsigned int state = first->old;
	int64_t stay_ns = first->dwell_ns;
	struct line w = { 0 };

	if (place->step != LADDER_NONE) {
		state = p->ladder->steps[place->step].step->new;
		stay_ns = ladder_stay_ns(p->ladder, place->step);
		role = role_of_step(p->ladder->steps[place->step].step);
	}
	words_state(&w, state, EVENT_UNKNOWN);
	write_beside(p, column, BESIDE, y, &bold_font, role, w.text);
	if (stay_ns == EVENT_UNKNOWN)
		return;
	line_duration(&w, stay_ns);
	write_beside(p, column, 2 * BESIDE + p->states, y, &note_font, SVG_MUTED,
		     w.text);
}

static void draw_place(const struct ladder_svg *p, enum ladder_column column,
		       int row)
{
	const struct rows_place *place = &p->rows.rows[row].columns[column];
	struct line lines[WORDS_CAPTIONS];
	int y = ladder_svg_row(p, row), count;

	switch (place->cell) {
	case ROWS_NOTHING:
		return;
	case ROWS_STATE:
		draw_state(p, column, place, y);
		return;
	case ROWS_MISSING:
		write_beside(p, column, BESIDE, y, &plain_font, SVG_BAD,
			     "(steps not seen)");
		return;
	case ROWS_CAPTION:
		captions_of(p, place->step, true, lines, &count);
		write_beside(p, column, BESIDE, y, &plain_font,
			     role_of_step(p->ladder->steps[place->step].step),
			     lines[place->caption].text);
	}
}

static void draw_time(const struct ladder_svg *p, int row)
{
	const struct rows_row *r = &p->rows.rows[row];
	struct svg_font centred =
		ladder_svg_font(&note_font, SVG_MUTED, SVG_MIDDLE, true);
	struct line w;
	uint64_t ns;

	if (r->gap_ns) {
		line_duration(&w, (int64_t)r->gap_ns);
		svg_text(p->to, &centred,
			 (p->x[LADDER_LEFT] + p->x[LADDER_RIGHT]) / 2,
			 ladder_svg_row(p, row) + 4, w.text);
	}
	if (r->step == LADDER_NONE)
		return;
	ns = p->ladder->steps[r->step].step->ts_ns;
	ns = ns > p->ladder->start_ns ? ns - p->ladder->start_ns : 0;
	svg_printf(p->to, &note_font, MARGIN, ladder_svg_row(p, row) + 4,
		   "%llu.%06u s", (unsigned long long)(ns / NS_PER_S),
		   (unsigned int)(ns % NS_PER_S / NS_PER_US));
}

/* What the model says of a step: shown when the pointer is on its row. */
static void begin_row(const struct ladder_svg *p, int row)
{
	int step = p->rows.rows[row].step;
	const struct model_edge *edge;
	char title[512];

	edge = step == LADDER_NONE ? NULL :
				     ladder_edge(&p->ladder->steps[step]);
	if (!edge) {
		svg_group_begin(p->to, NULL);
		return;
	}
	snprintf(title, sizeof(title), "%s, %s, %s %s: %s", edge->event,
		 edge->by,
		 edge->standing == MODEL_DOCUMENTED ? "RFC 9293" : "Linux",
		 edge->section, edge->wording);
	svg_group_begin(p->to, title);
}

/* From one row's middle to another's; the end of the life has a foot. */
static void draw_life(const struct ladder_svg *p, enum ladder_column column,
		      int from, int to, bool broken)
{
	const struct svg_stroke stroke = {
		.role = broken ? SVG_MUTED : SVG_INK,
		.tenths = 18,
		.dashed = broken,
	};

	svg_line(p->to, &stroke, p->x[column], from, p->x[column], to);
}

static void draw_lives(const struct ladder_svg *p, enum ladder_column column)
{
	const struct svg_stroke foot = { .role = SVG_INK, .tenths = 18 };
	int bottom = p->top + p->rows.count * LADDER_SVG_ROW;
	int row;

	if (!p->ladder->sides[column]) {
		draw_life(p, column, p->top, bottom, true);
		return;
	}
	for (row = 0; row < p->rows.count; row++) {
		const struct rows_place *place =
			&p->rows.rows[row].columns[column];
		bool first = !row || !p->rows.rows[row - 1].columns[column].alive;
		bool last = row + 1 == p->rows.count ||
			    !p->rows.rows[row + 1].columns[column].alive;
		int from = p->top + row * LADDER_SVG_ROW,
		    to = from + LADDER_SVG_ROW;

		if (!place->alive)
			continue;
		if (first && row)
			from += LADDER_SVG_ROW / 2;
		if (last && row + 1 < p->rows.count)
			to -= LADDER_SVG_ROW / 2;
		if (last && side_is_complete(p->ladder->sides[column])) {
			to = ladder_svg_row(p, row);
			svg_line(p->to, &foot, p->x[column] - 6, to,
				 p->x[column] + 6, to);
		}
		draw_life(p, column, from, to, p->rows.rows[row].gap_ns);
	}
}

static void draw_headings(const struct ladder_svg *p)
{
	enum ladder_column column;
	int i;

	for (column = 0; column < LADDER_COLUMNS; column++)
		for (i = 0; i < p->heading_count[column]; i++)
			write_beside(p, column, -MIDDLE / 4,
				     HEADINGS_Y + i * LINE,
				     i ? &note_font : &bold_font,
				     i ? SVG_MUTED : SVG_INK,
				     p->headings[column][i].text);
}

static int width_of_column(const struct ladder_svg *p, enum ladder_column column)
{
	struct line headings[WORDS_HEADINGS];
	struct line lines[WORDS_CAPTIONS];
	int widest =
		2 * BESIDE + p->states + svg_text_width(&note_font, "999.9ms");
	int i, line, count;

	for (i = 0; i < p->ladder->step_count; i++) {
		if (p->ladder->steps[i].column != column)
			continue;
		captions_of(p, i, false, lines, &count);
		for (line = 0; line < count; line++)
			widest = max(widest,
				     BESIDE + svg_text_width(&plain_font,
							     lines[line].text));
	}
	line_init(headings, WORDS_HEADINGS, &full);
	count = words_headings(headings, p->ladder, column);
	for (i = 0; i < count; i++)
		widest = max(widest, svg_text_width(i ? &note_font : &bold_font,
						    headings[i].text) -
					     MIDDLE / 4);
	return widest;
}

static void place(struct ladder_svg *p)
{
	static const char *const longest = "ESTABLISHED";
	uint64_t last_ns = 0;
	enum ladder_column column;
	char time[40];
	int i;

	for (column = 0; column < LADDER_COLUMNS; column++) {
		line_init(p->headings[column], WORDS_HEADINGS, &full);
		for (i = 0; i < WORDS_HEADINGS; i++)
			p->headings[column][i].raw = true;
		p->heading_count[column] =
			words_headings(p->headings[column], p->ladder, column);
	}
	line_init(p->conclusions, WORDS_CONCLUSIONS, &full);
	p->conclusion_count = words_conclusions(p->conclusions, p->ladder);
	for (i = 0; i < p->ladder->step_count; i++)
		if (p->ladder->steps[i].step->ts_ns >
		    p->ladder->start_ns + last_ns)
			last_ns = p->ladder->steps[i].step->ts_ns -
				  p->ladder->start_ns;
	snprintf(time, sizeof(time), "%llu.000000 s",
		 (unsigned long long)(last_ns / NS_PER_S));
	p->states = svg_text_width(&bold_font, longest);
	p->x[LADDER_LEFT] = MARGIN + svg_text_width(&note_font, time) + BESIDE +
			    width_of_column(p, LADDER_LEFT);
	p->x[LADDER_RIGHT] = p->x[LADDER_LEFT] + MIDDLE;
	p->width = p->x[LADDER_RIGHT] + width_of_column(p, LADDER_RIGHT) + MARGIN;
	p->top = HEADINGS_Y + max(p->heading_count[LADDER_LEFT],
				  p->heading_count[LADDER_RIGHT]) *
				      LINE;
}

/* Write, or only count, the lines that a text takes. */
static int wrap(const struct ladder_svg *p, const char *text, int y,
		bool write)
{
	char line[LINE_SIZE];
	int lines = 0;

	while (*text) {
		size_t len = 0, fits = 0;

		do {
			len += strcspn(text + len, " ");
			snprintf(line, sizeof(line), "%.*s", (int)len, text);
			if (fits && svg_text_width(&plain_font, line) >
					    p->width - 2 * MARGIN)
				break;
			fits = len;
			len += text[len] == ' ';
		} while (text[fits]);
		snprintf(line, sizeof(line), "%.*s", (int)fits, text);
		if (write)
			svg_text(p->to, &plain_font, MARGIN, y + lines * LINE,
				 line);
		text += fits + (text[fits] == ' ');
		lines++;
	}
	return lines;
}

static int draw_notes(const struct ladder_svg *p, bool write)
{
	static const char *const notes[] = {
		"Not to scale. Beside a state: how long it lasted.",
		"Beside an arrow's head: the time from the sender's step to the receiver's; a segment that left later than its step, such as a delayed ACK, was faster.",
		"Broken line: not seen at that end. Question mark: nothing shows that it arrived.",
	};
	const bool wanted[] = {
		true,
		ladder_has_arrow(p->ladder, true),
		ladder_has_arrow(p->ladder, false),
	};
	int y = p->top + (p->rows.count + 1) * LADDER_SVG_ROW, lines = 0, i;

	for (i = 0; i < p->conclusion_count; i++)
		lines += wrap(p, p->conclusions[i].text, y + lines * LINE,
			      write);
	y += LINE / 2;
	for (i = 0; i < 3; i++)
		if (wanted[i])
			lines += wrap(p, notes[i], y + lines * LINE, write);
	return y + lines * LINE;
}

static void describe(const struct ladder_svg *p, char *text, size_t size)
{
	size_t used = 0;
	int i;

	text[0] = '\0';
	for (i = 0; i < p->conclusion_count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 i ? "; " : "", p->conclusions[i].text);
}

static void draw(struct ladder_svg *p)
{
	enum ladder_column column;
	int i;

	for (column = 0; column < LADDER_COLUMNS; column++)
		draw_lives(p, column);
	ladder_svg_arrows(p);
	for (i = 0; i < p->rows.count; i++) {
		begin_row(p, i);
		draw_time(p, i);
		draw_place(p, LADDER_LEFT, i);
		draw_place(p, LADDER_RIGHT, i);
		svg_group_end(p->to);
	}
}

/**
 * ladder_svg() - draw a ladder as SVG
 * @how: a picture looks the same always
 * @to: where it goes
 * @ladder: the connection
 *
 * Return: 0, or -ENOMEM
 */
int ladder_svg(const struct view *how, struct buffer *to,
	       const struct ladder *ladder)
{
	struct ladder_svg *p = calloc(1, sizeof(*p));
	struct line title = { .how = &full }, w;
	struct svg_document document;
	char description[SVG_TEXT_MAX];

	if (!p)
		return -ENOMEM;
	p->to = to;
	p->ladder = ladder;
	rows_place(&p->rows, ladder);
	place(p);
	words_title(&title, ladder);
	describe(p, description, sizeof(description));
	document = (struct svg_document){
		.width = p->width,
		.height = draw_notes(p, false) + MARGIN,
		.title = title.text,
		.description = description,
	};
	svg_begin(to, &document);
	svg_text(to, &title_font, MARGIN, TITLE_Y, title.text);
	words_start(&w, ladder);
	svg_text(to, &note_font, MARGIN, START_Y, w.text);
	draw_headings(p);
	draw(p);
	draw_notes(p, true);
	svg_end(to);
	free(p);
	return 0;
}
