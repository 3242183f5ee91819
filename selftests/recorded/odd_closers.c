// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which process closes a connection in uncommon ways: exit and death, descriptors
 * that others hold, io_uring, an administrator's program.
 *
 * vm: --icount --smp 1 --memory 1024
 */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/actor.h"
#include "lib/closing.h"
#include "lib/odd_fixture.h"
#include "lib/procfile.h"
#include "lib/start.h"
#include "lib/uring.h"

ODD_FIXTURE(odd_closers, "teardown");

/**
 * struct closer - a way to close
 * @act: done by a process called "actor", which alone has the connection and exits
 * @who: who closes, as lab_closer() has it, a pattern
 * @who_6_1: likewise, on Linux 6.1; NULL: the same
 * @path: transitions until the other end closes; NULL: TO_FIN_WAIT2
 * @status: exit status of "actor"; 0: none
 */
struct closer {
	const char *how;
	int (*act)(int fd);
	const char *who;
	const char *who_6_1;
	const char *path;
	int status;
};

/* ---- close, exit, death */

#define CGROUP "/sys/fs/cgroup/tcpclose-oom"

/* In a group of little memory. */
static int is_killed_for_memory(int fd)
{
	size_t size = 64 << 20;
	char *memory;

	procfile_write("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	if ((mkdir(CGROUP, 0755) && errno != EEXIST) ||
	    procfile_write(CGROUP "/memory.max", "16777216") ||
	    procfile_write(CGROUP "/cgroup.procs", "0"))
		return 1;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(memory, 1, size);
	return 1;
}

/* The descriptor is closed before the new program runs. */
static int executes(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	execlp("sleep", "sleep", "0", NULL);
	return 1;
}

/* ---- others that hold it */

static int leaves_it_to_a_child(int fd)
{
	int closed[2], status;
	pid_t heir;
	char c;

	if (pipe(closed))
		return 1;
	heir = fork();
	if (!heir) {
		prctl(PR_SET_NAME, "heir");
		_exit(read(closed[0], &c, 1) != 1 || close(fd));
	}
	close(fd);
	return write(closed[1], "", 1) != 1 || waitpid(heir, &status, 0) != heir || status;
}

/* ---- io_uring */

/* A worker does this, too. */
static int shuts_down_by_ring(int fd)
{
	const struct io_uring_sqe request = {
		.opcode = IORING_OP_SHUTDOWN,
		.fd = fd,
		.len = SHUT_WR,
	};
	struct uring ring;

	return uring_open(&ring) || uring_submit(&ring, &request, true) ||
	       usleep(100000) || close(fd);
}

/* ---- all of them */

static const struct closer closers[] = {
	{ .how = "close()", .act = closing_by_close, .who = "actor close" },
	{ .how = "exit", .act = closing_by_exit, .who = "actor exit" },
	{ .how = "SIGKILL", .act = closing_by_kill, .who = "actor kill", .status = 128 + SIGKILL },
	{ .how = "exec", .act = executes, .who = "sleep exec" },
	{ .how = "last holder after fork", .act = leaves_it_to_a_child, .who = "heir close" },
	{ .how = "SCM_RIGHTS, in flight", .act = closing_in_flight, .who = "actor close" },
	{ .how = "SCM_RIGHTS, collected", .act = closing_in_a_cycle, .who = "kernel releases" },
	{ .how = "close() while a thread reads", .act = closing_while_read,
	  .who = "actor/reader other" },
};

#define CLOSE_AFTER_SHUTDOWN \
	"ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2[CLOSE]"

static const struct closer of_io_uring[] = {
	{ .how = "io_uring, close", .act = closing_by_ring, .who = "actor io_uring" },
	{ .how = "io_uring, close by a worker", .act = closing_by_ring_worker,
	  .who = "actor/iou-wrk-* io_uring" },
	{ .how = "io_uring, shutdown", .act = shuts_down_by_ring, .who = "actor/iou-wrk-* io_uring",
	  .path = CLOSE_AFTER_SHUTDOWN },
	{ .how = "io_uring, request in flight", .act = closing_by_request,
	  .who = "kernel releases", .who_6_1 = "actor exit" },
	{ .how = "io_uring, registered", .act = closing_by_registration, .who = "kernel releases" },
};

static const char *who_closes(const struct closer *closer)
{
	struct utsname kernel;

	uname(&kernel);
	if (closer->who_6_1 && !strncmp(kernel.release, "6.1.", 4))
		return closer->who_6_1;
	return closer->who;
}

static void close_each(struct __test_metadata *_metadata, struct lab *lab,
		       const struct closer *closer, size_t count)
{
	const struct closer *last = closer + count;

	for (; closer < last; closer++) {
		const char *path = closer->path ?: TO_FIN_WAIT2;
		struct flow client, server;
		struct actor actor;
		char whole[512];
		int pair[2];

		TH_LOG("%s", closer->how);
		ASSERT_EQ(0, net_pair(lab->family, pair));
		client = lab_flow(lab, net_local_port(pair[0]), net_remote_port(pair[0]));
		server = lab_flow(lab, client.rport, client.lport);
		ASSERT_EQ(0, actor_start(&actor, "actor", closer->act, pair[0]));
		ASSERT_EQ(0, close(pair[0]));
		EXPECT_EQ(0, stream_count(&lab->stream, &client));
		ASSERT_EQ(0, actor_go(&actor));
		EXPECT_EQ(closer->status, actor_wait(&actor));
		EXPECT_PATH(lab, &client, path);
		EXPECT_CLOSER(lab, &client, who_closes(closer));
		ASSERT_EQ(0, close(pair[1]));
		snprintf(whole, sizeof(whole), "%s tw:FIN_WAIT2>TIME_WAIT=FIN", path);
		EXPECT_PATH(lab, &client, whole);
		EXPECT_PATH(lab, &server, PASSIVE_CLOSE);
		EXPECT_CLOSER(lab, &server, "odd_closers close");
	}
}

