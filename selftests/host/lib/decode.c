// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures how fast the tool reads mapped rings: rings in memory, full of the records
 * of many connections, are read by the tool's own code.
 *
 *	decode [RECORDS [CPUS]]	at least RECORDS records, from CPUS rings
 *
 * Prints one line for each way to read: its name, records read, records per
 * second of processor time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "lib/decoder.h"
#include "lib/source_internal.h"
#include "host/lib/synthetic_lives.h"

#define RING_RECORDS 16384u
#define CPUS_MAX LIVES_CPUS

struct machine {
	struct tcpclose_geometry geometry;
	char *map;
	unsigned int cpus;
	uint64_t written[CPUS_MAX];
};

static struct tcpclose_ring_header *header_of(const struct machine *m,
					      unsigned int cpu)
{
	return (void *)(m->map + cpu * m->geometry.ring_size);
}

/* As tcpclose_ring_begin() and tcpclose_ring_commit(), until a ring is full. */
static void put(void *context, const void *bytes)
{
	struct machine *m = context;
	struct tcpclose_record r;
	struct tcpclose_ring_header *header;
	unsigned int cpu;

	memcpy(&r, bytes, sizeof(r));
	cpu = r.cpu % m->cpus;
	if (r.kind >= RECORDING_KIND_START || m->written[cpu] == RING_RECORDS)
		return;
	/* Seconds after boot: a live source does not read records of the future. */
	r.ts_ns /= 1000;
	r.cpu = (uint16_t)cpu;
	r.seq = (uint32_t)m->written[cpu];
	header = header_of(m, cpu);
	memcpy((char *)header + m->geometry.header_size +
		       m->written[cpu]++ * sizeof(r),
	       &r, sizeof(r));
	header->begun = m->written[cpu];
	header->committed = m->written[cpu];
}

static int fill(struct machine *m, unsigned int cpus)
{
	struct synthetic_lives lives = {
		.all = true,
		.room = 1000,
		.write = put,
		.context = m,
	};

	m->cpus = cpus;
	m->geometry = (struct tcpclose_geometry){
		.record_size = TCPCLOSE_RECORD_SIZE,
		.ring_records = RING_RECORDS,
		.rings = cpus,
		.visible = 1,
		.header_size = 4096,
		.ring_size = 4096 + RING_RECORDS * TCPCLOSE_RECORD_SIZE,
	};
	m->geometry.mmap_size = cpus * m->geometry.ring_size;
	m->map = aligned_alloc(4096, m->geometry.mmap_size);
	if (!m->map)
		return -1;
	memset(m->map, 0, m->geometry.mmap_size);
	/* The rings fill up at different moments. */
	return lives_write(&lives, 8ULL * cpus * RING_RECORDS);
}

static struct source *open_rings(const struct machine *m)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s || rings_init(&s->rings, m->map, &m->geometry))
		return NULL;
	s->fd = -1;
	s->live = true;
	s->head.visible = 1;
	s->head.cpus = m->cpus;
	s->step_ns = UINT64_MAX;
	netns_table_init(&s->netns);
	s->head.realtime_offset_ns = clock_realtime_offset_ns();
	s->cpus = calloc(m->cpus, sizeof(*s->cpus));
	if (!s->cpus)
		return NULL;
	wallclock_start(&s->wallclock, s->head.realtime_offset_ns);
	s->watches_clock = true;
	return s;
}

/* Make the whole rings readable again. */
static void rewind_rings(struct source *s, const struct machine *m)
{
	unsigned int cpu;

	memset(s->cpus, 0, m->cpus * sizeof(*s->cpus));
	for (cpu = 0; cpu < m->cpus; cpu++)
		rings_begin(&s->rings, cpu, 0);
}

/* Return: number of records, 0 if some are missing. */
static uint64_t read_raw(struct source *s)
{
	const struct recording_marker *first;
	uint64_t records = 0;
	size_t count;

	while (source_next_run(s, &first, &count) > 0) {
		if (first->kind == RECORDING_KIND_LOST)
			return 0;
		records += count;
	}
	return records;
}

static uint64_t read_events(struct source *s)
{
	struct decoder decoder = {};
	struct event e;

	decoder_init(&decoder, source_header(s), false);
	while (decoder_next(&decoder, s, &e) > 0)
		;
	decoder_free(&decoder);
	return decoder.summary.lost ? 0 : decoder.summary.transitions;
}

/* Return: 0, or -1 if records are missing. */
static int measure(const char *name, const struct machine *m,
		   uint64_t (*read_all)(struct source *s), uint64_t least)
{
	struct source *s = open_rings(m);
	uint64_t records = 0, there = 0, begin_ns, ns;
	unsigned int cpu;

	if (!s)
		return -1;
	for (cpu = 0; cpu < m->cpus; cpu++)
		there += m->written[cpu];
	begin_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	while (records < least) {
		rewind_rings(s, m);
		if (!read_all(s))
			return -1;
		records += there;
	}
	ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - begin_ns;
	source_close(s);
	printf("%s %llu %.0f\n", name, (unsigned long long)records,
	       (double)records * NS_PER_S / (double)ns);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t records = argc > 1 ? strtoull(argv[1], NULL, 0) : 10000000;
	unsigned long cpus = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
	struct machine m = { .map = NULL };

	if (!records || !cpus || cpus > CPUS_MAX) {
		fprintf(stderr, "usage: decode [RECORDS [CPUS]], CPUS from 1 to %u\n",
			CPUS_MAX);
		return 2;
	}
	if (fill(&m, (unsigned int)cpus) ||
	    measure("raw", &m, read_raw, records) ||
	    measure("decoded", &m, read_events, records)) {
		fprintf(stderr, "decode: records are missing, or no memory\n");
		return 1;
	}
	free(m.map);
	return 0;
}
