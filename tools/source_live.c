// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the live device look like a recording: puts into the stream what only
 * its reader can know: losses, names of network namespaces, steps of the wall
 * clock.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "devnode.h"
#include "source_internal.h"

#define NETNS_RETRY_NS NS_PER_S
#define CLOCK_STEP_NS ((int64_t)NS_PER_MS)

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

/**
 * source_live_start() - say where the file stands
 * @s: the source
 *
 * These are the whole numbers of the first records to come, without which a
 * loss before a CPU's first record would go unnoticed.
 *
 * Return: 0, or -errno
 */
int source_live_start(struct source *s)
{
	struct tcpclose_cursor cursor;
	unsigned int cpu;

	for (cpu = 0; cpu < s->head.cpus; cpu++) {
		int ret = devnode_cursor(s->fd, cpu, &cursor);

		if (ret)
			return ret;
		if (!source_cpu(s, cpu) ||
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

/**
 * source_live_inspect() - put before a record what a recording would say there
 * @s: the source
 * @r: the record, not delivered yet
 *
 * Return: 0, or -errno
 */
int source_live_inspect(struct source *s, const struct tcpclose_record *r)
{
	struct source_cpu *cpu = source_cpu(s, r->cpu);

	if (!cpu)
		return -ENOMEM;
	if (s->head.visible && gap(cpu, r->seq) &&
	    !enqueue(s, RECORDING_KIND_LOST, r->ts_ns, r->cpu,
		     gap(cpu, r->seq)))
		return -ENOMEM;
	return r->kind == TCPCLOSE_KIND_TRANSITION ? enqueue_netns(s, r) : 0;
}

/**
 * source_live_batch() - read the next records
 * @s: the source
 *
 * Return: above 0 if there is something to deliver, -EAGAIN if not, or another
 * -errno
 */
int source_live_batch(struct source *s)
{
	int got, ret;

	s->batch_ns = monotonic_ns();
	ret = enqueue_clock(s);
	got = source_fill(s);
	if (!ret && !s->head.visible && (got > 0 || got == -EAGAIN))
		ret = enqueue_losses(s);
	if (ret)
		return ret;
	return got == -EAGAIN && !source_queue_is_empty(s) ? 1 : got;
}
