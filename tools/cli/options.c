// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command-line options: finds them and has them set their variables.
 *
 * Names are exact: an abbreviation that works today would become ambiguous, or
 * change its meaning, with the next option. Knows no command; prints nothing.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

/**
 * options_init() - start a walk
 * @o: the walk
 * @argc: number of arguments, without the command's name
 * @argv: the arguments
 */
void options_init(struct options *o, int argc, char **argv)
{
	memset(o, 0, sizeof(*o));
	o->argc = argc;
	o->argv = argv;
}

/**
 * options_add() - accept the options of a table
 * @o: the walk
 * @specs: the table; its options hide those of the same name added later
 * @variables: the structure that they set
 */
void options_add(struct options *o, const struct option_spec *specs,
		 void *variables)
{
	assert(o->block_count < OPTIONS_BLOCKS);
	o->blocks[o->block_count].specs = specs;
	o->blocks[o->block_count].variables = variables;
	o->block_count++;
}

static char *take(struct options *o)
{
	o->argc--;
	return *o->argv++;
}

static bool has_name(const struct option_spec *spec, const char *name,
		     size_t len)
{
	return strlen(spec->name) == len && !memcmp(spec->name, name, len);
}

/* Find an option by its name, or by its letter if @len is 0. */
static const struct option_spec *find(const struct options *o, const char *name,
				      size_t len, void **variable)
{
	const struct option_spec *spec;
	unsigned int i;

	for (i = 0; i < o->block_count; i++) {
		for (spec = o->blocks[i].specs; spec->name; spec++) {
			if (len ? !has_name(spec, name, len) :
				  spec->letter != *name)
				continue;
			*variable = (char *)o->blocks[i].variables + spec->at;
			return spec;
		}
	}
	return NULL;
}

static enum options_found wrong(struct options *o, const char *format,
				const char *name)
{
	error_set(&o->error, -EINVAL, format, name);
	return OPTIONS_ERROR;
}

static enum options_found set(struct options *o, const struct option_spec *spec,
			      void *variable, const char *value)
{
	struct error expected;

	if (!spec->set)
		return OPTIONS_HELP;
	if (!spec->set(spec, variable, value, &expected))
		return OPTIONS_SET;
	error_set(&o->error, -EINVAL, "--%s %.40s: expected %.200s", spec->name,
		  value, expected.text);
	return OPTIONS_ERROR;
}

static enum options_found take_option(struct options *o, const char *arg)
{
	const struct option_spec *spec = NULL;
	const char *equals = NULL;
	const char *name = arg + 2;
	void *variable;

	if (arg[1] == '-') {
		equals = strchr(name, '=');
		if (*name && equals != name)
			spec = find(o, name, strcspn(name, "="), &variable);
	} else if (!arg[2]) {
		spec = find(o, arg + 1, 0, &variable);
	}
	if (!spec)
		return wrong(o, "unknown option %.80s", arg);
	if (!spec->arg && equals)
		return wrong(o, "option --%s takes no argument", spec->name);
	if (!spec->arg)
		return set(o, spec, variable, NULL);
	if (!equals && !o->argc)
		return wrong(o, "option --%s needs an argument", spec->name);
	return set(o, spec, variable, equals ? equals + 1 : take(o));
}

/**
 * options_next() - take the next option or operand
 * @o: the walk
 *
 * Return: &enum options_found
 */
enum options_found options_next(struct options *o)
{
	const char *arg;

	if (!o->argc)
		return OPTIONS_END;
	arg = take(o);
	if (!o->only_operands && !strcmp(arg, "--")) {
		o->only_operands = true;
		return options_next(o);
	}
	if (!o->only_operands && arg[0] == '-' && arg[1])
		return take_option(o, arg);
	o->operand = arg;
	return OPTIONS_OPERAND;
}

static int compare_names(const void *a, const void *b)
{
	const struct option_spec *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/**
 * options_list() - list the options that are accepted
 * @o: the walk
 * @list: result, by name
 *
 * Return: how many there are
 */
unsigned int options_list(const struct options *o,
			  const struct option_spec *list[OPTIONS_MAX])
{
	const struct option_spec *spec;
	unsigned int i, count = 0;
	void *variable;

	for (i = 0; i < o->block_count; i++) {
		for (spec = o->blocks[i].specs; spec->name; spec++) {
			if (find(o, spec->name, strlen(spec->name),
				 &variable) != spec)
				continue;
			assert(count < OPTIONS_MAX);
			list[count++] = spec;
		}
	}
	qsort(list, count, sizeof(*list), compare_names);
	return count;
}
