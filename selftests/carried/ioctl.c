// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of /dev/tcpclose: the results and errors of each.
 */
/* vm: --smp 1 --disruptive */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/traffic.h"

FIXTURE(ioctls)
{
	int fd;
	struct tcpclose_geometry geometry;
	struct tcpclose_stats stats;
};

FIXTURE_SETUP(ioctls)
{
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, device_scope("teardown"));
	ASSERT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_STATS_RESET, NULL));
	ASSERT_EQ(0, device_geometry(self->fd, &self->geometry));
}

FIXTURE_TEARDOWN(ioctls)
{
	close(self->fd);
}

TEST_F(ioctls, version_reports_the_abi)
{
	struct tcpclose_version version;

	memset(&version, 0xff, sizeof(version));
	ASSERT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_VERSION, &version));
	EXPECT_EQ(TCPCLOSE_ABI_MAJOR, version.abi_major);
	EXPECT_EQ(TCPCLOSE_ABI_MINOR, version.abi_minor);
	EXPECT_LT(0, strnlen(version.module, sizeof(version.module)));
	EXPECT_GT(sizeof(version.module),
		  strnlen(version.module, sizeof(version.module)));
}

TEST_F(ioctls, geometry_is_consistent)
{
	const struct tcpclose_geometry *geometry = &self->geometry;

	EXPECT_EQ(TCPCLOSE_ABI_MAJOR, geometry->abi_major);
	EXPECT_EQ(TCPCLOSE_ABI_MINOR, geometry->abi_minor);
	EXPECT_EQ(sizeof(struct tcpclose_record), geometry->record_size);
	EXPECT_EQ(16384, geometry->ring_records);
	EXPECT_LE(sysconf(_SC_NPROCESSORS_CONF), geometry->rings);
	EXPECT_EQ(1, geometry->visible);
	EXPECT_LE(sizeof(struct tcpclose_ring_header), geometry->header_size);
	EXPECT_EQ(0, geometry->reserved);
	EXPECT_LE(geometry->header_size + 16384 * 128ULL, geometry->ring_size);
	EXPECT_EQ(geometry->ring_size * geometry->rings, geometry->mmap_size);
}

TEST_F(ioctls, unknown_requests_give_enotty)
{
	unsigned char buf[4096] = {};
	int nr;

	for (nr = 0; nr < 256; nr++) {
		if (nr >= 1 && nr <= 8)
			continue;
		EXPECT_EQ(-ENOTTY,
			  device_ioctl(self->fd,
				       _IOWR(TCPCLOSE_IOC_MAGIC, nr, __u64),
				       buf));
	}
	EXPECT_EQ(-ENOTTY,
		  device_ioctl(self->fd, _IOR(0xCC, 1, struct tcpclose_version),
			       buf));
	/* A different direction or size makes a different request */
	EXPECT_EQ(-ENOTTY,
		  device_ioctl(self->fd, _IO(TCPCLOSE_IOC_MAGIC, 1), buf));
	EXPECT_EQ(-ENOTTY,
		  device_ioctl(self->fd, _IOWR(TCPCLOSE_IOC_MAGIC, 5, __u64[2]),
			       buf));
	EXPECT_EQ(-ENOTTY, device_ioctl(self->fd, 0, buf));
}

TEST_F(ioctls, reserved_members_must_be_zero)
{
	struct tcpclose_stats_request request = {
		.buf = (uintptr_t)&self->stats,
		.size = sizeof(self->stats),
		.flags = ~TCPCLOSE_STATS_RESET,
	};
	struct tcpclose_cursor cursor = { .reserved = 1 };
	struct tcpclose_wakeup wakeup = { .reserved = 1 };

	EXPECT_EQ(-EINVAL,
		  device_ioctl(self->fd, TCPCLOSE_IOC_STATS, &request));
	EXPECT_EQ(-EINVAL,
		  device_ioctl(self->fd, TCPCLOSE_IOC_CURSOR, &cursor));
	EXPECT_EQ(-EINVAL,
		  device_ioctl(self->fd, TCPCLOSE_IOC_WAKEUP, &wakeup));
}

