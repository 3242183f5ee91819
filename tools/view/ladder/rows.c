// SPDX-License-Identifier: GPL-2.0-only
/*
 * Places the steps of a ladder on rows: each step below the one before it, each
 * arrow downwards, no two arrows on the same row's middle.
 *
 * Knows nothing of characters and pixels.
 */
#include <string.h>

#include "base/clock.h"
#include "view/ladder/rows.h"

/* A longer gap between steps is shown. */
#define GAP_NS NS_PER_S

/**
 * struct placing - a drawing that is being placed
 * @rows: the drawing
 * @ladder: what is drawn
 * @last: row of the latest step
 * @middle: first row whose middle is free, and all below it
 * @column: first row where each side is free, and all below it
 */
struct placing {
	struct rows *rows;
	const struct ladder *ladder;
	int last;
	int middle;
	int column[LADDER_COLUMNS];
};

static int max(int a, int b)
{
	return a > b ? a : b;
}

static struct rows_row *row_at(struct rows *rows, int row)
{
	while (rows->count <= row) {
		struct rows_row *fresh = &rows->rows[rows->count++];

		memset(fresh, 0, sizeof(*fresh));
		fresh->step = LADDER_NONE;
	}
	return &rows->rows[row];
}

static void put(struct placing *p, enum ladder_column column, enum rows_cell cell,
		int step, int caption)
{
	struct rows_row *row = row_at(p->rows, p->column[column]++);

	row->columns[column].cell = cell;
	row->columns[column].step = step;
	row->columns[column].caption = caption;
}

static bool has_first_state(const struct ladder *ladder, enum ladder_column column)
{
	const struct side *side = ladder->sides[column];

	return side && side->steps[0].old != TCPCLOSE_CLOSE;
}

/* The first state of each side that has one. */
static void put_first_states(struct placing *p)
{
	enum ladder_column column;
	int i;

	for (column = 0; column < LADDER_COLUMNS; column++) {
		if (has_first_state(p->ladder, column))
			put(p, column, ROWS_STATE, LADDER_NONE, 0);
	}
	for (i = 0; i < p->ladder->arrow_count; i++) {
		if (!p->ladder->arrows[i].before)
			continue;
		row_at(p->rows, p->middle);
		p->rows->from[i] = p->middle;
		p->rows->to[i] = p->middle++;
	}
	p->middle = max(p->middle, p->rows->count);
	p->column[LADDER_LEFT] = p->middle;
	p->column[LADDER_RIGHT] = p->middle;
	p->last = p->middle - 1;
}

static uint64_t gap_before(const struct ladder *ladder, int i)
{
	uint64_t now_ns = ladder->steps[i].step->ts_ns;
	uint64_t then_ns = i ? ladder->steps[i - 1].step->ts_ns : now_ns;

	return now_ns > then_ns && now_ns - then_ns >= GAP_NS ?
		       now_ns - then_ns :
		       0;
}

static void put_gap(struct placing *p, uint64_t gap_ns)
{
	int row = max(max(p->last + 1, p->middle),
		      max(p->column[LADDER_LEFT], p->column[LADDER_RIGHT]));
	int i;

	/* Not on an arrow's way. */
	for (i = 0; i < p->ladder->arrow_count; i++)
		row = max(row, p->rows->from[i] + 1);
	row_at(p->rows, row)->gap_ns = gap_ns;
	p->last = row;
	p->middle = row + 1;
	p->column[LADDER_LEFT] = row + 1;
	p->column[LADDER_RIGHT] = row + 1;
}

static bool has_arrow(const struct ladder_step *ls)
{
	return ls->received != LADDER_NONE || ls->sent != LADDER_NONE;
}

/* The first row that a step can have. */
static int row_of_step(const struct placing *p, const struct ladder_step *ls)
{
	int row = max(p->last + 1, p->column[ls->column]);

	if (has_arrow(ls))
		row = max(row, p->middle);
	if (ls->received != LADDER_NONE &&
	    p->ladder->arrows[ls->received].departure != LADDER_NONE)
		row = max(row, p->rows->from[ls->received] + 1);
	return row;
}

