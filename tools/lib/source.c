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
 * Knows nothing of what records mean: see decoder.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/signals.h"
#include "lib/byteorder.h"
#include "lib/source_internal.h"

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
	if (!s->live) {
		struct pollfd fd = { .fd = s->fd, .events = POLLIN };

		/* A pipe may be empty: let the caller use the rest first. */
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
		s->cut_bytes = rest;
	}
	return (int)got;
}

/* All whole records that the buffer has. */
static int next_of_recording(struct source *s,
			     const struct recording_marker **first,
			     size_t *count)
{
	int ret;

	while (s->len - s->pos < TCPCLOSE_RECORD_SIZE) {
		ret = source_fill(s);
		if (ret <= 0)
			return ret;
	}
	*first = source_at(s);
	*count = (s->len - s->pos) / TCPCLOSE_RECORD_SIZE;
	if (s->swapped)
		byteorder_swap_records((char *)s->buf + s->pos, *count);
	s->pos += *count * TCPCLOSE_RECORD_SIZE;
	return 1;
}

/**
 * source_next_run() - the next records, of any kind, as a recording holds them
 * @s: the source
 * @first: result, valid until the next call; look at each one's kind before
 *	anything else
 * @count: result: number of records
 *
 * Return: 1, 0 at the end of a recording, -EAGAIN if nothing is ready, or
 * another -errno
 */
int source_next_run(struct source *s, const struct recording_marker **first,
		    size_t *count)
{
	if (s->intake)
		return intake_next(s->intake, first, count);
	return s->live ? source_live_next(s, first, count) :
			 next_of_recording(s, first, count);
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
 * Return: 1 if source_next_run() has something to deliver, 0 if not, or -errno
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
 * source_cut_bytes() - bytes of an incomplete last record
 * @s: the source; its end was reached
 */
size_t source_cut_bytes(const struct source *s)
{
	return s->cut_bytes;
}