TEST_F(ioctls, bad_addresses_give_efault)
{
	static const unsigned long requests[] = {
		TCPCLOSE_IOC_VERSION,
		TCPCLOSE_IOC_GEOMETRY,
		TCPCLOSE_IOC_STATS,
		TCPCLOSE_IOC_CURSOR,
		TCPCLOSE_IOC_WAKEUP,
		TCPCLOSE_IOC_HOOK,
		TCPCLOSE_IOC_CONNS,
	};
	struct tcpclose_stats_request request = {
		.buf = 8,
		.size = sizeof(self->stats),
	};
	int i;

	for (i = 0; i < 7; i++) {
		EXPECT_EQ(-EFAULT, device_ioctl(self->fd, requests[i], NULL));
		EXPECT_EQ(-EFAULT, device_ioctl(self->fd, requests[i],
						(void *)0xffffffff81000000));
	}
	EXPECT_EQ(-EFAULT,
		  device_ioctl(self->fd, TCPCLOSE_IOC_STATS, &request));
	request.buf = 0xffffffff81000000;
	EXPECT_EQ(-EFAULT,
		  device_ioctl(self->fd, TCPCLOSE_IOC_STATS, &request));
}

TEST_F(ioctls, conns_refuse_a_bad_request)
{
	struct tcpclose_conn conns[2];
	const struct tcpclose_conns_request good = {
		.buf = (uintptr_t)conns,
		.count = 2,
		.size = sizeof(conns[0]),
	};
	struct tcpclose_conns_request bad[7] = { good, good, good, good, good, good, good };
	int i;

	bad[0].flags = 1;
	bad[1].reserved = 1;
	bad[2].count = 0;
	bad[3].size = 0;
	bad[4].size = sizeof(conns[0]) - 8;
	bad[5].size = sizeof(conns[0]) + 4;
	bad[6].size = 4096 + 8;
	for (i = 0; i < 7; i++) {
		const struct tcpclose_conns_request asked = bad[i];

		EXPECT_EQ(-EINVAL, device_ioctl(self->fd, TCPCLOSE_IOC_CONNS, &bad[i]));
		EXPECT_EQ(0, memcmp(&asked, &bad[i], sizeof(asked)));
	}
}

TEST_F(ioctls, conns_need_a_buffer_that_can_be_written)
{
	struct tcpclose_conn conn;
	struct tcpclose_conns_request request = {
		.buf = 8,
		.count = 1,
		.size = sizeof(conn),
	};
	int pair[2];

	ASSERT_EQ(0, net_pair(AF_INET, pair));
	EXPECT_EQ(-EFAULT, device_ioctl(self->fd, TCPCLOSE_IOC_CONNS, &request));
	request.buf = 0xffffffff81000000;
	EXPECT_EQ(-EFAULT, device_ioctl(self->fd, TCPCLOSE_IOC_CONNS, &request));
	EXPECT_EQ(0, request.position);
	request.buf = (uintptr_t)&conn;
	EXPECT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_CONNS, &request));
	EXPECT_EQ(1, request.count);
	net_abort(pair[0]);
	net_abort(pair[1]);
}

/* Any position is one: the module never leaves the entries that it has */
TEST_F(ioctls, conns_end_behind_the_last)
{
	static const __u64 positions[] = { 1ULL << 20, UINT32_MAX, 1ULL << 32, 1ULL << 40,
					   1ULL << 63, TCPCLOSE_CONNS_END - 1,
					   TCPCLOSE_CONNS_END };
	struct tcpclose_conn conn;
	struct tcpclose_conns_request request;
	int i;

	for (i = 0; i < 7; i++) {
		request = (struct tcpclose_conns_request){
			.position = positions[i],
			.buf = (uintptr_t)&conn,
			.count = 1,
			.size = sizeof(conn),
		};
		ASSERT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_CONNS, &request));
		EXPECT_EQ(TCPCLOSE_CONNS_END, request.position);
		EXPECT_EQ(0, request.count);
	}
}

TEST_F(ioctls, cursor_refuses_a_ring_that_does_not_exist)
{
	struct tcpclose_cursor cursor;

	EXPECT_EQ(-EINVAL,
		  device_cursor(self->fd, self->geometry.rings, &cursor));
	EXPECT_EQ(-EINVAL, device_cursor(self->fd, UINT32_MAX, &cursor));
}

