// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: somebody scans closed ports.
 *
 * Each segment is answered with a RST. What was recorded of connections before stays
 * readable, and every RST is recorded or counted as left out.
 */
/* vm: --smp 2 --limit 900 --disruptive --slow */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/lab_fixture.h"
#include "lib/module.h"
#include "lib/procfile.h"
#include "lib/storm.h"
#include "lib/traffic.h"

#define RING	1024	/* records; RSTs may take a sixteenth */
#define RATE	"/sys/module/tcpclose/parameters/rst_rate"

/**
 * struct told - what the rings hold
 * @transitions: until the scan begins
 * @rsts: RSTs of the scan
 * @left_out: RSTs without a record
 * @others: records of anything else since the scan began
 */
struct told {
	size_t transitions;
	size_t rsts;
	uint64_t left_out;
	size_t others;
};

FIXTURE(storm)
{
	struct lab lab;
	uint64_t begin_ns;
	int fd;	/* sees the whole machine */
};

FAMILY_VARIANTS(storm);

FIXTURE_SETUP(storm)
{
	ASSERT_EQ(0, module_reload("ring_records=1024"));
	self->fd = device_open(O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, lab_open(&self->lab, variant->family));
}

FIXTURE_TEARDOWN(storm)
{
	close(self->fd);
	lab_close(&self->lab);
}

/* Everything that can still be read, as a new reader would. */
static int look(int fd, const struct lab *lab, uint64_t begin_ns, struct told *told)
{
	struct device_log log = {};
	size_t i;
	int err;

	memset(told, 0, sizeof(*told));
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	err = device_log_drain(&log, fd);
	for (i = 0; !err && i < log.count; i++) {
		const struct tcpclose_record *r = &log.records[i];
		const struct tcpclose_rst *rst = device_rst(r);
		const struct tcpclose_left_out *left_out = (const void *)r;

		told->others += r->ts_ns >= begin_ns && r->kind != TCPCLOSE_KIND_RST;
		if (r->kind == TCPCLOSE_KIND_TRANSITION)
			told->transitions += r->ts_ns < begin_ns;
		else if (r->kind == TCPCLOSE_KIND_RST)
			told->rsts += rst->netns == lab->netns &&
				      rst->effect == TCPCLOSE_RST_SENT;
		else if (r->kind == TCPCLOSE_KIND_LEFT_OUT)
			told->left_out += left_out->sent;
	}
	device_log_free(&log);
	return err;
}

static int scan(struct lab *lab, unsigned int count)
{
	struct segment segment = {
		.flags = PUPPET_SYN,
		.window = 1000,
		.sport = 40000,
	};
	unsigned int i;
	int err;

	for (i = 0; i < count; i++) {
		segment.seq = i;
		segment.dport = 1 + i % 30000;
		err = puppet_send(&lab->puppet, &segment);
		if (err)
			return err;
	}
	return 0;
}

/* The count of what was left out comes a second later, or some if that is not the first. */
static int look_until(int fd, const struct lab *lab, uint64_t begin_ns, unsigned int sent,
		      struct told *told)
{
	int err, tries;

	for (tries = 0; tries < 600; tries++) {
		err = look(fd, lab, begin_ns, told);
		if (err || told->rsts + told->left_out >= sent)
			return err;
		usleep(100000);
	}
	return 0;
}

TEST_F_TIMEOUT(storm, of_closed_ports, STORM_TIMEOUT_S)
{
	unsigned int count = 1000 * storm_count(1000, 50);
	struct tcpclose_stats stats = {};
	struct told before, after;
	long counter;

	ASSERT_LT(0, traffic_run_mixed(4, 2));
	ASSERT_EQ(0, device_stats_settled(self->lab.stream.fd, &stats, 0));
	ASSERT_EQ(0, look(self->fd, &self->lab, UINT64_MAX, &before));
	ASSERT_LT(20U, before.transitions);

	self->begin_ns = now_ns();
	counter = procfile_tcp("OutRsts");
	ASSERT_EQ(0, scan(&self->lab, count));
	counter = procfile_tcp("OutRsts") - counter;
	EXPECT_LE((long)count, counter);
	ASSERT_EQ(0, look_until(self->fd, &self->lab, self->begin_ns, count, &after));
	EXPECT_EQ(before.transitions, after.transitions);
	EXPECT_EQ(count, after.rsts + after.left_out - before.rsts);
	/* On each of two processors, where up to 15 other records came before */
	EXPECT_GE(2U * (RING / 16 + 1) + after.others / 16, after.rsts - before.rsts);
	EXPECT_LT(0U, after.rsts - before.rsts);
	ASSERT_EQ(0, device_stats(self->lab.stream.fd, &stats));
	EXPECT_EQ(stats.rsts_left_out, after.left_out);
}

/* No records of them at all, but they are counted. */
TEST_F_TIMEOUT(storm, without_records, STORM_TIMEOUT_S)
{
	struct tcpclose_stats stats = {};
	struct told told;

	ASSERT_EQ(0, procfile_write(RATE, "0"));
	self->begin_ns = now_ns();
	ASSERT_EQ(0, scan(&self->lab, 1000));
	ASSERT_EQ(0, look_until(self->fd, &self->lab, self->begin_ns, 1000, &told));
	EXPECT_EQ(0U, told.rsts);
	EXPECT_EQ(1000U, told.left_out);
	ASSERT_EQ(0, device_stats(self->lab.stream.fd, &stats));
	EXPECT_EQ(1000U, stats.rsts_sent[TCPCLOSE_RST_NO_SOCKET]);
	EXPECT_EQ(1000U, stats.rsts_left_out);
	ASSERT_EQ(0, procfile_write(RATE, "100"));
}

/* Those that end a connection have their records, whatever the rate is. */
TEST_F_TIMEOUT(storm, hides_no_end, STORM_TIMEOUT_S)
{
	struct flow flow = lab_flow(&self->lab, 0, 0);
	struct peer peer;
	unsigned int i;

	ASSERT_EQ(0, procfile_write(RATE, "0"));
	for (i = 0; i < 4; i++) {
		peer_init(&peer, &self->lab.puppet);
		peer.rport += i;
		flow.lport = peer.lport;
		ASSERT_EQ(0, peer_connect(&peer));
		switch (i) {
		case 0:
			ASSERT_EQ(0, net_abort(peer.fd));
			break;
		case 1:
			ASSERT_EQ(0, peer_send(&peer, PUPPET_RST, NULL, 0));
			close(peer.fd);
			break;
		case 2:
			ASSERT_EQ(0, peer_close(&peer));
			ASSERT_EQ(0, peer_expect(&peer, PUPPET_FIN));
			ASSERT_EQ(0, peer_send_at(&peer, PUPPET_PSH | PUPPET_ACK, peer.seq,
						  peer.ack - 1, "late", 4));
			break;
		default:
			ASSERT_EQ(0, peer_close_half(&peer));
			ASSERT_EQ(0, peer_send(&peer, PUPPET_PSH | PUPPET_ACK, "late", 4));
		}
	}
	ASSERT_EQ(0, peer_expect(&peer, PUPPET_RST));
	ASSERT_EQ(0, lab_sync(&self->lab));
	EXPECT_STREQ(">TCP_STATE <ended >TCP_ABORT_ON_DATA tw:>TCP_TIMEWAIT_SOCKET",
		     stream_rsts(&self->lab.stream, &flow));
	ASSERT_EQ(0, procfile_write(RATE, "100"));
}

TEST_HARNESS_MAIN
