/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The COMMAND that a session goes along with: it is started in a cgroup of its own, its
 * connections are followed, and the session ends with it.
 */
#ifndef TCPCLOSE_CLI_COMPANION_H
#define TCPCLOSE_CLI_COMPANION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "conn/followed.h"
#include "sys/cgroup_own.h"

/**
 * struct companion - the command
 * @argv: it and its arguments, NULL at the end
 * @wait: go on until its last TIME_WAIT is over
 * @cgroup: its cgroup
 * @followed: its connections
 * @pid: its process; 0: it has not been started
 * @status: how it ended, as of waitpid()
 * @ended_ns: when its end was noticed, CLOCK_MONOTONIC; 0: it runs
 * @ask_ns: when it is asked to end, as a signal asked this process; 0: none did
 * @kill_ns: when it is killed, as it does not; 0: it was not asked
 */
struct companion {
	char *const *argv;
	bool wait;
	struct cgroup_own cgroup;
	struct followed *followed;
	pid_t pid;
	int status;
	uint64_t ended_ns;
	uint64_t ask_ns;
	uint64_t kill_ns;
};

int companion_init(struct companion *c, char *const *argv, bool wait);
int companion_start(struct companion *c);
bool companion_is_over(struct companion *c, uint64_t read_ns);
void companion_finish(struct companion *c);

#endif /* TCPCLOSE_CLI_COMPANION_H */
