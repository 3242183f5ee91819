// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures a command: runs it, discards its output, and prints its processor time in
 * milliseconds and its peak memory in KiB.
 *
 *	measure COMMAND [ARGUMENT...]
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static long milliseconds(const struct timeval *t)
{
	return t->tv_sec * 1000 + t->tv_usec / 1000;
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2) {
		fprintf(stderr, "usage: measure COMMAND [ARGUMENT...]\n");
		return 2;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
					 O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[1], &actions, NULL, argv + 1, environ) ||
	    wait4(pid, &status, 0, &usage) != pid) {
		fprintf(stderr, "measure: %s: cannot be run\n", argv[1]);
		return 2;
	}
	printf("%ld %ld\n",
	       milliseconds(&usage.ru_utime) + milliseconds(&usage.ru_stime),
	       usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
