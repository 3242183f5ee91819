// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that are stuck, as stuck lists them, and what why finds: who has them, since
 * when, what ends that; of all namespaces, and also if they are older than the module.
 *
 * vm: --icount --smp 1 --memory 1024 --disruptive --slow
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/actor.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/watcher.h"

#define LINE_SIZE 65536

FIXTURE(stuck)
{
	int pair[2];
	char line[LINE_SIZE];
};

FIXTURE_VARIANT(stuck)
{
	int family;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(stuck, ipv4)
{
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(stuck, ipv6)
{
	.family = AF_INET6,
};

/* clang-format on */

/* A namespace of its own, which the tool has to enter */
FIXTURE_SETUP(stuck)
{
	prctl(PR_SET_NAME, "holder");
	ASSERT_EQ(0, net_enter());
	ASSERT_EQ(0, net_pair(variant->family, self->pair));
}

FIXTURE_TEARDOWN(stuck)
{
	close(self->pair[0]);
	close(self->pair[1]);
}

/* The first line of what a command prints that has a text in it; "": none */
static const char *run(char line[LINE_SIZE], const char *command, const char *with)
{
	FILE *from = popen(command, "r");
	bool found = false;

	while (from && !found && fgets(line, LINE_SIZE, from))
		found = strstr(line, with);
	if (!found)
		line[0] = '\0';
	if (from) {
		/* Read all, so that it does not fail */
		char rest[256];

		while (fgets(rest, sizeof(rest), from))
			;
		pclose(from);
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* The line of the socket with this local port */
static const char *of_port(char line[LINE_SIZE], uint16_t port, const char *options)
{
	char command[256], member[32];

	snprintf(command, sizeof(command), "nsenter -t 1 -n tcpclose stuck --json %s", options);
	snprintf(member, sizeof(member), "\"lport\":%u,", port);
	return run(line, command, member);
}

/* A member behind another one */
#define EXPECT_MEMBER(line, key, ...) \
	do { \
		char _expected[256]; \
\
		snprintf(_expected, sizeof(_expected), __VA_ARGS__); \
		EXPECT_STREQ(_expected, watcher_member(line, key)) \
		{ \
			TH_LOG("%s in %s", key, line); \
		} \
	} while (0)

TEST_F_TIMEOUT(stuck, close_wait_names_who_has_it_and_since_when, 120)
{
	const char *line;
	double ns;

	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	ASSERT_EQ(0, net_wait(self->pair[1], POLLRDHUP, 1000));
	sleep(30);
	line = of_port(self->line, net_local_port(self->pair[1]), "");
	EXPECT_NE(NULL, strstr(line, "{\"state\":\"CLOSE_WAIT\","));
	EXPECT_MEMBER(line, "held_by", "\"descriptor\"");
	EXPECT_MEMBER(line, "process", "{\"pid\":%d,\"comm\":\"holder\"}", getpid());
	EXPECT_MEMBER(line, "holders", "[{\"pid\":%d,\"tid\":null,\"comm\":\"holder\",\"fd\":%d}]",
		      getpid(), self->pair[1]);
	EXPECT_MEMBER(line, "cookie", "%llu", (unsigned long long)net_cookie(self->pair[1]));
	EXPECT_MEMBER(line, "older_than_module", "false");
	EXPECT_MEMBER(line, "ends_by", "\"close\"");
	EXPECT_MEMBER(line, "ends_in_ns", "null");
	/* One byte stands for the FIN. */
	EXPECT_MEMBER(line, "receive_queue", "1");
	ns = atof(watcher_member(line, "dwell_ns"));
	EXPECT_LE(30e9, ns);
	EXPECT_GE(35e9, ns);
	/* Not before its time */
	EXPECT_STREQ("", of_port(self->line, net_local_port(self->pair[1]), "--older-than 60s"));
	EXPECT_STREQ("", of_port(self->line, net_local_port(self->pair[1]),
				 "--older-than CLOSE_WAIT=60s"));
	EXPECT_STRNE("", of_port(self->line, net_local_port(self->pair[1]),
				 "--older-than 60s --older-than CLOSE_WAIT=10s"));
	EXPECT_STRNE("", of_port(self->line, net_local_port(self->pair[1]), "comm:holder"));
	EXPECT_STREQ("", of_port(self->line, net_local_port(self->pair[1]), "comm:other"));
}

TEST_F_TIMEOUT(stuck, the_end_that_shut_down_waits_for_a_fin, 120)
{
	const char *line;

	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	ASSERT_EQ(0, net_wait(self->pair[1], POLLRDHUP, 1000));
	sleep(5);
	line = of_port(self->line, net_local_port(self->pair[0]), "");
	EXPECT_NE(NULL, strstr(line, "{\"state\":\"FIN_WAIT2\","));
	EXPECT_MEMBER(line, "held_by", "\"descriptor\"");
	EXPECT_MEMBER(line, "ends_by", "\"fin\"");
}

TEST_F_TIMEOUT(stuck, an_orphan_ends_by_its_timer, 120)
{
	uint16_t port = net_local_port(self->pair[0]);
	const char *line;
	double ns;

	ASSERT_EQ(0, close(self->pair[0]));
	ASSERT_EQ(0, net_wait(self->pair[1], POLLRDHUP, 1000));
	sleep(20);
	line = of_port(self->line, port, "");
	EXPECT_NE(NULL, strstr(line, "{\"state\":\"FIN_WAIT2\","));
	EXPECT_MEMBER(line, "mini", "true");
	EXPECT_MEMBER(line, "held_by", "\"nobody\"");
	EXPECT_MEMBER(line, "process", "{\"pid\":%d,\"comm\":\"holder\"}", getpid());
	EXPECT_MEMBER(line, "call", "\"close\"");
	EXPECT_MEMBER(line, "ends_by", "\"timer\"");
	ns = atof(watcher_member(line, "ends_in_ns"));
	EXPECT_LE(35e9, ns);
	EXPECT_GE(43e9, ns);
}

TEST_F_TIMEOUT(stuck, what_is_older_than_the_module_is_listed_and_said_to_be, 120)
{
	const char *line;
	double ns;

	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	ASSERT_EQ(0, net_wait(self->pair[1], POLLRDHUP, 1000));
	sleep(10);
	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load(""));
	line = of_port(self->line, net_local_port(self->pair[1]), "");
	EXPECT_NE(NULL, strstr(line, "{\"state\":\"CLOSE_WAIT\","));
	EXPECT_MEMBER(line, "process", "{\"pid\":%d,\"comm\":\"holder\"}", getpid());
	EXPECT_MEMBER(line, "older_than_module", "true");
	/* At least since the peer's latest segment */
	ns = atof(watcher_member(line, "dwell_ns"));
	EXPECT_LE(9.9e9, ns);
	EXPECT_GE(20e9, ns);
}

/* Descriptors of one thread only */
static void *hold_alone(void *arg)
{
	int *fd = arg;

	prctl(PR_SET_NAME, "thread");
	if (!unshare(CLONE_FILES))
		__atomic_store_n(fd, -1, __ATOMIC_RELEASE);
	pause();
	return NULL;
}

TEST_F_TIMEOUT(stuck, a_thread_with_descriptors_of_its_own_is_named, 120)
{
	int fd = self->pair[1];
	const char *line;
	pthread_t thread;

	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	ASSERT_EQ(0, net_wait(self->pair[1], POLLRDHUP, 1000));
	ASSERT_EQ(0, pthread_create(&thread, NULL, hold_alone, &fd));
	while (__atomic_load_n(&fd, __ATOMIC_ACQUIRE) >= 0)
		usleep(1000);
	ASSERT_EQ(0, close(self->pair[1]));
	sleep(5);
	line = of_port(self->line, net_remote_port(self->pair[0]), "");
	EXPECT_MEMBER(line, "held_by", "\"descriptor\"");
	EXPECT_MEMBER(line, "process", "{\"pid\":%d,\"comm\":\"thread\"}", getpid());
	EXPECT_NE(NULL, strstr(line, "\"comm\":\"thread\",\"fd\":"));
	EXPECT_EQ(NULL, strstr(line, "\"tid\":null"));
}

/* A listener that does not accept, and a connection to it that its peer has shut down */
static int leave_unaccepted(int family, int *listener)
{
	union net_addr addr = net_loopback(family, 0);
	int fd;

	*listener = net_listen(&addr, 5);
	addr = net_loopback(family, net_local_port(*listener));
	fd = net_connect(NULL, &addr);
	return fd < 0 || shutdown(fd, SHUT_WR) ? -1 : fd;
}

TEST_F_TIMEOUT(stuck, one_that_was_not_accepted_names_its_listener, 120)
{
	int listener, fd = leave_unaccepted(variant->family, &listener);
	const char *line;

	ASSERT_LE(0, fd);
	sleep(12);
	line = of_port(self->line, net_local_port(listener), "");
	EXPECT_NE(NULL, strstr(line, "{\"state\":\"CLOSE_WAIT\","));
	EXPECT_MEMBER(line, "held_by", "\"accept-queue\"");
	EXPECT_MEMBER(line, "process", "null");
	EXPECT_MEMBER(line, "listener", "{\"pid\":%d,\"comm\":\"holder\"}", getpid());
	EXPECT_MEMBER(line, "ends_by", "\"accept\"");
	line = run(self->line, "nsenter -t 1 -n tcpclose why --json --duration 1", "");
	EXPECT_NE(NULL, strstr(line, "{\"verdict\":\"trouble\","));
	EXPECT_NE(NULL, strstr(line, "\"id\":\"not-accepted\",\"severity\":\"warning\""));
}

TEST_F_TIMEOUT(stuck, nothing_is_found_of_what_works, 120)
{
	const char *line;
	int pair[2];

	/* What other tests left is forgotten. */
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, net_pair(variant->family, pair));
	sleep(30);
	ASSERT_EQ(5, write(pair[0], "hello", 5));
	line = run(self->line, "nsenter -t 1 -n tcpclose why --json --duration 1", "");
	EXPECT_NE(NULL, strstr(line, "{\"verdict\":\"healthy\","));
	EXPECT_NE(NULL, strstr(line, "\"findings\":[]}"));
	close(pair[0]);
	close(pair[1]);
}

/* ---- many */

#define HOLDERS 400
#define EACH 50

/* A process that has so many sockets in CLOSE_WAIT. Return: 0 when all are */
static int hold_many(int ready)
{
	union net_addr addr = net_loopback(AF_INET, 0);
	int listener = net_listen(&addr, EACH), i;

	addr = net_loopback(AF_INET, net_local_port(listener));
	for (i = 0; i < EACH; i++) {
		int fd = net_connect(NULL, &addr);

		if (fd < 0 || accept(listener, NULL, NULL) < 0 || close(fd))
			return -1;
	}
	close(listener);
	return write(ready, "", 1) == 1 ? 0 : -1;
}

static int start_holders(const int ready[2])
{
	char byte;
	int i;

	for (i = 0; i < HOLDERS; i++) {
		pid_t pid = fork();

		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (!hold_many(ready[1]))
				pause();
			_exit(1);
		}
		if (pid < 0 || read(ready[0], &byte, 1) != 1)
			return -1;
	}
	return 0;
}

FIXTURE(crowd)
{
	char line[LINE_SIZE];
};

FIXTURE_SETUP(crowd)
{
	ASSERT_EQ(0, net_enter());
}

FIXTURE_TEARDOWN(crowd)
{
}

/*
 * Twenty thousand sockets of four hundred processes, and as many of their peers'. Five times
 * as many take 2,470 million instructions on 6.12, the kernel's included, and half as much
 * again on 6.1: some 2 s at most.
 */
TEST_F_TIMEOUT(crowd, takes_few_instructions, 600)
{
	const struct rlimit limit = { .rlim_cur = 4 * HOLDERS, .rlim_max = 4 * HOLDERS };
	struct timespec begin, end;
	int ends[2];
	double s;

	setrlimit(RLIMIT_NPROC, &limit);
	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(0, start_holders(ends));
	clock_gettime(CLOCK_MONOTONIC, &begin);
	run(self->line, "nsenter -t 1 -n tcpclose stuck --older-than 0s --plugin", "");
	clock_gettime(CLOCK_MONOTONIC, &end);
	s = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	EXPECT_NE(NULL, strstr(self->line, " CLOSE_WAIT=20000 "));
	EXPECT_GT(0.9, s);
	TH_LOG("%d sockets of %d processes in %.2f s", HOLDERS * EACH, HOLDERS, s);
}

TEST_HARNESS_MAIN
