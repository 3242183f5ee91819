// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program whose output the test reads while it runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/piped.h"

pid_t piped_start(int *from, const char *command)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		dup2(ends[1], STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(ends[1]);
	*from = ends[0];
	return pid;
}
