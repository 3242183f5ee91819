// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings as the source reads them: with any damage to the file, only whole records
 * are read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "conn/sides.h"
#include "host/lib/synthetic.h"
#include "lib/decoder.h"
#include "lib/filter.h"
#include "lib/order.h"
#include "lib/recording.h"
#include "lib/source.h"
#include "view/events.h"

#define RECORDS 8

/* ---- what is decided on each record */

static bool has_flaw(struct order_cpu *cpu, bool whole, const void *record,
		     enum event_flaw flaw)
{
	struct order_flaws flaws;
	unsigned int i;

	order_check(cpu, whole, record, &flaws);
	for (i = 0; i < flaws.count; i++)
		if (flaws.what[i] == flaw)
			return true;
	return false;
}

/* Numbers have 32 bits: half of them lie ahead, the other half behind */
TEST(half_of_all_numbers_come_again_and_half_are_a_gap)
{
	struct order_cpu ahead = { .started = true, .next_seq = 7 };
	struct order_cpu behind = ahead;
	struct tcpclose_record r = {
		.kind = TCPCLOSE_KIND_TRANSITION,
		.seq = 7 + (1U << 31) - 1,
	};

	EXPECT_TRUE(has_flaw(&ahead, true, &r, EVENT_FLAW_GAP));
	r.seq++;
	EXPECT_TRUE(has_flaw(&behind, true, &r, EVENT_FLAW_AGAIN));
}

/* A reader of one namespace may not see the process that made a transition */
TEST(details_have_a_process_where_one_acted)
{
	static const struct {
		bool whole;
		unsigned int context;
		__u32 pid;
		bool wrong;
	} cases[] = {
		{ true, TCPCLOSE_CONTEXT_PROCESS, 5, false },
		{ true, TCPCLOSE_CONTEXT_PROCESS, 0, true },
		{ false, TCPCLOSE_CONTEXT_PROCESS, 5, false },
		{ false, TCPCLOSE_CONTEXT_PROCESS, 0, false },
		{ true, TCPCLOSE_CONTEXT_TIMER, 0, false },
		{ true, TCPCLOSE_CONTEXT_TIMER, 5, true },
		{ false, TCPCLOSE_CONTEXT_TIMER, 5, true },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct tcpclose_detail detail = {
			.kind = TCPCLOSE_KIND_DETAIL,
			.pid = cases[i].pid,
		};
		const struct tcpclose_record r = {
			.kind = TCPCLOSE_KIND_TRANSITION,
			.seq = 1,
			.how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TRACEPOINT, 0,
					    cases[i].context, 0, 0),
			.cause = TCPCLOSE_CAUSE_TIMEOUT,
		};
		struct order_cpu cpu = { .started = true };

		EXPECT_FALSE(has_flaw(&cpu, cases[i].whole, &detail,
				      EVENT_FLAW_DETAIL_OTHER));
		EXPECT_EQ(cases[i].wrong, has_flaw(&cpu, cases[i].whole, &r,
						   EVENT_FLAW_DETAIL_OTHER));
	}
}

static bool count_one(void *count, struct side *side)
{
	(*(unsigned int *)count)++;
	return true;
}

/* What is forgotten makes room: as many connections are remembered as before */
TEST(connections_with_many_steps_make_room_for_as_many)
{
	struct sides *sides = sides_new();
	unsigned int kept[2] = { 0 }, round, i, n;
	struct event e = {
		.kind = EVENT_TRANSITION,
		.age_ns = EVENT_UNKNOWN,
		.dwell_ns = EVENT_UNKNOWN,
		.lport = 1,
		.rport = 2,
	};
	struct side *side;

	ASSERT_NE(NULL, sides);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < SIDES_STEPS_MAX / SIDE_STEPS_MAX + 100; i++) {
			e.cookie++;
			e.lport = (uint16_t)e.cookie | 1;
			for (n = 0; n < SIDE_STEPS_MAX; n++) {
				e.ts_ns++;
				e.old = n ? TCPCLOSE_CLOSE_WAIT :
					    TCPCLOSE_ESTABLISHED;
				e.new = TCPCLOSE_CLOSE_WAIT;
				e.index = (uint16_t)n;
				ASSERT_EQ(0, sides_add(sides, &e, true, &side));
			}
		}
		sides_walk(sides, count_one, &kept[round]);
	}
	EXPECT_LT(SIDES_STEPS_MAX / SIDE_STEPS_MAX - 2, kept[0]);
	EXPECT_EQ(kept[0], kept[1]);
	EXPECT_LT(0, sides_forgotten(sides));
	sides_free(sides);
}

