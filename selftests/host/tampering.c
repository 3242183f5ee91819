// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream that was tampered with is caught, at any place and in any way, and an
 * unchanged stream is clean.
 *
 * Each test changes one record of a stream of whole lives, each record in turn.
 * If a changed life can't be distinguished from another legal life, the test says so.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "base/buffer.h"
#include "check/check.h"
#include "lib/decoder.h"
#include "lib/source.h"
#include "host/lib/synthetic_lives.h"
#include "view/verify.h"

#define RECORDS_MAX	1024
#define STREAM_RECORDS	150

union entry {
	struct tcpclose_record r;
	struct tcpclose_detail t;
	struct recording_marker m;
};

/**
 * struct stream - a recording
 * @count: number of entries
 * @ports: ports that are used again and again; 0: many
 */
struct stream {
	struct recording_header header;
	union entry entries[RECORDS_MAX];
	size_t count;
	unsigned int ports;
};

FIXTURE(tampered)
{
	struct stream base;
	struct stream now;
	struct check check;
	int fd;
	char path[32];
};

static void keep(void *context, const void *record)
{
	struct stream *s = context;

	if (s->count < RECORDS_MAX)
		memcpy(&s->entries[s->count++], record, sizeof(union entry));
}

static int generate(struct stream *s, bool all, bool losses, unsigned int records)
{
	struct synthetic_lives lives = {
		.ports = s->ports,
		.all = all,
		.losses = losses,
		.room = 4,
		.write = keep,
		.context = s,
	};

	s->count = 0;
	lives_header(&s->header);
	return lives_write(&lives, records);
}

FIXTURE_SETUP(tampered)
{
	self->fd = memfd_create("stream", MFD_CLOEXEC);
	ASSERT_LE(0, self->fd);
	snprintf(self->path, sizeof(self->path), "/proc/self/fd/%d", self->fd);
	ASSERT_EQ(0, generate(&self->base, true, false, STREAM_RECORDS));
	ASSERT_LT(self->base.count, RECORDS_MAX);
	self->now = self->base;
}

FIXTURE_TEARDOWN(tampered)
{
	close(self->fd);
}

/* Return: number of findings for the recording in the file, or -1 */
static long verify_file(FIXTURE_DATA(tampered) * self)
{
	struct decoder decoder = {};
	struct source *source;
	struct error why;
	struct event e;
	int ret = source_open_recording(&source, self->path, &why);

	if (ret)
		return -1;
	decoder_init(&decoder, source_header(source), true);
	while ((ret = decoder_next(&decoder, source, &e)) > 0 &&
	       !check_event(&self->check, &e))
		;
	decoder_free(&decoder);
	source_close(source);
	if (!ret)
		ret = check_finish(&self->check);
	check_free(&self->check);
	return ret ? -1 : (long)check_finding_count(&self->check);
}

/* Return: number of findings for the current stream, or -1 */
static long verify(FIXTURE_DATA(tampered) * self)
{
	size_t size = self->now.count * sizeof(union entry);

	if (ftruncate(self->fd, 0) ||
	    pwrite(self->fd, &self->now.header, sizeof(self->now.header), 0) < 0 ||
	    pwrite(self->fd, self->now.entries, size, sizeof(self->now.header)) != (ssize_t)size ||
	    check_init(&self->check, NULL))
		return -1;
	return verify_file(self);
}

static uint64_t found(FIXTURE_DATA(tampered) * self, enum finding_kind kind)
{
	return self->check.findings[kind].count;
}

static bool is_record(const union entry *e)
{
	return e->r.kind == TCPCLOSE_KIND_TRANSITION || e->r.kind == TCPCLOSE_KIND_DETAIL;
}

static bool is_transition(const union entry *e)
{
	return e->r.kind == TCPCLOSE_KIND_TRANSITION;
}

static unsigned int from_of(const union entry *e)
{
	return TCPCLOSE_EDGE_FROM(e->r.edge);
}

static unsigned int to_of(const union entry *e)
{
	return TCPCLOSE_EDGE_TO(e->r.edge);
}

static bool is_mini(const union entry *e)
{
	return TCPCLOSE_HOW_ORIGIN(e->r.how) == TCPCLOSE_ORIGIN_TIMEWAIT;
}

static bool is_opening(unsigned int state)
{
	return state == TCPCLOSE_SYN_SENT || state == TCPCLOSE_SYN_RECV ||
	       state == TCPCLOSE_ESTABLISHED;
}

/* No record of the same CPU comes after it: the end of the stream is no finding. */
static bool is_last_of_cpu(const struct stream *s, size_t i)
{
	size_t j;

	for (j = i + 1; j < s->count; j++)
		if (s->entries[j].r.cpu == s->entries[i].r.cpu)
			return false;
	return true;
}

static bool is_last_of_life(const struct stream *s, size_t i)
{
	size_t j;

	for (j = i + 1; j < s->count; j++)
		if (is_transition(&s->entries[j]) &&
		    s->entries[j].r.cookie == s->entries[i].r.cookie)
			return false;
	return true;
}

/* A connection has a transition from entry @from on, before entry @to. */
static bool has_between(const struct stream *s, size_t from, size_t to, __u64 cookie)
{
	while (to-- > from)
		if (is_transition(&s->entries[to]) && s->entries[to].r.cookie == cookie)
			return true;
	return false;
}

static bool has_begun(const struct stream *s, size_t i, __u64 cookie)
{
	return has_between(s, 0, i, cookie);
}

/* The missing part of a life may follow within a second: see LATE_MAX_NS. */
static bool is_near_end(const struct stream *s, size_t i)
{
	__u64 last_ns = s->entries[i].r.ts_ns, cookie = s->entries[i].r.cookie;
	size_t j;

	for (j = i; j < s->count; j++)
		if (is_transition(&s->entries[j]) && s->entries[j].r.cookie == cookie)
			last_ns = s->entries[j].r.ts_ns;
	return last_ns + 1000000000 > s->entries[s->count - 1].r.ts_ns;
}

