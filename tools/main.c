// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose: how TCP connections on this machine end.
 *
 * Finds the command and runs it; knows nothing of what commands do.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "options.h"
#include "tool.h"

static const struct command commands[] = {
	{ "watch", "",
	  "show transitions as they happen, or those of a recording",
	  cmd_watch },
	{ "record", "FILE", "write transitions to a file for later",
	  cmd_record },
	{ "stat", "", "show what was counted: transitions, times, ends, losses",
	  cmd_stat },
	{ NULL, NULL, NULL, NULL },
};

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

static int finish_stdout(const struct tool *tool)
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
	return finish_stdout(tool);
}

static void print_commands(const struct tool *tool, FILE *to)
{
	const struct command *c;

	fprintf(to,
		"usage: %s COMMAND [OPTION]...\n"
		"       %s COMMAND --help | --help | --version\n\n"
		"%s: how TCP connections on this machine end\n\n",
		tool->name, tool->name, tool->name);
	for (c = commands; c->name; c++)
		fprintf(to, "  %-8s %s\n", c->name, c->summary);
	fprintf(to, "\nMore in tcpclose(1).\n");
}

/* The module's version too, if one is there to ask. */
static int print_version(const struct tool *tool)
{
	struct tcpclose_version version;
	struct reason why;
	int fd;

	printf("tcpclose %s, ABI %u.%u\n", TCPCLOSE_VERSION, TCPCLOSE_ABI_MAJOR,
	       TCPCLOSE_ABI_MINOR);
	fd = device_open(TCPCLOSE_DEVICE, &why);
	if (fd >= 0) {
		if (!device_version(fd, &version))
			printf("module %s, ABI %u.%u\n", version.module,
			       version.abi_major, version.abi_minor);
		close(fd);
	} else {
		printf("module unknown: %s\n", why.text);
	}
	return finish_stdout(tool);
}

static const struct command *find_command(const char *name)
{
	const struct command *c;

	for (c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

int main(int argc, char **argv)
{
	struct tool tool = { .name = "tcpclose" };
	char help[] = "--help", *help_argv[] = { help, NULL };

	if (argc < 2) {
		print_commands(&tool, stderr);
		return EXIT_COULD_NOT_RUN;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return print_version(&tool);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    (!strcmp(argv[1], "help") && argc == 2)) {
		print_commands(&tool, stdout);
		return finish_stdout(&tool);
	}
	if (!strcmp(argv[1], "help")) {
		tool.command = find_command(argv[2]);
		if (tool.command)
			return tool.command->run(&tool, 1, help_argv);
		tool_complain(&tool, "no command %.60s: see `%s --help`",
			      argv[2], tool.name);
		return EXIT_COULD_NOT_RUN;
	}
	tool.command = find_command(argv[1]);
	if (tool.command)
		return tool.command->run(&tool, argc - 2, argv + 2);
	tool_complain(&tool, "no %s %.60s: see `%s --help`",
		      argv[1][0] == '-' ? "option" : "command", argv[1],
		      tool.name);
	return EXIT_COULD_NOT_RUN;
}
