// SPDX-License-Identifier: GPL-2.0-only
/*
 * What every command needs to talk to the person who runs it: complaints and
 * help.
 */
#include <stdio.h>

#include "base/complain.h"
#include "cli/command.h"
#include "cli/options.h"

/**
 * tool_usage_error() - complain about the command line
 * @tool: the run
 * @reason: what is wrong with it
 *
 * Return: %EXIT_COULD_NOT_RUN
 */
int tool_usage_error(const struct tool *tool, const char *reason)
{
	if (tool->command)
		complain("%s: %s: see `" PROGRAM_NAME " %s --help`",
			 tool->command->name, reason, tool->command->name);
	else
		complain("%s: see `" PROGRAM_NAME " --help`", reason);
	return EXIT_COULD_NOT_RUN;
}

/**
 * tool_flush() - write out what printf() was given
 *
 * Return: an exit status
 */
int tool_flush(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_CLEAN;
	complain("standard output: cannot be written: %m");
	return EXIT_COULD_NOT_RUN;
}

/**
 * tool_help() - print the help of the command that runs
 * @tool: the run
 * @specs: the command's options
 *
 * Return: an exit status
 */
int tool_help(const struct tool *tool, const struct option_spec *specs)
{
	const struct command *command = tool->command;

	printf("usage: %s %s [OPTION]...%s%s\n\n%s %s: %s\n\n", PROGRAM_NAME,
	       command->name, *command->operands ? " " : "", command->operands,
	       PROGRAM_NAME, command->name, command->summary);
	for (; specs->name; specs++) {
		char left[64];

		snprintf(left, sizeof(left), "--%s%s%s", specs->name,
			 specs->arg ? " " : "", specs->arg ? specs->arg : "");
		if (specs->letter)
			printf("  -%c, ", specs->letter);
		else
			printf("      ");
		printf("%-24s %s\n", left, specs->help);
	}
	printf("\nMore in tcpclose(1).\n");
	return tool_flush();
}
