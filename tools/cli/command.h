/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every command is given: its context and its place in the command table.
 */
#ifndef TCPCLOSE_CLI_COMMAND_H
#define TCPCLOSE_CLI_COMMAND_H

#ifndef TCPCLOSE_VERSION
#define TCPCLOSE_VERSION "0.1"
#endif

/**
 * enum tool_exit - exit status of every command
 * @EXIT_CLEAN: it ran, and found nothing wrong
 * @EXIT_VIOLATION: it ran, and what it checks does not hold
 * @EXIT_COULD_NOT_RUN: it could not do its work; standard error says why
 */
enum tool_exit {
	EXIT_CLEAN = 0,
	EXIT_VIOLATION = 1,
	EXIT_COULD_NOT_RUN = 2,
};

struct command;

/**
 * struct tool - context of one run
 * @command: the command that runs, for its help
 */
struct tool {
	const struct command *command;
};

/**
 * struct command - one subcommand
 * @name: as typed
 * @operands: what follows the options, for the usage line
 * @summary: one line for the list of commands
 * @run: gets the arguments behind the command's name, returns an exit status
 */
struct command {
	const char *name;
	const char *operands;
	const char *summary;
	int (*run)(struct tool *tool, int argc, char **argv);
};

struct option_spec;
struct options;

int tool_usage_error(const struct tool *tool, const char *reason);
int tool_flush(void);
int tool_help(const struct tool *tool, const struct option_spec *specs);

int cmd_graph(struct tool *tool, int argc, char **argv);
int cmd_ladder(struct tool *tool, int argc, char **argv);
int cmd_record(struct tool *tool, int argc, char **argv);
int cmd_stat(struct tool *tool, int argc, char **argv);
int cmd_verify(struct tool *tool, int argc, char **argv);
int cmd_watch(struct tool *tool, int argc, char **argv);

#endif /* TCPCLOSE_CLI_COMMAND_H */
