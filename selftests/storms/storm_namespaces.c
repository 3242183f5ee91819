// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: network namespaces are removed with mini-sockets alive in them.
 */
/* vm: --smp 4 --limit 900 --disruptive --slow */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/namespace.h"
#include "lib/storm.h"
#include "lib/traffic.h"

/* At the same time; each with one mini-socket over IPv4 and one over IPv6 */
#define BATCH 10
#define MINIS 2

FIXTURE(storm)
{
	struct tally tally;
	struct traffic_run *traffic;
	int fd;
};

FIXTURE_SETUP(storm)
{
	ASSERT_EQ(0, storm_reload(""));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, tally_start(&self->tally));
	/* These closes leave no mini-socket */
	self->traffic = traffic_start(&(struct traffic){
		.family = AF_UNSPEC,
		.closes = TRAFFIC_LINGER | TRAFFIC_UNREAD | TRAFFIC_DISCONNECT,
		.threads = 3,
	});
	ASSERT_NE(NULL, self->traffic);
}

FIXTURE_TEARDOWN(storm)
{
	close(self->fd);
}

static long close_within(int namespace)
{
	return traffic_run(&(struct traffic){
		.family = AF_UNSPEC,
		.closes = TRAFFIC_CLIENT,
		.cycles = MINIS,
		.netns = namespace,
	});
}

/* Namespaces end in the background. */
static int wait_for_ends(int fd, struct tcpclose_stats *stats, __u64 ends)
{
	return device_stats_until(fd, stats, &stats->ends[TCPCLOSE_END_NETNS],
				  ends, 60000);
}

TEST_F_TIMEOUT(storm, of_namespaces_that_go_with_live_mini_sockets_is_exact, STORM_TIMEOUT_S)
{
	unsigned int i, j, all = storm_count(1000, 100);
	struct tcpclose_stats stats;
	int namespaces[BATCH];
	long others;

	for (i = 0; i < all; i += BATCH) {
		for (j = 0; j < BATCH; j++) {
			namespaces[j] = namespace_new();
			ASSERT_LE(0, namespaces[j]);
			ASSERT_EQ(MINIS, close_within(namespaces[j]));
		}
		for (j = 0; j < BATCH; j++)
			close(namespaces[j]);
		/* Rings and memory are bounded: limit the namespaces that are being removed */
		ASSERT_EQ(0, wait_for_ends(self->fd, &stats, MINIS * i));
	}
	others = traffic_stop(self->traffic);
	ASSERT_LT(0, others);
	ASSERT_EQ(0, wait_for_ends(self->fd, &stats, MINIS * all));
	ASSERT_EQ(0, tally_stop(&self->tally));
	TH_LOG("%u namespaces, %ld other connections, %llu records lost", all,
	       others, (unsigned long long)self->tally.lost);
	EXPECT_EQ(MINIS * all, stats.born);
	EXPECT_EQ(MINIS * all, stats.ends[TCPCLOSE_END_NETNS]);
	EXPECT_EQ(MINIS * all, stats.transitions[TCPCLOSE_TIME_WAIT][TCPCLOSE_CLOSE]);
	EXPECT_EQ(MINIS * all, stats.timewait.count);
	EXPECT_EQ(0, stats.live_timewait);
	EXPECT_EQ(0, stats.live[TCPCLOSE_TIME_WAIT]);
	EXPECT_EQ(0, stats.late);
	EXPECT_EQ(0, stats.missed);
	EXPECT_EQ(0, self->tally.lost);
	EXPECT_EQ(MINIS * all, self->tally.ends[TCPCLOSE_END_NETNS]);
	EXPECT_STREQ("", storm_aftermath());
}

TEST_HARNESS_MAIN
