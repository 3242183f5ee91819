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
#include "cli/filter_help.h"
#include "cmd/commands.h"
#include "cmd/findings_help.h"
#include "lib/devnode.h"
#include "view/metrics.h"

static const struct command *const commands[] = {
	&why_command,
	&stuck_command,
	&ports_command,
	&conns_command,
	&watch_command,
	&ladder_command,
	&graph_command,
	&stat_command,
	&export_command,
	&record_command,
	&verify_command,
	NULL,
};

static void print_commands(FILE *to)
{
	const struct command *const *c;

	fprintf(to,
		"usage: %s COMMAND [OPTION]...\n"
		"       %s COMMAND --help | --help | --version\n\n"
		"%s: how TCP connections on this machine end\n\n",
		PROGRAM_NAME, PROGRAM_NAME, PROGRAM_NAME);
	for (c = commands; *c; c++)
		fprintf(to, "  %-8s %s\n", (*c)->name, (*c)->summary);
	fprintf(to, "\nMore in tcpclose(1).\n");
}

/* The module's version too, if it is loaded. */
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
	return command_flush();
}

static const struct command *find_command(const char *name)
{
	const struct command *const *c;

	for (c = commands; *c; c++)
		if (!strcmp((*c)->name, name))
			return *c;
	return NULL;
}

static int unknown_name(const char *what, const char *name)
{
	complain("unknown %s %.60s: see `%s --help`", what, name, PROGRAM_NAME);
	return EXIT_COULD_NOT_RUN;
}

int main(int argc, char **argv)
{
	char help[] = "--help", *help_argv[] = { help, NULL };
	const struct command *command;

	if (argc < 2) {
		print_commands(stderr);
		return EXIT_COULD_NOT_RUN;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return print_version();
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    (!strcmp(argv[1], "help") && argc == 2)) {
		print_commands(stdout);
		return command_flush();
	}
	if (!strcmp(argv[1], "help") && !strcmp(argv[2], "filter"))
		return filter_help_print();
	if (!strcmp(argv[1], "help") && !strcmp(argv[2], "findings"))
		return findings_help_print();
	if (!strcmp(argv[1], "help") && !strcmp(argv[2], "metrics")) {
		metrics_reference(stdout);
		return command_flush();
	}
	if (!strcmp(argv[1], "help")) {
		command = find_command(argv[2]);
		return command ? command_run(command, 1, help_argv) :
				 unknown_name("command", argv[2]);
	}
	command = find_command(argv[1]);
	if (command)
		return command_run(command, argc - 2, argv + 2);
	return unknown_name(argv[1][0] == '-' ? "option" : "command", argv[1]);
}
