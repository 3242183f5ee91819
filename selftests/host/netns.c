// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network namespaces and their names: any number of them, listed rarely, in a
 * namespace of the test's own with its own /run/netns.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "base/clock.h"
#include "sys/netns.h"
#include "sys/netns_names.h"
#include "sys/netns_table.h"

#define ENTRIES 4000

FIXTURE(table)
{
	struct netns_table table;
};

FIXTURE_SETUP(table)
{
	netns_table_init(&self->table, ENTRIES);
}

FIXTURE_TEARDOWN(table)
{
	netns_table_free(&self->table);
}

TEST_F(table, keeps_cookies_and_inodes_apart)
{
	struct netns_entry *e = netns_table_take(&self->table, 7, 9);

	ASSERT_NE(NULL, e);
	EXPECT_EQ(e, netns_table_take(&self->table, 7, 9));
	EXPECT_EQ(e, netns_table_find(&self->table, 7, 9));
	EXPECT_EQ(NULL, netns_table_find(&self->table, 7, 8));
	EXPECT_EQ(NULL, netns_table_find(&self->table, 6, 9));
	EXPECT_EQ(NULL, netns_table_find(&self->table, 0, 9));
}

TEST_F(table, keeps_as_many_as_it_may)
{
	unsigned int i;

	for (i = 0; i < ENTRIES; i++)
		ASSERT_NE(NULL, netns_table_take(&self->table, i, 1024 * i));
	for (i = 0; i < ENTRIES; i++)
		ASSERT_NE(NULL, netns_table_find(&self->table, i, 1024 * i));
}

/* What is in use stays; the number of all has a limit */
TEST_F(table, forgets_what_is_not_used)
{
	struct netns_entry *busy = netns_table_take(&self->table, 1, 1);
	unsigned int i, kept = 0;

	strcpy(busy->name, "busy");
	for (i = 2; i < 10 * ENTRIES; i++) {
		ASSERT_NE(NULL, netns_table_take(&self->table, i, i));
		ASSERT_EQ(busy, netns_table_find(&self->table, 1, 1));
	}
	EXPECT_STREQ("busy", busy->name);
	for (i = 1; i < 10 * ENTRIES; i++)
		kept += !!netns_table_find(&self->table, i, i);
	EXPECT_EQ(ENTRIES, kept);
}

FIXTURE(names)
{
	struct netns_names names;
};

/* Name the namespace of this process; it has a new one afterwards. */
static int name_own(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), NETNS_NAMES_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL, 0444);
	if (fd < 0)
		return -errno;
	close(fd);
	if (mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) ||
	    unshare(CLONE_NEWNET))
		return -errno;
	return 0;
}

FIXTURE_SETUP(names)
{
	int flags = CLONE_NEWNS | CLONE_NEWNET;

	ASSERT_EQ(0, unshare(geteuid() ? flags | CLONE_NEWUSER : flags));
	ASSERT_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, mount("run", "/run", "tmpfs", 0, NULL));
	ASSERT_EQ(0, mkdir(NETNS_NAMES_DIR, 0755));
}

FIXTURE_TEARDOWN(names)
{
	netns_names_free(&self->names);
}

TEST_F(names, are_listed_once_for_all_namespaces)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint32_t first, second, none;
	unsigned int i;

	first = netns_own_inode();
	ASSERT_EQ(0, name_own("first"));
	second = netns_own_inode();
	ASSERT_EQ(0, name_own("second"));
	none = netns_own_inode();
	for (i = 0; i < 1000; i++) {
		netns_names_refresh(&self->names, now_ns);
		ASSERT_STREQ("first", netns_names_find(&self->names, first));
		ASSERT_STREQ("second", netns_names_find(&self->names, second));
		ASSERT_EQ(NULL, netns_names_find(&self->names, none));
	}
	EXPECT_EQ(1, self->names.listings);
}

/* Names that come and go are noticed, but listing them takes little of the time */
TEST_F(names, are_listed_again_after_a_while)
{
	uint64_t spent_ns = 0, begin_ns, end_ns;
	uint32_t inode;

	begin_ns = clock_monotonic_ns();
	netns_names_refresh(&self->names, begin_ns);
	inode = netns_own_inode();
	ASSERT_EQ(0, name_own("late"));
	while (!netns_names_find(&self->names, inode)) {
		uint64_t listings = self->names.listings;

		netns_names_refresh(&self->names, clock_monotonic_ns());
		if (self->names.listings > listings)
			spent_ns += (self->names.due_ns -
				     self->names.listed_ns) / 10;
	}
	end_ns = self->names.due_ns;
	EXPECT_LT(5 * spent_ns, end_ns - begin_ns);
}

TEST_HARNESS_MAIN
