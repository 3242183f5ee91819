// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which connections of other users a user that may open /dev/tcpclose sees.
 * isolation.c tests who may open it, and the permitted operations.
 */
/* vm: --smp 1 --disruptive */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/net.h"
#include "lib/traffic.h"
#include "lib/viewer.h"

FIXTURE(visibility)
{
	int fd;
};

FIXTURE_SETUP(visibility)
{
	ASSERT_EQ(0, chmod(TCPCLOSE_DEVICE, 0600));
	/* In a guest it may be accessible to root only */
	ASSERT_EQ(0, chmod("/", 0755));
	self->fd = -1;
}

FIXTURE_TEARDOWN(visibility)
{
	close(self->fd);
}

/* A process cannot regain its privileges: each test has its own process */
TEST_F(visibility, of_the_file_is_its_owners_alone)
{
	struct stat status;

	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, stat(TCPCLOSE_DEVICE, &status));
	EXPECT_EQ(S_IFCHR | 0600, status.st_mode);
	EXPECT_EQ(0, status.st_uid);
	ASSERT_EQ(0, viewer_become_user(VIEWER_NOBODY));
	EXPECT_EQ(-EACCES, device_open(O_RDONLY));
}

static bool is_close_of_both(const struct tcpclose_record *record)
{
	return device_from_tracepoint(record) &&
	       record->edge ==
		       TCPCLOSE_EDGE(TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE);
}

TEST_F(visibility, of_a_container_is_never_anothers_record)
{
	struct device_log log = {};
	struct traffic_run *other;
	unsigned int inode;
	size_t i, rsts = 0;
	int status;
	pid_t child;

	ASSERT_EQ(0, chmod(TCPCLOSE_DEVICE, 0666));
	/* This thread stays outside, since each thread has its own namespaces */
	other = traffic_start_mixed(2);
	ASSERT_NE(NULL, other);
	/* A process with threads can't leave its user namespace: a child */
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		EXPECT_EQ(0, viewer_become_user(VIEWER_NOBODY));
		EXPECT_EQ(0, viewer_become_container());
		inode = namespace_inode();
		self->fd = device_open_at_end();
		EXPECT_LE(0, self->fd);
		EXPECT_EQ(600, traffic_run(&(struct traffic){
				       .family = AF_UNSPEC,
				       .closes = TRAFFIC_LINGER,
				       .cycles = 300,
				       .threads = 2,
			       }));
		EXPECT_EQ(0, device_log_until(&log, self->fd, is_close_of_both,
					      1200, 5000));
		for (i = 0; i < log.count; i++) {
			if (device_is_transition(&log.records[i]))
				EXPECT_EQ(inode, log.records[i].netns_inode);
			if (log.records[i].kind != TCPCLOSE_KIND_RST)
				continue;
			/* Each abort is two: it is sent, and received. */
			rsts++;
			EXPECT_EQ(inode, device_rst(&log.records[i])->netns_inode);
		}
		EXPECT_EQ(1200, rsts);
		EXPECT_EQ(1200, device_log_count(&log, is_close_of_both));
		_exit(__test_passed(_metadata) ? 0 : 1);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_LT(0, traffic_stop(other));
}

/* This process opens a session to @port, and closes it. */
static int close_a_session(int port)
{
	union net_addr addr = net_loopback(AF_INET, port);
	int listener = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	int client = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	if (listener < 0 || client < 0)
		return -errno;
	if (bind(listener, &addr.sa, sizeof(addr.in)) || listen(listener, 1) ||
	    connect(client, &addr.sa, sizeof(addr.in)))
		return -errno;
	close(client);
	close(listener);
	return 0;
}

static bool is_session_at_its_close(const struct tcpclose_record *record)
{
	const struct tcpclose_session *session = (const void *)record;

	return record->kind == TCPCLOSE_KIND_SESSION &&
	       session->edge == TCPCLOSE_EDGE(TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1);
}

TEST_F(visibility, of_sessions_ends_at_the_namespace)
{
	int namespace = namespace_new(), home, ret;
	struct device_log log = {};
	unsigned int inode;
	size_t i;

	ASSERT_LE(0, namespace);
	home = namespace_enter(namespace);
	ASSERT_LE(0, home);
	inode = namespace_inode();
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, namespace_leave(home));
	ret = close_a_session(21501);
	if (ret == -EPROTONOSUPPORT || ret == -ENOPROTOOPT)
		SKIP(return, "no MPTCP in this kernel");
	ASSERT_EQ(0, ret);
	home = namespace_enter(namespace);
	ASSERT_LE(0, home);
	ASSERT_EQ(0, close_a_session(21502));
	EXPECT_EQ(0, device_log_until(&log, self->fd, is_session_at_its_close, 1, 5000));
	for (i = 0; i < log.count; i++) {
		const struct tcpclose_session *session = (const void *)&log.records[i];

		if (session->kind != TCPCLOSE_KIND_SESSION)
			continue;
		EXPECT_EQ(inode, session->netns_inode);
		if (is_session_at_its_close(&log.records[i])) {
			EXPECT_EQ((__u32)getpid(), session->pid);
			EXPECT_STREQ("visibility", session->comm);
		}
	}
	device_log_free(&log);
	ASSERT_EQ(0, namespace_leave(home));
}

