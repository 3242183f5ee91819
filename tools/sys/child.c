// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command that is run beside the tool.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/child.h"
#include "sys/descriptors.h"

/**
 * child_start() - run a command
 * @pid: result
 * @argv: the command and its arguments, NULL at the end
 * @quiet: its standard output goes to its standard error
 * @descriptors: how many files it may have open
 *
 * Return: 0, or -errno if there is no such program
 */
int child_start(pid_t *pid, char *const *argv, bool quiet, rlim_t descriptors)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	rlim_t own;
	int ret;

	/* Ignored, the status of a child is lost; and the command would inherit that. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	sigaddset(&signals, SIGCHLD);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	if (quiet)
		posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO,
						 STDOUT_FILENO);
	own = descriptors_limit(descriptors);
	ret = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
	descriptors_limit(own);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -ret;
}

/**
 * child_has_ended() - whether a command has ended
 * @pid: of the command
 * @status: result if it has: how it ended, as of waitpid()
 */
bool child_has_ended(pid_t pid, int *status)
{
	pid_t ret = waitpid(pid, status, WNOHANG);

	return ret == pid || (ret < 0 && errno != EINTR);
}

/**
 * child_end() - ask a command to end
 * @pid: of the command, which has not ended
 */
void child_end(pid_t pid)
{
	kill(pid, SIGTERM);
}

/**
 * child_kill() - end a command that was asked to end and does not
 * @pid: of the command, which has not ended
 */
void child_kill(pid_t pid)
{
	kill(pid, SIGKILL);
}
