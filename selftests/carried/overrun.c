// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers that are too slow: the records that they missed are counted exactly.
 */
/* vm: --smp 2 --disruptive */
#include <fcntl.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/traffic.h"

#define RING 256
#define CPUS 64

FIXTURE(overrun)
{
	int fd;
	unsigned int rings;
	uint64_t begin[CPUS];
	uint64_t begin_all;
	struct device_log log;
};

/* Wait for the last segments, which another processor may still be busy with */
static int settle(void)
{
	struct tcpclose_cursor now, then = { .written = UINT64_MAX };
	int fd = device_open(O_RDONLY | O_NONBLOCK);
	int tries, ret = -ETIMEDOUT;

	if (fd < 0)
		return fd;
	for (tries = 0; tries < 100; tries++) {
		ret = device_totals(fd, &now);
		if (ret || now.written == then.written)
			break;
		then = now;
		ret = -ETIMEDOUT;
		usleep(10000);
	}
	close(fd);
	return ret;
}

FIXTURE_SETUP(overrun)
{
	struct tcpclose_geometry geometry;
	struct tcpclose_cursor cursor;
	unsigned int cpu;

	ASSERT_EQ(0, settle());
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, device_geometry(self->fd, &geometry));
	ASSERT_EQ(RING, geometry.ring_records);
	ASSERT_GE(CPUS, geometry.rings);
	self->rings = geometry.rings;
	for (cpu = 0; cpu < self->rings; cpu++) {
		ASSERT_EQ(0, device_cursor(self->fd, cpu, &cursor));
		self->begin[cpu] = cursor.position;
		self->begin_all += cursor.position;
	}
}

FIXTURE_TEARDOWN(overrun)
{
	device_log_free(&self->log);
	close(self->fd);
}

static long closes(unsigned int cycles)
{
	long done = traffic_run_mixed(cycles, 2);
	int ret = settle();

	return ret ? ret : done;
}

/* For each ring: the next sequence number, and the gaps so far */
struct gaps {
	uint32_t next[CPUS];
	uint64_t lost[CPUS];
	uint64_t seen[CPUS];
};

static void begin_at(struct gaps *gaps, const uint64_t *positions)
{
	int cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		gaps->next[cpu] = positions[cpu];
}

static bool follow(struct gaps *gaps, const struct tcpclose_record *records,
		   size_t count)
{
	const struct tcpclose_record *record;
	int32_t gap;

	for (record = records; record < records + count; record++) {
		if (record->cpu >= CPUS)
			return false;
		gap = record->seq - gaps->next[record->cpu];
		if (gap < 0)
			return false;
		gaps->lost[record->cpu] += gap;
		gaps->seen[record->cpu]++;
		gaps->next[record->cpu] = record->seq + 1;
	}
	return true;
}

/* Not a record that was copied while it was being overwritten */
/* Who acts, or who opened the connection: of both this program is one. */
static bool names_process(const struct tcpclose_record *record)
{
	return device_detail(record)->pid || device_detail(record)->opener;
}

static bool is_sound(const struct tcpclose_record *record)
{
	if (record->kind == TCPCLOSE_KIND_DETAIL)
		return !strcmp(device_detail(record)->comm, names_process(record) ?
							    "overrun" : "");
	if (record->kind == TCPCLOSE_KIND_LEFT_OUT)
		return ((const struct tcpclose_left_out *)record)->sent;
	if (record->kind == TCPCLOSE_KIND_RST)
		return device_rst(record)->lport && device_rst(record)->rport &&
		       record->ts_ns && record->ts_ns <= now_ns();
	return record->kind == TCPCLOSE_KIND_TRANSITION && record->edge &&
	       record->ts_ns && record->ts_ns <= now_ns();
}

TEST_F(overrun, is_counted_exactly_for_each_processor)
{
	struct tcpclose_cursor cursor;
	struct gaps gaps = {};
	unsigned int cpu;

	begin_at(&gaps, self->begin);
	ASSERT_EQ(400, closes(200));
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	ASSERT_TRUE(follow(&gaps, self->log.records, self->log.count));
	for (cpu = 0; cpu < self->rings; cpu++) {
		ASSERT_EQ(0, device_cursor(self->fd, cpu, &cursor));
		TH_LOG("processor %u: %llu written, %llu lost", cpu,
		       cursor.written, cursor.lost);
		EXPECT_EQ(cursor.written, cursor.position);
		EXPECT_EQ(cursor.written - self->begin[cpu], gaps.seen[cpu] + cursor.lost);
		EXPECT_EQ(gaps.lost[cpu], cursor.lost);
		if (cursor.written - self->begin[cpu] <= RING) {
			EXPECT_EQ(0, cursor.lost);
			continue;
		}
		EXPECT_EQ(cursor.written - RING, cursor.overwritten);
		/* Not at the oldest record, which is overwritten next */
		EXPECT_EQ(RING - RING / 8, gaps.seen[cpu]);
	}
}

TEST_F(overrun, of_one_reader_does_not_count_for_another)
{
	struct tcpclose_cursor slow, fast;
	struct device_log log = {};
	int fd = device_open_at_end();
	int i;

	ASSERT_LE(0, fd);
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(8, closes(4));
		ASSERT_EQ(0, device_log_drain(&log, fd));
	}
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	ASSERT_EQ(0, device_totals(fd, &fast));
	ASSERT_EQ(0, device_totals(self->fd, &slow));
	EXPECT_EQ(0, fast.lost);
	EXPECT_EQ(fast.written, log.count + self->begin_all);
	EXPECT_LT(0, slow.lost);
	EXPECT_EQ(slow.written, self->log.count + slow.lost + self->begin_all);
	device_log_free(&log);
	close(fd);
}

