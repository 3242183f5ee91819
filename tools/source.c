// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where events come from: the live device or a recording.
 *
 * The device is made to look like a recording: losses, names of network
 * namespaces and steps of the wall clock, which a recording holds as records
 * of its own (see recording.h), are put into the stream as it is read. Behind
 * that point everything is the same, and `tcpclose record` just writes it down.
 *
 * Knows the order of records; knows nothing of what a transition means.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "devnode.h"
#include "netns.h"
#include "signals.h"
#include "source.h"

#define BATCH_SIZE (2048 * TCPCLOSE_RECORD_SIZE)
#define NETNS_RETRY_NS NS_PER_S
#define CLOCK_STEP_NS ((int64_t)NS_PER_MS)

/**
 * struct source_cpu - what is known of one CPU's records
 * @next_seq: number that the next record has if none is lost
 * @lost: losses that the device told of, so far
 * @started: @next_seq is known
 * @has_task: @task waits for its transition
 * @task: the process behind the next record
 */
struct source_cpu {
	uint64_t next_seq;
	uint64_t lost;
	bool started;
	bool has_task;
	struct tcpclose_task task;
};

struct source {
	int fd;
	bool live;
	/* The record at buf[pos] has had its markers put before it (live only). */
	bool inspected;
	bool at_end;
	struct recording_header head;
	int64_t realtime_offset_ns;
	uint64_t batch_ns;
	struct source_summary summary;

	struct source_cpu *cpus;
	unsigned int cpu_count;

	/* Markers to be delivered before the record at buf[pos]. */
	struct recording_marker *queue;
	size_t queue_first, queue_end, queue_size;

	struct netns_table netns;
	size_t pos, len;
	uint64_t buf[BATCH_SIZE / sizeof(uint64_t)];
};

static struct source_cpu *get_cpu(struct source *s, unsigned int cpu)
{
	struct source_cpu *cpus;
	unsigned int count;

	if (cpu < s->cpu_count)
		return &s->cpus[cpu];
	count = cpu + 1 > s->head.cpus || s->head.cpus > UINT16_MAX + 1 ?
			cpu + 1 :
			s->head.cpus;
	cpus = realloc(s->cpus, count * sizeof(*cpus));
	if (!cpus)
		return NULL;
	memset(cpus + s->cpu_count, 0, (count - s->cpu_count) * sizeof(*cpus));
	s->cpus = cpus;
	s->cpu_count = count;
	return &cpus[cpu];
}

static struct recording_marker *enqueue(struct source *s, unsigned int kind,
					uint64_t ts_ns, unsigned int cpu,
					uint64_t value)
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

static bool queue_is_empty(struct source *s)
{
	if (s->queue_first < s->queue_end)
		return false;
	s->queue_first = 0;
	s->queue_end = 0;
	return true;
}

/*
 * Where the file stands now: the whole numbers of the first records to come,
 * without which a loss before a CPU's first record would go unnoticed.
 */
static int enqueue_starts(struct source *s)
{
	struct tcpclose_cursor cursor;
	unsigned int cpu;

	for (cpu = 0; cpu < s->head.cpus; cpu++) {
		int ret = devnode_cursor(s->fd, cpu, &cursor);

		if (ret)
			return ret;
		if (!get_cpu(s, cpu) ||
		    !enqueue(s, RECORDING_KIND_START, s->head.start_ns, cpu,
			     cursor.position))
			return -ENOMEM;
		s->cpus[cpu].lost = cursor.lost;
	}
	return 0;
}

/* When a CPU's oldest record that can still be read was written; else now. */
static uint64_t first_ns(const struct source *s, unsigned int cpu)
{
	size_t pos;

	for (pos = s->pos; pos < s->len; pos += TCPCLOSE_RECORD_SIZE) {
		const struct tcpclose_record *r =
			(const void *)((const char *)s->buf + pos);

		if (r->cpu == cpu)
			return r->ts_ns;
	}
	return s->batch_ns;
}

/* Only the device knows what a reader of one namespace has lost. */
static int enqueue_losses(struct source *s)
{
	struct tcpclose_cursor cursor;
	unsigned int cpu;

	for (cpu = 0; cpu < s->head.cpus; cpu++) {
		int ret = devnode_cursor(s->fd, cpu, &cursor);

		if (ret)
			return ret;
		if (cursor.lost == s->cpus[cpu].lost)
			continue;
		if (!enqueue(s, RECORDING_KIND_LOST, first_ns(s, cpu), cpu,
			     cursor.lost - s->cpus[cpu].lost))
			return -ENOMEM;
		s->cpus[cpu].lost = cursor.lost;
	}
	return 0;
}

