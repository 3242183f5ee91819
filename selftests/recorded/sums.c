// SPDX-License-Identifier: GPL-2.0-only
/*
 * The statistics are the sums of the stream: each dwell is in its state's histogram and
 * in its bucket, whichever processor counted it, since the reset and no longer.
 */
/* vm: --smp 4 --disruptive */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/processor.h"
#include "lib/traffic.h"

#define CPUS 4

FIXTURE(sums)
{
	int fd;
	struct device_log log;
	struct tcpclose_stats stats;
	struct tcpclose_histogram expected[TCPCLOSE_STATES];
	struct tcpclose_histogram timewait;
};

static int reset(FIXTURE_DATA(sums) * self)
{
	device_log_free(&self->log);
	memset(&self->log, 0, sizeof(self->log));
	if (lseek(self->fd, 0, SEEK_END) < 0)
		return -errno;
	return device_ioctl(self->fd, TCPCLOSE_IOC_STATS_RESET, NULL);
}

FIXTURE_SETUP(sums)
{
	memset(&self->log, 0, sizeof(self->log));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	/* The statistics also count openings */
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, traffic_end_leftovers());
	ASSERT_EQ(0, device_stats_settled(self->fd, &self->stats, 0));
	ASSERT_EQ(0, reset(self));
}

FIXTURE_TEARDOWN(sums)
{
	processor_pin(0);
	device_scope("teardown");
	device_log_free(&self->log);
	close(self->fd);
}

/* The bucket by its definition: the last one that begins at or before @ns */
static int bucket_of(uint64_t ns)
{
	int bucket = TCPCLOSE_BUCKETS - 1;

	while (bucket && TCPCLOSE_BUCKET_NS(bucket) > ns)
		bucket--;
	return bucket;
}

static void count(struct tcpclose_histogram *h, uint64_t ns)
{
	h->buckets[bucket_of(ns)]++;
	h->sum_ns += ns;
	if (!h->count || ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
	h->count++;
}

/* What the records say; a transition to the same state ends no dwell */
static void count_records(FIXTURE_DATA(sums) * self)
{
	size_t i;

	memset(self->expected, 0, sizeof(self->expected));
	memset(&self->timewait, 0, sizeof(self->timewait));
	for (i = 0; i < self->log.count; i++) {
		const struct tcpclose_record *r = &self->log.records[i];
		int from = TCPCLOSE_EDGE_FROM(r->edge);

		if (!device_is_transition(r) || from == TCPCLOSE_EDGE_TO(r->edge) ||
		    r->dwell_ns == TCPCLOSE_UNKNOWN_NS)
			continue;
		count(&self->expected[from], r->dwell_ns);
		if (from == TCPCLOSE_TIME_WAIT)
			count(&self->timewait, r->dwell_ns);
	}
}

#define EXPECT_HISTOGRAM(expected, counted, name) do { \
	int _b; \
	EXPECT_EQ((expected)->count, (counted)->count) \
		TH_LOG("%s", name); \
	EXPECT_EQ((expected)->sum_ns, (counted)->sum_ns) \
		TH_LOG("%s", name); \
	EXPECT_EQ((expected)->count ? (expected)->min_ns : TCPCLOSE_UNKNOWN_NS, \
		  (counted)->min_ns) \
		TH_LOG("%s", name); \
	EXPECT_EQ((expected)->max_ns, (counted)->max_ns) \
		TH_LOG("%s", name); \
	for (_b = 0; _b < TCPCLOSE_BUCKETS; _b++) \
		EXPECT_EQ((expected)->buckets[_b], (counted)->buckets[_b]) \
			TH_LOG("%s, bucket %d", name, _b); \
} while (0)

/* All that was recorded since the reset, and nothing else, is in the statistics. */
static void expect_sums(struct __test_metadata *_metadata, FIXTURE_DATA(sums) * self)
{
	char name[16];
	int state;

	ASSERT_EQ(0, device_stats_settled(self->fd, &self->stats, 0));
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	count_records(self);
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		snprintf(name, sizeof(name), "state %d", state);
		EXPECT_HISTOGRAM(&self->expected[state], &self->stats.dwell[state], name);
	}
	EXPECT_HISTOGRAM(&self->timewait, &self->stats.timewait, "TIME_WAIT");
}

