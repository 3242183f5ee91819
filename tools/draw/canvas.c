// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boxes, lines and words made of characters: where lines meet, the character is
 * found that joins them.
 *
 * What does not fit is left out; knows nothing of TCP.
 */
#include <string.h>

#include "base/format.h"
#include "base/terminal.h"
#include "draw/canvas.h"

static struct canvas_cell *cell_at(struct canvas *c, int x, int y)
{
	if (x < 0 || x >= CANVAS_COLUMNS || y < 0 || y >= CANVAS_ROWS)
		return NULL;
	return &c->cells[y][x];
}

static void join(struct canvas *c, struct canvas_point at,
		 enum canvas_direction direction, enum canvas_weight weight,
		 enum canvas_style style)
{
	struct canvas_cell *cell = cell_at(c, at.x, at.y);

	if (!cell)
		return;
	/* A box keeps its own look where a line leaves it. */
	if (!memcmp(cell->lines, "\0\0\0\0", CANVAS_DIRECTIONS))
		cell->style = style;
	cell->lines[direction] = weight;
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static enum canvas_direction direction_of(int dx, int dy)
{
	if (dx)
		return dx > 0 ? CANVAS_RIGHT : CANVAS_LEFT;
	return dy > 0 ? CANVAS_DOWN : CANVAS_UP;
}

/**
 * canvas_line() - draw a line
 * @c: where
 * @from: first cell
 * @to: last cell, in the same row or column
 * @weight: how strong it is
 * @style: how it is shown
 */
void canvas_line(struct canvas *c, struct canvas_point from,
		 struct canvas_point to, enum canvas_weight weight,
		 enum canvas_style style)
{
	int dx = sign(to.x - from.x), dy = sign(to.y - from.y);

	while (from.x != to.x || from.y != to.y) {
		join(c, from, direction_of(dx, dy), weight, style);
		from.x += dx;
		from.y += dy;
		join(c, from, direction_of(-dx, -dy), weight, style);
	}
}

static void put(struct canvas *c, int x, int y, enum canvas_style style,
		const char *character, size_t len)
{
	struct canvas_cell *cell = cell_at(c, x, y);

	if (!cell || len >= sizeof(cell->text))
		return;
	memcpy(cell->text, character, len);
	cell->text[len] = '\0';
	cell->style = style;
}

/**
 * canvas_head() - draw an arrowhead
 * @c: where
 * @at: its cell
 * @direction: where it points to
 * @style: how it is shown
 */
void canvas_head(struct canvas *c, struct canvas_point at,
		 enum canvas_direction direction, enum canvas_style style)
{
	static const char *const utf8[] = { "\u25b2", "\u25bc", "\u25c4",
					    "\u25ba" };
	static const char *const ascii[] = { "^", "v", "<", ">" };
	const char *head = c->how->utf8 ? utf8[direction] : ascii[direction];

