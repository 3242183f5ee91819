// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where events come from: the live device or a recording.
 *
 * The device is made to look like a recording: losses, names of network
 * namespaces and steps of the wall clock, which a recording holds as records
 * of its own (see recording.h), are put into the stream as it is read. From
 * there on both are treated alike, and `tcpclose record` writes the records as
 * they are.
 *
 * Knows the order of records; knows nothing of what a transition means.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/signals.h"
#include "lib/source_internal.h"

/**
 * source_new_cpu() - add the state of a CPU
 * @s: the source
 * @cpu: its number, not below @s->cpu_count
 *
 * Return: its state, or NULL if there is no memory
 */
struct source_cpu *source_new_cpu(struct source *s, unsigned int cpu)
{
	struct source_cpu *cpus;
	unsigned int count;

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

/**
 * source_fill() - read more records; an incomplete one is kept
 * @s: the source
 *
 * Return: bytes read, 0 at the end of a recording, or -errno
 */
int source_fill(struct source *s)
{
	size_t rest = s->len - s->pos;
	ssize_t got;

	if (s->at_end)
		return 0;
	if (!s->live && !s->intake) {
		struct pollfd fd = { .fd = s->fd, .events = POLLIN };

		/* A pipe may be empty: let the caller use the rest first. */
		if (poll(&fd, 1, 0) == 0)
			return -EAGAIN;
	}
	memmove(s->buf, (char *)s->buf + s->pos, rest);
	s->pos = 0;
	s->len = rest;
	if (s->intake) {
		got = intake_read(s->intake, (char *)s->buf + rest,
				  sizeof(s->buf) - rest);
		if (got < 0)
			return (int)got;
	} else {
		got = read(s->fd, (char *)s->buf + rest,
			   sizeof(s->buf) - rest);
		if (got < 0)
			return errno == EINTR ? -EAGAIN : -errno;
	}
	s->len += (size_t)got;
	if (!got) {
		s->at_end = true;
		s->summary.cut_bytes = rest;
	}
	return (int)got;
}

/**
 * source_begin_clock() - take the wall clock as the header has it
 * @s: the source
 */
void source_begin_clock(struct source *s)
{
	unsigned int i;

	for (i = 0; i < CLOCK_STEPS; i++) {
		s->clock[i].ts_ns = 0;
		s->clock[i].offset_ns = s->head.realtime_offset_ns;
	}
}

/**
 * source_set_clock() - the wall clock was set
 * @s: the source
 * @ts_ns: when; records from before keep their time, also if they come later
 * @offset_ns: what to add from then on
 */
void source_set_clock(struct source *s, uint64_t ts_ns, int64_t offset_ns)
{
	memmove(s->clock + 1, s->clock,
		(CLOCK_STEPS - 1) * sizeof(s->clock[0]));
	s->clock[0].ts_ns = ts_ns;
	s->clock[0].offset_ns = offset_ns;
}

static int track_marker(struct source *s, const struct recording_marker *m)
{
	struct netns_entry *entry;
	struct source_cpu *cpu;

	switch (m->kind) {
	case RECORDING_KIND_START:
		cpu = source_cpu(s, m->cpu);
		if (!cpu)
			return -ENOMEM;
		cpu->next_seq = m->value;
		cpu->started = true;
		cpu->has_detail = false;
		break;
	case RECORDING_KIND_LOST:
		s->summary.lost += m->value;
		cpu = source_cpu(s, m->cpu);
		if (!cpu)
			return -ENOMEM;
		cpu->reported += m->value;
		break;
	case RECORDING_KIND_CLOCK:
		source_set_clock(s, m->ts_ns, (int64_t)m->value);
		break;
	case RECORDING_KIND_NETNS:
		entry = netns_table_take(&s->netns, m->value, m->inode);
		if (!entry)
			return -ENOMEM;
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

	if (recording_is_marker(m->kind))
		return track_marker(s, m);
	if (m->kind == TCPCLOSE_KIND_TRANSITION)
		s->summary.transitions++;
	else if (m->kind != TCPCLOSE_KIND_DETAIL)
		s->summary.skipped++;
	cpu = source_cpu(s, m->cpu);
	if (!cpu)
		return -ENOMEM;
	distance = m->seq - (uint32_t)cpu->next_seq;
	if (!cpu->started || distance >= 1U << 31)
		cpu->next_seq = (cpu->next_seq & ~(uint64_t)UINT32_MAX) |
				m->seq;
	else
		cpu->next_seq += distance;
	cpu->next_seq++;
	cpu->delivered++;
	cpu->started = true;
	return 0;
}

/*
 * A quick inspect() and track() for nearly all records: those that follow the
 * one before and are of a namespace that needs no marker.
 *
 * Return: whether it was such a record
 */
static bool track_plain(struct source *s, const struct recording_marker *m)
{
	const struct tcpclose_record *r = (const void *)m;
	struct source_cpu *cpu;

	if (m->cpu >= s->cpu_count || m->ts_ns >= s->step_ns)
		return false;
	cpu = &s->cpus[m->cpu];
	if (!cpu->started || m->seq != (uint32_t)cpu->next_seq)
		return false;
	if (m->kind == TCPCLOSE_KIND_TRANSITION) {
		if (s->live && (r->netns_inode != s->latest_inode ||
				r->netns != s->latest_netns))
			return false;
		s->summary.transitions++;
	} else if (m->kind != TCPCLOSE_KIND_DETAIL) {
		return false;
	}
	cpu->next_seq++;
	cpu->delivered++;
	return true;
}

static const struct recording_marker *at(const struct source *s)
{
	return (const void *)((const char *)s->buf + s->pos);
}

static void step(struct source *s)
{
	s->inspected = false;
	s->pos += TCPCLOSE_RECORD_SIZE;
}

/* Queue the markers that belong before the record at buf[pos]. */
static int inspect(struct source *s)
{
	if (!s->live || s->inspected)
		return 0;
	s->inspected = true;
	return source_live_inspect(s, (const void *)at(s));
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
		if (!source_queue_is_empty(s)) {
			*raw = &s->queue[s->queue_first++];
			break;
		}
		if (s->len - s->pos >= TCPCLOSE_RECORD_SIZE) {
			*raw = at(s);
			if (track_plain(s, *raw)) {
				step(s);
				return 1;
			}
			ret = inspect(s);
			if (ret)
				return ret;
			if (!source_queue_is_empty(s))
				continue;
			step(s);
			break;
		}
		ret = s->live ? source_live_batch(s) : source_fill(s);
		if (ret <= 0)
			return ret;
	}
	ret = track(s, *raw);
	return ret ? ret : 1;
}

/**
 * source_next_run() - the next records, of any kind, as a recording holds them
 * @s: the source
 * @first: result, valid until the next call; look at each one's kind before
 *	anything else
 * @count: result: number of records
 *
 * Return: as source_next_raw()
 */
int source_next_run(struct source *s, const struct recording_marker **first,
		    size_t *count)
{
	int ret = source_next_raw(s, first);

	*count = 1;
	/* A marker stands alone. */
	if (ret <= 0 || (uint64_t *)*first < s->buf ||
	    (uint64_t *)*first >= s->buf + ARRAY_SIZE(s->buf))
		return ret;
	while (s->len - s->pos >= TCPCLOSE_RECORD_SIZE) {
		if (!track_plain(s, at(s))) {
			ret = inspect(s);
			if (ret)
				return ret;
			if (!source_queue_is_empty(s))
				break;
			ret = track(s, at(s));
			if (ret)
				return ret;
		}
		step(s);
		++*count;
	}
	return 1;
}

static void lost_event(struct source *s, const struct recording_marker *m,
		       struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->kind = EVENT_LOST;
	e->lost = m->value;
	e->cpu = m->cpu;
	e->ts_ns = m->ts_ns;
	e->realtime_ns = source_realtime_ns(s, m->ts_ns);
}

/* One that is gone may have had the inode before. */
static bool is_own_netns(const struct source *s, const struct tcpclose_record *r)
{
	return r->netns_inode && r->netns_inode == s->head.own_netns &&
	       (!s->head.own_netns_cookie || !r->netns ||
		r->netns == s->head.own_netns_cookie);
}

static void transition_event(struct source *s, const struct tcpclose_record *r,
			     struct event *e)
{
	struct source_cpu *cpu = &s->cpus[r->cpu];
	const struct tcpclose_detail *detail = NULL;
	const struct netns_entry *entry;

