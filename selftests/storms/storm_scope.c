// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: the scope changes while connections open and close.
 */
/*
 * Each change attaches or detaches a hook, see loading.c.
 *
 * vm: --smp 4 --one-thread --limit 900 --disruptive --slow
 */
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/storm.h"

FIXTURE(storm)
{
	struct storm storm;
};

FIXTURE_SETUP(storm)
{
	ASSERT_EQ(0, storm_reload(""));
	ASSERT_EQ(0, storm_begin(&self->storm));
}

FIXTURE_TEARDOWN(storm)
{
}

static uint64_t openings(const struct storm *storm)
{
	return storm->tally.transitions[TCPCLOSE_EDGE(TCPCLOSE_SYN_SENT,
						      TCPCLOSE_ESTABLISHED)];
}

TEST_F_TIMEOUT(storm, of_scopes_leaves_out_openings_and_nothing_else, STORM_TIMEOUT_S)
{
	unsigned int i, changes = storm_count(1000, 20);

	for (i = 0; i < changes; i++) {
		ASSERT_EQ(0, device_scope(i % 2 ? "teardown" : "all"));
		EXPECT_EQ(-EINVAL, device_scope("everything"));
		usleep(STORM_PAUSE_US);
	}
	ASSERT_EQ(0, storm_end(&self->storm));
	TH_LOG("%u changes, %ld connections, %llu openings read", changes,
	       self->storm.connections,
	       (unsigned long long)openings(&self->storm));
	EXPECT_STREQ("", storm_flaw(&self->storm));
	EXPECT_LT(0, openings(&self->storm));
	EXPECT_GT(self->storm.connections, openings(&self->storm));
	EXPECT_EQ(self->storm.connections,
		  self->storm.stats.transitions[TCPCLOSE_SYN_SENT][TCPCLOSE_ESTABLISHED]);
	ASSERT_EQ(0, device_scope("teardown"));
	EXPECT_STREQ("", storm_aftermath());
}

TEST_HARNESS_MAIN
