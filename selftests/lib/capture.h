/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is on the wire, as one end of it sees it: every TCP segment that passes
 * a device, in order, with the time of CLOCK_MONOTONIC, which is the records'.
 *
 * Knows segments; knows nothing of sockets and of the module.
 */
#ifndef _SELFTESTS_LIB_CAPTURE_H
#define _SELFTESTS_LIB_CAPTURE_H

#include "lib/puppet.h"

/**
 * struct sighting - a segment that passed
 * @ts_ns: when, CLOCK_MONOTONIC
 * @sent: this end sent it; false: it arrived here
 */
struct sighting {
	uint64_t ts_ns;
	bool sent;
	struct segment segment;
};

/**
 * struct capture - what passed so far
 * @offset_ns: CLOCK_REALTIME, in which the kernel stamps packets, less
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

/** capture_open() - begin, on @device of the caller's network namespace */
int capture_open(struct capture *capture, const char *device, int family);
void capture_close(struct capture *capture);

/** capture_poll() - take what comes within @timeout_ms; 0 or -errno */
int capture_poll(struct capture *capture, int timeout_ms);

/**
 * capture_find() - the @n-th segment, from 0, sent or received, with exactly
 *	@flags
 *
 * Return: an empty one, of time 0, if there is none, so a test need not check.
 */
const struct sighting *capture_find(const struct capture *capture, bool sent,
				    uint16_t flags, size_t n);

/**
 * capture_path() - all segments as one line of text
 *
 * One word each: ``FIN+ACK>`` was sent, ``<ACK`` arrived, ``PSH+ACK(5)>`` has
 * 5 bytes of data.
 *
 * Return: a string that lives until the next call.
 */
const char *capture_path(const struct capture *capture);

#endif /* _SELFTESTS_LIB_CAPTURE_H */
