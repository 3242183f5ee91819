// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of text.
 *
 * Blanks behind a cell are written with the next one, so that no line ends with
 * any.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/columns.h"
#include "base/terminal.h"

/* Kept free behind a row: the end of its colours and a newline. */
#define END_ROOM 64

/**
 * columns_init() - begin a table
 * @c: the table
 * @how: how text is shown
 * @to: where it goes
 * @specs: its columns; they are copied
 * @count: how many, at most %COLUMNS_MAX
 */
void columns_init(struct columns *c, const struct view *how, struct buffer *to,
		  const struct column *specs, unsigned int count)
{
	unsigned int i;

	memset(c, 0, sizeof(*c));
	c->how = how;
	c->to = to;
	memcpy(c->specs, specs, count * sizeof(*specs));
	c->count = count;
	for (i = 0; i < count; i++)
		columns_widen(c, i, specs[i].title);
	for (i = 0; i < count; i++)
		if (c->width[i] < specs[i].width)
			c->width[i] = specs[i].width;
}

/**
 * columns_widen() - make a column as wide as a text
 * @c: the table
 * @column: which
 * @text: valid UTF-8
 */
void columns_widen(struct columns *c, unsigned int column, const char *text)
{
	size_t used = format_columns(text, strlen(text));

	if (c->width[column] < used)
		c->width[column] = used;
}

static size_t room(const struct columns *c)
{
	return c->at < c->limit ? (size_t)(c->limit - c->at) : 0;
}

/* What does not fit any more is left out, in whole characters. */
static void add(struct columns *c, const char *bytes, size_t len)
{
	if (len > room(c)) {
		len = room(c);
		while (len && ((unsigned char)bytes[len] & 0xc0) == 0x80)
			len--;
	}
	c->at = format_bytes(c->at, bytes, len);
}

static void add_blanks(struct columns *c, size_t count)
{
	if (count > room(c))
		count = room(c);
	memset(c->at, ' ', count);
	c->at += count;
}

static void add_colour(struct columns *c, const char *colour)
{
	if (c->how->colour && colour)
		c->at = format_string(c->at, colour);
}

static const struct column *begin_cell(struct columns *c)
{
	static const struct column none = { .title = "" };
	const struct column *spec = &none;

	if (c->next < c->count)
		spec = &c->specs[c->next];
	if (c->next)
		add_blanks(c, c->blanks + (spec->gap ? spec->gap : 1));
	c->blanks = 0;
	return spec;
}

/* Where the row is full, nothing has a colour that might need an end. */
static void begin_colour(struct columns *c)
{
	if (!room(c))
		c->colour = NULL;
	add_colour(c, c->colour);
}

static void end_cell(struct columns *c)
{
	if (c->colour)
		add_colour(c, TERMINAL_PLAIN);
	c->colour = NULL;
	c->next++;
}

static void add_cell(struct columns *c, const char *text, size_t len)
{
	const struct column *spec = begin_cell(c);
	size_t used = format_columns(text, len), blanks = 0;

	if (c->next < c->count) {
		if (c->width[c->next] < used)
			c->width[c->next] = used;
		blanks = c->width[c->next] - used;
	}
	begin_colour(c);
	if (spec->right)
		add_blanks(c, blanks);
	else
		c->blanks = blanks;
	add(c, text, len);
	end_cell(c);
}

/**
 * columns_header() - write the titles
 * @c: the table
 */
void columns_header(struct columns *c)
{
	unsigned int i, count = c->count;

	/* No blanks at the end of a line. */
	while (count && !c->specs[count - 1].title[0])
		count--;
	columns_begin(c, TERMINAL_BOLD);
	for (i = 0; i < count; i++)
		columns_text(c, c->specs[i].title);
	columns_end(c);
}

/**
 * columns_begin() - begin a row
 * @c: the table
 * @colour: of all of it; NULL: none
 */
void columns_begin(struct columns *c, const char *colour)
{
	c->at = columns_begin_at(c);
	c->limit = c->at + COLUMNS_ROOM - END_ROOM;
	c->next = 0;
	c->blanks = 0;
	c->colour = NULL;
	c->row_colour = colour;
	add_colour(c, colour);
}

/**
 * columns_colour() - give the next cell a colour
 * @c: the table
 * @colour: which, and back to none behind it
 */
