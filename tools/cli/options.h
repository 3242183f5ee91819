/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command-line options with exact names.
 */
#ifndef TCPCLOSE_CLI_OPTIONS_H
#define TCPCLOSE_CLI_OPTIONS_H

/* What options_next() returns beside the ids of the options. */
#define OPTION_END 0
#define OPTION_OPERAND (-1)
#define OPTION_ERROR (-2)

/**
 * struct option_spec - one option; a table ends with a @name of NULL
 * @name: long name, without the dashes
 * @letter: short name, 0 if it has none
 * @id: what options_next() returns, above 0
 * @arg: name of its argument, NULL if it takes none
 * @help: what it does, one line
 */
struct option_spec {
	const char *name;
	char letter;
	int id;
	const char *arg;
	const char *help;
};

/**
 * struct options - a walk through the arguments
 * @specs: options that exist
 * @argv: arguments left
 * @argc: how many
 * @only_operands: "--" was seen
 * @name: option found, without dashes
 * @value: its argument, or the operand
 * @error: what is wrong, after %OPTION_ERROR
 */
struct options {
	const struct option_spec *specs;
	char **argv;
	int argc;
	int only_operands;
	const char *name;
	const char *value;
	char error[160];
};

void options_init(struct options *o, const struct option_spec *specs, int argc,
		  char **argv);
int options_next(struct options *o);
int options_bad_operand(struct options *o);
int options_bad_value(struct options *o, const char *expected);

#endif /* TCPCLOSE_CLI_OPTIONS_H */