/* ---- recordings */

FIXTURE(recording)
{
	struct {
		struct recording_header header;
		union {
			struct tcpclose_record record;
			struct tcpclose_detail detail;
			struct recording_marker marker;
		} r[RECORDS];
	} file;
	struct events events;
	struct view how;
	struct buffer out;
	struct source *source;
	struct decoder decoder;
	struct error why;
	char path[32];
	int fd;
};

static struct tcpclose_record transition(unsigned int cpu, unsigned int seq)
{
	struct tcpclose_record r;

	memset(&r, 0, sizeof(r));
	r.ts_ns = 1000 + seq;
	r.seq = seq;
	r.cpu = cpu;
	r.kind = TCPCLOSE_KIND_TRANSITION;
	r.edge = TCPCLOSE_EDGE(TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2);
	r.netns = 5;
	r.netns_inode = 4026532000U;
	return r;
}

static struct tcpclose_detail detail(unsigned int cpu, unsigned int seq)
{
	struct tcpclose_detail t;

	memset(&t, 0, sizeof(t));
	t.ts_ns = 1000 + seq;
	t.seq = seq;
	t.cpu = cpu;
	t.kind = TCPCLOSE_KIND_DETAIL;
	t.pid = 7;
	/* No NUL, as in a damaged file */
	memset(t.comm, 'x', sizeof(t.comm));
	return t;
}

static struct recording_marker marker(unsigned int kind, unsigned int cpu,
				      __u64 value)
{
	struct recording_marker m;

	memset(&m, 0, sizeof(m));
	m.kind = kind;
	m.cpu = cpu;
	m.value = value;
	return m;
}

/* Two CPUs whose records take turns, one of them with a detail. */
FIXTURE_SETUP(recording)
{
	int null;

	recording_header_init(&self->file.header);
	self->file.header.visible = 1;
	self->file.header.cpus = 2;
	self->file.r[0].marker =
		marker(RECORDING_KIND_START, 0, 0x1fffffffeULL);
	self->file.r[1].marker = marker(RECORDING_KIND_NETNS, 0, 5);
	self->file.r[1].marker.inode = 4026532000U;
	memset(self->file.r[1].marker.name, 'n',
	       sizeof(self->file.r[1].marker.name));
	self->file.r[2].detail = detail(0, 0xfffffffeU);
	self->file.r[3].record = transition(1, 10);
	self->file.r[4].record = transition(0, 0xffffffffU);
	self->file.r[5].marker = marker(RECORDING_KIND_LOST, 0, 3);
	self->file.r[6].record = transition(0, 3);
	self->file.r[7].record = transition(1, 11);
	self->fd = memfd_create("recording", MFD_CLOEXEC);
	ASSERT_GE(self->fd, 0);
	snprintf(self->path, sizeof(self->path), "/proc/self/fd/%d", self->fd);
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	ASSERT_GE(null, 0);
	buffer_init(&self->out, null);
	events_begin(&self->events, &self->how, &self->out);
}

FIXTURE_TEARDOWN(recording)
{
	close(self->out.fd);
	close(self->fd);
}

static int open_source(FIXTURE_DATA(recording) * self)
{
	int ret = source_open_recording(&self->source, self->path, &self->why);

	if (ret)
		return ret;
	memset(&self->decoder, 0, sizeof(self->decoder));
	decoder_init(&self->decoder, source_header(self->source), false);
	self->decoder.with_owners = true;
	return 0;
}

static void close_source(FIXTURE_DATA(recording) * self)
{
	decoder_free(&self->decoder);
	source_close(self->source);
}

static int open_cut(FIXTURE_DATA(recording) * self, size_t size)
{
	if (ftruncate(self->fd, 0) ||
	    pwrite(self->fd, &self->file, size, 0) != (ssize_t)size)
		return -EIO;
	return open_source(self);
}

/* Return: number of events that were read, and shown in both formats */
static int read_all(FIXTURE_DATA(recording) * self)
{
	struct event e;
	int count = 0, ret;

	while ((ret = decoder_next(&self->decoder, self->source, &e)) > 0) {
		self->how.json = count % 2;
		events_add(&self->events, &e);
		count++;
	}
	return ret ? ret : count;
}

