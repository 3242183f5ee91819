// SPDX-License-Identifier: GPL-2.0-only
/*
 * What else may hold a socket after close(): io_uring, and a thread that reads.
 */
#include <linux/io_uring.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab/party/party.h"

static char ring_block[4096];

static void queue_receive(int ring, const struct io_uring_params *params, int fd)
{
	size_t size = params->sq_off.array + params->sq_entries * sizeof(unsigned int);
	struct io_uring_sqe *entries;
	unsigned int *tail, *array;
	char *queue;

	queue = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	entries = mmap(NULL, params->sq_entries * sizeof(*entries), PROT_READ | PROT_WRITE,
		       MAP_SHARED, ring, IORING_OFF_SQES);
	if (queue == MAP_FAILED || entries == MAP_FAILED)
		party_die("mmap of io_uring");
	*entries = (struct io_uring_sqe){
		.opcode = IORING_OP_RECV,
		.fd = fd,
		.addr = (unsigned long)ring_block,
		.len = sizeof(ring_block),
	};
	tail = (unsigned int *)(queue + params->sq_off.tail);
	array = (unsigned int *)(queue + params->sq_off.array);
	array[0] = 0;
	__atomic_store_n(tail, 1, __ATOMIC_RELEASE);
}

/* uring: a receive is queued in io_uring for each connection */
static void run_uring(struct party *party, char **arguments)
{
	int i;

	for (i = 0; i < party->fd_count; i++) {
		struct io_uring_params params = {};
		int ring = syscall(__NR_io_uring_setup, 4, &params);

		if (ring < 0)
			party_die("io_uring_setup");
		queue_receive(ring, &params, party->fds[i]);
		if (syscall(__NR_io_uring_enter, ring, 1, 0, 0, NULL, 0) != 1)
			party_die("io_uring_enter");
	}
}

static void *read_byte(void *fd)
{
	char byte;

	prctl(PR_SET_NAME, "reader-thread");
	if (read(*(int *)fd, &byte, 1) < 0)
		party_note("read of a thread");
	return NULL;
}

/* thread: another thread reads a byte from the first connection */
static void run_thread(struct party *party, char **arguments)
{
	static int fd;
	pthread_t thread;

	fd = party->fds[0];
	if (pthread_create(&thread, NULL, read_byte, &fd))
		party_die("pthread_create");
	pthread_detach(thread);
	/* Until it reads, or is about to */
	party_nap(0.1);
}

const struct word odd_words[] = {
	{ "uring", 0, run_uring },
	{ "thread", 0, run_thread },
	{},
};
