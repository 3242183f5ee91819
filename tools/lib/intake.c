// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that only moves what the device delivers to memory, so that a slow
 * command loses nothing.
 *
 * Knows when to read and when it is over; knows nothing of what records mean, and of
 * the other things that it moves, only that they are read before the records.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/signals.h"
#include "base/spool.h"
#include "lib/intake.h"
#include "lib/recording.h"
#include "lib/source_internal.h"
#include "sys/priority.h"

/* Kinds of items; those of struct intake_how are behind. */
enum {
	ITEM_RECORDS,
	ITEM_ROUND,
	ITEM_OTHER,
};

#define MEMORY ((size_t)256 * 1024 * 1024)
/* Records of one item. */
#define AT_A_TIME (SPOOL_ITEM_MAX / TCPCLOSE_RECORD_SIZE)
/* Records of a round: then what else is collected has its turn. */
#define ROUND_RECORDS 8192
/* The device keeps records back that are younger than 1 ms. */
#define BEHIND_NS (2 * NS_PER_MS)
/* There is no room at all: the rings have some, still. */
#define FULL_NS NS_PER_MS

struct intake {
	struct source *source;
	struct spool *spool;
	struct intake_how how;
	pthread_t thread;
	bool runs;
	int wake;
	/* Set by the reader: conclude at @end_ns, or give up. */
	bool end;
	uint64_t end_ns;
	bool give_up;

	/* The thread's, until it was joined. */
	uint64_t added;
	int error;

	/* The reader's: records that it has taken. */
	uint64_t taken;
	/* It took everything, and the thread has ended. */
	bool over;
};

static bool is_set(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag)
{
	__atomic_store_n(flag, true, __ATOMIC_RELEASE);
}

static int add(struct intake *c, uint32_t kind, const void *bytes, size_t len)
{
	const struct timespec nap = { .tv_nsec = FULL_NS };
	int ret;

	while ((ret = spool_add(c->spool, kind, bytes, len)) == -EAGAIN) {
		if (is_set(&c->give_up))
			return -ECANCELED;
		nanosleep(&nap, NULL);
	}
	return ret;
}

/**
 * intake_add() - add an item to what is collected
 * @c: the intake; only in its gather()
 * @kind: what it is, for receive()
 * @bytes: copied
 * @len: how many, at most %SPOOL_ITEM_MAX
 *
 * Return: 0, or -errno
 */
int intake_add(struct intake *c, unsigned int kind, const void *bytes,
	       size_t len)
{
	return add(c, ITEM_OTHER + kind, bytes, len);
}

static int add_records(struct intake *c, const struct recording_marker *raw,
		       size_t count)
{
	int ret = 0;

	while (count && !ret) {
		size_t part = count < AT_A_TIME ? count : AT_A_TIME;

		ret = add(c, ITEM_RECORDS, raw, part * sizeof(*raw));
		if (!ret)
			c->added += part;
		raw += part;
		count -= part;
	}
	return ret;
}

/*
 * Read records until there is none, or enough.
 *
 * Return: 0 if there may be more, -EAGAIN if not, or another -errno
 */
static int move_records(struct intake *c, uint64_t until_ns, uint64_t *read_ns)
{
	const struct recording_marker *raw;
	size_t count, moved = 0;

	while (moved < ROUND_RECORDS) {
		int ret = source_next_run(c->source, &raw, &count);

		if (ret > 0)
			ret = add_records(c, raw, count);
		else if (!ret)
			ret = -EPIPE;
		if (ret)
			return ret;
		moved += count;
		/* A marker's time is no record's. */
		if (recording_is_marker(raw[count - 1].kind))
			continue;
		*read_ns = raw[count - 1].ts_ns;
		if (*read_ns > until_ns)
			return -EAGAIN;
	}
	return 0;
}

/* Return: as move_records() */
static int do_round(struct intake *c, uint64_t until_ns)
{
	struct intake_round round = { .begin_ns = clock_monotonic_ns() };
	uint64_t now_ns;
	int ret = 0;

	if (c->how.gather)
		ret = c->how.gather(c->how.context, c);
	if (ret < 0)
		return ret;
	now_ns = clock_monotonic_ns();
	ret = move_records(c, until_ns, &round.read_ns);
	if (ret == -EAGAIN)
		round.read_ns = now_ns - BEHIND_NS;
	if (round.read_ns > round.begin_ns - BEHIND_NS)
		round.read_ns = round.begin_ns - BEHIND_NS;
	if (c->how.round && (!ret || ret == -EAGAIN)) {
		int error = add(c, ITEM_ROUND, &round, sizeof(round));

		if (error)
			ret = error;
	}
	spool_notify(c->spool);
	return ret;
}

/* Return: 0, or -errno */
static int wait_for_more(struct intake *c)
{
	uint64_t now_ns = clock_monotonic_ns(), deadline_ns = UINT64_MAX;
	struct pollfd fds[] = {
		{ .fd = c->wake, .events = POLLIN },
		{ .fd = -1, .events = POLLIN },
	};
	struct timespec left;
	int ret;

	if (c->how.round_ns)
		deadline_ns = now_ns + c->how.round_ns;
	ret = source_live_prepare_wait(c->source, &fds[1], &deadline_ns);
	if (ret)
		return ret;
	now_ns = clock_monotonic_ns();
	deadline_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
	left.tv_sec = (time_t)(deadline_ns / NS_PER_S);
	left.tv_nsec = (long)(deadline_ns % NS_PER_S);
	ret = ppoll(fds, 2, &left, NULL);
	return ret < 0 && errno != EINTR ? -errno : 0;
}