	if (cpu->has_detail && cpu->detail.seq + 1 == r->seq)
		detail = &cpu->detail;
	cpu->has_detail = false;
	event_decode(e, r, detail);
	e->seq = cpu->next_seq - 1;
	e->realtime_ns = source_realtime_ns(s, r->ts_ns);
	e->own_netns = is_own_netns(s, r);
	entry = netns_table_find(&s->netns, r->netns, r->netns_inode);
	if (entry && entry->name[0])
		e->netns_name = entry->name;
	else if (e->own_netns)
		e->netns_name = s->head.visible ? "host" : "self";
	else
		e->netns_name = NULL;
}

static void start_event(const struct recording_marker *m, struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->kind = EVENT_START;
	e->seq = m->value;
	e->cpu = m->cpu;
	e->ts_ns = m->ts_ns;
}

/* The number of the record that was read last; a marker has none. */
static uint64_t full_seq(const struct source *s, const struct recording_marker *m)
{
	if (m->kind == TCPCLOSE_KIND_TRANSITION || m->kind == TCPCLOSE_KIND_DETAIL)
		return s->cpus[m->cpu].next_seq - 1;
	return m->kind < RECORDING_KIND_START ? m->seq : (uint64_t)EVENT_UNKNOWN;
}

static void flaw_event(struct source *s, const struct recording_marker *m,
		       struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->kind = EVENT_FLAW;
	e->flaw = s->flaws.what[s->flaw];
	e->lost = s->flaws.lost[s->flaw++];
	e->seq = full_seq(s, m);
	e->cpu = m->cpu;
	e->ts_ns = m->ts_ns;
	e->realtime_ns = source_realtime_ns(s, m->ts_ns);
}

/* The next record; it is s->held if it was checked before and has flaws. */
static int next_checked(struct source *s, const struct recording_marker **raw)
{
	struct source_cpu *cpu;
	int ret;

	if (s->held) {
		*raw = s->held;
		return 1;
	}
	ret = source_next_raw(s, raw);
	if (ret <= 0)
		return ret;
	cpu = source_cpu(s, (*raw)->cpu);
	if (!cpu)
		return -ENOMEM;
	order_check(&cpu->order, s->head.visible, *raw, &s->flaws);
	s->flaw = 0;
	if (s->flaws.count)
		s->held = *raw;
	return 1;
}

/* Return: whether a record is an event of its own. */
static bool make_event(struct source *s, const struct recording_marker *raw,
		       struct event *e)
{
	struct source_cpu *cpu;