static void drop(struct stream *s, size_t i)
{
	s->count--;
	memmove(&s->entries[i], &s->entries[i + 1], (s->count - i) * sizeof(s->entries[0]));
}

static void insert(struct stream *s, size_t i, const union entry *e)
{
	memmove(&s->entries[i + 1], &s->entries[i], (s->count - i) * sizeof(s->entries[0]));
	s->entries[i] = *e;
	s->count++;
}

static void swap(struct stream *s, size_t i, size_t j)
{
	union entry e = s->entries[i];

	s->entries[i] = s->entries[j];
	s->entries[j] = e;
}

/* Hides the change: numbers each CPU's records without gaps again. */
static void renumber(struct stream *s)
{
	__u32 next[LIVES_CPUS] = { 0 };
	size_t i;

	for (i = 0; i < s->count; i++) {
		union entry *e = &s->entries[i];

		if (e->m.kind == RECORDING_KIND_START)
			next[e->m.cpu] = e->m.value;
		else if (e->m.kind == RECORDING_KIND_LOST)
			next[e->m.cpu] += e->m.value;
		else if (e->r.kind < RECORDING_KIND_START)
			e->r.seq = next[e->r.cpu]++;
	}
}

/* Drops a transition, with its process. Return: the number of the entry after it */
static size_t drop_transition(struct stream *s, size_t i)
{
	if (s->entries[i - 1].t.kind == TCPCLOSE_KIND_DETAIL &&
	    s->entries[i - 1].t.cookie == s->entries[i].r.cookie &&
	    s->entries[i - 1].t.ts_ns == s->entries[i].r.ts_ns)
		drop(s, --i);
	drop(s, i);
	return i;
}

/* The stream goes on: other connections, from @ns after its end. */
static int go_on(struct stream *s, __u64 ns)
{
	static struct stream more;
	__u64 after_ns = s->entries[s->count - 1].r.ts_ns + ns;
	size_t i;

	more.ports = s->ports;
	if (generate(&more, true, false, STREAM_RECORDS))
		return -1;
	for (i = LIVES_CPUS; i < more.count && s->count < RECORDS_MAX; i++) {
		union entry *e = &s->entries[s->count++];

		*e = more.entries[i];
		e->r.ts_ns += after_ns - more.entries[0].r.ts_ns;
		e->r.cookie += 100000;
	}
	renumber(s);
	return i < more.count ? -1 : 0;
}

#define FOR_EACH(i) \
	for (i = 0; self->now = self->base, i < self->base.count; i++)

/* The current change, made to entry @i, must be reported as @kind. */
#define EXPECT_FOUND(i, kind) do { \
	EXPECT_LT(0, verify(self)); \
	EXPECT_LT(0, found(self, kind)) \
	TH_LOG("entry %zu, %u to %u of cookie %llu", (size_t)(i), \
	       from_of(&self->base.entries[i]), to_of(&self->base.entries[i]), \
	       self->base.entries[i].r.cookie); \
} while (0)

