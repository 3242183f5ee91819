/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/tcpclose as a test sees it: ioctls, whole records, the mapping.
 *
 * Knows the interface; knows nothing of sockets. Every function returns -errno
 * on failure and prints nothing.
 */
#ifndef _SELFTESTS_LIB_DEVICE_H
#define _SELFTESTS_LIB_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tcpclose.h"

/* What the two kinds have in common is at the same place in both. */
static inline const struct tcpclose_task *
device_task(const struct tcpclose_record *record)
{
	return (const struct tcpclose_task *)record;
}

static inline bool device_is_transition(const struct tcpclose_record *record)
{
	return record->kind == TCPCLOSE_KIND_TRANSITION;
}

static inline bool device_from_tracepoint(const struct tcpclose_record *record)
{
	return device_is_transition(record) &&
	       TCPCLOSE_HOW_ORIGIN(record->how) == TCPCLOSE_ORIGIN_TRACEPOINT;
}

static inline bool device_from_timewait(const struct tcpclose_record *record)
{
	return device_is_transition(record) &&
	       TCPCLOSE_HOW_ORIGIN(record->how) == TCPCLOSE_ORIGIN_TIMEWAIT;
}

/**
 * device_open() - open the device
 * @flags: of open(2)
 *
 * Return: a file descriptor
 */
int device_open(int flags);

/** device_open_at_end() - likewise, O_NONBLOCK, behind the newest record */
int device_open_at_end(void);

/** device_ioctl() - ioctl(2) that returns -errno */
int device_ioctl(int fd, unsigned long request, void *arg);

int device_geometry(int fd, struct tcpclose_geometry *geometry);
int device_cursor(int fd, unsigned int cpu, struct tcpclose_cursor *cursor);
int device_stats(int fd, struct tcpclose_stats *stats);

/**
 * device_stats_until() - look at the statistics until a number is large enough
 * @stats: result, of the last look
 * @number: one of @stats
 * @least: that large
 * @ms: for so long, at most; what is there then is the caller's to judge
 *
 * Return: 0 or -errno
 */
int device_stats_until(int fd, struct tcpclose_stats *stats, const __u64 *number,
		       __u64 least, int ms);

/**
 * device_stats_settled() - look at the statistics until what is closing closed
 * @stats: result, of the last look
 * @full: so many connections stay, apart from those that are mini-sockets
 *
 * close() may return before the other end's last segment was taken in: another
 * processor, or ksoftirqd, has it.
 *
 * Return: 0, -ETIMEDOUT after ten seconds or -errno
 */
int device_stats_settled(int fd, struct tcpclose_stats *stats, __u64 full);
int device_wakeup(int fd, unsigned int watermark, unsigned int delay_us);

/**
 * device_totals() - sum of the cursors of all rings
 * @total: its @cpu is meaningless
 */
int device_totals(int fd, struct tcpclose_cursor *total);

/** device_scope() - set the module's scope, "teardown" or "all" */
int device_scope(const char *scope);

/** device_readable_ms() - wait until the file is readable; 1 yes, 0 no */
int device_readable_ms(int fd, int timeout_ms);

/** struct device_log - records read so far, in the order of reading */
struct device_log {
	struct tcpclose_record *records;
	size_t count;
	size_t room;
};

void device_log_free(struct device_log *log);

/**
 * device_log_read() - append what one read(2) gives
 * @records: buffer size, records
 *
 * Return: number of records
 */
ssize_t device_log_read(struct device_log *log, int fd, size_t records);

/**
 * device_log_drain() - append all that was recorded before, wait for nothing else
 *
 * Waits until the youngest of that is old enough to be read.
 *
 * Return: 0 or -errno
 */
int device_log_drain(struct device_log *log, int fd);

/**
 * device_log_until() - append until enough transitions match
 * @match: which count
 * @count: how many are enough, of the whole log
 * @timeout_ms: when to give up
 *
 * Return: 0, or -ETIMEDOUT
 */
int device_log_until(struct device_log *log, int fd,
		     bool (*match)(const struct tcpclose_record *record),
		     size_t count, int timeout_ms);

/** device_log_count() - how many records of the log match */
size_t device_log_count(const struct device_log *log,
			bool (*match)(const struct tcpclose_record *record));

/** device_log_edges() - how many transitions have this true edge */
size_t device_log_edges(const struct device_log *log, int from, int to);

/**
 * struct device_map - the mapping and a position in each ring
 * @next: may be set before the first device_map_read() of a ring
 * @lost: overwritten before they were read, in all rings
 * @seen: read from all rings
 * @begun: which rings were read from
 * @from: sum of the positions where that began
 */
struct device_map {
	struct tcpclose_geometry geometry;
	const unsigned char *base;
	uint64_t *next;
	uint64_t lost;
	uint64_t seen;
	bool *begun;
	uint64_t from;
};

/** device_map_open() - map all of it; the position is the oldest record */
int device_map_open(struct device_map *map, int fd);

/** device_map_close() - undo that; what was passed has to be seen or lost */
void device_map_close(struct device_map *map);

const struct tcpclose_ring_header *
device_map_header(const struct device_map *map, unsigned int ring);

/**
 * device_map_read() - the next record of one ring
 *
 * Skips what was overwritten and counts it in @lost.
 *
 * Return: 1, or 0 if there is none
 */
int device_map_read(struct device_map *map, unsigned int ring,
		    struct tcpclose_record *record);

/** now_ns() - CLOCK_MONOTONIC, nanoseconds */
uint64_t now_ns(void);

#endif /* _SELFTESTS_LIB_DEVICE_H */
