// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which process holds a socket: in a /proc that the test makes, and in the real one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "base/clock.h"
#include "sys/sockowners.h"

FIXTURE(proc)
{
	char root[32];
	struct sockowners owners;
	struct sockowner owner;
};

FIXTURE_SETUP(proc)
{
	strcpy(self->root, "/tmp/sockowners.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->root));
	sockowners_open(&self->owners, self->root);
}

FIXTURE_TEARDOWN(proc)
{
	char command[64];

	sockowners_close(&self->owners);
	snprintf(command, sizeof(command), "rm -rf %s", self->root);
	ASSERT_EQ(0, system(command));
}

static void add_process(const char *root, int pid, const char *comm)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%d", root, pid);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%d/fd", root, pid);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%d/comm", root, pid);
	file = fopen(path, "w");
	if (!file)
		abort();
	fprintf(file, "%s\n", comm);
	fclose(file);
}

static void set_descriptor(const char *root, int pid, int fd, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%d/fd/%d", root, pid, fd);
	unlink(path);
	if (what && symlink(what, path))
		abort();
}

static void remove_process(const char *root, int pid)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s/%d", root, pid);
	if (system(command))
		abort();
}

static bool find(struct sockowners *owners, uint32_t inode, struct sockowner *owner)
{
	uint64_t now_ns = clock_monotonic_ns();

	return sockowners_find(owners, inode, now_ns, now_ns, owner);
}

/* No more time for a look at all processes, but for some at a single one */
static void spend(struct sockowners *owners)
{
	uint64_t now_ns = clock_monotonic_ns();

	owners->allowance.paid_ns = now_ns + ALLOWANCE_PART * ALLOWANCE_BURST_NS / 2;
	owners->cost_ns = ALLOWANCE_BURST_NS;
}

TEST_F(proc, holder_is_found_by_the_inode)
{
	add_process(self->root, 812, "nginx");
	set_descriptor(self->root, 812, 0, "/dev/null");
	set_descriptor(self->root, 812, 7, "socket:[1234]");
	set_descriptor(self->root, 812, 8, "pipe:[99]");
	add_process(self->root, 9, "fifteen-letters");
	set_descriptor(self->root, 9, 3, "socket:[4294967295]");
	ASSERT_TRUE(find(&self->owners, 1234, &self->owner));
	EXPECT_EQ(812, self->owner.pid);
	EXPECT_EQ(0, self->owner.others);
	EXPECT_STREQ("nginx", self->owner.comm);
	ASSERT_TRUE(find(&self->owners, 4294967295U, &self->owner));
	EXPECT_STREQ("fifteen-letters", self->owner.comm);
	EXPECT_FALSE(find(&self->owners, 99, &self->owner));
	EXPECT_FALSE(find(&self->owners, 123, &self->owner));
	EXPECT_FALSE(find(&self->owners, 12345, &self->owner));
}

TEST_F(proc, other_holders_are_counted_once_each)
{
	add_process(self->root, 30, "child");
	set_descriptor(self->root, 30, 3, "socket:[5]");
	add_process(self->root, 20, "parent");
	set_descriptor(self->root, 20, 3, "socket:[5]");
	set_descriptor(self->root, 20, 4, "socket:[5]");
	add_process(self->root, 100, "heir");
	set_descriptor(self->root, 100, 900, "socket:[5]");
	set_descriptor(self->root, 100, 901, "socket:[5]");
	ASSERT_TRUE(find(&self->owners, 5, &self->owner));
	EXPECT_EQ(20, self->owner.pid);
	EXPECT_STREQ("parent", self->owner.comm);
	EXPECT_EQ(2, self->owner.others);
}

TEST_F(proc, one_look_is_for_all_that_happened_before)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint32_t inode;

	add_process(self->root, 1, "init");
	set_descriptor(self->root, 1, 3, "socket:[500]");
	for (inode = 1; inode <= 1000; inode++)
		EXPECT_EQ(inode == 500, sockowners_find(&self->owners, inode, now_ns, now_ns,
							&self->owner));
	EXPECT_EQ(1, self->owners.looks);
}

