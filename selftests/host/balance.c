// SPDX-License-Identifier: GPL-2.0-only
/*
 * If records were neither delivered nor reported as lost, a command says so and fails,
 * whatever else it found. The linker puts a source in place that has such a result.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "cli/command.h"
#include "cmd/commands.h"
#include "host/lib/synthetic.h"
#include "lib/source.h"

static bool wrong;

int __wrap_source_balance(struct source *s, struct error *why);

int __wrap_source_balance(struct source *s, struct error *why)
{
	return wrong ? error_set(why, -EPROTO, "the sums are wrong") : 0;
}

FIXTURE(balance)
{
	char path[32];
	int complaints;
};

FIXTURE_SETUP(balance)
{
	int fd = memfd_create("recording", 0);
	struct buffer out;

	ASSERT_LE(0, fd);
	buffer_init(&out, fd);
	synthetic_closes_many(&out, 10);
	ASSERT_EQ(0, buffer_flush(&out));
	snprintf(self->path, sizeof(self->path), "/proc/self/fd/%d", fd);
	self->complaints = memfd_create("complaints", 0);
	ASSERT_LE(0, self->complaints);
}

FIXTURE_TEARDOWN(balance)
{
}

FIXTURE_VARIANT(balance)
{
	const struct command *command;
	int status;
};

/* The sample has no start marker, which is a violation */
FIXTURE_VARIANT_ADD(balance, watch) { &watch_command, 0 };
FIXTURE_VARIANT_ADD(balance, graph) { &graph_command, 0 };
FIXTURE_VARIANT_ADD(balance, ladder) { &ladder_command, 0 };
FIXTURE_VARIANT_ADD(balance, verify) { &verify_command, 1 };

/* Return: the exit status of the command */
static int run(FIXTURE_DATA(balance) * self, const struct command *command)
{
	char input[] = "--input", *argv[] = { input, self->path, NULL };
	int status, null;
	pid_t pid = fork();

	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		dup2(self->complaints, STDERR_FILENO);
		_exit(command_run(command, 2, argv));
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
		       WEXITSTATUS(status) :
		       -1;
}

TEST_F(balance, that_is_wrong_fails_the_command)
{
	char text[4096] = "";

	EXPECT_EQ(variant->status, run(self, variant->command));
	wrong = true;
	EXPECT_EQ(2, run(self, variant->command));
	pread(self->complaints, text, sizeof(text) - 1, 0);
	EXPECT_NE(NULL, strstr(text, "the sums are wrong"));
}

TEST_HARNESS_MAIN