TEST_F(recording, is_read_as_it_was_written)
{
	struct event e;

	ASSERT_EQ(open_cut(self, sizeof(self->file)), 0);
	ASSERT_EQ(decoder_next(&self->decoder, self->source, &e), 1);
	EXPECT_EQ(e.cpu, 1);
	EXPECT_EQ(e.seq, 10);
	EXPECT_STREQ(e.comm, "");
	EXPECT_EQ(e.tid, 0);
	ASSERT_EQ(decoder_next(&self->decoder, self->source, &e), 1);
	EXPECT_EQ(e.cpu, 0);
	EXPECT_EQ(e.seq, 0x1ffffffffULL);
	EXPECT_STREQ(e.comm, "xxxxxxxxxxxxxxxx");
	EXPECT_EQ(strlen(e.netns_name), 95);
	ASSERT_EQ(decoder_next(&self->decoder, self->source, &e), 1);
	EXPECT_EQ(e.kind, EVENT_LOST);
	EXPECT_EQ(e.lost, 3);
	ASSERT_EQ(decoder_next(&self->decoder, self->source, &e), 1);
	EXPECT_EQ(e.seq, 0x200000003ULL);
	EXPECT_STREQ(e.comm, "");
	ASSERT_EQ(decoder_next(&self->decoder, self->source, &e), 1);
	EXPECT_EQ(e.seq, 11);
	ASSERT_EQ(decoder_next(&self->decoder, self->source, &e), 0);
	EXPECT_EQ(self->decoder.summary.transitions, 4);
	EXPECT_EQ(self->decoder.summary.lost, 3);
	EXPECT_EQ(self->decoder.summary.skipped, 0);
	EXPECT_EQ(source_cut_bytes(self->source), 0);
	close_source(self);
}

static struct recording_marker clock_set(__u64 ts_ns, __u64 offset_ns)
{
	struct recording_marker m = marker(RECORDING_KIND_CLOCK, 0, offset_ns);

	m.ts_ns = ts_ns;
	return m;
}

/* A record of another CPU may come late: the clock was not set yet at its time. */
TEST_F(recording, has_the_time_that_was_right_at_each_record)
{
	static const struct {
		__u64 ts_ns;
		__u64 offset_ns;
	} expected[] = {
		{ 1000, 5000000 }, { 1400, 5000000 }, { 1500, 7000000 },
		{ 1599, 7000000 }, { 1499, 5000000 }, { 1600, 1000000 },
	};
	static const unsigned char places[] = { 0, 2, 3, 5, 6, 7 };
	struct event e;
	unsigned int i;

	self->file.header.realtime_offset_ns = 5000000;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		self->file.r[places[i]].record = transition(0, i);
		self->file.r[places[i]].record.ts_ns = expected[i].ts_ns;
	}
	self->file.r[1].marker = clock_set(1500, 7000000);
	self->file.r[4].marker = clock_set(1600, 1000000);
	ASSERT_EQ(open_cut(self, sizeof(self->file)), 0);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		ASSERT_EQ(decoder_next(&self->decoder, self->source, &e), 1);
		EXPECT_EQ(e.realtime_ns, expected[i].ts_ns + expected[i].offset_ns);
	}
	close_source(self);
}

/* Inodes come from one counter: any two namespaces may have any two of them */
TEST_F(recording, names_each_namespace_whatever_their_inodes)
{
	enum { NAMESPACES = 3000 };
	struct recording_marker m;
	struct tcpclose_record r;
	struct event e;
	char name[16];
	unsigned int i;

	ASSERT_EQ(sizeof(self->file.header),
		  pwrite(self->fd, &self->file.header,
			 sizeof(self->file.header), 0));
	lseek(self->fd, 0, SEEK_END);
	for (i = 0; i < NAMESPACES; i++) {
		m = synthetic_netns(1000, i + 1, 1024 * (i / 2), "");
		snprintf(m.name, sizeof(m.name), "name-%u", i);
		ASSERT_EQ(sizeof(m), write(self->fd, &m, sizeof(m)));
	}
	for (i = 0; i < NAMESPACES; i++) {
		r = transition(0, i);
		r.netns = i + 1;
		r.netns_inode = 1024 * (i / 2);
		ASSERT_EQ(sizeof(r), write(self->fd, &r, sizeof(r)));
	}
	ASSERT_EQ(0, open_source(self));
	for (i = 0; i < NAMESPACES; i++) {
		ASSERT_EQ(1, decoder_next(&self->decoder, self->source, &e));
		snprintf(name, sizeof(name), "name-%u", i);
		ASSERT_NE(NULL, e.netns_name)
		{
			TH_LOG("namespace %u", i);
		}
		ASSERT_STREQ(name, e.netns_name);
	}
	close_source(self);
}