/* It held the socket before, which proves nothing of now */
TEST_F(proc, what_was_seen_before_is_looked_at_again)
{
	add_process(self->root, 7, "keeps");
	set_descriptor(self->root, 7, 3, "socket:[1]");
	add_process(self->root, 8, "closes");
	set_descriptor(self->root, 8, 3, "socket:[2]");
	add_process(self->root, 9, "exits");
	set_descriptor(self->root, 9, 3, "socket:[3]");
	ASSERT_TRUE(find(&self->owners, 1, &self->owner));
	spend(&self->owners);
	set_descriptor(self->root, 8, 3, "socket:[4]");
	remove_process(self->root, 9);
	EXPECT_TRUE(find(&self->owners, 1, &self->owner));
	EXPECT_STREQ("keeps", self->owner.comm);
	EXPECT_FALSE(find(&self->owners, 2, &self->owner));
	EXPECT_FALSE(find(&self->owners, 3, &self->owner));
	EXPECT_EQ(1, self->owners.looks);
}

/* The number of a process that is gone is given to another one */
TEST_F(proc, name_is_that_of_the_process_that_holds_it_now)
{
	add_process(self->root, 7, "old");
	set_descriptor(self->root, 7, 3, "socket:[1]");
	ASSERT_TRUE(find(&self->owners, 1, &self->owner));
	spend(&self->owners);
	add_process(self->root, 7, "new");
	ASSERT_TRUE(find(&self->owners, 1, &self->owner));
	EXPECT_STREQ("new", self->owner.comm);
	set_descriptor(self->root, 7, 3, "socket:[2]");
	EXPECT_FALSE(find(&self->owners, 1, &self->owner));
}

/* By then the inode may be another socket's */
TEST_F(proc, nobody_holds_what_was_seen_long_ago)
{
	uint64_t now_ns = clock_monotonic_ns();

	add_process(self->root, 7, "innocent");
	set_descriptor(self->root, 7, 3, "socket:[1]");
	EXPECT_TRUE(sockowners_find(&self->owners, 1, now_ns - 5 * NS_PER_S, now_ns,
				    &self->owner));
	EXPECT_FALSE(sockowners_find(&self->owners, 1, now_ns - 15 * NS_PER_S, now_ns,
				     &self->owner));
}

TEST_F(proc, processes_without_a_name_or_descriptors_are_passed_over)
{
	char path[64];

	add_process(self->root, 7, "");
	set_descriptor(self->root, 7, 3, "socket:[1]");
	snprintf(path, sizeof(path), "%s/8", self->root);
	ASSERT_EQ(0, mkdir(path, 0755));
	add_process(self->root, 9, "good");
	set_descriptor(self->root, 9, 3, "socket:[2]");
	set_descriptor(self->root, 9, 4, "socket:[]");
	set_descriptor(self->root, 9, 5, "socket:[0]");
	set_descriptor(self->root, 9, 6, "socket:[4294967296]");
	set_descriptor(self->root, 9, 7, "socket:[12");
	EXPECT_FALSE(find(&self->owners, 1, &self->owner));
	EXPECT_TRUE(find(&self->owners, 2, &self->owner));
	EXPECT_EQ(9, self->owner.pid);
	EXPECT_EQ(1, self->owners.count);
}

/* The first thread has ended, so the process has descriptors in its other threads only. */
static void add_thread(const char *root, int pid, int tid, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%d/task", root, pid);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%d/task/%d", root, pid, tid);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%d/task/%d/fd", root, pid, tid);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%d/task/%d/fd/3", root, pid, tid);
	unlink(path);
	if (what && symlink(what, path))
		abort();
}