ODD_TEST(odd_closers, are_the_processes)
{
	close_each(_metadata, &self->lab, closers, ARRAY_SIZE(closers));
}

ODD_TEST(odd_closers, are_the_processes_with_io_uring)
{
	if (uring_missing())
		SKIP(return, "no io_uring in this kernel");
	close_each(_metadata, &self->lab, of_io_uring, ARRAY_SIZE(of_io_uring));
}

ODD_TEST(odd_closers, is_the_process_killed_for_memory)
{
	static const struct closer killed = {
		.how = "killed for memory",
		.act = is_killed_for_memory,
		.who = "actor kill",
		.status = 128 + SIGKILL,
	};
	char controllers[256];

	if (procfile_read("/sys/fs/cgroup/cgroup.controllers", controllers,
			  sizeof(controllers)) < 0 ||
	    !strstr(controllers, "memory"))
		SKIP(return, "no control group limits memory");
	close_each(_metadata, &self->lab, &killed, 1);
}

/* ---- ss -K */

ODD_TEST(odd_closers, ss_ends_a_connection)
{
	struct flow client, server;
	int pair[2];

	ASSERT_EQ(0, net_pair(variant->family, pair));
	client = lab_flow(&self->lab, net_local_port(pair[0]), net_remote_port(pair[0]));
	server = lab_flow(&self->lab, client.rport, client.lport);
	ASSERT_EQ(0, net_run("ss -K -t sport = :%u", client.lport));
	EXPECT_PATH(&self->lab, &client, "ESTABLISHED>CLOSE=DESTROYED");
	EXPECT_CLOSER(&self->lab, &client, "ss send");
	EXPECT_PATH(&self->lab, &server, "ESTABLISHED>CLOSE=RST");
	EXPECT_CLOSER(&self->lab, &server, "nobody");
	close(pair[0]);
	close(pair[1]);
}

/* A request is no connection yet: nothing ends, and its last ACK meets nobody. */
ODD_TEST(odd_closers, ss_ends_a_request)
{
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_SYN, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_SYN | PUPPET_ACK));
	ASSERT_EQ(0, net_run("ss -K -t state syn-recv sport = :%u", self->peer.lport));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("");
}

ODD_TEST(odd_closers, ss_ends_what_is_not_accepted)
{
	struct flow flow;

	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_knock(&self->peer));
	ASSERT_EQ(0, net_wait(self->peer.listener, POLLIN, LAB_TIMEOUT_MS));
	ASSERT_EQ(0, net_run("ss -K -t state established sport = :%u", self->peer.lport));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>CLOSE=DESTROYED");
	flow = lab_peer_flow(&self->lab, &self->peer);
	EXPECT_CLOSER(&self->lab, &flow, "ss send");
	/* It can still be accepted. */
	self->peer.fd = accept(self->peer.listener, NULL, NULL);
	EXPECT_LE(0, self->peer.fd);
}

ODD_TEST(odd_closers, ss_ends_mini_sockets)
{
	struct peer half;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	peer_init(&half, &self->lab.puppet);
	half.lport = 5001;
	ASSERT_EQ(0, peer_connect(&half));
	ASSERT_EQ(0, peer_close_half(&half));
	EXPECT_PEER_PATH(&self->lab, &half, TO_FIN_WAIT2);
	/* All of them, whatever their state */
	ASSERT_EQ(0, net_run("ss -K -t -a dst %s",
			     variant->family == AF_INET ? "192.0.2.2" : "[2001:db8::2]"));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!DESTROYED");
	EXPECT_STREQ("ss", EVENT(4)->detail.comm);
	EXPECT_PEER_PATH(&self->lab, &half, TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=DESTROYED!DESTROYED");
	EXPECT_STREQ("ss", lab_event(&self->lab, &half, 3)->detail.comm);
}

/* ---- repair mode */

/* As a program that saves connections does: the end that it saved sends nothing. */
ODD_TEST(odd_closers, closed_in_repair_mode_in_each_state)
{
	const struct start *start;
	int on = TCP_REPAIR_ON;

	FOR_EACH_START(start, SYN_SENT, LAST_ACK) {
		char path[256];

		TH_LOG("%s", start->state);
		peer_init(&self->peer, &self->lab.puppet);
		self->peer.lport += 10 + (start - starts);
		ASSERT_EQ(0, start->reach(&self->peer));
		ASSERT_EQ(0, setsockopt(self->peer.fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)));
		peer_count(&self->peer, 0);
		ASSERT_EQ(0, peer_close(&self->peer));
		snprintf(path, sizeof(path), "%s%s>CLOSE=REPAIR", start->path, start->state);
		PATH(path);
		EXPECT_EQ(TCPCLOSE_CALL_CLOSE, EVENT(stream_words(path) - 1)->detail.call);
		EXPECT_TRUE(peer_silent(&self->peer, 100));
	}
}

TEST_HARNESS_MAIN