/* A namespace that is gone had the inode of the recorder's before */
TEST_F(recording, takes_no_other_namespace_for_the_recorders)
{
	static const struct {
		__u64 recorder;
		__u64 record;
		bool own;
	} cases[] = {
		{ 5, 5, true },
		{ 5, 6, false },
		{ 0, 6, true },
		{ 5, 0, true },
	};
	struct event e;
	unsigned int i;

	self->file.header.own_netns = 4026532000U;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->file.header.own_netns_cookie = cases[i].recorder;
		self->file.r[0].record = transition(0, 1);
		self->file.r[0].record.netns = cases[i].record;
		ASSERT_EQ(0, open_cut(self, sizeof(self->file.header) +
						    TCPCLOSE_RECORD_SIZE));
		ASSERT_EQ(1, decoder_next(&self->decoder, self->source, &e));
		EXPECT_EQ(cases[i].own, e.own_netns);
		EXPECT_EQ(cases[i].own, !!e.netns_name);
		close_source(self);
	}
}

TEST_F(recording, cut_within_its_header_is_refused)
{
	size_t size;

	for (size = 0; size < sizeof(self->file.header); size++) {
		EXPECT_EQ(open_cut(self, size), -ENODATA)
		{
			TH_LOG("at byte %zu", size);
		}
	}
}

TEST_F(recording, cut_at_any_byte_leaves_what_is_whole)
{
	/* Number of events after so many records */
	static const int events[RECORDS + 1] = { 0, 0, 0, 0, 1, 2, 3, 4, 5 };
	size_t header = sizeof(self->file.header), size;

	for (size = header; size <= sizeof(self->file); size++) {
		ASSERT_EQ(open_cut(self, size), 0);
		EXPECT_EQ(read_all(self),
			  events[(size - header) / TCPCLOSE_RECORD_SIZE])
		TH_LOG("at byte %zu", size);
		EXPECT_EQ(source_cut_bytes(self->source),
			  (size - header) % TCPCLOSE_RECORD_SIZE);
		close_source(self);
	}
}

/* Any byte may have any other value: nothing crashes, no record is read twice. */
TEST_F(recording, with_any_byte_changed_does_no_harm)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x02, 0x7f, 0x80,
						0xf0, 0xf1, 0xf2, 0xf3, 0xff };
	unsigned char *bytes = (void *)&self->file;
	size_t at;
	unsigned int i;

	for (at = 0; at < sizeof(self->file); at++) {
		unsigned char was = bytes[at];

		for (i = 0; i < sizeof(values); i++) {
			int count;

			bytes[at] = values[i];
			if (open_cut(self, sizeof(self->file)))
				continue;
			count = read_all(self);
			EXPECT_GE(count, 4)
			TH_LOG("byte %zu is %u", at, values[i]);
			EXPECT_LE(count, 6)
			TH_LOG("byte %zu is %u", at, values[i]);
			close_source(self);
		}
		bytes[at] = was;
	}
}

TEST_F(recording, of_noise_does_no_harm)
{
	static const unsigned char kinds[] = {
		TCPCLOSE_KIND_TRANSITION, TCPCLOSE_KIND_DETAIL,
		RECORDING_KIND_START,	  RECORDING_KIND_LOST,
		RECORDING_KIND_CLOCK,	  RECORDING_KIND_NETNS,
		RECORDING_KIND_OWNER,	  RECORDING_KIND_CGROUP
	};
	unsigned int round, seed = 1;
	size_t i;

	for (round = 0; round < 1000; round++) {
		unsigned char *bytes = (void *)self->file.r;

		for (i = 0; i < sizeof(self->file.r); i++)
			bytes[i] = (unsigned char)rand_r(&seed);
		for (i = 0; i < RECORDS; i++)
			self->file.r[i].marker.kind =
				kinds[rand_r(&seed) % sizeof(kinds)];
		ASSERT_EQ(open_cut(self, sizeof(self->file)), 0);
		EXPECT_GE(read_all(self), 0);
		close_source(self);
	}
}

TEST_HARNESS_MAIN