/* A connection that is aborted after some time: ESTABLISHED and no other state */
static int abort_after(unsigned int us)
{
	int pair[2], ret = net_pair(AF_INET, pair);

	if (ret)
		return ret;
	usleep(us);
	ret = net_abort(pair[0]);
	close(pair[1]);
	return ret;
}

TEST_F(sums, of_dwells_are_in_their_buckets)
{
	unsigned int us;

	ASSERT_EQ(160, traffic_run_mixed(80, 2));
	/* From microseconds to more than a second */
	for (us = 1; us < 2000000; us *= 3)
		ASSERT_EQ(0, abort_after(us));
	ASSERT_EQ(0, traffic_end_leftovers());
	expect_sums(_metadata, self);
	EXPECT_LT(10, self->stats.dwell[TCPCLOSE_ESTABLISHED].count);
	EXPECT_LT(10, self->stats.timewait.count);
}

TEST_F(sums, begin_at_a_reset_on_each_processor)
{
	int cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		/* The shortest and the longest dwell are counted by this processor */
		ASSERT_EQ(0, processor_pin(cpu));
		ASSERT_EQ(0, abort_after(0));
		ASSERT_EQ(0, abort_after(100000));
		ASSERT_EQ(0, device_stats_settled(self->fd, &self->stats, 0));
		ASSERT_EQ(0, reset(self));
		/* Longer and shorter than these, by another one */
		ASSERT_EQ(0, processor_pin((cpu + 1) % CPUS));
		ASSERT_EQ(0, abort_after(20000));
		expect_sums(_metadata, self);
		EXPECT_LE(20000000, self->stats.dwell[TCPCLOSE_ESTABLISHED].min_ns);
	}
}

#define METRICS "/tmp/sums.prom"
#define DURATION(what) "tcpclose_state_duration_seconds_" what

/* The number behind a metric and its labels, or -1. */
static long long exported(const char *metric)
{
	long long value = -1;
	FILE *file = fopen(METRICS, "r");
	char line[512];
	size_t len = strlen(metric);

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, metric, len) && line[len] == ' ')
			value = strtoll(line + len, NULL, 10);
	if (file)
		fclose(file);
	return value;
}

TEST_F(sums, are_those_that_are_exported)
{
	const struct tcpclose_histogram *h = &self->stats.dwell[TCPCLOSE_ESTABLISHED];
	__u64 below = 0;
	unsigned int b;

	ASSERT_EQ(160, traffic_run_mixed(80, 2));
	ASSERT_EQ(0, abort_after(100000));
	ASSERT_EQ(0, traffic_end_leftovers());
	expect_sums(_metadata, self);
	ASSERT_EQ(0, net_run("tcpclose export --textfile " METRICS));
	EXPECT_EQ(h->count, exported(DURATION("count{state=\"established\"}")));
	for (b = 0; TCPCLOSE_BUCKET_NS(b + 1) <= 1 << 25; b++)
		below += h->buckets[b];
	EXPECT_LT(0, below);
	EXPECT_GT(h->count, below);
	EXPECT_EQ(below, exported(DURATION("bucket{state=\"established\",le=\"0.033554432\"}")));
	EXPECT_EQ(self->stats.born, exported("tcpclose_mini_sockets_created_total"));
	EXPECT_EQ(self->stats.live_timewait, exported("tcpclose_mini_sockets"));
	EXPECT_EQ(self->stats.causes[TCPCLOSE_CAUSE_LINGER],
		  exported("tcpclose_connections_ended_total{cause=\"linger\"}"));
	EXPECT_EQ(1, exported("tcpclose_hook_up{hook=\"inet_twsk_kill\"}"));
	unlink(METRICS);
}

TEST_F(sums, of_live_connections_have_no_listeners)
{
	union net_addr any = net_address(AF_INET, "0.0.0.0", 0);
	int listener;

	/* Each connection opened before leaves LISTEN, but has not entered it */
	ASSERT_EQ(0, close(self->fd));
	ASSERT_EQ(0, module_reload("scope=all"));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	listener = net_listen(&any, 1);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, device_stats(self->fd, &self->stats));
	EXPECT_EQ(1, self->stats.transitions[TCPCLOSE_CLOSE][TCPCLOSE_LISTEN]);
	EXPECT_EQ(0, self->stats.live[TCPCLOSE_LISTEN]);
	EXPECT_EQ(0, self->stats.tracked);
	close(listener);
}

TEST_MAIN_WITH_MODULE("")
