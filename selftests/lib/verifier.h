/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A running "tcpclose verify", which checks every event from its start to its end.
 *
 * Knows the tool; knows nothing of sockets.
 */
#ifndef _SELFTESTS_LIB_VERIFIER_H
#define _SELFTESTS_LIB_VERIFIER_H

#include <sys/types.h>

#define VERIFIER_REPORT_MAX	65536

/**
 * struct verifier - a running tcpclose verify
 * @pid: the process; 0: none
 * @out: its output
 * @stop: the tool ends when a line is written to this; -1: it ends by a signal
 * @report: the output as text, when it has ended
 */
struct verifier {
	pid_t pid;
	int out;
	int stop;
	char report[VERIFIER_REPORT_MAX];
};

/**
 * verifier_start() - start it; it sees all events from now on
 * @argument: one more argument; may be NULL
 *
 * Return: 0 or -errno
 */
int verifier_start(struct verifier *verifier, const char *argument);

/**
 * verifier_start_against_kernel() - likewise, with all witnesses of the kernel
 *
 * Without BTF, which the witnesses need, it only checks the records.
 */
int verifier_start_against_kernel(struct verifier *verifier);

/**
 * verifier_finish() - end it
 *
 * Prints the report to standard error if it is not clean.
 *
 * Return: exit status of the tool, or -errno
 */
int verifier_finish(struct verifier *verifier);

/** verifier_kill() - end it if it runs, for a test that fails */
void verifier_kill(struct verifier *verifier);

#endif /* _SELFTESTS_LIB_VERIFIER_H */