TEST_F(visibility, includes_no_wakeup_by_what_is_out_of_sight)
{
	int namespace = namespace_new(), home;
	struct device_log log = {};

	ASSERT_LE(0, namespace);
	home = namespace_enter(namespace);
	ASSERT_LE(0, home);
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, namespace_leave(home));
	ASSERT_EQ(1, traffic_one(TRAFFIC_MIXED & TRAFFIC_LINGER));
	EXPECT_EQ(0, device_readable_ms(self->fd, 200));
	EXPECT_EQ(-EAGAIN, device_log_read(&log, self->fd, 16));
	EXPECT_EQ(0, log.count);
	device_log_free(&log);
}

TEST_F(visibility, is_decided_when_the_file_is_opened)
{
	int namespace = namespace_new(), home;
	unsigned int inode;
	struct device_log log = {};
	size_t i;

	ASSERT_LE(0, namespace);
	home = namespace_enter(namespace);
	ASSERT_LE(0, home);
	inode = namespace_inode();
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(0, namespace_leave(home));
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	EXPECT_EQ(0,
		  device_log_until(&log, self->fd, is_close_of_both, 2, 5000));
	EXPECT_EQ(0, device_log_drain(&log, self->fd));
	EXPECT_EQ(2, device_log_count(&log, is_close_of_both));
	for (i = 0; i < log.count; i++)
		if (device_is_transition(&log.records[i]))
			EXPECT_EQ(inode, log.records[i].netns_inode);
	device_log_free(&log);
}

TEST_F(visibility, of_the_machine_includes_every_namespace)
{
	unsigned int inodes[3], i;
	struct device_log log = {};
	size_t at, seen[3] = {};

	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	for (i = 0; i < 3; i++) {
		int namespace = namespace_new(), home;

		ASSERT_LE(0, namespace);
		home = namespace_enter(namespace);
		ASSERT_LE(0, home);
		inodes[i] = namespace_inode();
		ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
		ASSERT_EQ(0, namespace_leave(home));
	}
	EXPECT_EQ(0,
		  device_log_until(&log, self->fd, is_close_of_both, 6, 5000));
	for (at = 0; at < log.count; at++)
		for (i = 0; i < 3; i++)
			seen[i] += is_close_of_both(&log.records[at]) &&
				   log.records[at].netns_inode == inodes[i];
	for (i = 0; i < 3; i++)
		EXPECT_EQ(2, seen[i]);
	device_log_free(&log);
}

/* ---- ids and names */

#define INNER_NAME "inner-thread"
#define OUTER_NAME "outer-thread"

/* One connection that its client aborts. Returns the thread's id, or -errno */
static pid_t abort_one(void)
{
	int pair[2], ret = net_pair(AF_INET, pair);

	if (ret)
		return ret;
	ret = net_abort(pair[0]);
	close(pair[1]);
	return ret ? ret : gettid();
}

/* A thread that stays: ids are translated when they are read */
struct staying {
	pthread_barrier_t closed;
	pthread_barrier_t leave;
	pid_t tid;
};

static void *abort_one_and_stay(void *argument)
{
	struct staying *staying = argument;

	prctl(PR_SET_NAME, INNER_NAME);
	staying->tid = abort_one();
	pthread_barrier_wait(&staying->closed);
	pthread_barrier_wait(&staying->leave);
	return NULL;
}

static bool is_detail(const struct tcpclose_record *record)
{
	return record->kind == TCPCLOSE_KIND_DETAIL;
}

/*
 * What a reader sees of two closes in its network namespace: one by a process of an
 * outer pid namespace, then one by a thread of its own. Returns 0 if all is right.
 */
static int look_from_a_pid_namespace(int start, int started)
{
	struct device_log log = {};
	bool outer = true, inner = false;
	struct staying staying = {};
	pthread_t thread;
	char byte;
	size_t i, first;
	int fd = device_open_at_end();

	if (getpid() != 1 || fd < 0 || write(started, "", 1) != 1 ||
	    read(start, &byte, 1) != 1)
		return 1;
	if (device_log_until(&log, fd, is_close_of_both, 2, 5000) ||
	    device_log_drain(&log, fd) || !log.count)
		return 2;
	first = log.count;
	for (i = 0; i < first; i++) {
		static const char nothing[sizeof(device_detail(NULL)->comm)];
		const struct tcpclose_detail *detail = device_detail(&log.records[i]);

		if (is_detail(&log.records[i]))
			outer = outer && !detail->pid && !detail->tid &&
				!detail->opener &&
				!memcmp(detail->comm, nothing, sizeof(nothing)) &&
				!memcmp(detail->thread, nothing, sizeof(nothing));
		if (log.records[i].kind == TCPCLOSE_KIND_RST)
			outer = outer && !device_rst(&log.records[i])->pid &&
				!memcmp(device_rst(&log.records[i])->comm, nothing,
					sizeof(nothing));
	}
	if (!outer)
		return 3;
	pthread_barrier_init(&staying.closed, NULL, 2);
	pthread_barrier_init(&staying.leave, NULL, 2);
	if (pthread_create(&thread, NULL, abort_one_and_stay, &staying))
		return 4;
	pthread_barrier_wait(&staying.closed);
	if (staying.tid <= 1 ||
	    device_log_until(&log, fd, is_close_of_both, 4, 5000))
		return 4;
	pthread_barrier_wait(&staying.leave);
	pthread_join(thread, NULL);
	for (i = first; i < log.count; i++) {
		const struct tcpclose_detail *detail = device_detail(&log.records[i]);

		if (is_detail(&log.records[i]) && detail->call)
			inner = detail->pid == 1 && detail->tid == (__u32)staying.tid &&
				!strcmp(detail->thread, INNER_NAME);
	}
	device_log_free(&log);
	return inner ? 0 : 6;
}