#define EXPECT_CAUGHT(i, format, ...) \
	EXPECT_LT(0, verify(self)) \
	TH_LOG("entry %zu, %u to %u of cookie %llu: " format, (size_t)(i), \
	       from_of(&self->base.entries[i]), to_of(&self->base.entries[i]), \
	       self->base.entries[i].r.cookie, ##__VA_ARGS__)

/* ---- unchanged streams are clean */

TEST_F(tampered, nothing_is_clean)
{
	EXPECT_EQ(0, verify(self));
	EXPECT_LT(0, self->check.ended);
	EXPECT_EQ(self->check.seen, self->check.ended);
	EXPECT_EQ(0, self->check.unopened);
}

TEST_F(tampered, teardown_only_is_clean)
{
	ASSERT_EQ(0, generate(&self->now, false, false, STREAM_RECORDS));
	EXPECT_EQ(0, verify(self));
	EXPECT_EQ(self->check.seen, self->check.unopened);
}

TEST_F(tampered, reported_loss_is_clean)
{
	ASSERT_EQ(0, generate(&self->now, true, true, 900));
	ASSERT_LT(self->now.count, RECORDS_MAX);
	EXPECT_EQ(0, verify(self));
	EXPECT_LT(0, self->check.lost);
	EXPECT_LT(0, self->check.gaps.explained.count);
}

/* The next transition of a life; the one at entry @i is not its last. */
static size_t next_of_life(const struct stream *s, size_t i)
{
	__u64 cookie = s->entries[i].r.cookie;

	for (i++; !is_transition(&s->entries[i]) || s->entries[i].r.cookie != cookie; i++)
		;
	return i;
}

/*
 * The next transition of a life that begins at entry @i, and gets that one's time.
 * Return: its first entry; 0: the life does not begin there, or ends there
 */
static size_t join_next(struct stream *s, size_t i)
{
	__u64 cookie = s->entries[i].r.cookie;
	size_t j;

	if (!is_transition(&s->entries[i]) || has_begun(s, i, cookie) || is_last_of_life(s, i))
		return 0;
	j = next_of_life(s, i);
	s->entries[j].r.dwell_ns = 0;
	return s->entries[j - 1].t.kind == TCPCLOSE_KIND_DETAIL &&
	       s->entries[j - 1].t.cookie == cookie ? j - 1 : j;
}

/* A segment that causes two transitions gives both its time: the first may be lost. */
TEST_F(tampered, loss_of_the_first_of_two_at_one_time_is_clean)
{
	unsigned int seen = 0;
	size_t i, j;

	ASSERT_EQ(0, generate(&self->base, false, false, STREAM_RECORDS));
	FOR_EACH(i) {
		union entry lost = { 0 };

		j = join_next(&self->now, i);
		if (!j)
			continue;
		lost.m = synthetic_marker(self->now.entries[j].r.ts_ns, RECORDING_KIND_LOST,
					  self->now.entries[j].r.cpu, 1);
		insert(&self->now, j, &lost);
		drop_transition(&self->now, i);
		renumber(&self->now);
		EXPECT_EQ(0, verify(self))
		TH_LOG("entry %zu", i);
		EXPECT_EQ(1, self->check.gaps.explained.count);
		seen++;
	}
	EXPECT_LT(5, seen);
}

/* Likewise, the first may be overwritten before the stream begins, with --all. */
TEST_F(tampered, a_stream_between_two_at_one_time_is_clean)
{
	unsigned int seen = 0;
	size_t i, j;

	ASSERT_EQ(0, generate(&self->base, false, false, STREAM_RECORDS));
	for (i = 0; i < self->base.count; i++) {
		union entry *e = &self->base.entries[i];

		if (is_record(e)) {
			e->r.cpu = 0;
			continue;
		}
		e->m.ts_ns = self->base.entries[self->base.count - 1].r.ts_ns;
		e->m.value = i ? 0 : 1000;
	}
	FOR_EACH(i) {
		j = join_next(&self->now, i);
		if (!j)
			continue;
		self->now.count -= j - LIVES_CPUS;
		memmove(&self->now.entries[LIVES_CPUS], &self->now.entries[j],
			(self->now.count - LIVES_CPUS) * sizeof(union entry));
		renumber(&self->now);
		EXPECT_EQ(0, verify(self))
		TH_LOG("entry %zu", i);
		seen++;
	}
	EXPECT_LT(5, seen);
}

/* The stream may begin in the middle of lives, and end there. */
TEST_F(tampered, any_part_is_clean)
{
	size_t i, cpu, first;

	for (i = LIVES_CPUS; i < self->base.count; i++) {
		self->now = self->base;
		for (cpu = 0; cpu < LIVES_CPUS; cpu++) {
			for (first = i; first < self->base.count; first++)
				if (self->base.entries[first].r.cpu == cpu)
					break;
			if (first < self->base.count)
				self->now.entries[cpu].m.value = self->base.entries[first].r.seq;
			self->now.entries[cpu].m.ts_ns = self->base.entries[i].r.ts_ns;
		}
		memmove(&self->now.entries[LIVES_CPUS], &self->base.entries[i],
			(self->base.count - i) * sizeof(union entry));
		self->now.count = LIVES_CPUS + self->base.count - i;
		EXPECT_EQ(0, verify(self))
		TH_LOG("from entry %zu", i);
		self->now = self->base;
		self->now.count = i;
		EXPECT_EQ(0, verify(self))
		TH_LOG("to entry %zu", i);
	}
}

static void write_out(void *context, const void *record)
{
	fwrite(record, TCPCLOSE_RECORD_SIZE, 1, context);
}

/* Return: whether a stream too long for the array was written to the file */
static int generate_file(FIXTURE_DATA(tampered) * self, struct synthetic_lives *lives,
			 uint64_t records)
{
	FILE *file = fdopen(dup(self->fd), "w");

	if (!file || fwrite(&self->base.header, sizeof(self->base.header), 1, file) != 1)
		return -1;
	lives->write = write_out;
	lives->context = file;
	return lives_write(lives, records) | fclose(file) | check_init(&self->check, NULL);
}

/* Return: whether the report has a text */
static bool reports(FIXTURE_DATA(tampered) * self, const char *text)
{
	static char report[1 << 16];
	const struct view how = { 0 };
	struct buffer to;
	ssize_t got;

	if (ftruncate(self->fd, 0) || lseek(self->fd, 0, SEEK_SET))
		return false;
	buffer_init(&to, self->fd);
	verify_text(&how, &to, &self->check);
	if (buffer_flush(&to))
		return false;
	got = pread(self->fd, report, sizeof(report) - 1, 0);
	report[got > 0 ? got : 0] = '\0';
	return strstr(report, text);
}

/* More connections than can be stored: some are forgotten, without a finding. */
TEST_F(tampered, forgotten_connections_are_clean)
{
	struct synthetic_lives lives = { .all = true, .room = 5000 };

	ASSERT_EQ(0, generate_file(self, &lives, 50000));
	self->check.history.max = 1000;
	EXPECT_EQ(0, verify_file(self));
	EXPECT_LT(1000, self->check.history.forgotten);
	EXPECT_LT(1000, self->check.forgot);
	EXPECT_GE(1000, self->check.history.count);
	EXPECT_TRUE(reports(self, "no history has a gap, but for "));
}

/* A socket begins another life, with its cookie, while its mini-socket lives. */
TEST_F(tampered, sockets_that_are_used_again_are_clean)
{
	struct synthetic_lives lives = { .all = true, .again = true, .room = 50 };

	ASSERT_EQ(0, generate_file(self, &lives, 50000));
	EXPECT_EQ(0, verify_file(self));
	EXPECT_EQ(lives.born, self->check.seen);
	EXPECT_EQ(lives.born, self->check.ended);
}

TEST_F(tampered, sockets_that_are_used_again_are_clean_without_openings)
{
	struct synthetic_lives lives = { .again = true, .losses = true, .room = 50 };

	ASSERT_EQ(0, generate_file(self, &lives, 50000));
	EXPECT_EQ(0, verify_file(self));
	EXPECT_LT(0, self->check.gaps.explained.count);
}

TEST_F(tampered, noise_does_no_harm)
{
	static const unsigned char kinds[] = {
		TCPCLOSE_KIND_TRANSITION, TCPCLOSE_KIND_TRANSITION, TCPCLOSE_KIND_TRANSITION,
		TCPCLOSE_KIND_DETAIL, RECORDING_KIND_START, RECORDING_KIND_LOST,
	};
	unsigned int round, seed = 1;
	size_t i, b;

	for (round = 0; round < 100; round++) {
		self->now.count = 200;
		for (i = 0; i < self->now.count; i++) {
			union entry *e = &self->now.entries[i];
			unsigned char *bytes = (void *)e;

			for (b = 0; b < sizeof(*e); b++)
				bytes[b] = rand_r(&seed);
			e->r.kind = kinds[rand_r(&seed) % sizeof(kinds)];
			/* Use the same connections again */
			e->r.cookie %= 4;
			e->r.cpu %= round % 2 ? 4 : 65536;
			e->r.netns_inode %= 2;
			e->r.index %= 8;
			e->r.mark &= rand_r(&seed);
		}
		EXPECT_LT(0, verify(self));
	}
}

/* A newer module writes records of a kind that is not known here. */
TEST_F(tampered, unknown_kinds_are_clean)
{
	size_t i;

	FOR_EACH(i) {
		union entry *e = &self->now.entries[i];

		if (!is_record(e))
			continue;
		insert(&self->now, i, e);
		e->r.kind = 77;
		renumber(&self->now);
		EXPECT_EQ(0, verify(self))
		TH_LOG("before entry %zu", i);
	}
}

/* A hypervisor holds a CPU between reading the clock and writing the record. */
TEST_F(tampered, a_cpu_that_was_held_is_clean)
{
	unsigned int held = 0;
	size_t i, end = self->base.count;

	ASSERT_EQ(0, go_on(&self->base, 10 * SYNTHETIC_SECOND));
	for (i = end; i--; ) {
		union entry *e = &self->base.entries[i];
		size_t j;

		self->now = self->base;
		for (j = i + 1; j < self->now.count; j++)
			if (self->now.entries[j].r.cpu == e->r.cpu ||
			    (j >= end && is_transition(&self->now.entries[j])))
				break;
		if (!is_transition(e) || self->now.entries[j].r.cpu == e->r.cpu ||
		    TCPCLOSE_HOW_CONTEXT(e->r.how) == TCPCLOSE_CONTEXT_PROCESS ||
		    !is_last_of_life(&self->now, i))
			continue;
		insert(&self->now, j + 1, e);
		drop(&self->now, i);
		EXPECT_EQ(0, verify(self));
		EXPECT_LT(9 * SYNTHETIC_SECOND, self->check.late_ns);
		held++;
	}
	EXPECT_LT(0, held);
}

/* ---- records that are missing, or too many */

TEST_F(tampered, a_dropped_record_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		if (!is_record(&self->now.entries[i]) || is_last_of_cpu(&self->now, i))
			continue;
		drop(&self->now, i);
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_GAP);
	}
}