	switch (raw->kind) {
	case TCPCLOSE_KIND_TRANSITION:
		transition_event(s, (const void *)raw, e);
		return true;
	case TCPCLOSE_KIND_DETAIL:
		cpu = &s->cpus[raw->cpu];
		memcpy(&cpu->detail, raw, sizeof(cpu->detail));
		cpu->has_detail = true;
		return false;
	case RECORDING_KIND_START:
		start_event(raw, e);
		return true;
	case RECORDING_KIND_LOST:
		lost_event(s, raw, e);
		return true;
	default:
		return false;
	}
}

/**
 * source_next() - the next transition or loss
 * @s: the source
 * @e: result; strings that it points to are valid until the next call
 *
 * Return: 1, 0 at the end of a recording, -EAGAIN if nothing is ready, or
 * another -errno
 */
int source_next(struct source *s, struct event *e)
{
	const struct recording_marker *raw;
	int ret;

	for (;;) {
		ret = source_next_raw(s, &raw);
		if (ret <= 0)
			return ret;
		if (make_event(s, raw, e) && e->kind != EVENT_START)
			return 1;
	}
}

/**
 * source_next_every() - the next event of any kind
 * @s: the source
 * @e: result, likewise; flaws of a record come before it
 *
 * Return: likewise
 */
int source_next_every(struct source *s, struct event *e)
{
	const struct recording_marker *raw;
	int ret;

	for (;;) {
		ret = next_checked(s, &raw);
		if (ret <= 0)
			return ret;
		if (s->held && s->flaw < s->flaws.count) {
			flaw_event(s, raw, e);
			return 1;
		}
		s->held = NULL;
		if (make_event(s, raw, e))
			return 1;
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
	int ret;

	if (s->intake)
		ret = intake_wait(s->intake, deadline_ns);
	else if (s->live)
		ret = source_live_wait(s, deadline_ns);
	else
		ret = signals_poll(&fd, 1, deadline_ns);
	return ret < 0 ? ret : 0;
}

/**
 * source_is_complete() - whether all records up to a moment were read
 * @s: a live source; there is nothing ready, or a record after the moment was
 *	delivered
 * @until_ns: the moment, CLOCK_MONOTONIC
 *
 * Only a read that began after it can show that there are no more.
 */
bool source_is_complete(const struct source *s, uint64_t until_ns)
{
	/* When it is concluded, the intake reads the device once more. */
	if (s->intake)
		return clock_monotonic_ns() >= until_ns;
	return s->batch_ns > HOLD_NS && s->batch_ns - HOLD_NS >= until_ns;
}

/**
 * source_conclude() - report losses that no record follows
 * @s: the source; all records that are wanted were delivered
 * @ts_ns: the time of the end
 *
 * To be called again, after reading all that is ready, until it returns 0.
 *
 * Return: 1 if source_next() has an event to deliver, 0 if not, or -errno
 */
int source_conclude(struct source *s, uint64_t ts_ns)
{
	if (s->intake)
		return intake_conclude(s->intake, ts_ns);
	return s->live ? source_live_conclude(s, ts_ns) : 0;
}

/**
 * source_balance() - check that every record was delivered or reported as lost
 * @s: the source
 * @why: why not
 *
 * A recording is not checked: how many records there were is not known.
 *
 * Return: 0, -EPROTO if the numbers do not add up, or another -errno
 */
int source_balance(struct source *s, struct error *why)
{
	if (s->intake)
		return intake_balance(s->intake, why);
	return s->live ? source_live_balance(s, why) : 0;
}

/**
 * source_is_live() - whether events come as they happen
 * @s: the source
 */
bool source_is_live(const struct source *s)
{
	return s->live || s->intake;
}

/**
 * source_is_collected() - whether a thread reads the device: what it read ends when
 *	it is concluded, also behind records of after the end
 * @s: the source
 */
bool source_is_collected(const struct source *s)
{
	return s->intake;
}

/**
 * source_header() - header for a recording of this source
 * @s: the source
 */
const struct recording_header *source_header(const struct source *s)
{
	return &s->head;
}

/**
 * source_summarize() - counts so far
 * @s: the source
 * @summary: result
 */
void source_summarize(const struct source *s, struct source_summary *summary)
{
	*summary = s->summary;
}