TEST_F(ioctls, cursor_follows_what_is_read)
{
	struct tcpclose_cursor before, after;
	struct device_log log = {};

	ASSERT_EQ(0, device_totals(self->fd, &before));
	EXPECT_EQ(before.written, before.position);
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(1, device_readable_ms(self->fd, 5000));
	ASSERT_EQ(2, device_log_read(&log, self->fd, 2));
	ASSERT_EQ(0, device_totals(self->fd, &after));
	EXPECT_EQ(before.position + 2, after.position);
	EXPECT_LT(before.written, after.written);
	EXPECT_EQ(0, after.lost);
	EXPECT_EQ(0, after.overwritten);
	device_log_free(&log);
}

TEST_F(ioctls, wakeup_refuses_what_is_out_of_range)
{
	EXPECT_EQ(-EINVAL,
		  device_wakeup(self->fd, self->geometry.ring_records + 1, 0));
	EXPECT_EQ(-EINVAL, device_wakeup(self->fd, 0, 1000001));
	EXPECT_EQ(0, device_wakeup(self->fd, self->geometry.ring_records, 0));
	EXPECT_EQ(0, device_wakeup(self->fd, 0, 1000000));
	EXPECT_EQ(0, device_wakeup(self->fd, 1, 1));
	EXPECT_EQ(0, device_wakeup(self->fd, 0, 0));
}

static int walk_hooks(struct __test_metadata *_metadata, int fd, bool all)
{
	struct tcpclose_hook hook = {};
	int tracepoints = 0, ret;

	for (;; hook.index++) {
		ret = device_ioctl(fd, TCPCLOSE_IOC_HOOK, &hook);
		if (ret)
			break;
		EXPECT_GT(64, hook.index);
		EXPECT_LT(0, strnlen(hook.name, sizeof(hook.name)));
		EXPECT_GT(sizeof(hook.name), strnlen(hook.name, sizeof(hook.name)));
		EXPECT_GT(sizeof(hook.purpose), strnlen(hook.purpose, sizeof(hook.purpose)));
		if (module_may_lack(hook.name) && hook.via == TCPCLOSE_HOOK_OFF) {
			EXPECT_EQ(EINVAL, hook.error);
			continue;
		}
		EXPECT_EQ(0, hook.error);
		if (all || hook.needed) {
			EXPECT_NE(TCPCLOSE_HOOK_OFF, hook.via)
			{
				TH_LOG("%s is off", hook.name);
			}
		}
		tracepoints += hook.via == TCPCLOSE_HOOK_TRACEPOINT;
	}
	EXPECT_LE(1, tracepoints);
	EXPECT_LT(4, hook.index);
	return ret;
}

TEST_F(ioctls, hooks_that_are_needed_are_attached)
{
	EXPECT_EQ(-ENOENT, walk_hooks(_metadata, self->fd, false));
}

TEST_F(ioctls, hooks_are_all_attached_with_scope_all)
{
	ASSERT_EQ(0, device_scope("all"));
	/* Some are attached only while somebody reads. */
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_END));
	EXPECT_EQ(-ENOENT, walk_hooks(_metadata, self->fd, true));
}

TEST_F(ioctls, stats_answer_a_shorter_and_a_longer_caller)
{
	struct {
		struct tcpclose_stats stats;
		unsigned char behind[64];
	} buf;
	struct tcpclose_stats_request request = { .buf = (uintptr_t)&buf };
	size_t i;

	memset(&buf, 0xa5, sizeof(buf));
	request.size = 16;
	ASSERT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_STATS, &request));
	EXPECT_EQ(sizeof(struct tcpclose_stats), request.size);
	EXPECT_LE(buf.stats.since_ns, buf.stats.now_ns);
	EXPECT_EQ(0xa5a5a5a5a5a5a5a5, buf.stats.transitions[0][0]);

	request.size = sizeof(buf);
	ASSERT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_STATS, &request));
	EXPECT_EQ(sizeof(struct tcpclose_stats), request.size);
	EXPECT_EQ(0, buf.stats.missed);
	for (i = 0; i < sizeof(buf.behind); i++)
		ASSERT_EQ(0xa5, buf.behind[i]);
}

