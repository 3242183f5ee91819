/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command-line options with exact names: a walk through the arguments.
 */
#ifndef TCPCLOSE_CLI_OPTIONS_H
#define TCPCLOSE_CLI_OPTIONS_H

#include <stdbool.h>

#include "base/error.h"
#include "cli/option.h"

/* Tables that one command may have, and options in all of them. */
#define OPTIONS_BLOCKS 6
#define OPTIONS_MAX 40

/**
 * enum options_found - what options_next() found
 * @OPTIONS_END: no more arguments
 * @OPTIONS_SET: an option; its variable is set
 * @OPTIONS_HELP: an option that asks for help
 * @OPTIONS_OPERAND: an operand
 * @OPTIONS_ERROR: an argument that is wrong
 */
enum options_found {
	OPTIONS_END,
	OPTIONS_SET,
	OPTIONS_HELP,
	OPTIONS_OPERAND,
	OPTIONS_ERROR,
};

/**
 * struct options - a walk through the arguments
 * @blocks: tables of options; an option hides those of its name in later ones
 * @blocks.specs: the table
 * @blocks.variables: what the options' offsets count from
 * @block_count: number of tables
 * @argv: arguments left; after %OPTIONS_OPERAND: those behind the operand
 * @argc: how many
 * @only_operands: "--" was seen
 * @operand: the operand, after %OPTIONS_OPERAND
 * @error: what is wrong, after %OPTIONS_ERROR
 */
struct options {
	struct {
		const struct option_spec *specs;
		void *variables;
	} blocks[OPTIONS_BLOCKS];
	unsigned int block_count;
	char **argv;
	int argc;
	bool only_operands;
	const char *operand;
	struct error error;
};

void options_init(struct options *o, int argc, char **argv);
void options_add(struct options *o, const struct option_spec *specs,
		 void *variables);
enum options_found options_next(struct options *o);
unsigned int options_list(const struct options *o,
			  const struct option_spec *list[OPTIONS_MAX]);

#endif /* TCPCLOSE_CLI_OPTIONS_H */
