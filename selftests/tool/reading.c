// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tool as a live reader: how soon it shows an event, both of the whole
 * machine (mapped rings) and of one namespace (read()).
 */
/* vm: --smp 1 --disruptive */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include <tcpclose.h>

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/patience.h"
#include "lib/traffic.h"

#define LONE_NS	(patience_ms(50) * 1000000ULL)
#define TRIES	5

FIXTURE(reading)
{
	int namespace;
	int before;
	int from;
	pid_t pid;
};

FIXTURE_VARIANT(reading)
{
	bool namespace;
};

FIXTURE_VARIANT_ADD(reading, whole_machine)
{
	.namespace = false,
};

FIXTURE_VARIANT_ADD(reading, one_namespace)
{
	.namespace = true,
};

FIXTURE_SETUP(reading)
{
	self->pid = 0;
	self->from = -1;
	self->before = -1;
	self->namespace = -1;
	if (!variant->namespace)
		return;
	self->namespace = namespace_new();
	ASSERT_LE(0, self->namespace);
	self->before = namespace_enter(self->namespace);
	ASSERT_LE(0, self->before);
}

FIXTURE_TEARDOWN(reading)
{
	if (self->pid) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
	}
	close(self->from);
	if (variant->namespace) {
		namespace_leave(self->before);
		close(self->namespace);
	}
}

/* @from: set to a file that reads its standard output */
static pid_t start(int *from, const char *command, const char *operand)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		execlp("tcpclose", "tcpclose", command, operand, NULL);
		_exit(127);
	}
	close(ends[1]);
	*from = ends[0];
	return pid;
}

/* Read all output that arrives; return its size, 0 if none arrives. */
static ssize_t receive(int from)
{
	struct pollfd fd = { .fd = from, .events = POLLIN };
	char bytes[65536];

	return poll(&fd, 1, 5000) == 1 ? read(from, bytes, sizeof(bytes)) : 0;
}

/* The time until a single event is shown; the shortest of some tries. */
static uint64_t lone_ns(int from)
{
	uint64_t best_ns = UINT64_MAX, begin_ns, late_ns;
	int i;

	for (i = 0; i < TRIES; i++) {
		/* The machine is idle, and the reader sleeps. */
		usleep(100000);
		begin_ns = now_ns();
		if (traffic_one(TRAFFIC_REFUSED) != 1 || receive(from) <= 0)
			return UINT64_MAX;
		late_ns = now_ns() - begin_ns;
		if (late_ns < best_ns)
			best_ns = late_ns;
	}
	return best_ns;
}

TEST_F(reading, watch_shows_a_lone_event_within_50_ms)
{
	self->pid = start(&self->from, "watch", NULL);
	ASSERT_LT(0, self->pid);
	/* The table's head is printed: the tool is ready. */
	ASSERT_LT(0, receive(self->from));
	EXPECT_GT(LONE_NS, lone_ns(self->from));
}

TEST_F(reading, record_writes_a_lone_event_within_50_ms)
{
	self->pid = start(&self->from, "record", "-");
	ASSERT_LT(0, self->pid);
	ASSERT_LT(0, receive(self->from));
	EXPECT_GT(LONE_NS, lone_ns(self->from));
}

TEST_F(reading, a_signal_ends_it_with_all_that_happened_before)
{
	size_t got = 0;
	ssize_t n;
	int status;

	self->pid = start(&self->from, "record", "-");
	ASSERT_LT(0, self->pid);
	ASSERT_LT(0, receive(self->from));
	ASSERT_EQ(20, traffic_run(&(struct traffic){
			      .family = AF_INET,
			      .closes = TRAFFIC_REFUSED,
			      .cycles = 20,
		      }));
	ASSERT_EQ(0, kill(self->pid, SIGINT));
	while ((n = receive(self->from)) > 0)
		got += (size_t)n;
	ASSERT_EQ(self->pid, waitpid(self->pid, &status, 0));
	self->pid = 0;
	EXPECT_EQ(0, status);
	EXPECT_LE(20 * TCPCLOSE_RECORD_SIZE, got);
	EXPECT_EQ(0, got % TCPCLOSE_RECORD_SIZE);
}

TEST_MAIN_WITH_MODULE("")
