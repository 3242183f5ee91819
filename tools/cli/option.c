// SPDX-License-Identifier: GPL-2.0-only
/*
 * One command-line option: sets its variable.
 *
 * What several commands have in common is in common.c.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/line.h"
#include "base/parse.h"
#include "cli/option.h"

/**
 * option_flag() - set a bool
 * @spec: the option
 * @variable: bool
 * @value: NULL
 * @expected: unused
 *
 * Return: 0
 */
int option_flag(const struct option_spec *spec, void *variable,
		const char *value, struct error *expected)
{
	*(bool *)variable = true;
	return 0;
}

/**
 * option_string() - set a text; any is fine
 * @spec: the option
 * @variable: const char *
 * @value: argument
 * @expected: unused
 *
 * Return: 0
 */
int option_string(const struct option_spec *spec, void *variable,
		  const char *value, struct error *expected)
{
	*(const char **)variable = value;
	return 0;
}

/**
 * option_count() - set a number, 1 or more
 * @spec: the option; its @max limits the number
 * @variable: uint64_t
 * @value: argument
 * @expected: what it should be
 *
 * Return: 0, or -EINVAL
 */
int option_count(const struct option_spec *spec, void *variable,
		 const char *value, struct error *expected)
{
	if (!parse_u64(value, 1, spec->max ? spec->max : UINT64_MAX, variable))
		return 0;
	if (!spec->max)
		return error_set(expected, -EINVAL, "a whole number above 0");
	return error_set(expected, -EINVAL, "a number from 1 to %llu",
			 (unsigned long long)spec->max);
}

/**
 * option_seconds() - set a duration
 * @spec: the option
 * @variable: uint64_t, nanoseconds
 * @value: argument, such as "10" or "0.25"
 * @expected: what it should be
 *
 * Return: 0, or -EINVAL
 */
int option_seconds(const struct option_spec *spec, void *variable,
		   const char *value, struct error *expected)
{
	if (!parse_seconds(value, variable))
		return 0;
	return error_set(expected, -EINVAL,
			 "seconds above 0, such as 10 or 0.5");
}

/**
 * option_choice() - choose one of several names
 * @spec: the option and its @choices
 * @variable: unsigned int, index into @choices
 * @value: argument
 * @expected: what it should be
 *
 * Return: 0, or -EINVAL
 */
int option_choice(const struct option_spec *spec, void *variable,
		  const char *value, struct error *expected)
{
	const char *const *choices = spec->choices;
	struct line names;
	unsigned int i;

	line_begin(&names);
	for (i = 0; choices[i]; i++) {
		if (!strcmp(value, choices[i])) {
			*(unsigned int *)variable = i;
			return 0;
		}
		line_add(&names, "%s%s",
			 !i ? "" : choices[i + 1] ? ", " : " or ", choices[i]);
	}
	return error_set(expected, -EINVAL, "%s", names.text);
}
