// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clock of the records, in time namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "base/clock.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* Children get a new time namespace, which adds some seconds. */
static int add_seconds(long long seconds)
{
	char text[64];
	int fd, len, ret;

	if (unshare(geteuid() ? CLONE_NEWTIME | CLONE_NEWUSER : CLONE_NEWTIME))
		return -errno;
	fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = snprintf(text, sizeof(text), "monotonic %lld 5", seconds);
	ret = write(fd, text, (size_t)len) == len ? 0 : -errno;
	close(fd);
	return ret;
}

/* Return: status of a child: 0 if its clock is that of the records, else 1 */
static int child_has_clock(uint64_t before_ns)
{
	struct error why;
	int status;

	if (!fork()) {
		uint64_t now_ns;

		if (clock_begin(&why))
			_exit(2);
		now_ns = clock_monotonic_ns();
		/* Less than any shift, and more than any delay */
		_exit(now_ns < before_ns || now_ns > before_ns + 500 * NS_PER_S);
	}
	return wait(&status) < 0 ? -1 : WEXITSTATUS(status);
}

TEST(the_initial_namespace_has_the_clock_of_the_records)
{
	EXPECT_EQ(0, child_has_clock(clock_ns(CLOCK_MONOTONIC)));
}

TEST(what_a_namespace_adds_is_subtracted)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	ASSERT_EQ(0, add_seconds(100000));
	EXPECT_EQ(0, child_has_clock(now_ns));
}

TEST(what_a_namespace_subtracts_is_added)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	ASSERT_EQ(0, add_seconds(-(long long)(now_ns / NS_PER_S / 2)));
	EXPECT_EQ(0, child_has_clock(now_ns));
}

/* The kernel shows what the namespace of children adds, not that of the process */
TEST(a_namespace_that_only_children_enter_changes_nothing)
{
	struct error why;
	uint64_t before_ns;

	ASSERT_EQ(0, add_seconds(100000));
	ASSERT_EQ(0, clock_begin(&why));
	before_ns = clock_ns(CLOCK_MONOTONIC);
	EXPECT_GT(500 * NS_PER_S, clock_monotonic_ns() - before_ns);
}

TEST(an_offset_that_is_not_shown_is_an_error)
{
	int status;

	ASSERT_EQ(0, add_seconds(100000));
	if (!fork()) {
		struct error why = { "" };

		if (add_seconds(200000))
			_exit(1);
		_exit(clock_begin(&why) != -EXDEV || !strstr(why.text, "child"));
	}
	ASSERT_LT(0, wait(&status));
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
