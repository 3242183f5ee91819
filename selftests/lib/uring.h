/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring of io_uring with room for one request at a time, without liburing.
 *
 * Every function returns -errno on failure and prints nothing.
 */
#ifndef _SELFTESTS_LIB_URING_H
#define _SELFTESTS_LIB_URING_H

#include <linux/io_uring.h>
#include <stdbool.h>

/** struct uring - the ring, and where its queues are mapped */
struct uring {
	int fd;
	unsigned int *tail, *array;
	struct io_uring_sqe *request;
	struct io_uring_cqe *results;
};

int uring_open(struct uring *ring);

/**
 * uring_submit() - hand over a request
 * @wait: for the result, which is returned
 */
int uring_submit(struct uring *ring, const struct io_uring_sqe *request, bool wait);

/** uring_missing() - whether this kernel has no io_uring */
bool uring_missing(void);

#endif /* _SELFTESTS_LIB_URING_H */
