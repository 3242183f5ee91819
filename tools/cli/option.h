/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One command-line option: its name, its help and the variable that it sets.
 */
#ifndef TCPCLOSE_CLI_OPTION_H
#define TCPCLOSE_CLI_OPTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/**
 * struct option_spec - one option; a table ends with a @name of NULL
 * @name: long name, without the dashes
 * @letter: short name, 0 if it has none
 * @arg: name of its argument, NULL if it takes none
 * @help: what it does, one line
 * @set: sets the variable; gets the argument, or NULL if the option takes none.
 *	Returns 0, or -errno with @expected set to what the argument should be;
 *	NULL: the option asks for help
 * @at: offset of the variable in the structure that the table is for
 * @max: option_count() only: greatest value; 0: no limit
 * @choices: option_choice() only: names to choose from; ends with NULL
 */
struct option_spec {
	const char *name;
	char letter;
	const char *arg;
	const char *help;
	int (*set)(const struct option_spec *spec, void *variable,
		   const char *value, struct error *expected);
	size_t at;
	union {
		uint64_t max;
		const char *const *choices;
	};
};

/*
 * An entry of a table: option --@name_ with the argument @arg_ sets @member of
 * @type by calling @set_. Further arguments: .max or .choices.
 */
#define OPTION(name_, arg_, help_, set_, type, member, ...)          \
	{                                                            \
		.name = name_, .arg = arg_, .help = help_,           \
		.set = set_, .at = offsetof(type, member),           \
		__VA_ARGS__                                          \
	}

/* An option without an argument. */
#define OPTION_FLAG(name_, help_, type, member) \
	OPTION(name_, NULL, help_, option_flag, type, member)

/* The end of a table. */
#define OPTION_END { .name = NULL }

int option_flag(const struct option_spec *spec, void *variable,
		const char *value, struct error *expected);
int option_string(const struct option_spec *spec, void *variable,
		  const char *value, struct error *expected);
int option_count(const struct option_spec *spec, void *variable,
		 const char *value, struct error *expected);
int option_seconds(const struct option_spec *spec, void *variable,
		   const char *value, struct error *expected);
int option_choice(const struct option_spec *spec, void *variable,
		  const char *value, struct error *expected);

#endif /* TCPCLOSE_CLI_OPTION_H */
