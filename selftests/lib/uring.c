// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of io_uring.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/uring.h"

int uring_open(struct uring *ring)
{
	struct io_uring_params p = { 0 };
	char *base;

	ring->fd = syscall(__NR_io_uring_setup, 1, &p);
	if (ring->fd < 0)
		return -errno;
	base = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(*ring->results) + 4096,
		    PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->request = mmap(NULL, sizeof(*ring->request), PROT_READ | PROT_WRITE, MAP_SHARED,
			     ring->fd, IORING_OFF_SQES);
	if (base == MAP_FAILED || ring->request == MAP_FAILED)
		return -errno;
	ring->tail = (void *)(base + p.sq_off.tail);
	ring->array = (void *)(base + p.sq_off.array);
	ring->results = (void *)(base + p.cq_off.cqes);
	return 0;
}

int uring_submit(struct uring *ring, const struct io_uring_sqe *request, bool wait)
{
	int ret;

	*ring->request = *request;
	ring->array[0] = 0;
	__atomic_fetch_add(ring->tail, 1, __ATOMIC_RELEASE);
	ret = syscall(__NR_io_uring_enter, ring->fd, 1, wait, IORING_ENTER_GETEVENTS, NULL, 0);
	if (ret != 1)
		return ret < 0 ? -errno : -EIO;
	return wait ? ring->results[0].res : 0;
}

bool uring_missing(void)
{
	return syscall(__NR_io_uring_setup, 0, NULL) < 0 && (errno == ENOSYS || errno == EPERM);
}
