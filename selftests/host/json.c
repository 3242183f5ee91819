// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON: commas, brackets and escapes are right for any content, and for any fill level
 * of the buffer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "base/json.h"

FIXTURE(json)
{
	struct json w;
	struct buffer buffer;
};

FIXTURE_SETUP(json)
{
	/* The file receives nothing: all output stays in the buffer */
	buffer_init(&self->buffer, -1);
	json_begin(&self->w, &self->buffer);
}

FIXTURE_TEARDOWN(json)
{
}

/* The text written, without the newline. */
static const char *ended(struct json *w, struct buffer *to)
{
	json_end(w);
	to->data[to->len - 1] = '\0';
	return to->data;
}

#define WRITTEN() ended(&self->w, &self->buffer)

TEST_F(json, a_value_alone)
{
	json_u64(&self->w, UINT64_MAX);
	EXPECT_STREQ("18446744073709551615", WRITTEN());
}

TEST_F(json, a_line_ends_with_a_newline)
{
	json_null(&self->w);
	json_end(&self->w);
	EXPECT_EQ(5, self->buffer.len);
	EXPECT_EQ(0, memcmp("null\n", self->buffer.data, 5));
}

TEST_F(json, empty_arrays_and_objects)
{
	json_array_begin(&self->w);
	json_object_begin(&self->w);
	json_object_end(&self->w);
	json_array_begin(&self->w);
	json_array_end(&self->w);
	json_array_end(&self->w);
	EXPECT_STREQ("[{},[]]", WRITTEN());
}

TEST_F(json, commas_are_between_members_and_nowhere_else)
{
	struct json *w = &self->w;

	json_object_begin(w);
	json_key(w, "a");
	json_array_begin(w);
	json_u64(w, 1);
	json_s64(w, -2);
	json_bool(w, true);
	json_array_end(w);
	json_key(w, "b");
	json_object_begin(w);
	json_name_key(w, "c");
	json_known(w, false, 3);
	json_name_key(w, "d");
	json_known(w, true, 4);
	json_object_end(w);
	json_key(w, "e");
	json_bool(w, false);
	json_object_end(w);
	EXPECT_STREQ("{\"a\":[1,-2,true],\"b\":{\"c\":null,\"d\":4},\"e\":false}",
		     WRITTEN());
}

TEST_F(json, the_least_number)
{
	json_s64(&self->w, INT64_MIN);
	EXPECT_STREQ("-9223372036854775808", WRITTEN());
}

TEST_F(json, names_and_what_has_none)
{
	struct json *w = &self->w;

	json_array_begin(w);
	json_name(w, "CLOSE");
	json_name(w, NULL);
	json_number_name(w, "LISTEN", 10);
	json_number_name(w, NULL, UINT64_MAX);
	json_array_end(w);
	EXPECT_STREQ("[\"CLOSE\",null,\"LISTEN\",\"number-18446744073709551615\"]",
		     WRITTEN());
}

TEST_F(json, addresses)
{
	static const uint8_t addr[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

	json_array_begin(&self->w);
	json_ip(&self->w, true, addr);
	json_ip(&self->w, false, addr);
	json_array_end(&self->w);
	EXPECT_STREQ("[\"2001:db8::1\",\"32.1.13.184\"]", WRITTEN());
}

TEST_F(json, strings_of_others_are_escaped)
{
	struct json *w = &self->w;

	json_array_begin(w);
	json_string(w, "\"\\\n\033[2J");
	json_string(w, "\xc3\xa9\xff\xc3");
	json_string(w, "");
	json_string(w, NULL);
	json_array_end(w);
	EXPECT_STREQ("[\"\\\"\\\\\\u000a\\u001b[2J\",\"\xc3\xa9\\ufffd\\ufffd\",\"\",null]",
		     WRITTEN());
}

TEST_F(json, a_string_that_is_too_long_is_cut)
{
	char *string = malloc(3 * BUFFER_SIZE);

	ASSERT_NE(NULL, string);
	/* The worst: each byte becomes six characters. */
	memset(string, '\1', 3 * BUFFER_SIZE - 1);
	string[3 * BUFFER_SIZE - 1] = '\0';
	json_string(&self->w, string);
	EXPECT_EQ(6 * JSON_STRING_MAX + 2, strlen(WRITTEN()));
	free(string);
}

/* Writes an object that a pipe can hold, with any writer; returns its length. */
static size_t written_by(void (*write)(struct json *w, unsigned int i),
			 unsigned int count, unsigned int used, char *text,
			 size_t size)
{
	static struct buffer to;
	FILE *file = tmpfile();
	struct json w;
	unsigned int i;
	size_t len;

	if (!file)
		return 0;
	buffer_init(&to, fileno(file));
	memset(to.data, ' ', used);
	to.len = used;
	json_begin(&w, &to);
	json_array_begin(&w);
	for (i = 0; i < count; i++)
		write(&w, i);
	json_array_end(&w);
	json_end(&w);
	buffer_flush(&to);
	rewind(file);
	len = fread(text, 1, size, file);
	fclose(file);
	return len;
}

static void write_all_kinds(struct json *w, unsigned int i)
{
	static const uint8_t addr[16] = { 0x20, 0x01, [15] = 0xff };
	char string[64];

	snprintf(string, sizeof(string), "\1%u", i);
	json_object_begin(w);
	json_key(w, "index");
	json_u64(w, i);
	json_key(w, "string");
	json_string(w, i % 3 ? string : NULL);
	json_key(w, "list");
	json_array_begin(w);
	json_name(w, "name");
	json_ip(w, i % 2, addr);
	json_bool(w, i % 2);
	json_array_end(w);
	json_key(w, "empty");
	json_array_begin(w);
	json_array_end(w);
	json_object_end(w);
}

/*
 * The buffer becomes full at another place each time: the output is the same,
 * independent of its earlier content.
 */
TEST(json_is_the_same_wherever_the_buffer_ends)
{
	static char expected[8 * BUFFER_SIZE], text[8 * BUFFER_SIZE];
	const unsigned int count = 2000;
	unsigned int used;
	size_t len, other;

	len = written_by(write_all_kinds, count, 0, expected, sizeof(expected));
	ASSERT_GT(len, BUFFER_SIZE);
	EXPECT_EQ(0, memcmp("[{\"index\":0,", expected, 12));
	EXPECT_EQ(0, memcmp("\"empty\":[]}]\n", expected + len - 13, 13));
	for (used = 1; used < 700; used++) {
		other = written_by(write_all_kinds, count, used, text,
				   sizeof(text));
		ASSERT_EQ(len + used, other);
		ASSERT_EQ(0, memcmp(expected, text + used, len));
	}
}

static void nest(struct json *w, unsigned int i)
{
	(void)i;
	json_array_begin(w);
}

TEST(json_nests_as_deep_as_wanted)
{
	static char text[8 * BUFFER_SIZE];
	size_t len = written_by(nest, 3 * BUFFER_SIZE, 0, text, sizeof(text));

	/* And the outermost one, which ends here */
	ASSERT_EQ(3 * BUFFER_SIZE + 3, len);
	EXPECT_EQ(len - 2, strspn(text, "["));
}

TEST_HARNESS_MAIN
