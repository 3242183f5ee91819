// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: a function that the module watches is live patched, and the patch is
 * removed again, while connections close.
 */
/*
 * All of that patches functions in use, see loading.c.
 *
 * vm: --smp 4 --one-thread --with livepatch --limit 900 --disruptive --slow
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/module.h"
#include "lib/procfile.h"
#include "lib/storm.h"

#define PATCH		"/root/livepatch.ko"
#define CALLS		"/sys/module/livepatch/parameters/calls"
#define ENABLED		"/sys/kernel/livepatch/livepatch/enabled"
#define TRANSITION	"/sys/kernel/livepatch/livepatch/transition"

FIXTURE(storm)
{
	struct storm storm;
};

FIXTURE_SETUP(storm)
{
	if (access(PATCH, R_OK))
		SKIP(return, "no livepatch.ko: this kernel has no live patches, or it is not built");
	ASSERT_EQ(0, storm_reload(""));
	ASSERT_EQ(0, storm_begin(&self->storm));
}

FIXTURE_TEARDOWN(storm)
{
}

/* The transition ends when every task, also a sleeping one, has left the function */
static int transition_ends(void)
{
	int tries;

	for (tries = 0; tries < 6000; tries++) {
		/* With the patch disabled the directory disappears */
		if (procfile_number(TRANSITION) <= 0)
			return 0;
		usleep(10000);
	}
	return -ETIMEDOUT;
}

static int patch(void)
{
	int ret = module_load_other(PATCH, "");

	return ret ? ret : transition_ends();
}

static int take_back(void)
{
	int tries, ret = procfile_write(ENABLED, "0");

	if (!ret)
		ret = transition_ends();
	/* A worker finishes the removal */
	for (tries = 0; !ret && tries < 1000; tries++) {
		ret = module_unload_other("livepatch");
		if (ret != -EBUSY)
			return ret;
		ret = 0;
		usleep(10000);
	}
	return ret ? ret : -EBUSY;
}

TEST_F_TIMEOUT(storm, of_live_patches_changes_nothing, STORM_TIMEOUT_S)
{
	unsigned int i, patches = storm_count(100, 4);
	long calls, patched = 0, ended = 0;

	for (i = 0; i < patches; i++) {
		ASSERT_EQ(0, patch());
		/* So that some are freed while the patch is active */
		ASSERT_EQ(0, system("ss -Kat state time-wait >/dev/null"));
		usleep(10 * STORM_PAUSE_US);
		calls = procfile_number(CALLS);
		EXPECT_LT(0, calls);
		patched += calls;
		ASSERT_EQ(0, take_back());
	}
	ASSERT_EQ(0, storm_end(&self->storm));
	TH_LOG("%u patches, %ld connections, %ld mini-sockets freed by a patch",
	       patches, self->storm.connections, patched);
	/* Each of them had ended before, and its end was recorded */
	for (i = 0; i < TCPCLOSE_END_OVERFLOW; i++)
		ended += self->storm.stats.ends[i];
	EXPECT_LE(patched, ended);
	EXPECT_LT(0, self->storm.stats.ends[TCPCLOSE_END_DESTROYED]);
	EXPECT_STREQ("", storm_flaw(&self->storm));
	EXPECT_STREQ("", storm_aftermath());
}

TEST_HARNESS_MAIN
