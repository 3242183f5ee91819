// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables: columns are aligned, grow, and end at the terminal's edge, with any content.
 */
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"

#include "base/columns.h"

static const struct column specs[] = {
	{ .title = "NAME", .width = 6 },
	{ .title = "COUNT", .width = 7, .right = true },
	{ .title = "WHY", .gap = 2 },
};

FIXTURE(columns)
{
	struct columns c;
	struct view how;
	struct buffer buffer;
};

FIXTURE_SETUP(columns)
{
	/* The file receives nothing: all output stays in the buffer */
	buffer_init(&self->buffer, -1);
	self->how.utf8 = true;
	columns_init(&self->c, &self->how, &self->buffer, specs,
		     ARRAY_SIZE(specs));
}

FIXTURE_TEARDOWN(columns)
{
}

/* The text written since the last call. */
static const char *written(struct buffer *to)
{
	to->data[to->len] = '\0';
	to->len = 0;
	return to->data;
}

#define WRITTEN() written(&self->buffer)

static void row(struct columns *c, const char *name, uint64_t count,
		const char *why)
{
	columns_begin(c, NULL);
	columns_text(c, name);
	columns_u64(c, count);
	columns_text(c, why);
	columns_end(c);
}

TEST_F(columns, are_aligned_to_the_left_or_right)
{
	columns_header(&self->c);
	row(&self->c, "a", 1, "one");
	EXPECT_STREQ("NAME     COUNT  WHY\na            1  one\n", WRITTEN());
}

TEST_F(columns, grow_and_stay_as_wide)
{
	row(&self->c, "a", 1, "b");
	row(&self->c, "longer name", 123456789, "c");
	row(&self->c, "a", 1, "d");
	EXPECT_STREQ("a            1  b\n"
		     "longer name 123456789  c\n"
		     "a                   1  d\n",
		     WRITTEN());
}

TEST_F(columns, are_as_wide_as_was_measured)
{
	columns_widen(&self->c, 0, "longer name");
	columns_widen(&self->c, 0, "short");
	columns_header(&self->c);
	EXPECT_STREQ("NAME          COUNT  WHY\n", WRITTEN());
}

TEST_F(columns, are_as_wide_as_their_titles)
{
	static const struct column title[] = {
		{ .title = "TITLE" },
		{ .title = "B" },
	};

	columns_init(&self->c, &self->how, &self->buffer, title, 2);
	columns_begin(&self->c, NULL);
	columns_text(&self->c, "a");
	columns_text(&self->c, "b");
	columns_end(&self->c);
	EXPECT_STREQ("a     b\n", WRITTEN());
}

TEST_F(columns, count_characters_and_not_bytes)
{
	row(&self->c, "\u00e9\u2192\u00e9", 1, "b");
	EXPECT_STREQ("\u00e9\u2192\u00e9          1  b\n", WRITTEN());
	columns_begin(&self->c, NULL);
	columns_name(&self->c, "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9");
	columns_u64(&self->c, 1);
	columns_end(&self->c);
	EXPECT_STREQ("\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9       1\n",
		     WRITTEN());
}

TEST_F(columns, leave_no_blanks_at_the_end_of_a_line)
{
	columns_begin(&self->c, NULL);
	columns_text(&self->c, "a");
	columns_end(&self->c);
	columns_begin(&self->c, NULL);
	columns_end(&self->c);
	EXPECT_STREQ("a\n\n", WRITTEN());
}

TEST_F(columns, leave_no_blanks_behind_the_last_title)
{
	static const struct column untitled[] = {
		{ .title = "NAME", .width = 8 },
		{ .title = "", .gap = 2 },
	};

	columns_init(&self->c, &self->how, &self->buffer, untitled, 2);
	columns_header(&self->c);
	EXPECT_STREQ("NAME\n", WRITTEN());
}

TEST_F(columns, of_numbers_and_durations)
{
	columns_begin(&self->c, NULL);
	columns_s64(&self->c, -1);
	columns_duration(&self->c, true, 60000000000);
	columns_duration(&self->c, false, 1);
	columns_printf(&self->c, "%s of %u", "more", 4);
	columns_end(&self->c);
	EXPECT_STREQ("-1       60.0s  -   more of 4\n", WRITTEN());
}

TEST_F(columns, let_the_rest_of_a_line_be_as_long_as_it_is)
{
	columns_begin(&self->c, NULL);
	columns_text(&self->c, "a");
	columns_rest(&self->c, "which is longer than COUNT");
	columns_end(&self->c);
	row(&self->c, "a", 1, "b");
	EXPECT_STREQ("a      which is longer than COUNT\na            1  b\n",
		     WRITTEN());
}

TEST_F(columns, do_a_terminal_no_harm)
{
	columns_begin(&self->c, NULL);
	columns_name(&self->c, "\033[2J\n");
	columns_rest(&self->c, "\033]0;\xff");
	columns_end(&self->c);
	EXPECT_STREQ("\\x1b[2J\\x0a \\x1b]0;\\xff\n", WRITTEN());
	self->how.utf8 = false;
	columns_begin(&self->c, NULL);
	columns_name(&self->c, "\u00e9");
	columns_end(&self->c);
	EXPECT_STREQ("\\xc3\\xa9\n", WRITTEN());
}

