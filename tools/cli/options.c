// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command-line options: finds them.
 *
 * Names are exact: an abbreviation that works today would become ambiguous, or
 * change its meaning, with the next option. Knows no command; prints nothing.
 */
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

/**
 * options_init() - start a walk
 * @o: the walk
 * @specs: options that exist
 * @argc: number of arguments, without the command's name
 * @argv: the arguments
 */
void options_init(struct options *o, const struct option_spec *specs, int argc,
		  char **argv)
{
	memset(o, 0, sizeof(*o));
	o->specs = specs;
	o->argc = argc;
	o->argv = argv;
}

static int option_error(struct options *o, const char *format, const char *name)
{
	snprintf(o->error, sizeof(o->error), format, name);
	return OPTION_ERROR;
}

static const char *take(struct options *o)
{
	o->argc--;
	return *o->argv++;
}

static const struct option_spec *find_long(struct options *o, const char *name,
					   size_t len)
{
	const struct option_spec *spec;

	for (spec = o->specs; spec->name; spec++)
		if (strlen(spec->name) == len && !memcmp(spec->name, name, len))
			return spec;
	return NULL;
}

static const struct option_spec *find_letter(struct options *o, char letter)
{
	const struct option_spec *spec;

	for (spec = o->specs; spec->name; spec++)
		if (spec->letter && spec->letter == letter)
			return spec;
	return NULL;
}

/**
 * options_next() - find the next option or operand
 * @o: the walk
 *
 * Return: the option's id, with @o->value set if it takes an argument;
 * %OPTION_OPERAND with @o->value set; %OPTION_END; or %OPTION_ERROR with
 * @o->error set.
 */
int options_next(struct options *o)
{
	const struct option_spec *spec;
	const char *arg, *equals = NULL;

	o->value = NULL;
	if (!o->argc)
		return OPTION_END;
	arg = take(o);
	if (!o->only_operands && !strcmp(arg, "--")) {
		o->only_operands = 1;
		return options_next(o);
	}
	if (o->only_operands || arg[0] != '-' || !arg[1]) {
		o->value = arg;
		return OPTION_OPERAND;
	}
	if (arg[1] == '-') {
		o->name = arg + 2;
		equals = strchr(o->name, '=');
		spec = find_long(o, o->name,
				 equals ? (size_t)(equals - o->name) :
					  strlen(o->name));
	} else {
		spec = arg[2] ? NULL : find_letter(o, arg[1]);
	}
	if (!spec)
		return option_error(o, "unknown option %.80s", arg);
	o->name = spec->name;
	if (!spec->arg) {
		if (equals)
			return option_error(o, "option --%s takes no argument",
					    spec->name);
		return spec->id;
	}
	if (equals)
		o->value = equals + 1;
	else if (o->argc)
		o->value = take(o);
	else
		return option_error(o, "option --%s needs an argument",
				    spec->name);
	return spec->id;
}

/**
 * options_bad_value() - say that the argument of the option just found is wrong
 * @o: the walk
 * @expected: what it should have been
 *
 * Return: %OPTION_ERROR
 */
int options_bad_value(struct options *o, const char *expected)
{
	snprintf(o->error, sizeof(o->error), "--%s %.40s: expected %s", o->name,
		 o->value, expected);
	return OPTION_ERROR;
}

/**
 * options_bad_operand() - say that the operand just found has no place
 * @o: the walk
 *
 * Return: %OPTION_ERROR
 */
int options_bad_operand(struct options *o)
{
	snprintf(o->error, sizeof(o->error), "%.80s: no such argument",
		 o->value);
	return OPTION_ERROR;
}
