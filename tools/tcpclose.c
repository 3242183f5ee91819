// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose: how TCP connections on this machine end.
 *
 * Finds the command and runs it; knows nothing of what commands do.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/complain.h"
#include "cli/command.h"
#include "cli/options.h"
#include "lib/devnode.h"

static const struct command commands[] = {
	{ "watch", "",
	  "show transitions as they happen, or those of a recording",
	  cmd_watch },
	{ "record", "FILE", "write transitions to a file for later",
	  cmd_record },
	{ "graph", "", "draw the state diagram of what was seen", cmd_graph },
	{ "ladder", "[COOKIE]",
	  "draw a connection: both ends, and the segments between them",
	  cmd_ladder },
	{ "stat", "", "show what was counted: transitions, times, ends, losses",
	  cmd_stat },
	{ "verify", "[-- COMMAND [ARGUMENT]...]",
	  "check transitions by the documented state machine, and by the kernel",
	  cmd_verify },
	{ NULL, NULL, NULL, NULL },
};

static void print_commands(FILE *to)
{
	const struct command *c;

	fprintf(to,
		"usage: %s COMMAND [OPTION]...\n"
		"       %s COMMAND --help | --help | --version\n\n"
		"%s: how TCP connections on this machine end\n\n",
		PROGRAM_NAME, PROGRAM_NAME, PROGRAM_NAME);
	for (c = commands; c->name; c++)
		fprintf(to, "  %-8s %s\n", c->name, c->summary);
	fprintf(to, "\nMore in tcpclose(1).\n");
}

/* The module's version too, if one is there to ask. */
static int print_version(void)
{
	struct tcpclose_version version;
	struct error why;
	int fd;

	printf("tcpclose %s, ABI %u.%u\n", TCPCLOSE_VERSION, TCPCLOSE_ABI_MAJOR,
	       TCPCLOSE_ABI_MINOR);
	fd = devnode_open(TCPCLOSE_DEVICE, &why);
	if (fd >= 0) {
		if (!devnode_version(fd, &version))
			printf("module %s, ABI %u.%u\n", version.module,
			       version.abi_major, version.abi_minor);
		close(fd);
	} else {
		printf("module unknown: %s\n", why.text);
	}
	return tool_flush();
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
	struct tool tool = {};
	char help[] = "--help", *help_argv[] = { help, NULL };

	if (argc < 2) {
		print_commands(stderr);
		return EXIT_COULD_NOT_RUN;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return print_version();
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    (!strcmp(argv[1], "help") && argc == 2)) {
		print_commands(stdout);
		return tool_flush();
	}
	if (!strcmp(argv[1], "help")) {
		tool.command = find_command(argv[2]);
		if (tool.command)
			return tool.command->run(&tool, 1, help_argv);
		complain("no command %.60s: see `%s --help`",
			 argv[2], PROGRAM_NAME);
		return EXIT_COULD_NOT_RUN;
	}
	tool.command = find_command(argv[1]);
	if (tool.command)
		return tool.command->run(&tool, argc - 2, argv + 2);
	complain("no %s %.60s: see `%s --help`",
		 argv[1][0] == '-' ? "option" : "command", argv[1],
		 PROGRAM_NAME);
	return EXIT_COULD_NOT_RUN;
}
