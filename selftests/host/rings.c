// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapped rings as the tool reads them: every record once, in order of time, and
 * no record that was overwritten during the read.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/rings.h"

#define CPUS 5
#define HOLE 3
#define SLOTS 256u
/* A reader that was overtaken goes on so far behind the oldest record. */
#define LEAD (SLOTS / 8)
#define HEADER_SIZE 4096u
#define RING_SIZE (HEADER_SIZE + SLOTS * TCPCLOSE_RECORD_SIZE)
/* Number of words in a record; each word is set to the record's number. */
#define WORDS (TCPCLOSE_RECORD_SIZE / sizeof(uint64_t))

FIXTURE(rings)
{
	struct rings rings;
	char *map;
	uint64_t written[CPUS];
	struct tcpclose_record copy[CPUS * SLOTS];
};

static struct tcpclose_ring_header *header_of(char *map, unsigned int cpu)
{
	return (void *)(map + cpu * RING_SIZE);
}

FIXTURE_SETUP(rings)
{
	const struct tcpclose_geometry geometry = {
		.record_size = TCPCLOSE_RECORD_SIZE,
		.ring_records = SLOTS,
		.rings = CPUS,
		.header_size = HEADER_SIZE,
		.ring_size = RING_SIZE,
		.mmap_size = CPUS * RING_SIZE,
	};
	unsigned int cpu;

	self->map = aligned_alloc(4096, CPUS * RING_SIZE);
	ASSERT_NE(NULL, self->map);
	memset(self->map, 0, CPUS * RING_SIZE);
	ASSERT_EQ(0, rings_init(&self->rings, self->map, &geometry));
	for (cpu = 0; cpu < CPUS; cpu++)
		if (cpu != HOLE)
			rings_begin(&self->rings, cpu, 0);
	/* A reader of this place would find impossible values. */
	memset(header_of(self->map, HOLE), 0xff, RING_SIZE);
}

FIXTURE_TEARDOWN(rings)
{
	rings_free(&self->rings);
	free(self->map);
}

