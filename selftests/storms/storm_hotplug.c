// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: processors go offline and come back while connections close on all of them.
 */
/*
 * Taking a processor on- or offline patches code, see loading.c.
 *
 * vm: --smp 4 --one-thread --limit 900 --disruptive --slow
 */
#include "kselftest_harness.h"

#include "lib/processor.h"
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
	unsigned int cpu;

	for (cpu = 1; cpu < 4; cpu++)
		processor_set_online(cpu, true);
}

TEST_F_TIMEOUT(storm, of_processors_that_go_and_come_loses_nothing, STORM_TIMEOUT_S)
{
	unsigned int i, cycles = storm_count(1000, 20);

	for (i = 0; i < cycles; i++) {
		unsigned int cpu = 1 + i % 3;

		ASSERT_EQ(0, processor_set_online(cpu, false));
		/* Sometimes only one processor stays online */
		if (i % 10 == 9) {
			ASSERT_EQ(0, processor_set_online(1 + (cpu + 0) % 3, false));
			ASSERT_EQ(0, processor_set_online(1 + (cpu + 1) % 3, false));
			ASSERT_EQ(0, processor_set_online(1 + (cpu + 0) % 3, true));
			ASSERT_EQ(0, processor_set_online(1 + (cpu + 1) % 3, true));
		}
		ASSERT_EQ(0, processor_set_online(cpu, true));
	}
	ASSERT_EQ(0, storm_end(&self->storm));
	TH_LOG("%u cycles, %ld connections", cycles, self->storm.connections);
	EXPECT_STREQ("", storm_flaw(&self->storm));
	EXPECT_STREQ("", storm_aftermath());
}

TEST_HARNESS_MAIN
