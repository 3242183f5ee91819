// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which connections of other users a user that may open /dev/tcpclose sees.
 * isolation.c tests who may open it, and the permitted operations.
 */
/* vm: --smp 1 --disruptive */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
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
	int status;
	pid_t child;
	size_t i;

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
		for (i = 0; i < log.count; i++)
			if (device_is_transition(&log.records[i]))
				EXPECT_EQ(inode, log.records[i].netns_inode);
		EXPECT_EQ(1200, device_log_count(&log, is_close_of_both));
		_exit(__test_passed(_metadata) ? 0 : 1);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_LT(0, traffic_stop(other));
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

TEST_MAIN_WITH_MODULE("")
