// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's rings, mapped: copies records of all CPUs in the order of time.
 *
 * A record is copied before it is used, and dropped if the module began to
 * overwrite it meanwhile: its number, missing in the stream, shows the loss. What
 * was overtaken goes on an eighth of the ring behind the oldest record, as in the
 * module's own reader: the oldest is overwritten next.
 *
 * Knows the layout of the mapping; knows neither the device nor what a record
 * means.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rings.h"

/* Records that are copied before checking that none was overwritten. */
#define RUN_RECORDS 64

/**
 * rings_init() - begin with no ring
 * @r: the rings
 * @map: the mapping, @geometry->mmap_size bytes; the caller unmaps it
 * @geometry: its layout
 *
 * Return: 0 or -ENOMEM
 */
int rings_init(struct rings *r, const void *map,
	       const struct tcpclose_geometry *geometry)
{
	memset(r, 0, sizeof(*r));
	r->cpus = calloc(geometry->rings, sizeof(*r->cpus));
	r->heads = calloc(geometry->rings, sizeof(*r->heads));
	if (!r->cpus || !r->heads) {
		rings_free(r);
		return -ENOMEM;
	}
	r->map = map;
	r->ring_size = geometry->ring_size;
	r->header_size = geometry->header_size;
	r->ring_records = geometry->ring_records;
	r->cpu_count = geometry->rings;
	return 0;
}

/**
 * rings_free() - end reading
 * @r: the rings
 */
void rings_free(struct rings *r)
{
	free(r->cpus);
	free(r->heads);
	memset(r, 0, sizeof(*r));
}

/**
 * rings_begin() - begin to read a ring
 * @r: the rings
 * @cpu: its CPU; a possible one, for others have no memory behind the mapping
 * @position: number of the first record to be read
 */
void rings_begin(struct rings *r, unsigned int cpu, uint64_t position)
{
	const char *area = r->map + cpu * r->ring_size;
	struct rings_cpu *c = &r->cpus[cpu];

	c->header = (const void *)area;
	c->records = (const void *)(area + r->header_size);
	c->position = position;
}

static const struct tcpclose_record *slot(const struct rings *r,
					  const struct rings_cpu *c,
					  uint64_t position)
{
	return &c->records[position & (r->ring_records - 1)];
}

/* Any value if the record is being overwritten: see overwritten(). */
static uint64_t time_of(const struct tcpclose_record *record)
{
	return __atomic_load_n(&record->ts_ns, __ATOMIC_RELAXED);
}

/*
 * Number of records from @first on that the module has begun to overwrite.
 * Called after they were copied.
 */