/* Writes as the module does: module/ring.h. */
static void put(char *map, unsigned int cpu, uint64_t number, uint64_t ts_ns)
{
	struct tcpclose_ring_header *header = header_of(map, cpu);
	struct tcpclose_record r = {
		.ts_ns = ts_ns,
		.seq = (uint32_t)number,
		.cpu = (uint16_t)cpu,
	};

	__atomic_store_n(&header->begun, number + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy((char *)header + HEADER_SIZE + number % SLOTS * sizeof(r), &r,
	       sizeof(r));
	__atomic_store_n(&header->committed, number + 1, __ATOMIC_RELEASE);
}

/* @written: number of records of each CPU so far */
static void put_next(char *map, uint64_t *written, unsigned int cpu,
		     uint64_t ts_ns)
{
	put(map, cpu, written[cpu]++, ts_ns);
}

TEST_F(rings, without_records_there_is_nothing)
{
	EXPECT_FALSE(rings_behind(&self->rings));
	EXPECT_EQ(0, rings_copy(&self->rings, UINT64_MAX, self->copy, 16));
}

TEST_F(rings, all_cpus_come_in_the_order_of_time)
{
	uint64_t ts_ns = 1, next[CPUS] = { 0 };
	size_t count, i;

	srand(1);
	for (i = 0; i < SLOTS; i++) {
		unsigned int cpu = (unsigned int)rand() % CPUS;

		/* Runs of records of one CPU, and records of several CPUs with the same time. */
		ts_ns += rand() % 3 == 0;
		if (cpu != HOLE)
			put_next(self->map, self->written, cpu, ts_ns);
	}
	EXPECT_TRUE(rings_behind(&self->rings));
	count = rings_copy(&self->rings, UINT64_MAX, self->copy, CPUS * SLOTS);
	EXPECT_EQ(self->written[0] + self->written[1] + self->written[2] +
			  self->written[4],
		  count);
	for (i = 0; i < count; i++) {
		EXPECT_EQ(next[self->copy[i].cpu]++, self->copy[i].seq);
		if (i)
			EXPECT_LE(self->copy[i - 1].ts_ns, self->copy[i].ts_ns);
	}
	EXPECT_FALSE(rings_behind(&self->rings));
}

/* So that the order does not depend on how often a reader looks */
TEST_F(rings, records_of_the_same_time_come_by_cpu)
{
	put_next(self->map, self->written, 4, 10);
	put_next(self->map, self->written, 1, 10);
	put_next(self->map, self->written, 2, 10);
	put_next(self->map, self->written, 0, 10);
	ASSERT_EQ(4, rings_copy(&self->rings, UINT64_MAX, self->copy, 16));
	EXPECT_EQ(0, self->copy[0].cpu);
	EXPECT_EQ(1, self->copy[1].cpu);
	EXPECT_EQ(2, self->copy[2].cpu);
	EXPECT_EQ(4, self->copy[3].cpu);
}

TEST_F(rings, younger_records_wait)
{
	put_next(self->map, self->written, 0, 10);
	put_next(self->map, self->written, 1, 20);
	put_next(self->map, self->written, 0, 30);
	EXPECT_EQ(2, rings_copy(&self->rings, 20, self->copy, 16));
	EXPECT_TRUE(rings_behind(&self->rings));
	EXPECT_EQ(0, rings_copy(&self->rings, 29, self->copy, 16));
	ASSERT_EQ(1, rings_copy(&self->rings, 30, self->copy, 16));
	EXPECT_EQ(30, self->copy[0].ts_ns);
}

TEST_F(rings, a_small_room_takes_some_and_the_rest_later)
{
	uint64_t ts_ns;
	size_t i;

	for (ts_ns = 0; ts_ns < 2 * SLOTS; ts_ns++)
		put_next(self->map, self->written, ts_ns % 2, ts_ns);
	for (ts_ns = 0; ts_ns < 2 * SLOTS;) {
		size_t count = rings_copy(&self->rings, UINT64_MAX, self->copy, 7);

		ASSERT_NE(0, count);
		for (i = 0; i < count; i++)
			EXPECT_EQ(ts_ns++, self->copy[i].ts_ns);
	}
}

TEST_F(rings, what_was_overwritten_is_passed_over)
{
	size_t i;

	for (i = 0; i < 3 * SLOTS + 5; i++)
		put_next(self->map, self->written, 0, i);
	ASSERT_EQ(SLOTS - LEAD, rings_copy(&self->rings, UINT64_MAX, self->copy,
					   CPUS * SLOTS));
	for (i = 0; i < SLOTS - LEAD; i++)
		EXPECT_EQ(2 * SLOTS + 5 + LEAD + i, self->copy[i].seq);
	EXPECT_EQ(2 * SLOTS + 5 + LEAD, self->rings.cpus[0].lost);
}

/* The oldest record is overwritten next: who goes on there loses again. */
TEST_F(rings, a_reader_that_was_overtaken_is_not_overtaken_by_the_next_record)
{
	uint64_t lost;
	size_t i;

	for (i = 0; i < SLOTS + 1; i++)
		put_next(self->map, self->written, 0, i);
	ASSERT_EQ(1, rings_copy(&self->rings, UINT64_MAX, self->copy, 1));
	EXPECT_EQ(1 + LEAD, self->copy[0].seq);
	lost = self->rings.cpus[0].lost;
	EXPECT_EQ(1 + LEAD, lost);
	for (i = 0; i < LEAD; i++) {
		put_next(self->map, self->written, 0, SLOTS + 1 + i);
		ASSERT_EQ(1, rings_copy(&self->rings, UINT64_MAX, self->copy, 1));
		EXPECT_EQ(2 + LEAD + i, self->copy[0].seq);
	}
	EXPECT_EQ(lost, self->rings.cpus[0].lost);
}

TEST_F(rings, a_record_being_overwritten_is_left_out)
{
	size_t i, copied;

	for (i = 0; i < SLOTS; i++)
		put_next(self->map, self->written, 0, i);
	/* The module has begun to write three more, and has not finished them. */
	header_of(self->map, 0)->begun += 3;
	copied = rings_copy(&self->rings, UINT64_MAX, self->copy, CPUS * SLOTS);
	ASSERT_EQ(SLOTS - 3 - LEAD, copied);
	EXPECT_EQ(3 + LEAD, self->copy[0].seq);
	EXPECT_EQ(3 + LEAD, self->rings.cpus[0].lost);
}

struct writer {
	char *map;
	uint64_t count;
};

/* Much faster than the module: every word of a record is its number. */
static void *write_on(void *arg)
{
	const struct writer *writer = arg;
	struct tcpclose_ring_header *header = header_of(writer->map, 0);
	uint64_t number;
	size_t i;

	for (number = 0; number < writer->count; number++) {
		uint64_t *words = (void *)((char *)header + HEADER_SIZE +
					   number % SLOTS * TCPCLOSE_RECORD_SIZE);

		__atomic_store_n(&header->begun, number + 1, __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_RELEASE);
		for (i = 0; i < WORDS; i++)
			__atomic_store_n(&words[i], number, __ATOMIC_RELAXED);
		__atomic_store_n(&header->committed, number + 1, __ATOMIC_RELEASE);
		/* Pauses, so that the reader is sometimes ahead and sometimes behind. */
		for (i = 0; i < number % 4096; i++)
			__asm__ volatile("" ::: "memory");
	}
	return NULL;
}

TEST_F(rings, a_reader_that_is_overtaken_gets_no_torn_record)
{
	struct writer writer = { .map = self->map, .count = 300000 };
	uint64_t next = 0, torn = 0, back = 0, got = 0;
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, write_on, &writer));
	while (next < writer.count) {
		size_t count = rings_copy(&self->rings, UINT64_MAX, self->copy,
					  CPUS * SLOTS), i, w;

		for (i = 0; i < count; i++) {
			uint64_t words[WORDS];

			memcpy(words, &self->copy[i], sizeof(words));
			for (w = 1; w < WORDS; w++)
				torn += words[w] != words[0];
			back += words[0] < next;
			next = words[0] + 1;
		}
		got += count;
	}
	pthread_join(thread, NULL);
	EXPECT_EQ(0, torn);
	EXPECT_EQ(0, back);
	EXPECT_LT(SLOTS, got);
	EXPECT_EQ(writer.count, got + self->rings.cpus[0].lost);
}

