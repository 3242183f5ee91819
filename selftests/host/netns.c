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
#include "lib/filter.h"
#include "sys/netns.h"
#include "sys/netns_names.h"
#include "sys/netns_table.h"

#define ENTRIES 4000

FIXTURE(table)
{
	struct recent table;
};

FIXTURE_SETUP(table)
{
	recent_init(&self->table, sizeof(struct netns_entry), ENTRIES);
}

FIXTURE_TEARDOWN(table)
{
	recent_free(&self->table);
}

TEST_F(table, keeps_cookies_and_inodes_apart)
{
	struct netns_entry *e = recent_take(&self->table, 7, 9);

	ASSERT_NE(NULL, e);
	EXPECT_EQ(e, recent_take(&self->table, 7, 9));
	EXPECT_EQ(e, recent_find(&self->table, 7, 9));
	EXPECT_EQ(NULL, recent_find(&self->table, 7, 8));
	EXPECT_EQ(NULL, recent_find(&self->table, 6, 9));
	EXPECT_EQ(NULL, recent_find(&self->table, 0, 9));
}

TEST_F(table, keeps_as_many_as_it_may)
{
	unsigned int i;

	for (i = 0; i < ENTRIES; i++)
		ASSERT_NE(NULL, recent_take(&self->table, i, 1024 * i));
	for (i = 0; i < ENTRIES; i++)
		ASSERT_NE(NULL, recent_find(&self->table, i, 1024 * i));
}

/* What is in use stays; the number of all has a limit */
TEST_F(table, forgets_what_is_not_used)
{
	struct netns_entry *busy = recent_take(&self->table, 1, 1);
	unsigned int i, kept = 0;

	strcpy(busy->name, "busy");
	for (i = 2; i < 10 * ENTRIES; i++) {
		ASSERT_NE(NULL, recent_take(&self->table, i, i));
		ASSERT_EQ(busy, recent_find(&self->table, 1, 1));
	}
	EXPECT_STREQ("busy", busy->name);
	for (i = 1; i < 10 * ENTRIES; i++)
		kept += !!recent_find(&self->table, i, i);
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

/* What a record knows of a namespace */
struct namespace_id {
	uint64_t cookie;
	uint32_t inode;
};

static struct namespace_id own_id(void)
{
	struct namespace_id id = { .inode = netns_own_inode() };

	netns_own_cookie(&id.cookie);
	return id;
}

static const char *name_of(struct netns_names *names, struct namespace_id id)
{
	return netns_names_find(names, id.cookie, id.inode);
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
	struct namespace_id first, second, none;
	unsigned int i;

	first = own_id();
	ASSERT_EQ(0, name_own("first"));
	second = own_id();
	ASSERT_EQ(0, name_own("second"));
	none = own_id();
	for (i = 0; i < 1000; i++) {
		netns_names_refresh(&self->names, now_ns);
		ASSERT_STREQ("first", name_of(&self->names, first));
		ASSERT_STREQ("second", name_of(&self->names, second));
		ASSERT_EQ(NULL, name_of(&self->names, none));
	}
	EXPECT_EQ(1, self->names.listings);
}

/* Names that come and go are noticed, but listing them takes little of the time */
TEST_F(names, are_listed_again_after_a_while)
{
	uint64_t spent_ns = 0, begin_ns, end_ns;
	struct namespace_id late;

	begin_ns = clock_monotonic_ns();
	netns_names_refresh(&self->names, begin_ns);
	late = own_id();
	ASSERT_EQ(0, name_own("late"));
	while (!name_of(&self->names, late)) {
		uint64_t listings = self->names.listings;

		netns_names_refresh(&self->names, clock_monotonic_ns());
		if (self->names.listings > listings)
			spent_ns += (self->names.due_ns -
				     self->names.listed_ns) /
				    10;
	}
	end_ns = self->names.due_ns;
	EXPECT_LT(5 * spent_ns, end_ns - begin_ns);
}

/* The inode of a namespace that is gone is used again: its name is another's */
TEST_F(names, are_not_given_to_who_had_the_inode_before)
{
	struct namespace_id gone, named = own_id();

	ASSERT_NE(0, named.cookie);
	ASSERT_EQ(0, name_own("named"));
	netns_names_refresh(&self->names, clock_monotonic_ns());
	gone = (struct namespace_id){ named.cookie + 1, named.inode };
	EXPECT_EQ(NULL, name_of(&self->names, gone));
	gone.cookie = 0;
	EXPECT_EQ(NULL, name_of(&self->names, gone));
	EXPECT_STREQ("named", name_of(&self->names, named));
}

TEST_F(names, are_wanted_whichever_namespace_has_them)
{
	struct namespace_id first = own_id();
	struct filter filter = { 0 };
	struct error why;
	struct event e = {
		.kind = EVENT_TRANSITION,
		.netns = first.cookie,
		.netns_inode = first.inode,
	};

	ASSERT_EQ(0, name_own("name"));
	ASSERT_EQ(0, filter_add_option(&filter, "netns", NETNS_NAMES_DIR "/name", &why));
	EXPECT_TRUE(filter_matches(&filter, &e));
	e.netns++;
	EXPECT_FALSE(filter_matches(&filter, &e))
	{
		TH_LOG("another namespace has the inode");
	}
	ASSERT_EQ(0, filter_add_option(&filter, "netns", "name", &why));
	EXPECT_FALSE(filter_matches(&filter, &e));
	e.netns_name = "name";
	EXPECT_TRUE(filter_matches(&filter, &e))
	{
		TH_LOG("another namespace has the name");
	}
}

TEST_F(names, of_nothing_are_refused)
{
	struct filter filter = { 0 };
	struct error why;
	uint64_t cookie;
	int fd = open(NETNS_NAMES_DIR "/file", O_WRONLY | O_CREAT, 0600);

	ASSERT_LE(0, fd);
	close(fd);
	EXPECT_EQ(-ENOENT, netns_cookie(NETNS_NAMES_DIR "/file", &cookie));
	EXPECT_EQ(-ENOENT, netns_cookie(NETNS_NAMES_DIR "/none", &cookie));
	EXPECT_EQ(-ENOENT, filter_add_option(&filter, "netns", NETNS_NAMES_DIR "/file", &why));
}

TEST_HARNESS_MAIN