static void put_arrival(struct placing *p, int arrow, int row)
{
	p->rows->to[arrow] = row;
	if (p->ladder->arrows[arrow].departure == LADDER_NONE)
		p->rows->from[arrow] = row;
	p->middle = row + 1;
}

static void put_departure(struct placing *p, int arrow, int row)
{
	row_at(p->rows, row);
	p->rows->from[arrow] = row;
	p->rows->to[arrow] = row;
	p->middle = row + 1;
}

static void put_captions(struct placing *p, int i)
{
	struct line lines[WORDS_CAPTIONS] = { 0 };
	int count = words_captions(lines, p->ladder, i), line;

	for (line = 0; line < count; line++)
		put(p, p->ladder->steps[i].column, ROWS_CAPTION, i, line);
}

/* What a segment made stands at its arrow; a call stands above what it made. */
static void put_step(struct placing *p, int i)
{
	const struct ladder_step *ls = &p->ladder->steps[i];
	bool received = ls->received != LADDER_NONE || ls->same_segment;
	bool changed = ls->step->old != ls->step->new;
	int row;

	if (gap_before(p->ladder, i))
		put_gap(p, gap_before(p->ladder, i));
	if (ls->missing) {
		p->column[ls->column] = max(p->column[ls->column], p->last + 1);
		put(p, ls->column, ROWS_MISSING, i, 0);
	}
	row = row_of_step(p, ls);
	row_at(p->rows, row)->step = i;
	p->column[ls->column] = row;
	if (ls->received != LADDER_NONE)
		put_arrival(p, ls->received, row);
	if (received && changed)
		put(p, ls->column, ROWS_STATE, i, 0);
	put_captions(p, i);
	if (!received && changed)
		put(p, ls->column, ROWS_STATE, i, 0);
	p->column[ls->column] = max(p->column[ls->column], row + 1);
	/* The next step begins below all that belongs to this one. */
	p->last = p->column[ls->column] - 1;
	if (ls->sent == LADDER_NONE)
		return;
	put_departure(p, ls->sent, max(row, p->middle));
	/* Not beside the side's next step, which did not send it. */
	p->column[ls->column] =
		max(p->column[ls->column], p->rows->from[ls->sent] + 1);
}

/* The last row of a side's line: that of CLOSE, or of what is sent with it. */
static int row_of_death(const struct rows *rows,
			const struct ladder *ladder, enum ladder_column column)
{
	int row, death = rows->count;

	for (row = 0; row < rows->count; row++) {
		const struct rows_place *place = &rows->rows[row].columns[column];
		const struct ladder_step *ls;

		if (place->cell != ROWS_STATE || place->step == LADDER_NONE)
			continue;
		ls = &ladder->steps[place->step];
		if (ls->step->new != TCPCLOSE_CLOSE)
			continue;
		death = row;
		if (ls->sent != LADDER_NONE)
			death = max(death, rows->from[ls->sent]);
	}
	return death;
}

/* A side's line reaches from its first state to CLOSE. */
static void draw_life(struct placing *p, enum ladder_column column)
{
	bool alive = has_first_state(p->ladder, column);
	int death = row_of_death(p->rows, p->ladder, column), i;

	for (i = 0; i < p->rows->count && i <= death; i++) {
		struct rows_row *row = &p->rows->rows[i];

		if (row->step != LADDER_NONE &&
		    p->ladder->steps[row->step].column == column)
			alive = true;
		row->columns[column].alive = alive;
	}
}

/**
 * rows_place() - place a ladder on rows
 * @rows: result
 * @ladder: the connection
 */
void rows_place(struct rows *rows, const struct ladder *ladder)
{
	struct placing p = { .rows = rows, .ladder = ladder };
	int i;

	rows->count = 0;
	memset(rows->from, 0, sizeof(rows->from));
	memset(rows->to, 0, sizeof(rows->to));
	put_first_states(&p);
	for (i = 0; i < ladder->step_count; i++)
		put_step(&p, i);
	draw_life(&p, LADDER_LEFT);
	draw_life(&p, LADDER_RIGHT);
}
