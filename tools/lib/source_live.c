// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the live device look like a recording: puts markers into the stream for
 * what only its reader can know: losses, steps of the wall clock, and names
 * (source_names.c).
 *
 * The whole machine's records come from the mapped rings, those of a namespace
 * by read().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/signals.h"
#include "lib/devnode.h"
#include "lib/source_internal.h"

/*
 * How often a continuous stream is read. A wake-up costs as much as tens of
 * records; a single event must be seen within 50 ms, on a busy machine too.
 */
#define PACE_NS (20 * NS_PER_MS)

/**
 * source_enqueue() - add a marker to those that are delivered next
 * @s: a live source
 * @kind: its kind, &enum recording_kind
 * @ts_ns: its time
 * @cpu: its CPU
 * @value: its value
 *
 * Return: the marker, valid until the next call; NULL: no memory
 */
struct recording_marker *source_enqueue(struct source *s, unsigned int kind,
					uint64_t ts_ns, unsigned int cpu, uint64_t value)
{
	struct recording_marker *m;

	if (s->queue_end == s->queue_size) {
		size_t size = s->queue_size ? 2 * s->queue_size : 16;
		struct recording_marker *queue =
			realloc(s->queue, size * sizeof(*queue));

		if (!queue)
			return NULL;
		s->queue = queue;
		s->queue_size = size;
	}
	m = &s->queue[s->queue_end++];
	memset(m, 0, sizeof(*m));
	m->kind = (uint8_t)kind;
	m->cpu = (uint16_t)cpu;
	m->ts_ns = ts_ns;
	m->value = value;
	return m;
}

/* Each loss is reported once: also if it is noticed again before this is delivered. */
static int enqueue_loss(struct source *s, uint64_t ts_ns, unsigned int cpu,
			uint64_t count)
{
	if (!source_enqueue(s, RECORDING_KIND_LOST, ts_ns, cpu, count))
		return -ENOMEM;
	s->cpus[cpu].reported += count;
	return 0;
}

/* Without the mapping, or the memory or the addresses for it, read() is used. */
static void map_rings(struct source *s, const struct tcpclose_geometry *g)
{
	void *map;

	if (!g->visible || (size_t)g->mmap_size != g->mmap_size)
		return;
	map = mmap(NULL, g->mmap_size, PROT_READ, MAP_SHARED, s->fd, 0);
	if (map == MAP_FAILED)
		return;
	if (rings_init(&s->rings, map, g))
		munmap(map, g->mmap_size);
	else
		s->map_size = g->mmap_size;
}

static int start_cpu(struct source *s, unsigned int cpu)
{
	struct tcpclose_cursor cursor;
	int ret = devnode_cursor(s->fd, cpu, &cursor);

	/* A hole in the numbering of CPUs has no ring. */
	if (ret)
		return ret == -EINVAL ? 0 : ret;
	if (!source_enqueue(s, RECORDING_KIND_START, s->head.start_ns, cpu,
			    cursor.position))
		return -ENOMEM;
	s->cpus[cpu].next_seq = (uint32_t)cursor.position;
	s->cpus[cpu].lost = cursor.lost;
	s->cpus[cpu].lost_before = cursor.lost;
	s->cpus[cpu].begin = cursor.position;
	s->cpus[cpu].there = true;
	if (s->rings.map)
		rings_begin(&s->rings, cpu, cursor.position);
	return 0;
}

/**
 * source_live_start() - begin to read, with start markers
 * @s: the source
 * @geometry: of the device
 *
 * They hold the full numbers of the first records to come: without them, a loss
 * before a CPU's first record would go unnoticed.
 *
 * Return: 0, or -errno
 */
int source_live_start(struct source *s,
		      const struct tcpclose_geometry *geometry)
{
	unsigned int cpu;
	int ret = 0;

	wallclock_start(&s->wallclock, s->head.realtime_offset_ns);
	s->watches_clock = true;
	s->cpus = calloc(s->head.cpus ? s->head.cpus : 1, sizeof(*s->cpus));
	if (!s->cpus)
		return -ENOMEM;
	map_rings(s, geometry);
	for (cpu = 0; cpu < s->head.cpus && !ret; cpu++)
		ret = start_cpu(s, cpu);
	if (!ret && geometry->visible)
		ret = devnode_wakeup(s->fd, PACE_NS / NS_PER_US);
	return ret;
}

/**
 * source_live_end() - free what source_live_start() allocated
 * @s: the source
 */
void source_live_end(struct source *s)
{
	if (s->watches_clock)
		wallclock_stop(&s->wallclock);
	if (s->rings.map)
		munmap((void *)s->rings.map, s->map_size);
	rings_free(&s->rings);
}

/*
 * Only the device knows the losses of a reader of one namespace, but not where they
 * are: before the batch, within it or behind it. Their time is the latest possible.
 */
