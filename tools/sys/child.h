/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command that is run beside the tool.
 */
#ifndef TCPCLOSE_SYS_CHILD_H
#define TCPCLOSE_SYS_CHILD_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

/* Room for child_describe(). */
#define CHILD_TEXT 64

/**
 * struct child_how - how a command is run
 * @argv: the command and its arguments, NULL at the end
 * @quiet: its standard output goes to its standard error
 * @descriptors: how many files it may have open; 0: as many as this process
 * @cgroup: directory of the cgroup that it begins in; -1: that of this process
 */
struct child_how {
	char *const *argv;
	bool quiet;
	rlim_t descriptors;
	int cgroup;
};

int child_start(pid_t *pid, const struct child_how *how);
bool child_has_ended(pid_t pid, int *status);
void child_end(pid_t pid);
void child_kill(pid_t pid);
const char *child_describe(int status, char text[CHILD_TEXT]);

#endif /* TCPCLOSE_SYS_CHILD_H */