TEST_F(columns, have_colours_where_they_are_shown)
{
	static const char *const expected[] = {
		"a            1  b\na            b\n",
		"a      " TERMINAL_RED "      1" TERMINAL_PLAIN
		"  b\n" TERMINAL_GREEN "a            b" TERMINAL_PLAIN "\n",
	};
	struct columns *c = &self->c;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		self->how.colour = i;
		columns_begin(c, NULL);
		columns_text(c, "a");
		columns_colour(c, TERMINAL_RED);
		columns_u64(c, 1);
		columns_text(c, "b");
		columns_end(c);
		columns_begin(c, TERMINAL_GREEN);
		columns_text(c, "a");
		columns_text(c, "b");
		columns_end(c);
		EXPECT_STREQ(expected[i], WRITTEN());
	}
}

TEST_F(columns, end_where_the_terminal_does_if_asked_to)
{
	struct columns *c = &self->c;

	self->how.width = 10;
	row(c, "abc", 4711, "why");
	EXPECT_STREQ("abc       4711  why\n", WRITTEN());
	c->cut = true;
	row(c, "\u00e9bcdef", 4711, "why");
	EXPECT_STREQ("\u00e9bcdef    \n", WRITTEN());
	row(c, "\u00e9bcdef", 1234567, "why");
	EXPECT_STREQ("\u00e9bcdef 123\n", WRITTEN());
	columns_begin(c, NULL);
	columns_rest(c, "0123456789");
	columns_end(c);
	EXPECT_STREQ("0123456789\n", WRITTEN());
	self->how.width = 0;
	row(c, "abc", 4711, "why");
	EXPECT_STREQ("abc       4711  why\n", WRITTEN());
}

/* However long a row is, it ends with a whole character. */
TEST_F(columns, never_split_a_character)
{
	char name[2 * COLUMNS_ROOM], *p = name;
	unsigned int before;
	const char *end;

	while (p + 3 < name + sizeof(name))
		p = stpcpy(p, "\u2192");
	for (before = 0; before < 3; before++) {
		columns_begin(&self->c, NULL);
		columns_text(&self->c, &"aa"[2 - before]);
		columns_text(&self->c, name);
		columns_end(&self->c);
		end = WRITTEN();
		EXPECT_GT(COLUMNS_ROOM, strlen(end));
		end += strlen(end) - 4;
		EXPECT_STREQ("\u2192\n", end);
	}
}

TEST_F(columns, end_with_their_colour)
{
	struct columns *c = &self->c;

	self->how.width = 8;
	self->how.colour = true;
	c->cut = true;
	columns_begin(c, TERMINAL_RED);
	columns_text(c, "a\u2192c");
	columns_u64(c, 1234567);
	columns_end(c);
	EXPECT_STREQ(TERMINAL_RED "a\u2192c    1" TERMINAL_PLAIN "\n",
		     WRITTEN());
	/* Colours take no room: all characters fit. */
	self->how.width = 14;
	columns_begin(c, TERMINAL_RED);
	columns_text(c, "a");
	columns_u64(c, 1234567);
	columns_end(c);
	EXPECT_STREQ(TERMINAL_RED "a      1234567" TERMINAL_PLAIN "\n",
		     WRITTEN());
}

/* The longest possible text, in characters of more than one byte. */
TEST_F(columns, never_take_more_than_their_room)
{
	static char name[4 * COLUMNS_ROOM];
	struct column many[COLUMNS_MAX];
	unsigned int i, j;

	for (i = 0; i + 3 < sizeof(name); i += 3)
		memcpy(name + i, "\u2192", 3);
	for (i = 0; i < COLUMNS_MAX; i++)
		many[i] = (struct column){ .title = name, .gap = i };
	self->how.colour = true;
	columns_init(&self->c, &self->how, &self->buffer, many, COLUMNS_MAX);
	for (j = 0; j < 3; j++) {
		columns_begin(&self->c, TERMINAL_RED);
		for (i = 0; i < 2 * COLUMNS_MAX; i++) {
			columns_colour(&self->c, TERMINAL_BOLD);
			if (j)
				columns_name(&self->c, j == 1 ? name : "\1");
			else
				columns_text(&self->c, name);
		}
		columns_rest(&self->c, name);
		columns_end(&self->c);
		EXPECT_LE(self->buffer.len, COLUMNS_ROOM);
		/* Only whole characters, and the end of the colour */
		EXPECT_EQ(0, memcmp(self->buffer.data + self->buffer.len - 4,
				    TERMINAL_PLAIN "\n", 4));
		self->buffer.len = 0;
	}
}

static void row_at(struct columns *c, const char *name, uint64_t count)
{
	char *p = columns_begin_at(c), text[FORMAT_U64_MAX];
	struct columns_word word;
	size_t len;

	len = (size_t)(format_u64(text, count) - text);
	columns_word_make(&word, name, strlen(name));
	p = columns_word(c, 0, p, &word);
	p = columns_pad_right(c, 1, p, text, len);
	columns_end_at(c, format_string(p, " why"));
}

/* Cells that are written in place look like others. */
TEST_F(columns, are_the_same_in_a_hurry)
{
	static const char *const names[] = { "a", "\u00e9\u2192", "longer name",
					     "longer than any word may be, so much" };
	struct columns *c = &self->c, other;
	static char expected[BUFFER_SIZE];
	unsigned int i;

	other = *c;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		uint64_t count = i * i * 123456;

		row(c, names[i], count, "why");
		strcpy(expected, WRITTEN());
		row_at(&other, names[i], count);
		EXPECT_STREQ(expected, WRITTEN());
		EXPECT_EQ(c->width[0], other.width[0]);
	}
}

TEST_HARNESS_MAIN