/* Openings are left out: it is unknown whether an opening was recorded at all. */
TEST_F(tampered, a_dropped_record_is_caught_by_its_connection)
{
	size_t i;

	FOR_EACH(i) {
		union entry *e = &self->now.entries[i];

		if (!is_transition(e) || is_last_of_life(&self->now, i) ||
		    is_opening(to_of(e)) || is_near_end(&self->now, i))
			continue;
		if (self->now.entries[i - 1].t.kind == TCPCLOSE_KIND_DETAIL &&
		    self->now.entries[i - 1].t.cookie == e->r.cookie)
			drop(&self->now, --i), drop(&self->now, i), i++;
		else
			drop(&self->now, i);
		renumber(&self->now);
		EXPECT_FOUND(i, FINDING_GAP);
	}
}

/*
 * The end of a TIME_WAIT tells when it began: what led to it is missing, though the
 * stream ends right there.
 */
TEST_F(tampered, missing_hand_over_is_found_if_time_wait_lasted)
{
	unsigned int seen = 0;
	size_t i, j;

	ASSERT_EQ(0, generate(&self->base, false, false, STREAM_RECORDS));
	FOR_EACH(i) {
		const __u64 longer_ns = 1500000000;
		union entry *e = &self->now.entries[i], *end;

		if (!is_transition(e) || is_mini(e) || from_of(e) != TCPCLOSE_FIN_WAIT2 ||
		    to_of(e) != TCPCLOSE_TIME_WAIT || is_last_of_life(&self->now, i))
			continue;
		j = next_of_life(&self->now, i);
		end = &self->now.entries[j];
		if (to_of(end) != TCPCLOSE_CLOSE)
			continue;
		end->r.ts_ns += longer_ns;
		end->r.dwell_ns += longer_ns;
		end->r.age_ns += longer_ns;
		self->now.count = j + 1;
		drop_transition(&self->now, i);
		renumber(&self->now);
		EXPECT_FOUND(i, FINDING_GAP);
		seen++;
	}
	EXPECT_LT(0, seen);
}

/*
 * The stream shows that each connection is over: its addresses are used again. Only
 * openings are left out, which may be unrecorded, and after which the addresses are not
 * known yet.
 */
TEST_F(tampered, a_missing_end_is_caught_when_addresses_are_used_again)
{
	unsigned int caught = 0;
	size_t i, end;

	self->base.ports = 4;
	ASSERT_EQ(0, generate(&self->base, true, false, STREAM_RECORDS));
	end = self->base.count;
	ASSERT_EQ(0, go_on(&self->base, SYNTHETIC_SECOND));
	self->now = self->base;
	ASSERT_EQ(0, verify(self));
	for (i = 0; i < end; i++) {
		union entry *e = &self->base.entries[i];

		if (!is_transition(e) || is_opening(to_of(e)) ||
		    from_of(e) == TCPCLOSE_SYN_SENT)
			continue;
		self->now = self->base;
		drop_transition(&self->now, i);
		renumber(&self->now);
		EXPECT_FOUND(i, FINDING_GAP);
		caught++;
	}
	EXPECT_LT(60, caught);
}