static int enqueue_losses(struct source *s)
{
	struct tcpclose_cursor cursor;
	unsigned int cpu;

	for (cpu = 0; cpu < s->head.cpus; cpu++) {
		int ret;

		if (!s->cpus[cpu].there)
			continue;
		ret = devnode_cursor(s->fd, cpu, &cursor);
		if (ret)
			return ret;
		if (cursor.lost == s->cpus[cpu].lost)
			continue;
		if (enqueue_loss(s, clock_monotonic_ns(), cpu,
				 cursor.lost - s->cpus[cpu].lost))
			return -ENOMEM;
		s->cpus[cpu].lost = cursor.lost;
	}
	return 0;
}

static void await_step(struct source *s)
{
	struct wallclock_step step;

	s->step_ns = wallclock_first(&s->wallclock, &step) ? step.ts_ns :
							     UINT64_MAX;
}

/* Notice when the clock was set, up to now: before the latest record. */
static void look_at_clock(struct source *s)
{
	wallclock_look(&s->wallclock);
	await_step(s);
}

/* All steps until the record. */
static int enqueue_clock(struct source *s, const struct tcpclose_record *r)
{
	struct wallclock_step step;

	while (r->ts_ns >= s->step_ns && wallclock_first(&s->wallclock, &step)) {
		if (!source_enqueue(s, RECORDING_KIND_CLOCK, step.ts_ns, 0,
				    (uint64_t)step.offset_ns))
			return -ENOMEM;
		wallclock_drop(&s->wallclock);
		await_step(s);
	}
	return 0;
}

/* Number of records missing before @seq. */
static uint32_t gap(const struct source_cpu *cpu, uint32_t seq)
{
	uint32_t distance = seq - cpu->next_seq;

	return distance < 1U << 31 ? distance : 0;
}

/* Queue the markers that belong before a record that is not delivered yet. */
static int inspect(struct source *s, const struct tcpclose_record *r)
{
	uint32_t missing;
	int ret = 0;

	if (s->inspected)
		return 0;
	if (r->cpu >= s->head.cpus)
		return -EPROTO;
	missing = gap(&s->cpus[r->cpu], r->seq);
	if (enqueue_clock(s, r))
		return -ENOMEM;
	if (s->head.visible && missing)
		ret = enqueue_loss(s, r->ts_ns, r->cpu, missing);
	if (!ret)
		ret = source_names_add(s, r);
	s->inspected = !ret;
	return ret;
}

/*
 * Whether a record needs no inspect(), as nearly all: it follows the one before and
 * needs no marker.
 */
static bool is_plain(const struct source *s, const struct tcpclose_record *r)
{
	return r->cpu < s->head.cpus && r->ts_ns < s->step_ns &&
	       r->seq == s->cpus[r->cpu].next_seq &&
	       (r->kind == TCPCLOSE_KIND_DETAIL ||
		(r->kind == TCPCLOSE_KIND_TRANSITION && source_names_are_known(s, r)));
}

/*
 * Records of the buffer, up to the first that needs a marker.
 *
 * Return: 0, or -errno of the first one; @count: 0 if that one needs a marker
 */
static int take_records(struct source *s, size_t *count)
{
	*count = 0;
	while (s->len - s->pos >= TCPCLOSE_RECORD_SIZE) {
		const struct tcpclose_record *r = (const void *)source_at(s);
		struct source_cpu *cpu;
		int ret = is_plain(s, r) ? 0 : inspect(s, r);

		if (ret || !source_queue_is_empty(s))
			return *count ? 0 : ret;
		cpu = &s->cpus[r->cpu];
		cpu->next_seq = r->seq + 1;
		cpu->delivered++;
		s->inspected = false;
		s->pos += TCPCLOSE_RECORD_SIZE;
		++*count;
	}
	return 0;
}

static int copy_rings(struct source *s)
{
	size_t count = rings_copy(&s->rings, s->batch_ns - HOLD_NS,
				  (struct tcpclose_record *)s->buf,
				  BATCH_SIZE / TCPCLOSE_RECORD_SIZE);

	s->pos = 0;
	s->len = count * TCPCLOSE_RECORD_SIZE;
	return count ? (int)s->len : -EAGAIN;
}

/* Return: above 0 if there is something to deliver, -EAGAIN if not, or another -errno */
static int read_batch(struct source *s)
{
	int got, ret = 0;

	s->batch_ns = clock_monotonic_ns();
	source_names_begin(s);
	got = s->rings.map ? copy_rings(s) : source_fill(s);
	look_at_clock(s);
	if (!s->head.visible && (got > 0 || got == -EAGAIN))
		ret = enqueue_losses(s);
	if (ret)
		return ret;
	return got == -EAGAIN && !source_queue_is_empty(s) ? 1 : got;
}

/**
 * source_live_next() - the next records, or one marker
 * @s: the source
 * @first: result
 * @count: result
 *
 * Return: as source_next_run()
 */
