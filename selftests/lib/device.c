// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/tcpclose as a test sees it: ioctls and whole records.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/patience.h"
#include "lib/procfile.h"

/* A record is held back for a millisecond (HOLD_NS in module/reader.c) */
#define HELD_US		2000

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

int device_open(int flags)
{
	int fd = open(TCPCLOSE_DEVICE, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int device_open_at_end(void)
{
	int fd = device_open(O_RDONLY | O_NONBLOCK);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

int device_ioctl(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

int device_geometry(int fd, struct tcpclose_geometry *geometry)
{
	return device_ioctl(fd, TCPCLOSE_IOC_GEOMETRY, geometry);
}

int device_cursor(int fd, unsigned int cpu, struct tcpclose_cursor *cursor)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->cpu = cpu;
	return device_ioctl(fd, TCPCLOSE_IOC_CURSOR, cursor);
}

int device_totals(int fd, struct tcpclose_cursor *total)
{
	struct tcpclose_geometry geometry;
	struct tcpclose_cursor cursor;
	unsigned int cpu;
	int ret;

	ret = device_geometry(fd, &geometry);
	memset(total, 0, sizeof(*total));
	for (cpu = 0; !ret && cpu < geometry.rings; cpu++) {
		ret = device_cursor(fd, cpu, &cursor);
		if (ret)
			break;
		total->position += cursor.position;
		total->lost += cursor.lost;
		total->written += cursor.written;
		total->overwritten += cursor.overwritten;
	}
	return ret;
}

int device_stats(int fd, struct tcpclose_stats *stats)
{
	struct tcpclose_stats_request request = {
		.buf = (uintptr_t)stats,
		.size = sizeof(*stats),
	};

	memset(stats, 0, sizeof(*stats));
	return device_ioctl(fd, TCPCLOSE_IOC_STATS, &request);
}

int device_stats_until(int fd, struct tcpclose_stats *stats, const __u64 *number,
		       __u64 least, int ms)
{
	int ret;

	for (;;) {
		ret = device_stats(fd, stats);
		if (ret || *number >= least || ms <= 0)
			return ret;
		usleep(10000);
		ms -= 10;
	}
}

int device_stats_settled(int fd, struct tcpclose_stats *stats, __u64 full)
{
	int tries, ret;

	for (tries = 0; tries < 1000; tries++) {
		ret = device_stats(fd, stats);
		if (ret || stats->tracked == full + stats->live_timewait)
			return ret;
		usleep(10000);
	}
	return -ETIMEDOUT;
}

int device_wakeup(int fd, unsigned int watermark, unsigned int delay_us)
{
	struct tcpclose_wakeup wakeup = {
		.watermark = watermark,
		.delay_us = delay_us,
	};

	return device_ioctl(fd, TCPCLOSE_IOC_WAKEUP, &wakeup);
}

int device_scope(const char *scope)
{
	return procfile_write("/sys/module/tcpclose/parameters/scope", scope);
}

int device_readable_ms(int fd, int timeout_ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int ret = poll(&ready, 1, timeout_ms);

	if (ret < 0)
		return -errno;
	return ret && ready.revents & POLLIN;
}

void device_log_free(struct device_log *log)
{
	free(log->records);
	memset(log, 0, sizeof(*log));
}

ssize_t device_log_read(struct device_log *log, int fd, size_t records)
{
	struct tcpclose_record *grown;
	ssize_t bytes;

	if (log->count + records > log->room) {
		size_t room = (log->count + records) * 2;

		grown = realloc(log->records, room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		log->records = grown;
		log->room = room;
	}
	bytes = read(fd, log->records + log->count,
		     records * sizeof(*log->records));
	if (bytes < 0)
		return -errno;
	if (bytes % sizeof(*log->records))
		return -EPROTO;
	log->count += bytes / sizeof(*log->records);
	return bytes / sizeof(*log->records);
}

int device_log_drain(struct device_log *log, int fd)
{
	ssize_t ret = 0;

	usleep(HELD_US);
	while (device_readable_ms(fd, 0) == 1) {
		ret = device_log_read(log, fd, 1024);
		if (ret <= 0)
			break;
	}
	return ret == -EAGAIN ? 0 : ret < 0 ? ret :
					      0;
}

int device_log_until(struct device_log *log, int fd,
		     bool (*match)(const struct tcpclose_record *record),
		     size_t count, int timeout_ms)
{
	uint64_t deadline = now_ns() + patience_ms(timeout_ms) * 1000000ULL;
	size_t seen = 0, from = 0;
	ssize_t ret;

	for (;;) {
		for (; from < log->count; from++)
			seen += match(&log->records[from]);
		if (seen >= count)
			return 0;
		if (now_ns() > deadline)
			return -ETIMEDOUT;
		if (device_readable_ms(fd, 20) != 1)
			continue;
		ret = device_log_read(log, fd, 1024);
		if (ret < 0 && ret != -EAGAIN)
			return ret;
	}
}

size_t device_log_count(const struct device_log *log,
			bool (*match)(const struct tcpclose_record *record))
{
	size_t i, count = 0;

	for (i = 0; i < log->count; i++)
		count += match(&log->records[i]);
	return count;
}

size_t device_log_edges(const struct device_log *log, int from, int to)
{
	size_t i, count = 0;

	for (i = 0; i < log->count; i++)
		count += device_is_transition(&log->records[i]) &&
			 log->records[i].edge == TCPCLOSE_EDGE(from, to);
	return count;
}