/*
 * No address comes back, but time goes on: a mini-socket has a timer. All other last
 * records may still come.
 */
TEST_F(tampered, a_missing_end_is_caught_when_its_time_is_over)
{
	unsigned int caught = 0, open = 0;
	size_t i, end;

	end = self->base.count;
	ASSERT_EQ(0, go_on(&self->base, 480 * SYNTHETIC_SECOND));
	self->now = self->base;
	for (i = end; i < self->now.count; i++)
		if (is_record(&self->now.entries[i]))
			self->now.entries[i].r.laddr[2] ^= is_transition(&self->now.entries[i]);
	self->base = self->now;
	ASSERT_EQ(0, verify(self));
	for (i = 0; i < end; i++) {
		union entry *e = &self->base.entries[i];

		if (!is_transition(e) || is_opening(to_of(e)))
			continue;
		self->now = self->base;
		drop_transition(&self->now, i);
		renumber(&self->now);
		if (is_last_of_life(&self->base, i) && !is_mini(e)) {
			EXPECT_EQ(0, verify(self));
			EXPECT_EQ(1, self->check.open);
			open++;
			continue;
		}
		EXPECT_FOUND(i, FINDING_GAP);
		caught++;
	}
	EXPECT_LT(60, caught);
	EXPECT_LT(10, open);
}

/* What no record shows has neither CPU nor number, in JSON either */
TEST_F(tampered, a_missing_record_has_no_place)
{
	const struct view how = { .json = true };
	size_t i = self->base.count, end = self->base.count;
	struct buffer text;

	ASSERT_EQ(0, go_on(&self->base, 480 * SYNTHETIC_SECOND));
	self->now = self->base;
	while (i-- && !(i < end && is_transition(&self->now.entries[i]) &&
			is_mini(&self->now.entries[i]) &&
			is_last_of_life(&self->now, i)))
		;
	ASSERT_LT(0, i);
	drop_transition(&self->now, i);
	renumber(&self->now);
	EXPECT_FOUND(i, FINDING_GAP);
	buffer_init(&text, -1);
	verify_json(&how, &text, &self->check);
	text.data[text.len] = '\0';
	EXPECT_NE(NULL, strstr(text.data, "\"cpu\":null,\"seq\":null,\"cookie\":"))
	{
		TH_LOG("%s", strstr(text.data, "\"findings\""));
	}
}

/* A marker has no number; what a namespace is called, and a cookie, may be unknown */
TEST_F(tampered, what_is_unknown_is_null)
{
	const struct view how = { .json = true };
	struct finding *f = &self->check.findings[FINDING_COOKIE].examples[0];
	struct buffer text;

	insert(&self->now, 1, &self->now.entries[0]);
	EXPECT_LT(0, verify(self));
	buffer_init(&text, -1);
	f->transition = true;
	self->check.findings[FINDING_COOKIE].count = 1;
	self->check.findings[FINDING_COOKIE].kept = 1;
	verify_json(&how, &text, &self->check);
	text.data[text.len] = '\0';
	EXPECT_NE(NULL, strstr(text.data, "\"cpu\":0,\"seq\":null,\"what\":"));
	EXPECT_NE(NULL, strstr(text.data, "\"cookie\":null,\"netns_inode\":null,"));
	EXPECT_NE(NULL, strstr(text.data, "\"netns_inode\":null,\"netns_name\":null,"));
}

/* A mini-socket has no end: not in TIME_WAIT for 60 s, nor in FIN_WAIT2 for 420 s. */
TEST_F(tampered, a_mini_socket_may_last_as_long_as_its_timer)
{
	static const struct {
		unsigned int state;
		__u64 seconds;
		bool over;
	} cases[] = {
		{ TCPCLOSE_TIME_WAIT, 55, false },
		{ TCPCLOSE_TIME_WAIT, 75, true },
		{ TCPCLOSE_FIN_WAIT2, 410, false },
		{ TCPCLOSE_FIN_WAIT2, 490, true },
	};
	unsigned int k, seen = 0;
	size_t i, j;

	for (k = 0; k < ARRAY_SIZE(cases); k++) {
		FOR_EACH(i) {
			union entry *e = &self->now.entries[i];

			if (!is_transition(e) || !is_mini(e) || to_of(e) != TCPCLOSE_CLOSE ||
			    from_of(e) != cases[k].state)
				continue;
			seen++;
			drop_transition(&self->now, i);
			/* A second of the stream is about 100 records */
			ASSERT_EQ(0, go_on(&self->now, cases[k].seconds * SYNTHETIC_SECOND));
			for (j = 0; j < self->now.count; j++)
				if (is_transition(&self->now.entries[j]) &&
				    self->now.entries[j].r.cookie > 100000)
					self->now.entries[j].r.laddr[2] ^= 1;
			EXPECT_EQ(cases[k].over, verify(self) > 0)
			TH_LOG("state %u, %llu s", cases[k].state, cases[k].seconds);
			break;
		}
	}
	EXPECT_EQ(4, seen);
}

/* The machine was stopped for an hour; then the timers are due. Nothing is missing. */
TEST_F(tampered, a_machine_that_was_stopped_is_clean)
{
	const __u64 stop_ns = 3600 * SYNTHETIC_SECOND;
	size_t i, j;

	FOR_EACH(i) {
		union entry *e = &self->now.entries[i];

		if (!is_transition(e) || !is_mini(e) || to_of(e) != TCPCLOSE_CLOSE)
			continue;
		for (j = i; j < self->now.count; j++) {
			struct tcpclose_record *r = &self->now.entries[j].r;

			if (!is_record(&self->now.entries[j]))
				continue;
			r->ts_ns += stop_ns;
			if (!is_transition(&self->now.entries[j]) ||
			    !has_begun(&self->base, i, r->cookie))
				continue;
			r->age_ns += stop_ns;
			if (!has_between(&self->base, i, j, r->cookie))
				r->dwell_ns += stop_ns;
		}
		EXPECT_LE(0, verify(self));
		EXPECT_EQ(0, found(self, FINDING_GAP));
	}
}

