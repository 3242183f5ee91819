// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command that is run beside the tool.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/child.h"
#include "sys/descriptors.h"

/* Each process that it starts is in the cgroup, then, from its first instruction on. */
static pid_t fork_into(int cgroup)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (__u64)cgroup,
	};

	return cgroup < 0 ? fork() : (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* In the child: no memory is allocated, another thread may have held its lock. */
static _Noreturn void run(const struct child_how *how, int report)
{
	int error;

	signal(SIGPIPE, SIG_DFL);
	if (how->quiet)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	if (how->descriptors)
		descriptors_limit(how->descriptors);
	execvp(how->argv[0], how->argv);
	error = errno;
	if (write(report, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

/* Return: 0 once the command runs, or -errno if it cannot */
static int await_start(pid_t pid, int report)
{
	ssize_t got;
	int error;

	do {
		got = read(report, &error, sizeof(error));
	} while (got < 0 && errno == EINTR);
	if (got != sizeof(error))
		return 0;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return -error;
}

/**
 * child_start() - run a command
 * @pid: result; below 0: there is no new process
 * @how: how
 *
 * Return: 0, or -errno if there is no such program, or no new process
 */
int child_start(pid_t *pid, const struct child_how *how)
{
	int report[2], ret;

	/* Ignored, the status of a child is lost; and the command would inherit that. */
	signal(SIGCHLD, SIG_DFL);
	if (pipe2(report, O_CLOEXEC))
		return -errno;
	*pid = fork_into(how->cgroup);
	if (!*pid)
		run(how, report[1]);
	ret = *pid < 0 ? -errno : 0;
	close(report[1]);
	if (!ret)
		ret = await_start(*pid, report[0]);
	close(report[0]);
	return ret;
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

/**
 * child_describe() - how a command ended, as text
 * @status: as of waitpid()
 * @text: room for it
 *
 * Return: @text
 */
const char *child_describe(int status, char text[CHILD_TEXT])
{
	if (WIFSIGNALED(status))
		snprintf(text, CHILD_TEXT, "killed by signal %d", WTERMSIG(status));
	else
		snprintf(text, CHILD_TEXT, "exit status %d", WEXITSTATUS(status));
	return text;
}
