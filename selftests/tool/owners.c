// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose connection it is if a segment or a timer acts: the tool names the process that
 * holds the socket, or that closed it, or nobody; and the container, also when that is
 * gone. Live, in one namespace, and from a recording. All kinds of processes are in
 * processes.c.
 *
 * vm: --icount --smp 1
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/actor.h"
#include "lib/descriptor.h"
#include "lib/device.h"
#include "lib/net.h"
#include "lib/patience.h"
#include "lib/procfile.h"
#include "lib/watcher.h"

/* Longer than a TIME_WAIT, and how late its timer may be */
#define TIMEWAIT_MS 80000

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CGROUP "/sys/fs/cgroup/docker-" ID ".scope"

FIXTURE(owners)
{
	struct watcher *watcher;
	int pair[2];
};

FIXTURE_VARIANT(owners)
{
	const char *command;
	bool inside;
};

FIXTURE_VARIANT_ADD(owners, whole_machine)
{
	.command = "exec tcpclose watch --json",
	.inside = false,
};

FIXTURE_VARIANT_ADD(owners, one_namespace)
{
	.command = "exec tcpclose watch --json",
	.inside = true,
};

FIXTURE_VARIANT_ADD(owners, recorded)
{
	.command = "tcpclose record - | tcpclose watch --json --input -",
	.inside = false,
};

#define LINE(at, to, new) watcher_await(self->watcher, at, to, new, 10000)

/* What the line says of the owner, as printf() has it */
#define EXPECT_OWNER(line, ...) \
	do { \
		char _expected[256]; \
		const char *_line = line; \
\
		snprintf(_expected, sizeof(_expected), __VA_ARGS__); \
		EXPECT_STREQ(_expected, watcher_member(_line, "owner")) \
		{ \
			TH_LOG("in %s", _line); \
		} \
	} while (0)

#define PROC "{\"pid\":%d,\"comm\":\"%s\",\"from\":\"proc\",\"others\":%d}"
#define CALL "{\"pid\":%d,\"comm\":\"%s\",\"from\":\"%s\",\"others\":null}"

FIXTURE_SETUP(owners)
{
	if (variant->inside)
		ASSERT_EQ(0, net_enter());
	self->watcher = watcher_start(variant->command);
	ASSERT_NE(NULL, self->watcher);
	if (!variant->inside)
		ASSERT_EQ(0, net_enter());
	ASSERT_EQ(0, watcher_await_start(self->watcher));
	ASSERT_EQ(0, net_pair(AF_INET, self->pair));
}

FIXTURE_TEARDOWN(owners)
{
	watcher_kill(self->watcher);
}

static int holds(int fd)
{
	return 0;
}

TEST_F(owners, who_holds_it_is_named_when_the_peers_fin_arrives)
{
	uint16_t client = net_local_port(self->pair[0]), server = net_local_port(self->pair[1]);
	struct actor actor;

	ASSERT_EQ(0, actor_start(&actor, "server", holds, self->pair[1]));
	ASSERT_EQ(0, close(self->pair[1]));
	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	EXPECT_OWNER(LINE(server, client, "CLOSE_WAIT"), PROC, actor.pid, "server", 0);
	actor_go(&actor);
	ASSERT_EQ(0, actor_wait(&actor));
}

/*
 * Until the other end is closed. A file that shows one namespace has no number of a
 * process that has exited when its record is read.
 */
static int stays(int end)
{
	/* Nothing is read: a message might have a descriptor, which is to stay in flight. */
	return net_wait(end, POLLRDHUP, patience_ms(TIMEWAIT_MS));
}

/* Receives a descriptor and says so */
static int receives(int from)
{
	return descriptor_receive(from) < 0 || write(from, "", 1) != 1 || stays(from);
}

TEST_F(owners, who_received_it_is_named_and_nobody_before_that)
{
	uint16_t client = net_local_port(self->pair[0]), server = net_local_port(self->pair[1]);
	int ends[2], other[2];
	pid_t pid;
	char c;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	ASSERT_EQ(0, net_pair(AF_INET, other));
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NAME, "receiver");
		close(ends[0]);
		close(self->pair[1]);
		close(other[1]);
		_exit(receives(ends[1]));
	}
	close(ends[1]);
	ASSERT_EQ(0, descriptor_send(ends[0], self->pair[1]));
	ASSERT_EQ(0, close(self->pair[1]));
	ASSERT_EQ(1, read(ends[0], &c, 1));
	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	EXPECT_OWNER(LINE(server, client, "CLOSE_WAIT"), PROC, pid, "receiver", 0);
	/* The other one it does not receive any more */
	client = net_local_port(other[0]);
	server = net_local_port(other[1]);
	ASSERT_EQ(0, descriptor_send(ends[0], other[1]));
	ASSERT_EQ(0, close(other[1]));
	ASSERT_EQ(0, shutdown(other[0], SHUT_WR));
	EXPECT_OWNER(LINE(server, client, "CLOSE_WAIT"), "null");
	close(ends[0]);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
}

TEST_F(owners, nobody_is_named_for_what_was_not_accepted)
{
	union net_addr addr = net_loopback(AF_INET, 0);
	int listener = net_listen(&addr, 1), fd;
	uint16_t client, server;

	ASSERT_LE(0, listener);
	server = net_local_port(listener);
	addr = net_loopback(AF_INET, server);
	fd = net_connect(NULL, &addr);
	ASSERT_LE(0, fd);
	client = net_local_port(fd);
	ASSERT_EQ(0, shutdown(fd, SHUT_WR));
	EXPECT_OWNER(LINE(server, client, "CLOSE_WAIT"), "null");
}