struct clocked {
	char *map;
	uint64_t count;
	uint64_t now;
};

/* Fills two rings in turn, in runs as long as a ring; all records up to @now are there. */
static void *write_in_order(void *arg)
{
	struct clocked *clocked = arg;
	uint64_t written[CPUS] = { 0 }, ts_ns;
	size_t i;

	for (ts_ns = 1; ts_ns <= clocked->count; ts_ns++) {
		put_next(clocked->map, written, ts_ns / SLOTS % 2, ts_ns);
		__atomic_store_n(&clocked->now, ts_ns, __ATOMIC_RELEASE);
		for (i = 0; i < ts_ns % 512; i++)
			__asm__ volatile("" ::: "memory");
	}
	return NULL;
}

TEST_F(rings, a_reader_that_is_overtaken_keeps_the_order)
{
	struct clocked clocked = { .map = self->map, .count = 2000000 };
	uint64_t last = 0, back = 0, got = 0, now = 0;
	unsigned int calls = 0;
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, write_in_order, &clocked));
	while (now < clocked.count) {
		size_t count, i;

		now = __atomic_load_n(&clocked.now, __ATOMIC_ACQUIRE);
		count = rings_copy(&self->rings, now, self->copy, CPUS * SLOTS);
		for (i = 0; i < count; i++) {
			back += self->copy[i].ts_ns <= last;
			last = self->copy[i].ts_ns;
		}
		got += count;
		if (++calls % 16 == 0)
			usleep(100);
	}
	pthread_join(thread, NULL);
	EXPECT_EQ(0, back);
	EXPECT_LT(SLOTS, got);
	/* Otherwise the reader was never overtaken. */
	EXPECT_GT(clocked.count, got);
	EXPECT_EQ(clocked.count,
		  got + self->rings.cpus[0].lost + self->rings.cpus[1].lost);
	EXPECT_EQ(clocked.count, last);
}

TEST_HARNESS_MAIN