TEST_F(overrun, is_counted_before_the_next_read)
{
	struct tcpclose_cursor before, after;

	ASSERT_EQ(400, closes(200));
	ASSERT_EQ(0, device_totals(self->fd, &before));
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	ASSERT_EQ(0, device_totals(self->fd, &after));
	EXPECT_EQ(before.lost, after.lost);
	EXPECT_LT(0, before.lost);
}

TEST_F(overrun, before_a_file_was_opened_is_no_loss_of_its_own)
{
	struct tcpclose_cursor total;
	int fd;

	ASSERT_EQ(400, closes(200));
	fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, device_log_drain(&self->log, fd));
	ASSERT_EQ(0, device_totals(fd, &total));
	EXPECT_EQ(0, total.lost);
	EXPECT_EQ(total.written, self->log.count + total.overwritten);
	close(fd);
}

TEST_F(overrun, that_lseek_skips_is_no_loss)
{
	struct tcpclose_cursor total;

	ASSERT_EQ(400, closes(200));
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_END));
	ASSERT_EQ(0, device_totals(self->fd, &total));
	EXPECT_EQ(0, total.lost);
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_SET));
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	ASSERT_EQ(0, device_totals(self->fd, &total));
	EXPECT_EQ(0, total.lost);
	EXPECT_EQ(total.written, self->log.count + total.overwritten);
}

TEST_F(overrun, while_reading_spoils_no_record_and_no_count)
{
	struct tcpclose_cursor cursor;
	struct traffic_run *run;
	struct gaps gaps = {};
	uint64_t deadline = now_ns() + 1500000000ULL;
	unsigned int cpu;
	size_t i;

	begin_at(&gaps, self->begin);
	run = traffic_start_mixed(3);
	ASSERT_NE(NULL, run);
	while (now_ns() < deadline) {
		self->log.count = 0;
		if (device_readable_ms(self->fd, 10) != 1)
			continue;
		ASSERT_LT(0, device_log_read(&self->log, self->fd, 37));
		for (i = 0; i < self->log.count; i++)
			EXPECT_TRUE(is_sound(&self->log.records[i]));
		ASSERT_TRUE(follow(&gaps, self->log.records, self->log.count));
		/* Slow enough to be overrun sometimes */
		usleep(3000);
	}
	ASSERT_LT(0, traffic_stop(run));
	ASSERT_EQ(0, settle());
	self->log.count = 0;
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	ASSERT_TRUE(follow(&gaps, self->log.records, self->log.count));
	for (cpu = 0; cpu < self->rings; cpu++) {
		ASSERT_EQ(0, device_cursor(self->fd, cpu, &cursor));
		TH_LOG("processor %u: %llu written, %llu lost", cpu,
		       cursor.written, cursor.lost);
		EXPECT_EQ(cursor.written - self->begin[cpu], gaps.seen[cpu] + cursor.lost);
		EXPECT_EQ(gaps.lost[cpu], cursor.lost);
	}
}

/* On a machine of any speed: until more was written than the rings can hold */
static int let_run_over(int fd, unsigned int rings)
{
	uint64_t deadline = now_ns() + 10000000000ULL;
	struct tcpclose_cursor total;
	uint64_t enough = 0;
	int ret;

	do {
		ret = device_totals(fd, &total);
		if (ret)
			return ret;
		if (!enough)
			enough = total.written + rings * RING + 1;
		if (total.written >= enough)
			return 0;
		usleep(1000);
	} while (now_ns() < deadline);
	return -ETIMEDOUT;
}

TEST_F(overrun, of_the_mapping_is_noticed_by_its_reader)
{
	struct tcpclose_record record;
	struct tcpclose_cursor total;
	struct traffic_run *run;
	struct device_map map;
	struct gaps gaps = {};
	uint64_t deadline = now_ns() + 1500000000ULL, seen = 0;
	unsigned int ring, turn = 0;

	ASSERT_EQ(0, device_map_open(&map, self->fd));
	for (ring = 0; ring < self->rings; ring++)
		map.next[ring] = self->begin[ring];
	begin_at(&gaps, self->begin);
	run = traffic_start_mixed(3);
	ASSERT_NE(NULL, run);
	while (now_ns() < deadline) {
		for (ring = 0; ring < map.geometry.rings; ring++)
			while (device_map_read(&map, ring, &record)) {
				EXPECT_TRUE(is_sound(&record));
				ASSERT_TRUE(follow(&gaps, &record, 1));
				seen++;
			}
		/* Fast enough in every other round */
		if (turn++ % 2 == 0)
			usleep(1000);
		else
			ASSERT_EQ(0, let_run_over(self->fd, self->rings));
	}
	ASSERT_LT(0, traffic_stop(run));
	ASSERT_EQ(0, settle());
	for (ring = 0; ring < map.geometry.rings; ring++)
		while (device_map_read(&map, ring, &record))
			seen++;
	ASSERT_EQ(0, device_totals(self->fd, &total));
	TH_LOG("%llu written, %llu lost", total.written,
	       (unsigned long long)map.lost);
	EXPECT_LT(0, map.lost);
	EXPECT_EQ(total.written, seen + map.lost + self->begin_all);
	device_map_close(&map);
}

TEST_MAIN_WITH_MODULE("ring_records=256")