TEST_F(tampered, a_doubled_record_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		if (!is_record(&self->now.entries[i]))
			continue;
		insert(&self->now, i, &self->base.entries[i]);
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_AGAIN);
	}
}

TEST_F(tampered, a_doubled_record_is_caught_by_its_connection)
{
	size_t i;

	FOR_EACH(i) {
		if (!is_transition(&self->now.entries[i]))
			continue;
		insert(&self->now, i, &self->base.entries[i]);
		renumber(&self->now);
		EXPECT_CAUGHT(i, "doubled");
	}
}

TEST_F(tampered, swapped_records_of_a_cpu_are_caught)
{
	size_t i, j;

	FOR_EACH(i) {
		for (j = i + 1; j < self->now.count; j++)
			if (self->now.entries[j].r.cpu == self->now.entries[i].r.cpu)
				break;
		if (!is_record(&self->now.entries[i]) || j == self->now.count)
			continue;
		swap(&self->now, i, j);
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_AGAIN);
	}
}

/* Except for two records of two CPUs that may have either order: see synthetic_lives.c. */
TEST_F(tampered, swapped_records_of_a_connection_are_caught)
{
	size_t i, j;

	FOR_EACH(i) {
		union entry *e = &self->now.entries[i], *later;

		for (j = i + 1; j < self->now.count; j++)
			if (is_transition(&self->now.entries[j]) &&
			    self->now.entries[j].r.cookie == e->r.cookie)
				break;
		later = &self->now.entries[j];
		if (!is_transition(e) || j == self->now.count || is_mini(later) || is_mini(e))
			continue;
		if (is_opening(to_of(e)) && is_opening(to_of(later)))
			continue;
		swap(&self->now, i, j);
		renumber(&self->now);
		EXPECT_CAUGHT(i, "swapped with %zu", j);
	}
}

TEST_F(tampered, a_process_without_its_transition_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		if (self->now.entries[i].t.kind != TCPCLOSE_KIND_DETAIL ||
		    is_last_of_cpu(&self->now, i + 1))
			continue;
		drop(&self->now, i + 1);
		renumber(&self->now);
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_DETAIL_ALONE);
	}
}

TEST_F(tampered, a_call_without_its_process_is_caught)
{
	bool begun[LIVES_CPUS] = { false };
	size_t i;

	FOR_EACH(i) {
		union entry *e = &self->now.entries[i];
		bool first = !begun[e->r.cpu];

		begun[e->r.cpu] |= is_record(e);
		/* The stream may have begun after the process's record. */
		if (e->t.kind != TCPCLOSE_KIND_DETAIL || first)
			continue;
		drop(&self->now, i);
		renumber(&self->now);
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_NO_DETAIL);
	}
}

TEST_F(tampered, another_process_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		struct tcpclose_detail *detail = &self->now.entries[i].t;

		if (detail->kind != TCPCLOSE_KIND_DETAIL)
			continue;
		detail->pid = detail->pid ? 0 : 4711;
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_DETAIL_OTHER);
		detail->pid = detail->pid ? 0 : 4711;
		detail->cookie ^= 1;
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_DETAIL_OTHER);
		detail->cookie ^= 1;
		detail->netns ^= 1;
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_DETAIL_OTHER);
	}
}

/* ---- markers */

TEST_F(tampered, a_dropped_start_is_caught)
{
	size_t i;

	for (i = 0; i < LIVES_CPUS; i++) {
		self->now = self->base;
		drop(&self->now, i);
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_NO_START);
		self->now = self->base;
		insert(&self->now, LIVES_CPUS, &self->base.entries[i]);
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_START_AGAIN);
		self->now = self->base;
		self->now.entries[i].m.value--;
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_GAP);
	}
}

TEST_F(tampered, a_changed_loss_is_caught)
{
	size_t i, seen = 0;

	ASSERT_EQ(0, generate(&self->base, true, true, 900));
	FOR_EACH(i) {
		if (self->now.entries[i].m.kind != RECORDING_KIND_LOST ||
		    is_last_of_cpu(&self->now, i))
			continue;
		seen++;
		self->now.entries[i].m.value--;
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_GAP);
		self->now.entries[i].m.value += 2;
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_LOSS);
		drop(&self->now, i);
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_GAP);
	}
	EXPECT_LT(10, seen);
}

TEST_F(tampered, an_invented_loss_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		union entry lost = self->now.entries[i];

		if (!is_record(&lost))
			continue;
		lost.m.kind = RECORDING_KIND_LOST;
		lost.m.value = 1;
		insert(&self->now, i, &lost);
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_LOSS);
	}
}

TEST_F(tampered, loss_elsewhere_explains_nothing)
{
	size_t i, seen = 0;

	ASSERT_EQ(0, generate(&self->base, true, true, 900));
	FOR_EACH(i) {
		union entry *e = &self->now.entries[i];

		if (!is_transition(e) || is_mini(e) || is_opening(to_of(e)) ||
		    is_last_of_life(&self->now, i) || e[-1].t.kind == TCPCLOSE_KIND_DETAIL)
			continue;
		drop(&self->now, i);
		renumber(&self->now);
		ASSERT_LE(0, verify(self));
		seen += found(self, FINDING_GAP);
	}
	/* Some records happen to be missing where loss was reported. */
	EXPECT_LT(50, seen);
}

