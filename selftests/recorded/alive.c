// SPDX-License-Identifier: GPL-2.0-only
/*
 * The number of connections that the statistics count as alive is exact after all
 * kinds of ends, also if hooks are missing or the table of connections is full.
 */
/* vm: --smp 4 --one-thread --disruptive --slow */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/procfile.h"
#include "lib/traffic.h"

/* Pairs that stay during the whole test: established, and half closed */
#define STAY 3
#define HALF 2

FIXTURE(alive)
{
	int fd;
	long drops;
	int pairs[STAY + HALF][2];
};

FIXTURE_VARIANT(alive)
{
	const char *parameters;
	/* Loaded while connections close */
	bool late;
	/* Mini-sockets are watched */
	bool minis;
};

FIXTURE_VARIANT_ADD(alive, with_everything)
{
	.parameters = "",
	.minis = true,
};

FIXTURE_VARIANT_ADD(alive, with_openings_recorded)
{
	.parameters = "scope=all",
	.minis = true,
};

FIXTURE_VARIANT_ADD(alive, loaded_under_load)
{
	.parameters = "",
	.late = true,
	.minis = true,
};

/* Room for the connections that stay, and a few more */
FIXTURE_VARIANT_ADD(alive, with_room_for_few)
{
	.parameters = "max_conns=24",
	.minis = true,
};

FIXTURE_VARIANT_ADD(alive, without_births)
{
	.parameters = "without=inet_twsk_hashdance",
};

FIXTURE_VARIANT_ADD(alive, without_hand_overs)
{
	.parameters = "without=tcp_time_wait",
	.minis = true,
};

FIXTURE_VARIANT_ADD(alive, without_births_and_hand_overs)
{
	.parameters = "without=inet_twsk_hashdance,tcp_time_wait",
};

FIXTURE_VARIANT_ADD(alive, without_ends)
{
	.parameters = "without=inet_twsk_kill",
	.minis = true,
};

FIXTURE_VARIANT_ADD(alive, without_changes)
{
	.parameters = "without=__inet_twsk_schedule",
	.minis = true,
};

static int close_mini_sockets(void)
{
	int tries, ret = 0;

	/* An orphan's FIN may still be on its way */
	for (tries = 0; !ret && tries < 100 && procfile_sockstat("tw"); tries++) {
		ret = net_run("ss -K -t state time-wait >/dev/null");
		usleep(50000);
	}
	return ret;
}

static struct traffic_run *begin_traffic(void)
{
	return traffic_start(&(struct traffic){
		.family = AF_UNSPEC,
		.closes = TRAFFIC_ALL & ~TRAFFIC_ORPHAN,
		.threads = 4,
	});
}

FIXTURE_SETUP(alive)
{
	struct traffic_run *run = NULL;
	int i;

	if (strstr(variant->parameters, "inet_twsk_kill") && module_may_lack("tcp_twsk_destructor"))
		SKIP(return, "this kernel has no hook on ends");
	ASSERT_EQ(0, close_mini_sockets());
	ASSERT_EQ(0, module_unload());
	if (variant->late) {
		run = begin_traffic();
		ASSERT_NE(NULL, run);
		usleep(300000);
	}
	self->drops = procfile_tcpext("ListenDrops");
	ASSERT_EQ(0, module_load(variant->parameters));
	for (i = 0; i < STAY + HALF; i++)
		ASSERT_EQ(0, net_pair(i % 2 ? AF_INET6 : AF_INET, self->pairs[i]));
	for (i = 0; i < HALF; i++)
		ASSERT_EQ(0, shutdown(self->pairs[i][0], SHUT_WR));
	if (!variant->late) {
		run = begin_traffic();
		ASSERT_NE(NULL, run);
	}
	sleep(2);
	EXPECT_LT(0, traffic_stop(run));
	ASSERT_EQ(0, close_mini_sockets());
	self->fd = device_open(O_RDONLY);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(alive)
{
	int i;

	for (i = 0; i < STAY + HALF; i++) {
		close(self->pairs[i][1]);
		close(self->pairs[i][0]);
	}
	close(self->fd);
	EXPECT_EQ(0, module_reload(""));
}

TEST_F_TIMEOUT(alive, is_what_is_alive, 120)
{
	struct tcpclose_stats stats;
	long drops = 0;
	int i;

	ASSERT_EQ(0, device_stats_settled(self->fd, &stats,
					  2 * (STAY + HALF)));
	EXPECT_EQ(2 * STAY, stats.live[TCPCLOSE_ESTABLISHED]);
	EXPECT_EQ(HALF, stats.live[TCPCLOSE_FIN_WAIT2]);
	EXPECT_EQ(HALF, stats.live[TCPCLOSE_CLOSE_WAIT]);
	EXPECT_EQ(2 * (STAY + HALF), stats.tracked);
	EXPECT_EQ(0, stats.live_timewait);

	/* No socket that was made is taken for a drop, though it has no entry. */
	for (i = 0; i < TCPCLOSE_DROP_REASONS; i++)
		drops += (long)stats.drops[i];
	EXPECT_GE(procfile_tcpext("ListenDrops") - self->drops, drops);

	/* If it were below 0, one connection too many would not show. */
	for (i = 0; i < HALF; i++) {
		close(self->pairs[i][1]);
		close(self->pairs[i][0]);
	}
	ASSERT_EQ(0, device_stats_settled(self->fd, &stats, 2 * STAY));
	EXPECT_EQ(variant->minis ? HALF : 0, stats.live[TCPCLOSE_TIME_WAIT]);
	EXPECT_EQ(variant->minis ? HALF : 0, stats.live_timewait);
	EXPECT_EQ(0, stats.live[TCPCLOSE_FIN_WAIT2]);
	EXPECT_EQ(0, stats.live[TCPCLOSE_LAST_ACK]);
}

TEST_HARNESS_MAIN
