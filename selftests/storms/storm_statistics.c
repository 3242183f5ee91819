// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: statistics are reset while they count.
 *
 * A snapshot and the reset are one call: each event is in exactly one snapshot. Which one
 * it is follows from its record's time.
 */
/* vm: --smp 4 --limit 900 --disruptive --slow */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/storm.h"

/* A probe reads the clock, then counts; each processor may be in between */
#define UNDER_WAY 4

/**
 * struct times - when events were counted, from the records' times; sorted at the end
 */
struct times {
	uint64_t *ns;
	size_t count;
	size_t room;
};

/**
 * struct interval - from one reset to the next
 * @reset: before and after the call that began it
 * @snapshot: likewise, of the call that took the snapshot and began the next one
 * @counted: its count
 */
struct interval {
	uint64_t reset[2];
	uint64_t snapshot[2];
	uint64_t counted;
};

FIXTURE(storm)
{
	struct storm storm;
	struct times times;
	int fd;
};

/* The transitions of closing, which every scope records */
static bool is_counted(int from, int to)
{
	return (from == TCPCLOSE_ESTABLISHED &&
		(to == TCPCLOSE_FIN_WAIT1 || to == TCPCLOSE_CLOSE_WAIT)) ||
	       (from == TCPCLOSE_FIN_WAIT1 && to == TCPCLOSE_FIN_WAIT2) ||
	       (from == TCPCLOSE_CLOSE_WAIT && to == TCPCLOSE_LAST_ACK) ||
	       (from == TCPCLOSE_LAST_ACK && to == TCPCLOSE_CLOSE);
}

static void note(const struct tcpclose_record *record, void *context)
{
	struct times *times = context;

	if (!is_counted(TCPCLOSE_EDGE_FROM(record->edge), TCPCLOSE_EDGE_TO(record->edge)))
		return;
	if (times->count == times->room) {
		times->room = times->room ? 2 * times->room : 65536;
		times->ns = realloc(times->ns, times->room * sizeof(*times->ns));
		if (!times->ns)
			abort();
	}
	times->ns[times->count++] = record->ts_ns;
}

FIXTURE_SETUP(storm)
{
	self->storm.tally.see = note;
	self->storm.tally.context = &self->times;
	ASSERT_EQ(0, storm_reload(""));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(storm)
{
	free(self->times.ns);
	close(self->fd);
}

static int compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* Records from one moment to another, both included */
static uint64_t between(const struct times *times, uint64_t from, uint64_t to)
{
	uint64_t count = 0;
	size_t low = 0, high = times->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (times->ns[middle] < from)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < times->count && times->ns[low] <= to; low++)
		count++;
	return count;
}

static int reset(int fd, struct interval *interval)
{
	int ret;

	interval->reset[0] = now_ns();
	ret = device_ioctl(fd, TCPCLOSE_IOC_STATS_RESET, NULL);
	interval->reset[1] = now_ns();
	return ret;
}

/* The next interval begins where this one ends. */
static int snapshot(int fd, struct interval *interval)
{
	struct tcpclose_stats stats;
	struct tcpclose_stats_request request = {
		.buf = (uintptr_t)&stats,
		.size = sizeof(stats),
		.flags = TCPCLOSE_STATS_RESET,
	};
	int from, to, ret;

	interval->snapshot[0] = now_ns();
	ret = device_ioctl(fd, TCPCLOSE_IOC_STATS, &request);
	interval->snapshot[1] = now_ns();
	interval->counted = 0;
	for (from = 0; from < TCPCLOSE_STATES; from++)
		for (to = 0; to < TCPCLOSE_STATES; to++)
			if (is_counted(from, to))
				interval->counted += stats.transitions[from][to];
	return ret;
}

TEST_F_TIMEOUT(storm, of_resets_counts_everything_once, STORM_TIMEOUT_S)
{
	unsigned int i, resets = storm_count(1000, 100);
	struct interval *intervals = calloc(resets, sizeof(*intervals));
	uint64_t sum = 0, least_of_all = 0, most_of_all = 0;

	ASSERT_NE(NULL, intervals);
	ASSERT_EQ(0, reset(self->fd, &intervals[0]));
	ASSERT_EQ(0, storm_begin(&self->storm));
	for (i = 0; i < resets; i++) {
		usleep(random() % 10000);
		if (i + 1 == resets)
			ASSERT_EQ(0, storm_end(&self->storm));
		ASSERT_EQ(0, snapshot(self->fd, &intervals[i]));
		if (i + 1 < resets)
			memcpy(intervals[i + 1].reset, intervals[i].snapshot,
			       sizeof(intervals[i].snapshot));
	}
	ASSERT_EQ(0, self->storm.tally.lost);
	qsort(self->times.ns, self->times.count, sizeof(*self->times.ns), compare);
	EXPECT_EQ(5 * self->storm.connections, self->times.count);

	for (i = 0; i < resets; i++) {
		struct interval *now = &intervals[i];
		uint64_t least = between(&self->times, now->reset[1], now->snapshot[0]);
		uint64_t most = between(&self->times, now->reset[0], now->snapshot[1]);

		EXPECT_LE(least, now->counted + UNDER_WAY);
		EXPECT_GE(most + UNDER_WAY, now->counted);
		sum += now->counted;
		least_of_all += least;
		most_of_all += most;
	}
	EXPECT_EQ(5 * self->storm.connections, sum);
	TH_LOG("%u resets, %ld connections, %llu counted, %llu to %llu by the stream",
	       resets, self->storm.connections, (unsigned long long)sum,
	       (unsigned long long)least_of_all, (unsigned long long)most_of_all);
	free(intervals);
	EXPECT_STREQ("", storm_aftermath());
}

TEST_HARNESS_MAIN