static int enqueue_clock(struct source *s)
{
	int64_t offset = realtime_offset_ns();

	if (llabs(offset - s->realtime_offset_ns) < CLOCK_STEP_NS)
		return 0;
	return enqueue(s, RECORDING_KIND_CLOCK, s->batch_ns, 0,
		       (uint64_t)offset) ?
		       0 :
		       -ENOMEM;
}

static int enqueue_netns(struct source *s, const struct tcpclose_record *r)
{
	struct netns_entry *entry =
		netns_find(&s->netns, r->netns, r->netns_inode);
	struct recording_marker *m;

	if (entry &&
	    (entry->name[0] || s->batch_ns - entry->looked_ns < NETNS_RETRY_NS))
		return 0;
	entry = netns_take(&s->netns, r->netns, r->netns_inode);
	entry->looked_ns = s->batch_ns;
	netns_look_up(r->netns_inode, entry->name);
	if (!entry->name[0])
		return 0;
	m = enqueue(s, RECORDING_KIND_NETNS, r->ts_ns, r->cpu, r->netns);
	if (!m)
		return -ENOMEM;
	m->inode = r->netns_inode;
	memcpy(m->name, entry->name, sizeof(m->name));
	return 0;
}

/* Records between the one expected and the one that came. */
static uint32_t gap(const struct source_cpu *cpu, uint32_t seq)
{
	uint32_t distance = seq - (uint32_t)cpu->next_seq;

	return cpu->started && distance < 1U << 31 ? distance : 0;
}

/* Put before a record of the device what a recording would say there. */
static int inspect(struct source *s, const struct tcpclose_record *r)
{
	struct source_cpu *cpu = get_cpu(s, r->cpu);

	if (!cpu)
		return -ENOMEM;
	if (s->head.visible && gap(cpu, r->seq) &&
	    !enqueue(s, RECORDING_KIND_LOST, r->ts_ns, r->cpu,
		     gap(cpu, r->seq)))
		return -ENOMEM;
	return r->kind == TCPCLOSE_KIND_TRANSITION ? enqueue_netns(s, r) : 0;
}

