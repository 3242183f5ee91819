// SPDX-License-Identifier: GPL-2.0-only
/*
 * The statistics count the same connections as alive as ss and nstat do; so does
 * "tcpclose stat" with those that are older than the module.
 */
/* vm: --icount --smp 1 --disruptive */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/procfile.h"

/* Pairs that stay open, are half closed, have an orphan, have a TIME_WAIT */
#define STAY 4
#define HALF 3
#define ORPHAN 2
#define TIME_WAIT 3
#define PAIRS (STAY + HALF + ORPHAN + TIME_WAIT)

/* The number that a command prints, or -1 */
static long number_of(const char *format, const char *name)
{
	char command[256];
	long value = -1;
	FILE *output;

	snprintf(command, sizeof(command), format, name);
	output = popen(command, "r");
	if (!output)
		return -1;
	if (fscanf(output, "%ld", &value) != 1)
		value = -1;
	return pclose(output) ? -1 : value;
}

/* How many sockets ss lists in a state, by ss's name of the state */
static long listed(const char *state)
{
	return number_of("ss -Htan state %s | wc -l", state);
}

/* The counter's value in nstat, since the namespace was made */
static long counter(const char *name)
{
	return number_of("nstat -asz %s | awk 'NR == 2 { print $2 }'", name);
}

/* A gauge, which nstat leaves out */
static long established(void)
{
	return number_of("awk '/^%s:/ && n++ { print $10 }' /proc/net/snmp", "Tcp");
}

/* Connections in a state that the tool calls not tracked: bounds that are equal */
static long untracked(const char *state)
{
	return number_of("nsenter -t 1 -n tcpclose stat --json | grep -o '\"%s\":{\"at_least\":[0-9]*,\"at_most\":[0-9]*' | awk -F '[:,]' '{ print $3 == $5 ? $3 : -2 }'",
			 state);
}

static long tracked(const char *state)
{
	return number_of("nsenter -t 1 -n tcpclose stat --json | grep -o '\"live\":{[^}]*' | grep -o '\"%s\":[0-9]*' | cut -d : -f 2",
			 state);
}

FIXTURE(agreement)
{
	int device;
	struct tcpclose_stats before;
	struct tcpclose_stats after;
};

FIXTURE_VARIANT(agreement)
{
	int family;
};