/* The last segments of the last connections may still be on their way. */
static int stats_after(int fd, struct tcpclose_stats *stats, __u64 ends)
{
	return device_stats_until(
		fd, stats, &stats->transitions[TCPCLOSE_LAST_ACK][TCPCLOSE_CLOSE],
		ends, 5000);
}

TEST_F(ioctls, stats_are_complete_with_no_reader)
{
	struct tcpclose_stats *stats = &self->stats;

	ASSERT_EQ(400, traffic_run(&(struct traffic){
			       .family = AF_UNSPEC,
			       .closes = TRAFFIC_CLIENT,
			       .cycles = 200,
			       .threads = 2,
		       }));
	ASSERT_EQ(0, stats_after(self->fd, stats, 400));
	EXPECT_EQ(400,
		  stats->transitions[TCPCLOSE_ESTABLISHED][TCPCLOSE_FIN_WAIT1]);
	EXPECT_EQ(400, stats->transitions[TCPCLOSE_LAST_ACK][TCPCLOSE_CLOSE]);
	EXPECT_EQ(400,
		  stats->transitions[TCPCLOSE_FIN_WAIT2][TCPCLOSE_TIME_WAIT]);
	EXPECT_EQ(400, stats->dwell[TCPCLOSE_LAST_ACK].count);
	EXPECT_EQ(400, stats->causes[TCPCLOSE_CAUSE_FIN] / 2);
	EXPECT_EQ(400, stats->born);
}

static bool is_coherent(const struct tcpclose_histogram *histogram)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < TCPCLOSE_BUCKETS; i++)
		sum += histogram->buckets[i];
	if (sum != histogram->count)
		return false;
	if (!histogram->count)
		return histogram->min_ns == TCPCLOSE_UNKNOWN_NS &&
		       !histogram->max_ns && !histogram->sum_ns;
	return histogram->min_ns <= histogram->max_ns &&
	       histogram->sum_ns >= histogram->max_ns &&
	       histogram->sum_ns / histogram->count >= histogram->min_ns &&
	       histogram->sum_ns / histogram->count <= histogram->max_ns;
}

TEST_F(ioctls, stats_histograms_add_up)
{
	int state;

	ASSERT_EQ(80, traffic_run_mixed(80, 1));
	ASSERT_EQ(0, device_stats(self->fd, &self->stats));
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		EXPECT_TRUE(is_coherent(&self->stats.dwell[state]))
		{
			TH_LOG("state %d", state);
		}
	}
	EXPECT_TRUE(is_coherent(&self->stats.timewait));
}

TEST_F(ioctls, stats_reset_keeps_what_is_alive)
{
	struct tcpclose_stats after;

	ASSERT_EQ(10, traffic_run(&(struct traffic){
			      .family = AF_INET,
			      .closes = TRAFFIC_CLIENT,
			      .cycles = 10,
		      }));
	ASSERT_EQ(0, device_stats(self->fd, &self->stats));
	ASSERT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_STATS_RESET, NULL));
	ASSERT_EQ(0, device_stats(self->fd, &after));
	EXPECT_LT(self->stats.since_ns, after.since_ns);
	EXPECT_EQ(0, after.transitions[TCPCLOSE_LAST_ACK][TCPCLOSE_CLOSE]);
	EXPECT_EQ(0, after.born);
	EXPECT_EQ(0, after.causes[TCPCLOSE_CAUSE_FIN]);
	EXPECT_EQ(0, after.dwell[TCPCLOSE_LAST_ACK].count);
	EXPECT_EQ(TCPCLOSE_UNKNOWN_NS, after.dwell[TCPCLOSE_LAST_ACK].min_ns);
	EXPECT_LE(10, after.live_timewait);
	EXPECT_EQ(self->stats.live_timewait, after.live_timewait);
	EXPECT_EQ(self->stats.live[TCPCLOSE_TIME_WAIT],
		  after.live[TCPCLOSE_TIME_WAIT]);
	EXPECT_EQ(self->stats.tracked, after.tracked);

	ASSERT_EQ(1, traffic_one(TRAFFIC_CLIENT));
	ASSERT_EQ(0, device_stats(self->fd, &after));
	EXPECT_EQ(1, after.transitions[TCPCLOSE_LAST_ACK][TCPCLOSE_CLOSE]);
}

TEST_MAIN_WITH_MODULE("")
