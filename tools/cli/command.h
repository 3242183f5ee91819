/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command: a table of its options and a few functions.
 *
 * The frame (command_run()) takes the options, opens what is read, calls the
 * functions, writes and frees. Each function receives the command's own structure, which
 * begins with a struct run. A function that fails has already complained, unless
 * its description says otherwise.
 */
#ifndef TCPCLOSE_CLI_COMMAND_H
#define TCPCLOSE_CLI_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cli/option.h"
#include "cli/session.h"

#ifndef TCPCLOSE_VERSION
#define TCPCLOSE_VERSION "0.1"
#endif

/**
 * enum exit_status - exit status of every command
 * @EXIT_CLEAN: it ran, and found nothing wrong
 * @EXIT_VIOLATION: it ran, and what it checks does not hold
 * @EXIT_COULD_NOT_RUN: it could not do its work; standard error says why
 * @EXIT_PLUGIN: --plugin: this and a status of monitoring plugins
 */
enum exit_status {
	EXIT_CLEAN = 0,
	EXIT_VIOLATION = 1,
	EXIT_COULD_NOT_RUN = 2,
	EXIT_PLUGIN = 16,
};

/* What monitoring plugins exit with if they could not find out. */
#define EXIT_PLUGIN_UNKNOWN 3

/**
 * enum command_takes - what a command takes in addition to its own options
 * @TAKES_LIVE: --all, --device, --duration
 * @TAKES_INPUT: --input
 * @TAKES_FILTER: --addr, --family, --netns, --pid, --port, --state
 * @TAKES_REPORTS: --count, --device, --interval
 * @TAKES_COMMAND: another command and its arguments, as the last operands
 * @TAKES_FOLLOWED: behind "--", a command whose connections are followed, and no others;
 *	--output, --wait
 * @TAKES_EVENTS: all options that commands on events share
 */
enum command_takes {
	TAKES_LIVE = 1 << 0,
	TAKES_INPUT = 1 << 1,
	TAKES_FILTER = 1 << 2,
	TAKES_REPORTS = 1 << 3,
	TAKES_COMMAND = 1 << 4,
	TAKES_FOLLOWED = 1 << 5,
	TAKES_EVENTS = TAKES_LIVE | TAKES_INPUT | TAKES_FILTER,
};

/**
 * struct command - one subcommand
 * @name: as typed
 * @operands: what follows the options, for the usage line; NULL: nothing
 * @summary: one line for the list of commands
 * @takes: &enum command_takes, or-ed
 * @options: its own options; one replaces an option of @takes of the same name
 * @run_size: size of its structure, which begins with a struct run
 * @init: sets members that must not start as 0, allocates memory; returns 0 or
 *	-ENOMEM without a complaint; NULL: nothing to do
 * @operand: takes an operand; returns 0, or -errno with @why set and without a
 *	complaint; NULL: none is taken
 * @check: whether options and operands fit together; returns NULL, or what is
 *	wrong; NULL: they do
 * @work: does the work, run_events() or run_reports() or the command's own
 *	function; returns an exit status
 *
 * @begin: run_events(): called when the source is open; returns 0 or -errno;
 *	NULL: nothing to do
 * @calls: run_events(): receives the events
 * @conclude: run_events(): called after the last event, also after an error
 *	(@error, which is 0 or -errno); writes the result to run.out; returns
 *	@error, or -errno of its own without a complaint; NULL: nothing to do
 * @status: run_events(): the exit status after a run without errors; NULL:
 *	%EXIT_CLEAN
 * @if_cut: run_events(): what an error means for the output; appended to the
 *	complaint; NULL: nothing
 *
 * @report: run_reports(): writes a report, the first of them with @number 0,
 *	and flushes it; returns 0 to go on, 1 to end, or -errno
 *
 * @free: frees what @init and others allocated; NULL: nothing to do
 */
struct command {
	const char *name;
	const char *operands;
	const char *summary;
	unsigned int takes;
	const struct option_spec *options;
	size_t run_size;
	int (*init)(void *run);
	int (*operand)(void *run, const char *text, struct error *why);
	const char *(*check)(void *run);
	int (*work)(void *run);

	int (*begin)(void *run);
	struct session_calls calls;
	int (*conclude)(void *run, int error);
	int (*status)(void *run);
	const char *if_cut;

	int (*report)(void *run, uint64_t number);

	void (*free)(void *run);
};

int command_run(const struct command *command, int argc, char **argv);
int command_flush(void);

#endif /* TCPCLOSE_CLI_COMMAND_H */