/* A child has inherited it. */
TEST_F(owners, who_holds_the_listener_of_what_was_not_accepted)
{
	union net_addr addr = net_loopback(AF_INET, 0);
	int listener = net_listen(&addr, 1), fd;
	char expected[256], holder[128];
	uint16_t client, server;
	struct stat stat;
	pid_t pid;

	ASSERT_LE(0, listener);
	ASSERT_EQ(0, fstat(listener, &stat));
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
	}
	ASSERT_LT(0, pid);
	server = net_local_port(listener);
	addr = net_loopback(AF_INET, server);
	fd = net_connect(NULL, &addr);
	ASSERT_LE(0, fd);
	client = net_local_port(fd);
	ASSERT_EQ(0, shutdown(fd, SHUT_WR));
	snprintf(holder, sizeof(holder), PROC, getpid(), "owners", 1);
	snprintf(expected, sizeof(expected),
		 "{\"address\":\"127.0.0.1\",\"port\":%u,\"inode\":%lu,\"owner\":%s}", server,
		 stat.st_ino, holder);
	EXPECT_STREQ(expected, watcher_member(LINE(server, client, "CLOSE_WAIT"), "listener"));
	EXPECT_STREQ("null", watcher_member(LINE(server, client, "CLOSE_WAIT"), "inode"));
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
}

/* Its socket is in a message when it ends. */
static int opens_and_sends(int to)
{
	union net_addr addr;
	uint16_t port;
	int fd;

	if (read(to, &port, sizeof(port)) != sizeof(port))
		return 1;
	addr = net_loopback(AF_INET, port);
	fd = net_connect(NULL, &addr);
	return fd < 0 || descriptor_send(to, fd) || close(fd) || stays(to);
}

TEST_F(owners, who_opened_it_is_named_if_nobody_holds_it)
{
	union net_addr addr = net_loopback(AF_INET, 0);
	int listener = net_listen(&addr, 1), fd, ends[2];
	uint16_t server = net_local_port(listener), client;
	struct actor actor;
	char c;

	ASSERT_LE(0, listener);
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	ASSERT_EQ(0, actor_start(&actor, "opener", opens_and_sends, ends[1]));
	close(ends[1]);
	ASSERT_EQ(sizeof(server), write(ends[0], &server, sizeof(server)));
	ASSERT_EQ(0, actor_go(&actor));
	fd = accept(listener, NULL, NULL);
	ASSERT_LE(0, fd);
	client = net_remote_port(fd);
	ASSERT_EQ(1, recv(ends[0], &c, 1, MSG_PEEK));
	ASSERT_EQ(0, net_abort(fd));
	EXPECT_OWNER(LINE(client, server, "CLOSE"), CALL, actor.pid, "opener", "connect");
	ASSERT_EQ(0, shutdown(ends[0], SHUT_WR));
	ASSERT_EQ(0, actor_wait(&actor));
	ASSERT_EQ(0, device_scope("teardown"));
}

/* In a cgroup with the name of a container, which is gone before TIME_WAIT is over */
static int closes_in_a_container(int to)
{
	uint16_t ports[2];
	int pair[2];

	if (procfile_write(CGROUP "/cgroup.procs", "0") || net_pair(AF_INET, pair))
		return 1;
	ports[0] = net_local_port(pair[0]);
	ports[1] = net_local_port(pair[1]);
	return write(to, ports, sizeof(ports)) != sizeof(ports) || close(pair[0]) ||
	       close(pair[1]) || stays(to);
}

static int remove_cgroup(void)
{
	int ms;

	/* A process that has exited is in it for a moment. */
	for (ms = 0; ms < patience_ms(10000); ms += 10) {
		if (!rmdir(CGROUP))
			return 0;
		usleep(10000);
	}
	return -errno;
}

TEST_F_TIMEOUT(owners, container_and_closer_are_known_until_time_wait_is_over, 120)
{
	struct actor actor;
	uint16_t ports[2];
	int ends[2];
	const char *line;

	ASSERT_TRUE(!mkdir(CGROUP, 0755) || errno == EEXIST);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	ASSERT_EQ(0, actor_start(&actor, "closer", closes_in_a_container, ends[1]));
	close(ends[1]);
	ASSERT_EQ(0, actor_go(&actor));
	ASSERT_EQ(sizeof(ports), read(ends[0], ports, sizeof(ports)));
	EXPECT_OWNER(LINE(ports[0], ports[1], "TIME_WAIT"), CALL, actor.pid, "closer", "close");
	ASSERT_EQ(0, shutdown(ends[0], SHUT_WR));
	ASSERT_EQ(0, actor_wait(&actor));
	ASSERT_EQ(0, remove_cgroup());
	line = watcher_await(self->watcher, ports[0], ports[1], "CLOSE", TIMEWAIT_MS);
	EXPECT_STREQ("\"" ID "\"", watcher_member(line, "container"));
	EXPECT_STREQ("\"docker-" ID ".scope\"", watcher_member(line, "unit"));
	EXPECT_OWNER(line, CALL, actor.pid, "closer", "close");
}

TEST_HARNESS_MAIN
