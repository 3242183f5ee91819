// SPDX-License-Identifier: GPL-2.0-only
/*
 * A running "tcpclose verify".
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tcpclose.h"

#include "lib/net.h"
#include "lib/patience.h"
#include "lib/procfile.h"
#include "lib/verifier.h"

/* Loading the witnesses takes some seconds on a slow machine */
#define READY_MS	60000

/* It has opened the device, gone to the end of the rings, and waits for records. */
static bool waits(pid_t pid)
{
	char path[64], target[64];
	int fd;

	for (fd = 3; fd < 16; fd++) {
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		len = readlink(path, target, sizeof(target) - 1);
		target[len > 0 ? len : 0] = '\0';
		if (!strcmp(target, TCPCLOSE_DEVICE))
			return procfile_sleeps_in(pid, 'S') == SYS_ppoll;
	}
	return false;
}

int verifier_start(struct verifier *v, const char *argument)
{
	int waited_ms;

	v->stop = -1;
	v->out = memfd_create("report", MFD_CLOEXEC);
	if (v->out < 0)
		return -errno;
	v->pid = fork();
	if (!v->pid) {
		dup2(v->out, STDOUT_FILENO);
		execlp("tcpclose", "tcpclose", "verify", argument, NULL);
		_exit(127);
	}
	for (waited_ms = 0; !waits(v->pid); waited_ms += 10) {
		if (waited_ms > patience_ms(READY_MS))
			return -ETIMEDOUT;
		usleep(10000);
	}
	return 0;
}

/* The tool runs a command when all witnesses are ready, and ends with it. */
int verifier_start_against_kernel(struct verifier *v)
{
	int ready[2], stop[2], err;
	char byte;

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return verifier_start(v, NULL);
	v->out = memfd_create("report", MFD_CLOEXEC);
	if (v->out < 0 || pipe2(ready, O_CLOEXEC) || pipe2(stop, O_CLOEXEC))
		return -errno;
	v->pid = fork();
	if (!v->pid) {
		/* A shell may know only numbers of one digit. */
		int from = fcntl(stop[0], F_DUPFD, 10), to = fcntl(ready[1], F_DUPFD, 10);

		dup2(v->out, STDOUT_FILENO);
		dup2(from, 3);
		dup2(to, 4);
		execlp("tcpclose", "tcpclose", "verify", "--against-kernel", "--", "sh", "-c",
		       "echo >&4; read -r line <&3", NULL);
		_exit(127);
	}
	v->stop = stop[1];
	close(stop[0]);
	close(ready[1]);
	err = net_wait(ready[0], POLLIN, patience_ms(READY_MS));
	if (!err && read(ready[0], &byte, 1) != 1)
		err = -EPIPE;
	close(ready[0]);
	return err;
}

int verifier_finish(struct verifier *v)
{
	int status;
	ssize_t len;

	if (v->stop < 0)
		kill(v->pid, SIGINT);
	else if (write(v->stop, "\n", 1) != 1 || close(v->stop))
		return -errno;
	if (waitpid(v->pid, &status, 0) != v->pid)
		return -errno;
	v->pid = 0;
	len = pread(v->out, v->report, sizeof(v->report) - 1, 0);
	v->report[len > 0 ? len : 0] = '\0';
	close(v->out);
	if (status)
		fprintf(stderr, "%s\n", v->report);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

void verifier_kill(struct verifier *v)
{
	if (v->pid > 0)
		kill(v->pid, SIGKILL);
}
