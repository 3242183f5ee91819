// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streaming JSON writer: the parts that are not frequent.
 */
#include <string.h>

#include "base/json.h"

/**
 * json_make_room() - write to the file what is in the buffer
 * @to: where the JSON goes
 * @at: its end
 *
 * Return: place of the next character
 */
char *json_make_room(struct buffer *to, char *at)
{
	buffer_commit(to, at);
	buffer_flush(to);
	return to->data;
}

/**
 * json_add_string() - add a string in quotes
 * @to: where the JSON goes
 * @at: its end
 * @string: the string; cut behind %JSON_STRING_MAX bytes
 *
 * Return: the new end
 */
char *json_add_string(struct buffer *to, char *at, const char *string)
{
	size_t len = strnlen(string, JSON_STRING_MAX + 1);
	size_t used = (size_t)(at - to->data);
	char cut[JSON_STRING_MAX + 1];

	if (len > JSON_STRING_MAX) {
		memcpy(cut, string, JSON_STRING_MAX);
		cut[JSON_STRING_MAX] = '\0';
		string = cut;
		len = JSON_STRING_MAX;
	}
	if (BUFFER_SIZE - used < FORMAT_JSON_MAX(len))
		at = json_make_room(to, at);
	return format_json_string(at, string);
}