void columns_colour(struct columns *c, const char *colour)
{
	c->colour = colour;
}

/**
 * columns_text() - write a cell
 * @c: the table
 * @text: what this program says; empty: nothing
 */
void columns_text(struct columns *c, const char *text)
{
	add_cell(c, text, strlen(text));
}

/* Return: its length, without NUL */
static size_t make_harmless(const struct columns *c, const char *name,
			    char shown[FORMAT_TEXT_MAX(COLUMNS_NAME_MAX)])
{
	char cut[COLUMNS_NAME_MAX + 1];

	snprintf(cut, sizeof(cut), "%s", name);
	return (size_t)(format_text(shown, cut, c->how->utf8) - shown);
}

/**
 * columns_name() - write a cell with a name from outside this program
 * @c: the table
 * @name: any bytes; those that must not reach a terminal are escaped
 */
void columns_name(struct columns *c, const char *name)
{
	char shown[FORMAT_TEXT_MAX(COLUMNS_NAME_MAX)];

	add_cell(c, shown, make_harmless(c, name, shown));
}

/**
 * columns_u64() - write a cell with a number
 * @c: the table
 * @value: the number
 */
void columns_u64(struct columns *c, uint64_t value)
{
	char text[FORMAT_U64_MAX];

	add_cell(c, text, (size_t)(format_u64(text, value) - text));
}

/**
 * columns_s64() - write a cell with a number that may be negative
 * @c: the table
 * @value: the number
 */
void columns_s64(struct columns *c, int64_t value)
{
	columns_printf(c, "%lld", (long long)value);
}

/**
 * columns_duration() - write a cell with a duration
 * @c: the table
 * @known: it is known; else "-"
 * @ns: nanoseconds
 */
void columns_duration(struct columns *c, bool known, uint64_t ns)
{
	char text[FORMAT_DURATION_MAX];

	if (known)
		add_cell(c, text, (size_t)(format_duration(text, ns) - text));
	else
		columns_text(c, "-");
}

/**
 * columns_printf() - write a cell that is made of parts
 * @c: the table
 * @format: as for printf(); names from outside are for columns_name()
 */
void columns_printf(struct columns *c, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	columns_text(c, text);
}

/**
 * columns_rest() - write what takes the rest of the line, and widens no column
 * @c: the table
 * @text: any bytes; escaped as by columns_name()
 */
void columns_rest(struct columns *c, const char *text)
{
	char shown[FORMAT_TEXT_MAX(COLUMNS_NAME_MAX)];
	size_t len = make_harmless(c, text, shown);

	begin_cell(c);
	begin_colour(c);
	add(c, shown, len);
	end_cell(c);
}

/**
 * columns_end() - end a row
 * @c: the table
 */
void columns_end(struct columns *c)
{
	if (c->row_colour)
		add_colour(c, TERMINAL_PLAIN);
	columns_end_at(c, c->at);
}

/* Colours take no room on a terminal. */
static size_t colour_length(const char *p, const char *end)
{
	const char *s = p;

	if (*s != '\033')
		return 0;
	while (s < end && *s != 'm')
		s++;
	return (size_t)(s - p) + (s < end);
}

/* Return: the end of what fits */
static char *cut(const struct columns *c, char *start, char *end)
{
	unsigned int used = 0;
	char *p = start;

	while (p < end) {
		size_t colour = colour_length(p, end);

		if (colour) {
			p += colour;
			continue;
		}
		if (((unsigned char)*p & 0xc0) != 0x80 &&
		    used++ == c->how->width)
			return format_string(p, view_plain(c->how));
		p++;
	}
	return end;
}

/**
 * columns_end_at() - end a row that columns_begin_at() began
 * @c: the table
 * @p: its end
 */
void columns_end_at(struct columns *c, char *p)
{
	if (c->cut && c->how->width)
		p = cut(c, c->to->data + c->to->len, p);
	*p++ = '\n';
	buffer_commit(c->to, p);
}

/**
 * columns_word_make() - make a word
 * @w: the word
 * @text: valid UTF-8
 * @len: its length, at most the room that there is
 */
void columns_word_make(struct columns_word *w, const char *text, size_t len)
{
	memset(w->text, ' ', sizeof(w->text));
	memcpy(w->text, text, len);
	w->len = (uint8_t)len;
	w->used = (uint8_t)format_columns(text, len);
}
