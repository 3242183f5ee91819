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

/* The members that all kinds have are at the same offset in each. */
static inline const struct tcpclose_detail *
device_detail(const struct tcpclose_record *record)
{
	return (const struct tcpclose_detail *)record;
}

static inline const struct tcpclose_rst *device_rst(const struct tcpclose_record *record)
{
	return (const struct tcpclose_rst *)record;
}

static inline const struct tcpclose_drop *device_drop(const struct tcpclose_record *record)
{
	return (const struct tcpclose_drop *)record;
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

/** device_open_at_end() - likewise, O_NONBLOCK, positioned after the newest record */
int device_open_at_end(void);

/** device_ioctl() - ioctl(2) that returns -errno */
int device_ioctl(int fd, unsigned long request, void *arg);

int device_geometry(int fd, struct tcpclose_geometry *geometry);
int device_cursor(int fd, unsigned int cpu, struct tcpclose_cursor *cursor);
int device_stats(int fd, struct tcpclose_stats *stats);

/**
 * device_stats_until() - read the statistics until a number is large enough
 * @stats: result of the last read
 * @number: the number to watch, a member of @stats
 * @least: value at which to stop
 * @ms: time limit; after it the caller has to check @number
 *
 * Return: 0 or -errno
 */
int device_stats_until(int fd, struct tcpclose_stats *stats, const __u64 *number,
		       __u64 least, int ms);

/**
 * device_stats_settled() - read the statistics until all pending closes are complete
 * @stats: result of the last read
 * @full: number of connections that stay, mini-sockets not included
 *
 * close() may return before the other end's last segment was processed: another
 * processor, or ksoftirqd, may still hold it.
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
 * device_log_drain() - append all records written before this call, and no later ones
 *
 * Waits until the newest of them is old enough to be read.
 *
 * Return: 0 or -errno
 */
int device_log_drain(struct device_log *log, int fd);

/**
 * device_log_until() - append until enough transitions match
 * @match: which transitions to count
 * @count: number of matches, in the whole log, that is enough
 * @timeout_ms: time limit
 *
 * Return: 0, or -ETIMEDOUT
 */
int device_log_until(struct device_log *log, int fd,
		     bool (*match)(const struct tcpclose_record *record),
		     size_t count, int timeout_ms);

/** device_log_count() - number of records in the log that match */
size_t device_log_count(const struct device_log *log,
			bool (*match)(const struct tcpclose_record *record));

/** device_log_edges() - number of transitions that have this true edge */
size_t device_log_edges(const struct device_log *log, int from, int to);

/**
 * struct device_map - the mapping and a position in each ring
 * @next: may be set before the first device_map_read() of a ring
 * @lost: records of all rings that were overwritten before they were read
 * @seen: records read from all rings
 * @begun: rings from which records were read
 * @from: sum of the positions where reading began
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

/** device_map_open() - map the whole device; start at the oldest record */
int device_map_open(struct device_map *map, int fd);

/** device_map_close() - unmap; checks that each record passed was seen or lost */
void device_map_close(struct device_map *map);

const struct tcpclose_ring_header *
device_map_header(const struct device_map *map, unsigned int ring);

/**
 * device_map_read() - the next record of one ring
 *
 * Skips records that were overwritten and counts them in @lost.
 *
 * Return: 1, or 0 if there is no next record
 */
int device_map_read(struct device_map *map, unsigned int ring,
		    struct tcpclose_record *record);

/** now_ns() - CLOCK_MONOTONIC, nanoseconds */
uint64_t now_ns(void);

#endif /* _SELFTESTS_LIB_DEVICE_H */
