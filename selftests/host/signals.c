// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals end the tool cleanly, a second one at once; what is ignored from the start
 * stays ignored. A recording may arrive late, or through a non-blocking pipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "base/signals.h"
#include "cli/command.h"
#include "cmd/commands.h"
#include "host/lib/synthetic.h"
#include "sys/child.h"

/* Return: status of a child that gets these signals; it exits with 1 if it is asked to end */
static int status_after(int first, int second, int ignored)
{
	int status;

	if (!fork()) {
		signal(SIGHUP, SIG_DFL);
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		if (ignored)
			signal(ignored, SIG_IGN);
		signals_catch();
		raise(first);
		if (second)
			raise(second);
		_exit(signals_stop());
	}
	return wait(&status) < 0 ? -1 : status;
}

TEST(a_signal_asks_for_the_end_and_any_other_is_the_end)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	unsigned int i, j;

	for (i = 0; i < 3; i++) {
		int status = status_after(signals[i], 0, 0);

		EXPECT_TRUE(WIFEXITED(status));
		EXPECT_EQ(1, WEXITSTATUS(status));
		for (j = 0; j < 3; j++) {
			status = status_after(signals[i], signals[j], 0);
			EXPECT_TRUE(WIFSIGNALED(status))
			{
				TH_LOG("signal %d, then %d", signals[i], signals[j]);
			}
		}
	}
}

/* nohup(1) ignores SIGHUP, a shell SIGINT for its jobs in the background */
TEST(a_signal_that_is_ignored_stays_ignored)
{
	int status = status_after(SIGINT, SIGHUP, SIGINT);

	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(1, WEXITSTATUS(status));
	status = status_after(SIGINT, SIGINT, SIGINT);
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
	status = status_after(SIGTERM, SIGHUP, SIGHUP);
	EXPECT_TRUE(WIFEXITED(status));
}

/* The status of a child is lost to a process that ignores SIGCHLD */
TEST(a_command_has_its_status)
{
	char *argv[4] = { (char *)"sh", (char *)"-c", (char *)"exit 7", NULL };
	const struct child_how how = { .argv = argv, .cgroup = -1 };
	int status = 0;
	pid_t pid;

	signal(SIGCHLD, SIG_IGN);
	ASSERT_EQ(0, child_start(&pid, &how));
	while (!child_has_ended(pid, &status))
		usleep(1000);
	EXPECT_EQ(7, WEXITSTATUS(status));
}

/* Whether a process catches a signal, and sleeps; or has ended */
static bool is_waiting(pid_t pid, int signal)
{
	unsigned long long caught = 0;
	char path[64], line[256], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "State: %c", &state) == 1)
			continue;
		if (sscanf(line, "SigCgt: %llx", &caught) == 1)
			break;
	}
	fclose(file);
	return state == 'Z' || (state == 'S' && caught >> (signal - 1) & 1);
}

FIXTURE(late)
{
	int ends[2];
	pid_t pid;
};

/* A tool that reads a pipe in which there is nothing yet */
FIXTURE_SETUP(late)
{
	char *argv[3] = { (char *)"--input", (char *)"-", NULL };

	ASSERT_EQ(0, pipe2(self->ends, O_NONBLOCK | O_CLOEXEC));
	self->pid = fork();
	if (!self->pid) {
		dup2(self->ends[0], STDIN_FILENO);
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		close(self->ends[1]);
		signal(SIGTERM, SIG_DFL);
		_exit(command_run(&graph_command, 2, argv));
	}
	close(self->ends[0]);
}

FIXTURE_TEARDOWN(late)
{
	close(self->ends[1]);
}

static int status_of(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
		       WEXITSTATUS(status) :
		       -1;
}

TEST_F(late, a_signal_before_the_header_is_a_clean_end)
{
	while (!is_waiting(self->pid, SIGTERM))
		usleep(1000);
	kill(self->pid, SIGTERM);
	EXPECT_EQ(0, status_of(self->pid));
}

TEST_F(late, a_header_may_arrive_in_parts)
{
	struct buffer out;
	int fd = memfd_create("recording", 0);
	char bytes[4096];
	ssize_t size, i;

	buffer_init(&out, fd);
	synthetic_closes_many(&out, 3);
	ASSERT_EQ(0, buffer_flush(&out));
	size = pread(fd, bytes, sizeof(bytes), 0);
	ASSERT_LT(128, size);
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < size; i += 64) {
		usleep(10000);
		write(self->ends[1], bytes + i, size - i < 64 ? size - i : 64);
	}
	close(self->ends[1]);
	EXPECT_EQ(0, status_of(self->pid));
}

TEST_HARNESS_MAIN