/* ---- contents of records */

static bool has_names(unsigned int edge)
{
	return model_state(TCPCLOSE_EDGE_FROM(edge)) && model_state(TCPCLOSE_EDGE_TO(edge));
}

/* Each other edge, with and without a matching change of the tracepoint's states. */
TEST_F_TIMEOUT(tampered, other_states_are_caught, 300)
{
	unsigned int edge;
	size_t i;

	FOR_EACH(i) {
		struct tcpclose_record *r = &self->now.entries[i].r;
		__u8 was = r->edge, raw = r->raw;

		if (!is_transition(&self->now.entries[i]))
			continue;
		for (edge = 0; edge < 256; edge++) {
			if (edge == was || !has_names(edge))
				continue;
			r->edge = edge;
			EXPECT_CAUGHT(i, "edge %#x", edge);
			if (raw != was || !raw)
				continue;
			r->raw = edge;
			EXPECT_CAUGHT(i, "edge and raw %#x", edge);
			r->raw = raw;
		}
		r->edge = was;
		for (edge = 0; edge < 256; edge++) {
			r->raw = edge;
			if (edge != raw && has_names(edge))
				EXPECT_CAUGHT(i, "raw %#x", edge);
		}
	}
}

/*
 * It is unknown whether openings were recorded at all: one opening less, or one of an
 * unknown connection, is legal.
 */
TEST_F(tampered, another_cookie_is_caught)
{
	size_t i, j;

	FOR_EACH(i) {
		union entry *e = &self->now.entries[i];
		__u64 was = e->r.cookie;

		if (!is_transition(e) || is_near_end(&self->now, i))
			continue;
		if (from_of(e) != TCPCLOSE_LISTEN) {
			e->r.cookie = 0;
			EXPECT_CAUGHT(i, "no cookie");
		}
		if (!is_opening(from_of(e)) && !is_opening(to_of(e))) {
			e->r.cookie = 1000000;
			EXPECT_CAUGHT(i, "unknown cookie");
			e->r.cookie = 1;
			if (was != 1)
				EXPECT_CAUGHT(i, "earlier cookie");
		}
		/* The cookie of a connection that is alive. */
		for (j = i + 1; j < self->now.count; j++) {
			union entry *other = &self->now.entries[j];

			if (!is_transition(other) || other->r.cookie == was ||
			    is_near_end(&self->now, j) ||
			    !has_begun(&self->base, i, other->r.cookie))
				continue;
			/* Its socket may have been used again in the meantime. */
			if (is_mini(other) && is_opening(from_of(e)))
				continue;
			e->r.cookie = other->r.cookie;
			EXPECT_CAUGHT(i, "cookie %llu", other->r.cookie);
			break;
		}
	}
}

TEST_F(tampered, another_namespace_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		union entry *e = &self->now.entries[i];

		if (!is_transition(e) || is_opening(to_of(e)) ||
		    is_opening(from_of(e)) || is_near_end(&self->now, i))
			continue;
		e->r.netns_inode++;
		EXPECT_CAUGHT(i, "namespace");
	}
}

TEST_F(tampered, another_time_is_caught)
{
	const __s64 changes[] = { INT64_MIN, -1000000000, -1, 1, 1000000000 };
	unsigned int k;
	size_t i;

	FOR_EACH(i) {
		struct tcpclose_record *r = &self->now.entries[i].r;
		__u64 was = r->ts_ns;

		if (!is_record(&self->now.entries[i]))
			continue;
		for (k = 0; k < 5; k++) {
			r->ts_ns = was + changes[k];
			EXPECT_CAUGHT(i, "time %+lld", (long long)changes[k]);
		}
	}
}

TEST_F(tampered, another_dwell_or_age_is_caught)
{
	const __s64 changes[] = { INT64_MIN, -1000000000, -1, 1, 1000000000 };
	unsigned int k;
	size_t i;

	FOR_EACH(i) {
		struct tcpclose_record *r = &self->now.entries[i].r;
		bool born = from_of(&self->now.entries[i]) == TCPCLOSE_CLOSE ||
			    from_of(&self->now.entries[i]) == TCPCLOSE_LISTEN;
		__u64 dwell = r->dwell_ns, age = r->age_ns;

		if (!is_transition(&self->now.entries[i]))
			continue;
		for (k = 0; k < 4; k++) {
			r->dwell_ns = born ? 1 : dwell + changes[k];
			/* The time of a mini-socket's creation is known only approximately. */
			if (!(is_mini(&self->now.entries[i]) &&
			      from_of(&self->now.entries[i]) == TCPCLOSE_TIME_WAIT &&
			      (changes[k] == 1 || changes[k] == -1)))
				EXPECT_CAUGHT(i, "dwell %+lld", (long long)changes[k]);
			r->dwell_ns = dwell;
			r->age_ns = age + changes[k];
			EXPECT_CAUGHT(i, "age %+lld", (long long)changes[k]);
			r->age_ns = age;
		}
		r->age_ns = TCPCLOSE_UNKNOWN_NS;
		EXPECT_CAUGHT(i, "age unknown");
		r->age_ns = age;
		r->dwell_ns = TCPCLOSE_UNKNOWN_NS;
		if (!born)
			EXPECT_CAUGHT(i, "dwell unknown");
	}
}

TEST_F(tampered, another_number_is_caught)
{
	const __u16 changes[] = { 1, 2, 100, 0xfffe, 0xffff };
	unsigned int k;
	size_t i;

	FOR_EACH(i) {
		struct tcpclose_record *r = &self->now.entries[i].r;
		__u16 was = r->index;

		if (!is_transition(&self->now.entries[i]))
			continue;
		for (k = 0; k < 5; k++) {
			r->index = was + changes[k];
			EXPECT_CAUGHT(i, "number %u, was %u", r->index, was);
		}
	}
}

