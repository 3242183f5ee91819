// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: the connections that are alive are listed while others begin, change and end.
 *
 * Those that stay are in each list exactly once, and as they are, whatever moves beside
 * them in the module's table.
 */
/* vm: --smp 4 --limit 900 --disruptive --slow */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/net.h"
#include "lib/patience.h"
#include "lib/storm.h"
#include "lib/traffic.h"

/* Connections that stay: one end in FIN_WAIT2, the other in CLOSE_WAIT */
#define PAIRS 100
#define STAYING (2 * PAIRS)
#define CONNS_MAX (1U << 20)
/* Mini-sockets that begin meanwhile, at least, for each list */
#define BEGUN_PER_LIST 20

/**
 * struct staying - an end of a connection that stays
 * @conn: what is known of it
 * @lists: number of lists in which it is
 */
struct staying {
	struct tcpclose_conn conn;
	unsigned int lists;
};

FIXTURE(storm)
{
	struct staying staying[STAYING];
	int pairs[PAIRS][2];
	int fd;
};

/* From now on they do not change */
static int settle(int fd)
{
	uint64_t deadline = now_ns() + patience_ms(10000) * 1000000ULL;
	struct tcpclose_stats stats;
	int ret;

	do {
		usleep(1000);
		ret = device_stats(fd, &stats);
	} while (!ret && now_ns() < deadline &&
		 (stats.live[TCPCLOSE_FIN_WAIT2] != PAIRS ||
		  stats.live[TCPCLOSE_CLOSE_WAIT] != PAIRS));
	return ret ? ret : now_ns() < deadline ? 0 :
						 -ETIMEDOUT;
}

static int by_cookie(const void *left, const void *right)
{
	const struct staying *a = left, *b = right;

	return (a->conn.cookie > b->conn.cookie) - (a->conn.cookie < b->conn.cookie);
}

FIXTURE_SETUP(storm)
{
	int i;

	ASSERT_EQ(0, storm_reload("max_conns=1000000"));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	for (i = 0; i < PAIRS; i++) {
		ASSERT_EQ(0, net_pair(i % 2 ? AF_INET : AF_INET6, self->pairs[i]));
		ASSERT_EQ(0, shutdown(self->pairs[i][0], SHUT_WR));
		self->staying[2 * i].conn.cookie = net_cookie(self->pairs[i][0]);
		self->staying[2 * i + 1].conn.cookie = net_cookie(self->pairs[i][1]);
	}
	ASSERT_EQ(0, settle(self->fd));
	qsort(self->staying, STAYING, sizeof(self->staying[0]), by_cookie);
}

FIXTURE_TEARDOWN(storm)
{
	close(self->fd);
}

/* Return: whether it may be in the list, and if it stays, is as in the lists before */
static bool take(struct staying *staying, const struct tcpclose_conn *conn, unsigned int list)
{
	const struct staying key = { .conn = { .cookie = conn->cookie } };
	struct staying *one = bsearch(&key, staying, STAYING, sizeof(key), by_cookie);

	if (!conn->state || conn->state >= TCPCLOSE_NEW_SYN_RECV ||
	    conn->since_ns > now_ns() || conn->born_ns > conn->since_ns)
		return false;
	if (!one)
		return true;
	if (list == 0)
		one->conn = *conn;
	return one->lists++ == list && !memcmp(&one->conn, conn, sizeof(*conn));
}

/* Return: number of connections in the list, -EBADMSG if one is wrong, or -errno */
static long read_list(int fd, struct staying *staying, unsigned int list)
{
	static struct tcpclose_conn conns[512];
	struct tcpclose_conns_request request = { .buf = (uintptr_t)conns };
	long count = 0;
	unsigned int i;
	int ret;

	while (request.position != TCPCLOSE_CONNS_END) {
		request.count = 1 + random() % 512;
		request.size = sizeof(conns[0]);
		ret = device_ioctl(fd, TCPCLOSE_IOC_CONNS, &request);
		if (ret)
			return ret;
		for (i = 0; i < request.count; i++)
			if (!take(staying, &conns[i], list))
				return -EBADMSG;
		count += request.count;
		if (count > CONNS_MAX)
			return -E2BIG;
	}
	return count;
}

TEST_F_TIMEOUT(storm, of_connections_leaves_those_that_stay_in_each_list, STORM_TIMEOUT_S)
{
	unsigned int i, at, lists = storm_count(1000, 100);
	struct traffic_run *traffic = traffic_start_mixed(4);
	struct tcpclose_stats stats = {};
	long count, most = 0, connections;

	ASSERT_NE(NULL, traffic);
	for (i = 0; i < lists || stats.born < BEGUN_PER_LIST * lists; i++) {
		count = read_list(self->fd, self->staying, i);
		ASSERT_LE(STAYING, count);
		most = count > most ? count : most;
		for (at = 0; at < STAYING; at++)
			ASSERT_EQ(i + 1, self->staying[at].lists);
		ASSERT_EQ(0, device_stats(self->fd, &stats));
	}
	connections = traffic_stop(traffic);
	TH_LOG("%u lists, up to %ld long, while %ld connections closed", i, most, connections);
	EXPECT_LE(stats.born, connections);
	EXPECT_LT(STAYING, most);
	for (i = 0; i < PAIRS; i++) {
		ASSERT_EQ(0, net_abort(self->pairs[i][0]));
		ASSERT_EQ(0, net_abort(self->pairs[i][1]));
	}
	ASSERT_EQ(0, device_stats_settled(self->fd, &stats, 0));
	EXPECT_EQ(0, stats.missed);
	EXPECT_EQ(0, stats.late);
	for (i = 0; i < TCPCLOSE_UNTRACKED; i++)
		EXPECT_EQ(0, stats.untracked[i]);
	EXPECT_STREQ("", storm_aftermath());
}

TEST_HARNESS_MAIN