TEST_F(proc, holder_is_found_though_its_first_thread_has_ended)
{
	add_process(self->root, 7, "leaderless");
	add_thread(self->root, 7, 7, NULL);
	add_thread(self->root, 7, 12, "socket:[1]");
	/* A thread of the kernel, and one that has not ended */
	add_process(self->root, 8, "kworker");
	add_thread(self->root, 8, 8, NULL);
	add_process(self->root, 9, "whole");
	set_descriptor(self->root, 9, 3, "socket:[2]");
	add_thread(self->root, 9, 9, "socket:[2]");
	add_thread(self->root, 9, 13, "socket:[2]");
	ASSERT_TRUE(find(&self->owners, 1, &self->owner));
	EXPECT_EQ(7, self->owner.pid);
	EXPECT_EQ(0, self->owner.others);
	EXPECT_STREQ("leaderless", self->owner.comm);
	ASSERT_TRUE(find(&self->owners, 2, &self->owner));
	EXPECT_EQ(9, self->owner.pid);
	EXPECT_EQ(0, self->owner.others);
	/* It is looked at again, likewise */
	spend(&self->owners);
	EXPECT_TRUE(find(&self->owners, 1, &self->owner));
	add_thread(self->root, 7, 12, "socket:[3]");
	EXPECT_FALSE(find(&self->owners, 1, &self->owner));
}

/* However much is asked for */
TEST_F(proc, looks_take_a_part_of_the_time)
{
	uint64_t begin_ns = clock_monotonic_ns(), looked_ns = 0, taken_ns;
	int pid;

	for (pid = 1; pid < 200; pid++)
		add_process(self->root, pid, "busy");
	while (clock_monotonic_ns() - begin_ns < NS_PER_S) {
		uint64_t looks = self->owners.looks;

		find(&self->owners, 1, &self->owner);
		if (self->owners.looks > looks)
			looked_ns += self->owners.cost_ns;
	}
	taken_ns = clock_monotonic_ns() - begin_ns;
	EXPECT_LT(1, self->owners.looks);
	/* What was saved up, and what the last look took */
	EXPECT_LT(looked_ns, taken_ns / ALLOWANCE_PART + 2 * ALLOWANCE_BURST_NS);
}

/* Sockets that live for a moment only: looks at processes become rare */
TEST_F(proc, looks_that_find_nobody_become_rare)
{
	unsigned int i;

	add_process(self->root, 7, "server");
	set_descriptor(self->root, 7, 3, "socket:[1]");
	for (i = 0; i < 10; i++) {
		self->owners.allowance.paid_ns = 0;
		EXPECT_FALSE(find(&self->owners, 2, &self->owner));
	}
	EXPECT_EQ(16, self->owners.price);
	EXPECT_TRUE(find(&self->owners, 1, &self->owner));
	self->owners.allowance.paid_ns = 0;
	EXPECT_FALSE(find(&self->owners, 2, &self->owner));
	EXPECT_EQ(1, self->owners.price);
}

static bool is_after_three(const void *count)
{
	return ++*(unsigned int *)count % 4 == 0;
}

/* Then a look ends early; the next one begins where it ended */
TEST_F(proc, urgent_work_ends_a_look)
{
	/* Outlives the test, as its fixture does */
	static unsigned int asked;
	unsigned int found = 0;
	int pid;

	for (pid = 1; pid <= 8; pid++) {
		add_process(self->root, pid, "one of many");
		set_descriptor(self->root, pid, 3, "socket:[77]");
	}
	self->owners.is_urgent = is_after_three;
	self->owners.context = &asked;
	while (self->owners.looks < 20) {
		found += find(&self->owners, 77, &self->owner);
		ASSERT_GE(3, self->owners.process_count);
	}
	EXPECT_LT(3, found);
}

TEST(no_proc_no_owner)
{
	struct sockowners owners;
	struct sockowner owner;

	sockowners_open(&owners, "/nonexistent");
	EXPECT_FALSE(find(&owners, 1, &owner));
	sockowners_close(&owners);
}

TEST(own_sockets_are_found)
{
	struct sockowners owners;
	struct sockowner owner;
	struct stat st;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fstat(fd, &st));
	ASSERT_EQ(0, prctl(PR_SET_NAME, "the-owner"));
	sockowners_open(&owners, "/proc");
	ASSERT_TRUE(find(&owners, (uint32_t)st.st_ino, &owner));
	EXPECT_STREQ("the-owner", owner.comm);
	EXPECT_EQ((uint32_t)getpid(), owner.pid);
	EXPECT_EQ(0, owner.others);
	TH_LOG("%zu descriptors of %zu processes: %llu us", owners.count, owners.process_count,
	       (unsigned long long)owners.cost_ns / 1000);
	sockowners_close(&owners);
}

TEST_HARNESS_MAIN