/* What is left of the time before the end, then the losses that nothing follows. */
static int finish(struct intake *c)
{
	int ret;

	do {
		ret = do_round(c, c->end_ns);
	} while (!ret);
	if (ret != -EAGAIN)
		return ret;
	ret = source_live_conclude(c->source, c->end_ns);
	while (ret > 0) {
		const struct recording_marker *raw;
		size_t count;

		ret = source_next_run(c->source, &raw, &count);
		if (ret > 0 && add_records(c, raw, count))
			return -ECANCELED;
	}
	return ret == -EAGAIN ? 0 : ret;
}

static void *thread_main(void *arg)
{
	struct intake *c = arg;
	int ret = 0;

	priority_raise(0);
	while (!is_set(&c->give_up)) {
		if (is_set(&c->end)) {
			ret = finish(c);
			break;
		}
		ret = do_round(c, UINT64_MAX);
		if (ret == -EAGAIN)
			ret = wait_for_more(c);
		if (ret)
			break;
	}
	c->error = ret;
	spool_end(c->spool, ret);
	return NULL;
}

/**
 * intake_start() - read a device in a thread
 * @result: the intake
 * @source: a live source from which nothing was read; belongs to the intake from
 *	now on, if there is no error
 * @how: what is collected beside records
 *
 * Return: 0, or -errno
 */
int intake_start(struct intake **result, struct source *source,
		 const struct intake_how *how)
{
	struct intake *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return -ENOMEM;
	c->source = source;
	c->how = *how;
	c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->wake < 0) {
		ret = -errno;
		goto err_free;
	}
	ret = spool_new(&c->spool, MEMORY);
	if (ret)
		goto err_close;
	ret = signals_start_thread(&c->thread, thread_main, c);
	if (ret)
		goto err_spool;
	c->runs = true;
	*result = c;
	return 0;

err_spool:
	spool_free(c->spool);
err_close:
	close(c->wake);
err_free:
	free(c);
	return ret;
}

static void join(struct intake *c)
{
	if (!c->runs)
		return;
	eventfd_write(c->wake, 1);
	pthread_join(c->thread, NULL);
	c->runs = false;
}

/**
 * intake_stop() - end the thread, free everything, and close the source
 * @c: the intake
 */
void intake_stop(struct intake *c)
{
	set(&c->give_up);
	join(c);
	spool_free(c->spool);
	source_close(c->source);
	close(c->wake);
	free(c);
}

/* What is no record is received here. */
static void receive(struct intake *c, const struct spool_item *item)
{
	struct intake_round round;

	if (item->kind != ITEM_ROUND) {
		c->how.receive(c->how.context, item->kind - ITEM_OTHER,
			       item->bytes, item->len);
		return;
	}
	memcpy(&round, item->bytes, sizeof(round));
	c->how.round(c->how.context, &round);
}

/**
 * intake_next() - take records; for one thread
 * @c: the intake
 * @first: result, valid until the next call
 * @count: result
 *
 * What was added between records is received before those behind it.
 *
 * Return: as source_next_run()
 */
int intake_next(struct intake *c, const struct recording_marker **first,
		size_t *count)
{
	struct spool_item item;
	int ret;

	while ((ret = spool_next(c->spool, &item)) > 0) {
		if (item.kind != ITEM_RECORDS) {
			receive(c, &item);
			continue;
		}
		*first = item.bytes;
		*count = item.len / TCPCLOSE_RECORD_SIZE;
		c->taken += *count;
		return 1;
	}
	if (ret != -EAGAIN)
		c->over = true;
	return ret ? ret : -EAGAIN;
}

/**
 * intake_wait() - wait until there is something to read
 * @c: the intake; intake_next() has returned -EAGAIN
 * @deadline_ns: wait no longer than to this CLOCK_MONOTONIC; UINT64_MAX: no limit
 *
 * Return: as signals_poll()
 */
int intake_wait(struct intake *c, uint64_t deadline_ns)
{
	struct pollfd fd = { .fd = spool_fd(c->spool), .events = POLLIN };

	return signals_poll(&fd, 1, deadline_ns);
}

/**
 * intake_conclude() - read the device for the last time, end the thread
 * @c: the intake; intake_next() has returned -EAGAIN
 * @ts_ns: the time of the end; what was before it, and losses that no record
 *	follows, can be read afterwards
 *
 * To be called again after that was read: if there is no room, the thread waits
 * until there is.
 *
 * Return: 1 if there may be something to read, 0 if everything was read, or -errno
 */
int intake_conclude(struct intake *c, uint64_t ts_ns)
{
	struct pollfd fd = { .fd = spool_fd(c->spool), .events = POLLIN };

	if (c->over) {
		join(c);
		return c->error;
	}
	if (!c->end) {
		c->end_ns = ts_ns;
		set(&c->end);
		eventfd_write(c->wake, 1);
	}
	while (poll(&fd, 1, -1) < 0 && errno == EINTR)
		;
	return 1;
}

/**
 * intake_balance() - check that every record was collected or reported as lost,
 *	and that each that was collected can be taken
 * @c: the intake; nothing can be read from it afterwards
 * @why: why not
 *
 * Return: 0, -EPROTO if the numbers do not add up, or another -errno
 */
int intake_balance(struct intake *c, struct error *why)
{
	struct spool_item item;
	uint64_t left = 0;

	set(&c->give_up);
	join(c);
	while (spool_next(c->spool, &item) > 0)
		if (item.kind == ITEM_RECORDS)
			left += item.len / TCPCLOSE_RECORD_SIZE;
	if (c->added != c->taken + left)
		return error_set(why, -EPROTO,
				 "%llu records collected, %llu taken and %llu left: please report it",
				 (unsigned long long)c->added,
				 (unsigned long long)c->taken,
				 (unsigned long long)left);
	return source_live_balance(c->source, why);
}