TEST_F(visibility, of_a_thread_and_its_name_ends_at_the_pid_namespace)
{
	int namespace = namespace_new(), start[2], started[2], status;
	struct device_log log = {};
	const char *name = NULL;
	pid_t child, tid;
	char byte;
	size_t i;

	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_LE(0, namespace);
	ASSERT_LE(0, namespace_enter(namespace));
	ASSERT_EQ(0, pipe(start));
	ASSERT_EQ(0, pipe(started));
	/* For children only: this process stays outside */
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(look_from_a_pid_namespace(start[0], started[1]));
	ASSERT_EQ(1, read(started[0], &byte, 1));
	ASSERT_EQ(0, prctl(PR_SET_NAME, OUTER_NAME));
	tid = abort_one();
	ASSERT_LT(0, tid);
	ASSERT_EQ(1, write(start[1], "", 1));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);

	/* The file of the machine shows what the reader must not see */
	EXPECT_EQ(0, device_log_until(&log, self->fd, is_close_of_both, 4, 5000));
	for (i = 0; !name && i < log.count; i++)
		if (is_detail(&log.records[i]) &&
		    device_detail(&log.records[i])->tid == (__u32)tid)
			name = device_detail(&log.records[i])->thread;
	EXPECT_STREQ(OUTER_NAME, name ?: "");
	device_log_free(&log);
}

/* Read what one close gave: user and process of its records must be these */
static int look_for(int fd, __u32 uid, __u32 pid)
{
	struct device_log log = {};
	bool user = true, process = false;
	size_t i;

	if (device_log_until(&log, fd, is_close_of_both, 2, 5000))
		return 1;
	for (i = 0; i < log.count; i++) {
		if (is_detail(&log.records[i]))
			process = process || device_detail(&log.records[i])->pid == pid;
		else if (log.records[i].kind == TCPCLOSE_KIND_RST)
			user = user && device_rst(&log.records[i])->uid == uid;
		else
			user = user && log.records[i].uid == uid;
	}
	device_log_free(&log);
	return (user ? 0 : 2) | (process ? 0 : 4);
}

TEST_F(visibility, uses_the_numbers_of_who_opened_not_of_who_reads)
{
	int namespace = namespace_new(), status;
	pid_t child, self_pid = getpid();

	ASSERT_LE(0, namespace);
	ASSERT_LE(0, namespace_enter(namespace));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, seteuid(VIEWER_NOBODY));
	ASSERT_LT(0, abort_one());
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		/* For this reader the user would be 0, and the process have no number */
		if (viewer_become_user(VIEWER_NOBODY) || viewer_become_container() ||
		    getuid() || getpid() != 1)
			_exit(8);
		_exit(look_for(self->fd, VIEWER_NOBODY, self_pid));
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(visibility, of_users_is_by_the_openers_user_namespace)
{
	int start[2], started[2], namespace, status;
	char byte, path[64];
	pid_t child;

	ASSERT_EQ(0, chmod(TCPCLOSE_DEVICE, 0666));
	ASSERT_EQ(0, pipe(start));
	ASSERT_EQ(0, pipe(started));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		int fd, wrong;

		if (viewer_become_user(VIEWER_NOBODY) || viewer_become_container())
			_exit(8);
		fd = device_open_at_end();
		if (fd < 0 || abort_one() < 0)
			_exit(16);
		/* Its own user, then one that has no number here */
		wrong = look_for(fd, 0, getpid());
		if (write(started[1], "", 1) != 1 || read(start[0], &byte, 1) != 1)
			_exit(32);
		_exit(wrong ?: look_for(fd, TCPCLOSE_UNKNOWN_UID, getppid()));
	}
	ASSERT_EQ(1, read(started[0], &byte, 1));
	snprintf(path, sizeof(path), "/proc/%d/ns/net", child);
	namespace = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, namespace);
	ASSERT_LE(0, namespace_enter(namespace));
	ASSERT_LT(0, abort_one());
	ASSERT_EQ(1, write(start[1], "", 1));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_MAIN_WITH_MODULE("")