	put(c, at.x, at.y, style, head, strlen(head));
}

static size_t character_length(const char *s)
{
	size_t len = 1;

	while (((unsigned char)s[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/**
 * canvas_text() - write a text
 * @c: where
 * @x: column of its first character
 * @y: row
 * @style: how it is shown
 * @text: valid UTF-8
 */
void canvas_text(struct canvas *c, int x, int y, enum canvas_style style,
		 const char *text)
{
	for (; *text; x++) {
		size_t len = character_length(text);

		put(c, x, y, style, text, len);
		text += len;
	}
}

/**
 * canvas_columns() - how many columns a text takes
 * @text: valid UTF-8
 */
int canvas_columns(const char *text)
{
	return (int)format_columns(text, strlen(text));
}

/* By the weights up, down, left and right: a dotted line joins as a light one. */
static const char *joint(const unsigned char lines[CANVAS_DIRECTIONS])
{
	static const char joints[81][4] = {
		" ", "\u2576", "\u257a", "\u2574", "\u2500", "\u257c", "\u2578", "\u257e", "\u2501",
		"\u2577", "\u250c", "\u250d", "\u2510", "\u252c", "\u252e", "\u2511", "\u252d", "\u252f",
		"\u257b", "\u250e", "\u250f", "\u2512", "\u2530", "\u2532", "\u2513", "\u2531", "\u2533",
		"\u2575", "\u2514", "\u2515", "\u2518", "\u2534", "\u2536", "\u2519", "\u2535", "\u2537",
		"\u2502", "\u251c", "\u251d", "\u2524", "\u253c", "\u253e", "\u2525", "\u253d", "\u253f",
		"\u257d", "\u251f", "\u2522", "\u2527", "\u2541", "\u2546", "\u252a", "\u2545", "\u2548",
		"\u2579", "\u2516", "\u2517", "\u251a", "\u2538", "\u253a", "\u251b", "\u2539", "\u253b",
		"\u257f", "\u251e", "\u2521", "\u2526", "\u2540", "\u2544", "\u2529", "\u2543", "\u2547",
		"\u2503", "\u2520", "\u2523", "\u2528", "\u2542", "\u254a", "\u252b", "\u2549", "\u254b",
	};
	unsigned int i, index = 0;

	for (i = 0; i < CANVAS_DIRECTIONS; i++) {
		index *= 3;
		if (lines[i] == CANVAS_HEAVY)
			index += 2;
		else if (lines[i])
			index++;
	}
	return joints[index];
}

static bool is_dotted(const unsigned char lines[CANVAS_DIRECTIONS],
		      enum canvas_direction a, enum canvas_direction b)
{
	return lines[a] == CANVAS_DOTTED && lines[b] == CANVAS_DOTTED &&
	       lines[a ^ 2] == CANVAS_NONE && lines[b ^ 2] == CANVAS_NONE;
}

static char *add_joint(char *p, const struct canvas *c,
		       const unsigned char *lines)
{
	bool dotted_h = is_dotted(lines, CANVAS_LEFT, CANVAS_RIGHT);
	bool dotted_v = is_dotted(lines, CANVAS_UP, CANVAS_DOWN);
	bool h = lines[CANVAS_LEFT] || lines[CANVAS_RIGHT];
	bool v = lines[CANVAS_UP] || lines[CANVAS_DOWN];

	if (!c->how->utf8) {
		bool heavy = lines[CANVAS_LEFT] == CANVAS_HEAVY &&
			     lines[CANVAS_RIGHT] == CANVAS_HEAVY;

		if (h && v)
			return FORMAT_LITERAL(p, "+");
		if (h)
			*p++ = dotted_h ? '.' : heavy ? '=' : '-';
		else
			*p++ = !v ? ' ' : dotted_v ? ':' : '|';
		return p;
	}
	if (dotted_h)
		return FORMAT_LITERAL(p, "\u2504");
	if (dotted_v)
		return FORMAT_LITERAL(p, "\u2506");
	return format_string(p, joint(lines));
}

static int last_column(const struct canvas_cell *row)
{
	int x = CANVAS_COLUMNS - 1;

	while (x >= 0 && (!*row[x].text || !strcmp(row[x].text, " ")) &&
	       !memcmp(row[x].lines, "\0\0\0\0", CANVAS_DIRECTIONS))
		x--;
	return x;
}

/**
 * canvas_write() - write all that was drawn
 * @c: what was drawn
 * @to: where it goes
 */
void canvas_write(const struct canvas *c, struct buffer *to)
{
	static const char *const styles[CANVAS_STYLES] = {
		[CANVAS_PLAIN] = TERMINAL_PLAIN,
		[CANVAS_DIM] = TERMINAL_PLAIN TERMINAL_DIM,
		[CANVAS_BOLD] = TERMINAL_PLAIN TERMINAL_BOLD,
		[CANVAS_ABRUPT] = TERMINAL_PLAIN TERMINAL_YELLOW,
		[CANVAS_BAD] = TERMINAL_PLAIN TERMINAL_RED,
	};
	bool colour = c->how->colour;
	int x, y, rows = CANVAS_ROWS;

	while (rows > 0 && last_column(c->cells[rows - 1]) < 0)
		rows--;
	for (y = 0; y < rows; y++) {
		const struct canvas_cell *row = c->cells[y];
		int last = last_column(row);
		unsigned char style = CANVAS_PLAIN;
		char *p = buffer_reserve(to, 24 * CANVAS_COLUMNS);

		for (x = 0; x <= last; x++) {
			if (colour && row[x].style != style)
				p = format_string(p, styles[row[x].style]);
			style = row[x].style;
			p = *row[x].text ? format_string(p, row[x].text) :
					   add_joint(p, c, row[x].lines);
		}
		if (colour && style != CANVAS_PLAIN)
			p = format_string(p, TERMINAL_PLAIN);
		*p++ = '\n';
		buffer_commit(to, p);
	}
}