FIXTURE_VARIANT_ADD(agreement, ipv4)
{
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(agreement, ipv6)
{
	.family = AF_INET6,
};

/* Connections that stay, in a new namespace: some in each state. */
FIXTURE_SETUP(agreement)
{
	int tries, i, pair[2];

	self->device = device_open(O_RDONLY);
	ASSERT_LE(0, self->device);
	/* An earlier test's namespace is removed in the background */
	for (tries = 0; tries < 500; tries++) {
		ASSERT_EQ(0, device_stats(self->device, &self->before));
		if (!self->before.tracked)
			break;
		usleep(10000);
	}
	ASSERT_EQ(0, self->before.tracked);
	ASSERT_EQ(0, net_enter());

	for (i = 0; i < PAIRS; i++) {
		ASSERT_EQ(0, net_pair(variant->family, pair));
		if (i < STAY)
			continue;
		ASSERT_EQ(0, i < STAY + HALF ? shutdown(pair[0], SHUT_WR) : close(pair[0]));
		/* If both close before a FIN arrives, both ends get a TIME_WAIT. */
		ASSERT_EQ(0, net_wait(pair[1], POLLIN, 5000));
		/* Else its end remains as an orphan */
		if (i >= STAY + HALF + ORPHAN)
			close(pair[1]);
	}
	/*
	 * The ACK of a FIN may be delayed by 40 ms, and its softirq for longer, which makes
	 * a mini-socket only after it has changed the state
	 */
	for (tries = 0; tries < 500; tries++) {
		ASSERT_EQ(0, device_stats(self->device, &self->after));
		if (!self->after.live[TCPCLOSE_FIN_WAIT1] &&
		    !self->after.live[TCPCLOSE_LAST_ACK] &&
		    self->after.born - self->before.born >= ORPHAN + TIME_WAIT)
			break;
		usleep(10000);
	}
}

FIXTURE_TEARDOWN(agreement)
{
	close(self->device);
}

TEST_F(agreement, of_live_connections_with_ss)
{
	EXPECT_EQ(2 * STAY, listed("established"));
	EXPECT_EQ(listed("established"), self->after.live[TCPCLOSE_ESTABLISHED]);
	EXPECT_EQ(HALF + ORPHAN, listed("close-wait"));
	EXPECT_EQ(listed("close-wait"), self->after.live[TCPCLOSE_CLOSE_WAIT]);
	EXPECT_EQ(HALF + ORPHAN, listed("fin-wait-2"));
	EXPECT_EQ(listed("fin-wait-2"), self->after.live[TCPCLOSE_FIN_WAIT2]);
	EXPECT_EQ(TIME_WAIT, listed("time-wait"));
	EXPECT_EQ(listed("time-wait"), self->after.live[TCPCLOSE_TIME_WAIT]);
	EXPECT_EQ(listed("all"), self->after.tracked);
}

TEST_F(agreement, of_connections_and_births_with_nstat)
{
	EXPECT_EQ(2 * STAY + HALF + ORPHAN, established());
	EXPECT_EQ(established(), self->after.live[TCPCLOSE_ESTABLISHED] +
					 self->after.live[TCPCLOSE_CLOSE_WAIT]);
	/* TW counts mini-sockets of FIN_WAIT2, too */
	EXPECT_EQ(ORPHAN + TIME_WAIT, counter("TcpExtTW"));
	EXPECT_EQ(counter("TcpExtTW"), self->after.born - self->before.born);
	EXPECT_EQ(counter("TcpActiveOpens"),
		  self->after.transitions[TCPCLOSE_CLOSE][TCPCLOSE_SYN_SENT] -
			  self->before.transitions[TCPCLOSE_CLOSE][TCPCLOSE_SYN_SENT]);
	EXPECT_EQ(counter("TcpPassiveOpens"),
		  self->after.transitions[TCPCLOSE_LISTEN][TCPCLOSE_SYN_RECV] -
			  self->before.transitions[TCPCLOSE_LISTEN][TCPCLOSE_SYN_RECV]);
}

TEST_F(agreement, of_connections_older_than_the_module_with_ss)
{
	int pair[2];

	EXPECT_EQ(0, untracked("ESTABLISHED"));
	EXPECT_EQ(0, untracked("CLOSE_WAIT"));
	close(self->device);
	self->device = -1;
	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load(""));
	EXPECT_EQ(listed("established"), untracked("ESTABLISHED"));
	EXPECT_EQ(listed("close-wait"), untracked("CLOSE_WAIT"));
	EXPECT_EQ(listed("fin-wait-2"), untracked("FIN_WAIT2"));
	EXPECT_EQ(listed("time-wait"), untracked("TIME_WAIT"));
	EXPECT_EQ(2 * STAY, untracked("ESTABLISHED"));
	EXPECT_EQ(TIME_WAIT, untracked("TIME_WAIT"));

	/* New ones are tracked. */
	ASSERT_EQ(0, net_pair(variant->family, pair));
	ASSERT_EQ(0, shutdown(pair[0], SHUT_WR));
	ASSERT_EQ(0, net_wait(pair[1], POLLIN, 5000));
	EXPECT_EQ(2 * STAY, untracked("ESTABLISHED"));
	EXPECT_EQ(HALF + ORPHAN, untracked("CLOSE_WAIT"));
	EXPECT_EQ(1, tracked("CLOSE_WAIT"));
}

TEST_F(agreement, of_time_wait_with_sockstat)
{
	EXPECT_EQ(procfile_sockstat("tw"), self->after.live_timewait);
}

#define MANY 8000 /* pairs; 8192 entries are made at load */
#define BURST 700 /* pairs for which the entries kept free are enough */

/* More entries are made before there are none, again and again. */
TEST(entries_are_made_before_they_are_needed)
{
	struct rlimit files = { 2 * MANY + 100, 2 * MANY + 100 };
	struct sched_param param = { .sched_priority = 10 };
	struct tcpclose_stats stats = {};
	static int pairs[MANY][2];
	int fd, i;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	ASSERT_EQ(0, module_reload("max_conns=65536"));
	fd = device_open_at_end();
	ASSERT_LE(0, fd);
	/* The worker that makes them runs between bursts only */
	ASSERT_EQ(0, sched_setscheduler(0, SCHED_FIFO, &param));
	for (i = 0; i < MANY; i++) {
		ASSERT_EQ(0, net_pair(AF_INET, pairs[i]));
		if (i % BURST == 0)
			usleep(10000);
	}
	ASSERT_EQ(0, device_stats(fd, &stats));
	EXPECT_EQ(2 * MANY, stats.tracked);
	EXPECT_EQ(0, stats.untracked[TCPCLOSE_UNTRACKED_MEMORY]);
	for (i = 0; i < MANY; i++) {
		ASSERT_EQ(0, net_abort(pairs[i][0]));
		close(pairs[i][1]);
	}
	close(fd);
}

TEST_HARNESS_MAIN
