// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways in which a process closes a connection that it alone has.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/closing.h"
#include "lib/descriptor.h"
#include "lib/uring.h"

int closing_by_close(int fd)
{
	return close(fd);
}

int closing_by_exit(int fd)
{
	return 0;
}

int closing_by_kill(int fd)
{
	return raise(SIGKILL);
}

/* Sent, and never received. */
int closing_in_flight(int fd)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || descriptor_send(pair[0], fd))
		return 1;
	close(fd);
	return close(pair[0]) || close(pair[1]);
}

/* In a queue that only its own message refers to: the kernel's collector frees it. */
int closing_in_a_cycle(int fd)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || descriptor_send(pair[0], fd) ||
	    descriptor_send(pair[0], pair[1]))
		return 1;
	close(fd);
	/* The end of the other socket makes the collector look. */
	return close(pair[1]) || close(pair[0]);
}

/* The reader's call keeps the socket until it ends. */
static void *reads(void *fd)
{
	char c;

	prctl(PR_SET_NAME, "reader");
	return (void *)read(*(int *)fd, &c, 1);
}

int closing_while_read(int fd)
{
	struct timeval second = { .tv_sec = 1 };
	pthread_t reader;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second)) ||
	    pthread_create(&reader, NULL, reads, &(int){ fd }))
		return 1;
	usleep(100000);
	return close(fd) || pthread_join(reader, NULL);
}

int closing_by_ring(int fd)
{
	const struct io_uring_sqe request = { .opcode = IORING_OP_CLOSE, .fd = fd };
	struct uring ring;

	return uring_open(&ring) || uring_submit(&ring, &request, true);
}

int closing_by_ring_worker(int fd)
{
	const struct io_uring_sqe request = {
		.opcode = IORING_OP_CLOSE,
		.flags = IOSQE_ASYNC,
		.fd = fd,
	};
	struct uring ring;

	return uring_open(&ring) || uring_submit(&ring, &request, true);
}

/* The request keeps the socket until the ring ends, with the process. */
int closing_by_request(int fd)
{
	static char buffer[100];
	const struct io_uring_sqe request = {
		.opcode = IORING_OP_RECV,
		.fd = fd,
		.addr = (unsigned long)buffer,
		.len = sizeof(buffer),
	};
	struct uring ring;

	return uring_open(&ring) || uring_submit(&ring, &request, false) || close(fd);
}

/* Likewise a registered file. */
int closing_by_registration(int fd)
{
	struct uring ring;

	return uring_open(&ring) ||
	       syscall(__NR_io_uring_register, ring.fd, IORING_REGISTER_FILES, &fd, 1) ||
	       close(fd);
}
