/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of text: columns that get wider as needed, aligned to the left or right,
 * measured in characters, not in bytes.
 *
 * Where all rows are known, measure them first (columns_widen()). Where rows
 * arrive one by one, columns begin with their usual width, and one that had to
 * grow stays that wide.
 *
 *	columns_begin(&table, NULL);
 *	columns_text(&table, "ESTABLISHED");
 *	columns_u64(&table, 4711);
 *	columns_end(&table);
 */
#ifndef TCPCLOSE_BASE_COLUMNS_H
#define TCPCLOSE_BASE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/format.h"
#include "base/view.h"

#define COLUMNS_MAX 16
/* More than a row takes, bytes. What is longer is cut. */
#define COLUMNS_ROOM 8192
/* Longer names from outside this program are cut, bytes. */
#define COLUMNS_NAME_MAX 1024

/**
 * struct column - one column
 * @title: its title
 * @width: its first width
 * @right: aligned to the right
 * @gap: blanks before it, if it is not the first; 0: one
 */
struct column {
	const char *title;
	unsigned int width;
	bool right;
	unsigned int gap;
};

/**
 * struct columns - a table being written
 * @how: how text is shown
 * @to: where it goes
 * @specs: its columns
 * @count: how many
 * @cut: lines are cut at the width of the terminal
 * @width: of each column so far
 * @at: place of the next character of the row
 * @limit: text beyond this place is left out
 * @next: column that is written next
 * @blanks: blanks owed before the next cell
 * @colour: of the next cell; NULL: none
 * @row_colour: of the whole row; NULL: none
 */
struct columns {
	const struct view *how;
	struct buffer *to;
	struct column specs[COLUMNS_MAX];
	unsigned int count;
	bool cut;
	size_t width[COLUMNS_MAX];
	char *at;
	char *limit;
	unsigned int next;
	size_t blanks;
	const char *colour;
	const char *row_colour;
};

void columns_init(struct columns *c, const struct view *how, struct buffer *to,
		  const struct column *specs, unsigned int count);
void columns_widen(struct columns *c, unsigned int column, const char *text);
void columns_header(struct columns *c);

void columns_begin(struct columns *c, const char *colour);
void columns_colour(struct columns *c, const char *colour);
void columns_text(struct columns *c, const char *text);
void columns_name(struct columns *c, const char *name);
void columns_u64(struct columns *c, uint64_t value);
void columns_s64(struct columns *c, int64_t value);
void columns_duration(struct columns *c, bool known, uint64_t ns);
void __printf(2, 3) columns_printf(struct columns *c, const char *format, ...);
void columns_rest(struct columns *c, const char *text);
void columns_end(struct columns *c);

/*
 * For tables of millions of rows. The caller writes each cell's text in place,
 * in order; the function that ends the cell pads it and returns the place of the
 * next one. The last cell needs no padding. columns_end_at() ends the row.
 */

/**
 * columns_begin_at() - begin a row
 * @c: the table
 *
 * Return: where it goes, with room for %COLUMNS_ROOM characters
 */
static inline char *columns_begin_at(struct columns *c)
{
	return buffer_reserve(c->to, COLUMNS_ROOM);
}

/* May write 32 characters in any case: COLUMNS_ROOM has room for them. */
static inline char *columns_blanks(char *p, size_t count)
{
	memset(p, ' ', 32);
	if (count > 32)
		memset(p + 32, ' ', count - 32);
	return p + count;
}

/**
 * columns_pad() - end a cell, or widen its column
 * @c: the table
 * @column: which
 * @p: end of the cell's text
 * @used: how wide that is
 */
static inline char *columns_pad(struct columns *c, unsigned int column, char *p,
				size_t used)
{
	if (used > c->width[column])
		c->width[column] = used;
	p = columns_blanks(p, c->width[column] - used);
	*p++ = ' ';
	return p;
}

/**
 * columns_pad_text() - end a cell, measuring its text
 * @c: the table
 * @column: which
 * @p: end of the cell's text
 * @start: its start
 */
static inline char *columns_pad_text(struct columns *c, unsigned int column,
				     char *p, const char *start)
{
	return columns_pad(c, column, p,
			   format_columns(start, (size_t)(p - start)));
}

/**
 * columns_pad_right() - write a whole cell, aligned to the right
 * @c: the table
 * @column: which
 * @p: where
 * @text: at least 16 characters, of which the first are the cell's
 * @len: how many
 */
static inline char *columns_pad_right(struct columns *c, unsigned int column,
				      char *p, const char *text, size_t len)
{
	if (len > c->width[column])
		c->width[column] = len;
	p = columns_blanks(p, c->width[column] - len);
	memcpy(p, text, 16);
	p[len] = ' ';
	return p + len + 1;
}

/**
 * struct columns_word - a text that is written again and again
 * @len: its length, bytes; 0: not made yet
 * @used: its width
 * @text: it, and blanks
 */
struct columns_word {
	uint8_t len;
	uint8_t used;
	char text[38];
};

void columns_word_make(struct columns_word *w, const char *text, size_t len);

/**
 * columns_word() - write a whole cell
 * @c: the table
 * @column: which
 * @p: where
 * @w: its text
 */
static inline char *columns_word(struct columns *c, unsigned int column, char *p,
				 const struct columns_word *w)
{
	size_t end = c->width[column] + w->len - w->used;

	memcpy(p, w->text, sizeof(w->text));
	if (w->used <= c->width[column] && end < sizeof(w->text))
		return p + end + 1;
	return columns_pad(c, column, p + w->len, w->used);
}

void columns_end_at(struct columns *c, char *p);

#endif /* TCPCLOSE_BASE_COLUMNS_H */