static uint64_t overwritten(const struct rings *r, const struct rings_cpu *c,
			    uint64_t first)
{
	uint64_t begun;

	/* Partner of the barrier behind the module's store to begun. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	begun = __atomic_load_n(&c->header->begun, __ATOMIC_RELAXED);
	return begun > first + r->ring_records ?
		       begun - first - r->ring_records :
		       0;
}

/*
 * Skip what has been overwritten from the next record on, and an eighth of the
 * ring, but no more than is there.
 */
static void skip(const struct rings *r, struct rings_cpu *c, uint64_t bad)
{
	uint64_t next = c->position + bad + r->ring_records / 8;

	c->end = __atomic_load_n(&c->header->committed, __ATOMIC_ACQUIRE);
	if (next > c->end)
		next = c->end;
	c->lost += next - c->position;
	c->position = next;
}

/*
 * Find the time of a ring's next record; whether there is one. One that has been
 * overwritten is skipped: by the time of the record that replaced it, records
 * that are still there would have to wait for all other rings.
 */
static bool find_head(const struct rings *r, struct rings_cpu *c, uint64_t *ns)
{
	while (c->position < c->end) {
		uint64_t bad;

		*ns = time_of(slot(r, c, c->position));
		bad = overwritten(r, c, c->position);
		if (!bad)
			return true;
		skip(r, c, bad);
	}
	return false;
}

static bool is_before(const struct rings_head *a, const struct rings_head *b)
{
	return a->ts_ns < b->ts_ns ||
	       (a->ts_ns == b->ts_ns && a->cpu < b->cpu);
}

static void swap(struct rings_head *a, struct rings_head *b)
{
	struct rings_head c = *a;

	*a = *b;
	*b = c;
}

static void sift_up(struct rings *r, unsigned int i)
{
	struct rings_head *heads = r->heads;

	for (; i && is_before(&heads[i], &heads[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&heads[i], &heads[(i - 1) / 2]);
}

static void sift_down(struct rings *r)
{
	struct rings_head *heads = r->heads;
	unsigned int i = 0, child;

	while ((child = 2 * i + 1) < r->head_count) {
		if (child + 1 < r->head_count &&
		    is_before(&heads[child + 1], &heads[child]))
			child++;
		if (!is_before(&heads[child], &heads[i]))
			break;
		swap(&heads[i], &heads[child]);
		i = child;
	}
}

/* The time of the oldest record of all rings but the first. */
static uint64_t next_ns(const struct rings *r)
{
	uint64_t ns = UINT64_MAX;

	if (r->head_count > 1)
		ns = r->heads[1].ts_ns;
	if (r->head_count > 2 && r->heads[2].ts_ns < ns)
		ns = r->heads[2].ts_ns;
	return ns;
}

/* Look for new records; overwritten ones are skipped. */
static void look(struct rings *r)
{
	unsigned int cpu;

	r->head_count = 0;
	for (cpu = 0; cpu < r->cpu_count; cpu++) {
		struct rings_cpu *c = &r->cpus[cpu];

		if (!c->header)
			continue;
		c->end = __atomic_load_n(&c->header->committed,
					 __ATOMIC_ACQUIRE);
		if (!find_head(r, c, &r->heads[r->head_count].ts_ns))
			continue;
		r->heads[r->head_count].cpu = cpu;
		sift_up(r, r->head_count++);
	}
}

/* Copy records of one ring up to a time; return how many are intact. */
static size_t copy_run(const struct rings *r, struct rings_cpu *c,
		       uint64_t until_ns, struct tcpclose_record *to,
		       size_t max)
{
	uint64_t first = c->position, bad;
	size_t count = 0;

	if (max > RUN_RECORDS)
		max = RUN_RECORDS;
	if (max > c->end - first)
		max = c->end - first;
	for (; count < max; count++) {
		const struct tcpclose_record *record =
			slot(r, c, first + count);

		if (time_of(record) > until_ns)
			break;
		memcpy(&to[count], record, sizeof(*record));
	}
	c->position = first + count;
	bad = overwritten(r, c, first);
	if (!bad)
		return count;
	if (bad > count)
		bad = count;
	c->lost += bad;
	memmove(to, to + bad, (count - bad) * sizeof(*to));
	return count - bad;
}

/**
 * rings_copy() - copy the next records
 * @r: the rings
 * @until_ns: leave those that are younger
 * @to: result
 * @max: number of records that @to has room for
 *
 * Return: number of records copied
 */
size_t rings_copy(struct rings *r, uint64_t until_ns,
		  struct tcpclose_record *to, size_t max)
{
	size_t count = 0;

	look(r);
	while (count < max && r->head_count && r->heads[0].ts_ns <= until_ns) {
		struct rings_cpu *c = &r->cpus[r->heads[0].cpu];
		uint64_t limit_ns = next_ns(r);

		if (limit_ns > until_ns)
			limit_ns = until_ns;
		count += copy_run(r, c, limit_ns, to + count, max - count);
		if (!find_head(r, c, &r->heads[0].ts_ns))
			r->heads[0] = r->heads[--r->head_count];
		sift_down(r);
	}
	return count;
}

/**
 * rings_behind() - whether there are records that have not been read
 * @r: the rings
 */
bool rings_behind(const struct rings *r)
{
	unsigned int cpu;

	for (cpu = 0; cpu < r->cpu_count; cpu++) {
		const struct rings_cpu *c = &r->cpus[cpu];

		if (c->header &&
		    c->position != __atomic_load_n(&c->header->committed,
						   __ATOMIC_ACQUIRE))
			return true;
	}
	return false;
}

/**
 * rings_fill() - whether records that have not been read take a quarter of a ring
 * @r: the rings
 */
bool rings_fill(const struct rings *r)
{
	unsigned int cpu;

	for (cpu = 0; cpu < r->cpu_count; cpu++) {
		const struct rings_cpu *c = &r->cpus[cpu];

		if (c->header && __atomic_load_n(&c->header->committed, __ATOMIC_RELAXED) -
					 c->position > r->ring_records / 4)
			return true;
	}
	return false;
}