TEST_F(tampered, another_closer_is_caught)
{
	unsigned int closer;
	size_t i;

	FOR_EACH(i) {
		struct tcpclose_record *r = &self->now.entries[i].r;
		__u8 how = r->how;

		if (!is_transition(&self->now.entries[i]))
			continue;
		for (closer = 0; closer < 4; closer++) {
			if (closer == TCPCLOSE_HOW_CLOSER(how))
				continue;
			r->how = (how & ~(3 << 4)) | closer << 4;
			EXPECT_FOUND(i, FINDING_CLOSER);
		}
	}
}

/* An undefined number; a number where 0 belongs; 0 where a number belongs. */
TEST_F(tampered, another_cause_or_end_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		struct tcpclose_record *r = &self->now.entries[i].r;
		__u8 cause = r->cause, end = r->end;

		if (!is_transition(&self->now.entries[i]))
			continue;
		r->cause = TCPCLOSE_CAUSE_OVERFLOW + 1;
		EXPECT_FOUND(i, FINDING_TRANSITION);
		r->cause = cause ? TCPCLOSE_CAUSE_NONE : TCPCLOSE_CAUSE_FIN;
		EXPECT_FOUND(i, FINDING_TRANSITION);
		r->cause = TCPCLOSE_CAUSE_LISTENER;
		EXPECT_FOUND(i, FINDING_TRANSITION);
		r->cause = cause;
		r->end = TCPCLOSE_END_OVERFLOW + 1;
		EXPECT_FOUND(i, FINDING_TRANSITION);
		r->end = end ? TCPCLOSE_END_NONE : TCPCLOSE_END_EXPIRED;
		EXPECT_FOUND(i, FINDING_TRANSITION);
	}
}

TEST_F(tampered, another_origin_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		if (!is_transition(&self->now.entries[i]))
			continue;
		self->now.entries[i].r.how ^= 1;
		EXPECT_FOUND(i, FINDING_TRANSITION);
	}
}

/* Whether another record of the life has the inode of this one, which is not 0. */
static bool has_inode_alone(const struct stream *s, size_t i)
{
	const struct tcpclose_record *r = &s->entries[i].r;
	size_t j;

	for (j = 0; j < s->count; j++)
		if (j != i && is_transition(&s->entries[j]) &&
		    s->entries[j].r.cookie == r->cookie &&
		    s->entries[j].r.inode == r->inode)
			return false;
	return r->inode;
}

TEST_F(tampered, other_marks_are_caught)
{
	unsigned int bit;
	size_t i;

	FOR_EACH(i) {
		struct tcpclose_record *r = &self->now.entries[i].r;

		if (!is_transition(&self->now.entries[i]))
			continue;
		for (bit = 0; bit < 8; bit++) {
			__u8 was = r->mark;

			/* On the last record of a life these marks cannot be disproved. */
			if (1 << bit <= TCPCLOSE_MARK_LATE && is_last_of_life(&self->now, i))
				continue;
			/* Nothing else in a stream is different for a subflow. */
			if (1 << bit == TCPCLOSE_MARK_MPTCP)
				continue;
			/* Its inode is taken for the listener's then. */
			if (1 << bit == TCPCLOSE_MARK_UNACCEPTED &&
			    has_inode_alone(&self->now, i))
				continue;
			r->mark ^= 1 << bit;
			EXPECT_CAUGHT(i, "mark %#x", r->mark);
			r->mark = was;
		}
	}
}

TEST_F(tampered, another_number_of_rearms_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		if (!is_transition(&self->now.entries[i]) || !is_mini(&self->now.entries[i]))
			continue;
		self->now.entries[i].r.rearms++;
		EXPECT_FOUND(i, FINDING_REARMS);
	}
}

/* An address may change while the connection is opened. */
TEST_F(tampered, another_address_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		struct tcpclose_record *r = &self->now.entries[i].r;
		unsigned int from = from_of(&self->now.entries[i]);

		if (!is_transition(&self->now.entries[i]) || is_opening(from) ||
		    from == TCPCLOSE_CLOSE || from == TCPCLOSE_LISTEN)
			continue;
		r->laddr[3] ^= 1;
		EXPECT_FOUND(i, FINDING_ADDRESS);
		r->laddr[3] ^= 1;
		r->raddr[0] ^= 1;
		EXPECT_FOUND(i, FINDING_ADDRESS);
		r->raddr[0] ^= 1;
		r->lport ^= 1;
		EXPECT_FOUND(i, FINDING_ADDRESS);
		r->lport ^= 1;
		r->rport ^= 1;
		EXPECT_FOUND(i, FINDING_ADDRESS);
		r->rport ^= 1;
		r->how ^= TCPCLOSE_HOW(0, 1, 0, 0, 0);
		EXPECT_FOUND(i, FINDING_ADDRESS);
	}
}

TEST_F(tampered, another_cpu_or_kind_is_caught)
{
	size_t i;

	FOR_EACH(i) {
		struct tcpclose_record *r = &self->now.entries[i].r;

		if (!is_record(&self->now.entries[i]) || is_last_of_cpu(&self->now, i))
			continue;
		r->cpu ^= 1;
		EXPECT_CAUGHT(i, "CPU %u", r->cpu);
		r->cpu = 60000;
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_NO_START);
		r->cpu = self->base.entries[i].r.cpu;
		/* A marker has no number */
		r->kind = 0xff;
		EXPECT_FOUND(i, FINDING_STREAM + EVENT_FLAW_GAP);
		r->kind = self->base.entries[i].r.kind ^ 3;
		EXPECT_CAUGHT(i, "kind %u", r->kind);
	}
}

TEST_HARNESS_MAIN
