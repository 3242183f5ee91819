/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of a command, and the work that commands have in common.
 */
#ifndef TCPCLOSE_CLI_RUN_H
#define TCPCLOSE_CLI_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/view.h"
#include "cli/command.h"
#include "cli/session.h"

/**
 * struct run - one run of a command; its own structure begins with this one
 * @command: the command
 * @work: as in &struct command; the command's check() may choose another
 * @session: where events come from
 * @view: how results are shown
 * @out: where results are written to
 * @path: name of the file that @out is; NULL: standard output
 * @arguments: %TAKES_COMMAND and %TAKES_FOLLOWED: the other command and its arguments,
 *	ends with NULL; NULL: none
 * @output: %TAKES_FOLLOWED: file to write results to; NULL: standard error
 * @wait: %TAKES_FOLLOWED: go on until the command's last TIME_WAIT is over
 * @plugin: answer as a monitoring plugin does, also if the command could not run
 * @interval_ns: time between reports; 0: there is only one
 * @count: reports to make at most; 0: no limit
 * @device: the device; run_reports() only
 */
struct run {
	const struct command *command;
	int (*work)(void *run);
	struct session session;
	struct view view;
	struct buffer out;
	const char *path;
	char *const *arguments;
	const char *output;
	bool wait;
	bool plugin;
	uint64_t interval_ns;
	uint64_t count;
	int device;
};

int run_events(void *context);
int run_reports(void *context);
int run_create(struct run *run, const char *path, bool force);
int run_flush(struct run *run);
int run_complain_device(const struct run *run, const char *what, int error);

#endif /* TCPCLOSE_CLI_RUN_H */
