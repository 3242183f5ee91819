// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the run time of a command: prints nanoseconds of CLOCK_MONOTONIC, exits
 * with the command's status.
 */
#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

int main(int argc, char **argv)
{
	int64_t begin, end;
	int status, error;
	pid_t pid;

	if (argc < 2) {
		fputs("usage: elapsed COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	begin = now_ns();
	error = posix_spawnp(&pid, argv[1], NULL, NULL, argv + 1, environ);
	if (error) {
		fprintf(stderr, "elapsed: %s: %s\n", argv[1], strerror(error));
		return 2;
	}
	if (waitpid(pid, &status, 0) != pid) {
		fprintf(stderr, "elapsed: wait: %s\n", strerror(errno));
		return 2;
	}
	end = now_ns();
	printf("%lld\n", (long long)(end - begin));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
