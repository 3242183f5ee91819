/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of a filter: each has a name, values and what it compares them with. The
 * reference that people read is written from this table.
 */
#ifndef TCPCLOSE_LIB_FILTER_WORDS_H
#define TCPCLOSE_LIB_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/filter.h"

/**
 * struct filter_word - a word
 * @name: what is typed
 * @value: its value, as the reference shows it
 * @help: what it matches, for the reference
 * @expected: what a value should be, for an error
 * @read: reads a value, which outlives the filter; returns 0 or -errno
 * @matches: whether an event has the value
 * @number: instead of @matches: what the value is compared with, or %EVENT_UNKNOWN;
 *	such words take <, <=, > and >=, too
 * @name_of: instead of both, with @is: the name of a number
 * @is: what has such a name
 * @names: numbers from 0 that may have one
 * @owners: it asks for what has to be looked up: processes, containers
 */
struct filter_word {
	const char *name;
	const char *value;
	const char *help;
	const char *expected;
	int (*read)(const char *text, struct filter_value *v);
	bool (*matches)(const struct filter_value *v, const struct event *e);
	int64_t (*number)(const struct event *e);
	const char *(*name_of)(unsigned int number);
	bool (*is)(const struct event *e, unsigned int number);
	unsigned int names;
	bool owners;
};

const struct filter_word *filter_word_find(const char *name, size_t len);
const struct filter_word *filter_word_at(unsigned int i);
const char *filter_word_like(const char *name, size_t len);
int filter_word_read(const struct filter_word *word, const char *text,
		     struct filter_value *v);
bool filter_word_is_netns(const struct filter_word *word);

#endif /* TCPCLOSE_LIB_FILTER_WORDS_H */