/* Keep the begun record, read behind it. */
static int fill(struct source *s)
{
	size_t rest = s->len - s->pos;
	ssize_t got;

	if (s->at_end)
		return 0;
	if (!s->live) {
		struct pollfd fd = { .fd = s->fd, .events = POLLIN };

		/* A pipe may have nothing yet; what is ready must be shown first. */
		if (poll(&fd, 1, 0) == 0)
			return -EAGAIN;
	}
	memmove(s->buf, (char *)s->buf + s->pos, rest);
	s->pos = 0;
	s->len = rest;
	got = read(s->fd, (char *)s->buf + rest, sizeof(s->buf) - rest);
	if (got < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	s->len += (size_t)got;
	if (!got) {
		s->at_end = true;
		s->summary.cut_bytes = rest;
	}
	return (int)got;
}

static int next_batch(struct source *s)
{
	int got, ret;

	if (!s->live)
		return fill(s);
	s->batch_ns = monotonic_ns();
	ret = enqueue_clock(s);
	got = fill(s);
	if (!ret && !s->head.visible && (got > 0 || got == -EAGAIN))
		ret = enqueue_losses(s);
	if (ret)
		return ret;
	/* With something in the queue there is something to deliver. */
	return got == -EAGAIN && !queue_is_empty(s) ? 1 : got;
}

static int track_marker(struct source *s, const struct recording_marker *m)
{
	struct netns_entry *entry;
	struct source_cpu *cpu;

	switch (m->kind) {
	case RECORDING_KIND_START:
		cpu = get_cpu(s, m->cpu);
		if (!cpu)
			return -ENOMEM;
		cpu->next_seq = m->value;
		cpu->started = true;
		cpu->has_task = false;
		break;
	case RECORDING_KIND_LOST:
		s->summary.lost += m->value;
		break;
	case RECORDING_KIND_CLOCK:
		s->realtime_offset_ns = (int64_t)m->value;
		break;
	case RECORDING_KIND_NETNS:
		entry = netns_take(&s->netns, m->value, m->inode);
		memcpy(entry->name, m->name, sizeof(entry->name));
		entry->name[sizeof(entry->name) - 1] = '\0';
		break;
	default:
		s->summary.skipped++;
		break;
	}
	return 0;
}

static int track(struct source *s, const struct recording_marker *m)
{
	struct source_cpu *cpu;
	uint32_t distance;

	if (m->kind != TCPCLOSE_KIND_TRANSITION &&
	    m->kind != TCPCLOSE_KIND_TASK)
		return track_marker(s, m);
	cpu = get_cpu(s, m->cpu);
	if (!cpu)
		return -ENOMEM;
	distance = m->seq - (uint32_t)cpu->next_seq;
	if (!cpu->started || distance >= 1U << 31)
		cpu->next_seq = (cpu->next_seq & ~(uint64_t)UINT32_MAX) |
				m->seq;
	else
		cpu->next_seq += distance;
	cpu->next_seq++;
	cpu->started = true;
	if (m->kind == TCPCLOSE_KIND_TRANSITION)
		s->summary.transitions++;
	return 0;
}

/**
 * source_next_raw() - the next record, of any kind, as a recording holds it
 * @s: the source
 * @raw: result, TCPCLOSE_RECORD_SIZE bytes, valid until the next call; look at
 *	its kind before anything else
 *
 * Return: 1, 0 at the end of a recording, -EAGAIN if nothing is ready, or
 * another -errno
 */
int source_next_raw(struct source *s, const struct recording_marker **raw)
{
	int ret;

	for (;;) {
		if (!queue_is_empty(s)) {
			*raw = &s->queue[s->queue_first++];
			break;
		}
		if (s->len - s->pos >= TCPCLOSE_RECORD_SIZE) {
			const void *record = (char *)s->buf + s->pos;

			if (s->live && !s->inspected) {
				s->inspected = true;
				ret = inspect(s, record);
				if (ret)
					return ret;
				continue;
			}
			s->inspected = false;
			s->pos += TCPCLOSE_RECORD_SIZE;
			*raw = record;
			break;
		}
		ret = next_batch(s);
		if (ret <= 0)
			return ret;
	}
	ret = track(s, *raw);
	return ret ? ret : 1;
}

static void lost_event(struct source *s, const struct recording_marker *m,
		       struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->kind = EVENT_LOST;
	e->lost = m->value;
	e->cpu = m->cpu;
	e->ts_ns = m->ts_ns;
	e->realtime_ns = m->ts_ns + (uint64_t)s->realtime_offset_ns;
}

static void transition_event(struct source *s, const struct tcpclose_record *r,
			     struct event *e)
{
	struct source_cpu *cpu = &s->cpus[r->cpu];
	const struct tcpclose_task *task = NULL;
	const struct netns_entry *entry;

	if (cpu->has_task && cpu->task.seq + 1 == r->seq)
		task = &cpu->task;
	cpu->has_task = false;
	event_decode(e, r, task);
	e->seq = cpu->next_seq - 1;
	e->realtime_ns = r->ts_ns + (uint64_t)s->realtime_offset_ns;
	e->own_netns = r->netns_inode && r->netns_inode == s->head.own_netns;
	entry = netns_find(&s->netns, r->netns, r->netns_inode);
	if (entry && entry->name[0])
		e->netns_name = entry->name;
	else if (e->own_netns)
		e->netns_name = s->head.visible ? "host" : "self";
	else
		e->netns_name = NULL;
}

/**
 * source_next() - the next event
 * @s: the source
 * @e: result; strings that it points to are valid until the next call
 *
 * Return: 1, 0 at the end of a recording, -EAGAIN if nothing is ready, or
 * another -errno
 */
int source_next(struct source *s, struct event *e)
{
	const struct recording_marker *raw;
	struct source_cpu *cpu;
	int ret;

	for (;;) {
		ret = source_next_raw(s, &raw);
		if (ret <= 0)
			return ret;
		switch (raw->kind) {
		case TCPCLOSE_KIND_TRANSITION:
			transition_event(s, (const void *)raw, e);
			return 1;
		case TCPCLOSE_KIND_TASK:
			cpu = &s->cpus[raw->cpu];
			memcpy(&cpu->task, raw, sizeof(cpu->task));
			cpu->has_task = true;
			break;
		case RECORDING_KIND_LOST:
			lost_event(s, raw, e);
			return 1;
		}
	}
}

/**
 * source_wait() - wait until something is ready
 * @s: the source
 * @deadline_ns: wait no longer than to this CLOCK_MONOTONIC; UINT64_MAX: no limit
 *
 * Return: 0 when something may be ready or at the deadline, -EINTR if a signal
 * asked for the end, or another -errno
 */
int source_wait(struct source *s, uint64_t deadline_ns)
{
	struct pollfd fd = { .fd = s->fd, .events = POLLIN };
	int ret = signals_poll(&fd, 1, deadline_ns);

	return ret < 0 ? ret : 0;
}

static struct source *source_alloc(void)
{
	struct source *s = calloc(1, sizeof(*s));

	if (s)
		s->fd = -1;
	return s;
}

/**
 * source_open_device() - read the live device
 * @result: the source
 * @path: name of the device
 * @all: begin with the oldest record that the rings still hold, not with the
 *	next one to come
 * @why: why it failed
 *
 * Return: 0, or -errno
 */
int source_open_device(struct source **result, const char *path, bool all,
		       struct reason *why)
{
	static const char other_size[] =
		"%s: its records have %u bytes, this tool's %u: use the module's tool";
	struct tcpclose_geometry geometry;
	struct source *s = source_alloc();
	int ret;

	if (!s)
		return reason_set(why, -ENOMEM, "out of memory");
	ret = devnode_open(path, why);
	if (ret < 0)
		goto err_close;
	s->fd = ret;
	s->live = true;
	if (!all && lseek(s->fd, 0, SEEK_END) < 0) {
		ret = -errno;
		goto err_explain;
	}
	ret = devnode_geometry(s->fd, &geometry);
	if (ret)
		goto err_explain;
	if (geometry.record_size != TCPCLOSE_RECORD_SIZE) {
		ret = reason_set(why, -EPROTO, other_size, path,
				 geometry.record_size, TCPCLOSE_RECORD_SIZE);
		goto err_close;
	}
	recording_header_init(&s->head);
	s->head.abi_minor = geometry.abi_minor;
	s->head.visible = geometry.visible;
	s->head.cpus = geometry.rings;
	s->head.own_netns = netns_own_inode();
	s->realtime_offset_ns = s->head.realtime_offset_ns;
	ret = enqueue_starts(s);
	if (ret)
		goto err_explain;
	*result = s;
	return 0;

err_explain:
	reason_set(why, ret, "%s: %s", path, strerror(-ret));
err_close:
	source_close(s);
	return ret;
}

static int read_header(struct source *s, const char *path, struct reason *why)
{
	struct reason what = { "" };
	size_t len = 0;
	int ret;

	while (len < sizeof(s->head)) {
		ssize_t got = read(s->fd, (char *)&s->head + len,
				   sizeof(s->head) - len);

		if (got < 0)
			return reason_set(why, -errno, "%s: cannot be read: %s",
					  path, strerror(errno));
		if (!got)
			break;
		len += (size_t)got;
	}
	ret = recording_header_check(&s->head, len, &what);
	return ret ? reason_set(why, ret, "%s: %.300s", path, what.text) : 0;
}

/**
 * source_open_recording() - read a recording
 * @result: the source
 * @path: name of the file, "-" for standard input
 * @why: why it failed
 *
 * Return: 0, or -errno
 */
int source_open_recording(struct source **result, const char *path,
			  struct reason *why)
{
	struct source *s = source_alloc();
	int ret;

	if (!s)
		return reason_set(why, -ENOMEM, "out of memory");
	ret = recording_open(path, why);
	if (ret < 0)
		goto err_close;
	s->fd = ret;
	ret = read_header(s, path, why);
	if (ret)
		goto err_close;
	s->head.release[sizeof(s->head.release) - 1] = '\0';
	s->realtime_offset_ns = s->head.realtime_offset_ns;
	*result = s;
	return 0;

err_close:
	source_close(s);
	return ret;
}

/**
 * source_close() - end reading
 * @s: the source
 */
void source_close(struct source *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->cpus);
	free(s->queue);
	free(s);
}

/**
 * source_is_live() - whether time in this source is the time now
 * @s: the source
 */
bool source_is_live(const struct source *s)
{
	return s->live;
}

/**
 * source_header() - how a recording of this source begins
 * @s: the source
 */
const struct recording_header *source_header(const struct source *s)
{
	return &s->head;
}

/**
 * source_summarize() - what the source has seen so far
 * @s: the source
 * @summary: result
 */
void source_summarize(const struct source *s, struct source_summary *summary)
{
	*summary = s->summary;
}
