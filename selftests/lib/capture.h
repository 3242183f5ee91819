/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The segments on the wire, as one end sees them: every TCP segment that passes a
 * device, in order, with the time of CLOCK_MONOTONIC, the clock of the records.
 *
 * Knows segments; knows nothing of sockets and of the module.
 */
#ifndef _SELFTESTS_LIB_CAPTURE_H
#define _SELFTESTS_LIB_CAPTURE_H

#include "lib/puppet.h"

/**
 * struct sighting - a segment that passed
 * @ts_ns: time, CLOCK_MONOTONIC
 * @sent: this end sent the segment; false: this end received it
 */
struct sighting {
	uint64_t ts_ns;
	bool sent;
	struct segment segment;
};

/**
 * struct capture - the segments that passed so far
 * @offset_ns: CLOCK_REALTIME, with which the kernel stamps packets, minus
 *	CLOCK_MONOTONIC
 */
struct capture {
	int fd;
	int family;
	int64_t offset_ns;
	struct sighting *seen;
	size_t count;
	size_t room;
};

/** capture_open() - start to capture on @device of the caller's network namespace */
int capture_open(struct capture *capture, const char *device, int family);
void capture_close(struct capture *capture);

/** capture_poll() - take the segments of the next @timeout_ms; 0 or -errno */
int capture_poll(struct capture *capture, int timeout_ms);

/**
 * capture_find() - the @n-th segment, from 0, sent or received, with exactly
 *	@flags
 *
 * Return: if no such segment exists, an empty one with time 0, so a test need not
 * check.
 */
const struct sighting *capture_find(const struct capture *capture, bool sent,
				    uint16_t flags, size_t n);

/**
 * capture_path() - all segments as one line of text
 *
 * One word each: ``FIN+ACK>`` was sent, ``<ACK`` was received, ``PSH+ACK(5)>`` has
 * 5 bytes of data.
 *
 * Return: a string that is valid until the next call.
 */
const char *capture_path(const struct capture *capture);

#endif /* _SELFTESTS_LIB_CAPTURE_H */
