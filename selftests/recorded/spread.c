// SPDX-License-Identifier: GPL-2.0-only
/*
 * Free entries that one processor keeps are available to others: nearly max_conns
 * connections are tracked, whichever processor opens them.
 */
/* vm: --smp 4 --disruptive */
#include <sys/resource.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/processor.h"
#include "lib/traffic.h"

#define CPUS 4
#define CONNS 1024

TEST(entries_are_left_for_all_processors)
{
	struct rlimit files = { 2 * CONNS, 2 * CONNS };
	struct tcpclose_stats stats = {};
	int fd, pair[2], cpu, i;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	ASSERT_EQ(0, module_reload("max_conns=1024"));
	fd = device_open_at_end();
	ASSERT_LE(0, fd);
	/* Each other processor takes as many free entries as it may keep */
	for (cpu = 1; cpu < CPUS; cpu++) {
		static int pairs[150][2];

		ASSERT_EQ(0, processor_pin(cpu));
		for (i = 0; i < 150; i++)
			ASSERT_EQ(0, net_pair(AF_INET, pairs[i]));
		for (i = 0; i < 150; i++) {
			ASSERT_EQ(0, net_abort(pairs[i][0]));
			ASSERT_EQ(0, net_abort(pairs[i][1]));
		}
	}
	ASSERT_EQ(0, processor_pin(0));
	for (i = 0; i < CONNS / 2; i++)
		ASSERT_EQ(0, net_pair(AF_INET, pair));
	ASSERT_EQ(0, device_stats(fd, &stats));
	TH_LOG("%llu of %llu tracked", stats.tracked, stats.max_conns);
	EXPECT_LE(CONNS - CONNS / 16, stats.tracked);
	close(fd);
}

TEST_HARNESS_MAIN