int source_live_next(struct source *s, const struct recording_marker **first,
		     size_t *count)
{
	int ret;

	for (;;) {
		if (!source_queue_is_empty(s)) {
			*first = &s->queue[s->queue_first++];
			*count = 1;
			return 1;
		}
		if (s->concluded)
			return -EAGAIN;
		*first = source_at(s);
		ret = take_records(s, count);
		if (ret)
			return ret;
		if (*count)
			return 1;
		if (!source_queue_is_empty(s))
			continue;
		ret = read_batch(s);
		if (ret <= 0)
			return ret;
	}
}

/* Number of a CPU's next record, and number of records lost before it. */
static int stand(struct source *s, unsigned int cpu, uint64_t *position,
		 uint64_t *lost)
{
	struct tcpclose_cursor cursor;
	int ret;

	if (s->rings.map) {
		*position = s->rings.cpus[cpu].position;
		*lost = s->rings.cpus[cpu].lost;
		return 0;
	}
	ret = devnode_cursor(s->fd, cpu, &cursor);
	*position = cursor.position;
	*lost = cursor.lost - s->cpus[cpu].lost_before;
	return ret;
}

/**
 * source_live_conclude() - report losses that no record follows
 * @s: the source; all records that are wanted were delivered
 * @ts_ns: the time of the end
 *
 * From then on there are only markers.
 *
 * Return: 1 if there is something to deliver, 0 if not, or -errno
 */
int source_live_conclude(struct source *s, uint64_t ts_ns)
{
	uint64_t position, lost;
	unsigned int cpu;
	int ret;

	s->concluded = true;
	for (cpu = 0; cpu < s->head.cpus; cpu++) {
		if (!s->cpus[cpu].there)
			continue;
		ret = stand(s, cpu, &position, &lost);
		if (ret)
			return ret;
		if (lost > s->cpus[cpu].reported &&
		    enqueue_loss(s, ts_ns, cpu, lost - s->cpus[cpu].reported))
			return -ENOMEM;
	}
	return !source_queue_is_empty(s);
}

static uint64_t undelivered(const struct source *s, unsigned int cpu)
{
	uint64_t count = 0;
	size_t pos;

	for (pos = s->pos; pos < s->len; pos += TCPCLOSE_RECORD_SIZE) {
		const struct tcpclose_record *r =
			(const void *)((const char *)s->buf + pos);

		count += r->cpu == cpu;
	}
	return count;
}

/**
 * source_live_balance() - check that every record was delivered or lost
 * @s: the source
 * @why: why not
 *
 * Delivered records are counted one by one, lost ones where they were skipped.
 * The records of other namespaces that a reader of one namespace skips are not
 * counted.
 *
 * Return: 0, -EPROTO if the numbers do not add up, or another -errno
 */
int source_live_balance(struct source *s, struct error *why)
{
	static const char unbalanced[] =
		"CPU %u: records %llu to %llu, but %llu delivered and %llu lost: please report it";
	uint64_t position, lost, known;
	unsigned int cpu;
	int ret;

	for (cpu = 0; cpu < s->head.cpus; cpu++) {
		const struct source_cpu *c = &s->cpus[cpu];

		if (!c->there)
			continue;
		ret = stand(s, cpu, &position, &lost);
		if (ret)
			return error_set(why, ret, "%s", strerror(-ret));
		known = c->begin + c->delivered + undelivered(s, cpu) + lost;
		if ((s->head.visible ? known == position : known <= position) &&
		    c->reported <= lost)
			continue;
		return error_set(why, -EPROTO, unbalanced, cpu,
				 (unsigned long long)c->begin,
				 (unsigned long long)position,
				 (unsigned long long)c->delivered,
				 (unsigned long long)lost);
	}
	return 0;
}

/**
 * source_live_prepare_wait() - how to wait until there is something to read
 * @s: the source
 * @fd: result: what to poll()
 * @deadline_ns: no longer than to this CLOCK_MONOTONIC; may become earlier
 *
 * Return: 0, or -errno
 */
int source_live_prepare_wait(struct source *s, struct pollfd *fd,
			     uint64_t *deadline_ns)
{
	fd->fd = s->fd;
	fd->events = POLLIN;
	if (s->rings.map) {
		uint64_t again_ns = clock_monotonic_ns() + PACE_NS;

		/* No wake-up for what is read through the mapping. */
		if (lseek(s->fd, 0, SEEK_END) < 0)
			return -errno;
		/* But some were too young, or were written before that. */
		if (rings_behind(&s->rings) && again_ns < *deadline_ns)
			*deadline_ns = again_ns;
	}
	return 0;
}

/**
 * source_live_wait() - wait until there is something to read
 * @s: the source
 * @deadline_ns: wait no longer than to this CLOCK_MONOTONIC; UINT64_MAX: no limit
 *
 * Return: as signals_poll()
 */
int source_live_wait(struct source *s, uint64_t deadline_ns)
{
	struct pollfd fd;
	int ret = source_live_prepare_wait(s, &fd, &deadline_ns);

	return ret ? ret : signals_poll(&fd, 1, deadline_ns);
}
