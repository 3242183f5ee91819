// SPDX-License-Identifier: GPL-2.0-only
/*
 * What every command needs to talk to the person who runs it: complaints and
 * help.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/options.h"

/**
 * tool_complain() - tell a person what is wrong, on standard error
 * @tool: the run
 * @format: as for printf(), no newline; says what to do next
 */
void tool_complain(const struct tool *tool, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* One call, so that lines of several processes do not mix. */
	fprintf(stderr, "%s: %s\n", tool->name, text);
}

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
		tool_complain(tool, "%s: %s: see `%s %s --help`",
			      tool->command->name, reason, tool->name,
			      tool->command->name);
	else
		tool_complain(tool, "%s: see `%s --help`", reason, tool->name);
	return EXIT_COULD_NOT_RUN;
}

/**
 * tool_flush() - end what printf() wrote to standard output
 * @tool: the run
 *
 * Return: an exit status
 */
int tool_flush(const struct tool *tool)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_CLEAN;
	tool_complain(tool, "standard output: cannot be written: %m");
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

	printf("usage: %s %s [OPTION]...%s%s\n\n%s %s: %s\n\n", tool->name,
	       command->name, *command->operands ? " " : "", command->operands,
	       tool->name, command->name, command->summary);
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
	return tool_flush(tool);
}
