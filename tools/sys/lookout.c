// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that waits for a file to report something.
 *
 * It does nothing else: who reads records may be busy, or may wait for a slow disk, when
 * the report comes.
 */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/signals.h"
#include "sys/lookout.h"
#include "sys/priority.h"

static void *thread_main(void *arg)
{
	struct lookout *l = arg;
	struct pollfd fds[] = {
		{ .fd = l->fd, .events = POLLIN },
		{ .fd = l->end, .events = POLLIN },
	};
	char report[4096];

	/* Neither a busy machine nor the thread that reads records must delay it. */
	priority_raise(1);
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return NULL;
		if (fds[1].revents)
			return NULL;
		/* A timer fails with ECANCELED if the clock was set, and waits for the next. */
		if (read(l->fd, report, sizeof(report)) < 0 &&
		    errno != ECANCELED && errno != EAGAIN)
			return NULL;
		l->look(l->context);
	}
}

static void close_files(struct lookout *l)
{
	if (l->fd >= 0)
		close(l->fd);
	if (l->end >= 0)
		close(l->end);
	l->fd = -1;
	l->end = -1;
}

/**
 * lookout_start() - begin to wait
 * @l: result
 * @fd: the file, which does not block; it is closed at the end, or at once if there is no
 *	thread; -1: none
 * @look: what to do after each report, in the thread
 * @context: for @look
 *
 * Without memory for a thread, @look is never called.
 */
void lookout_start(struct lookout *l, int fd, void (*look)(void *context), void *context)
{
	*l = (struct lookout){
		.fd = fd,
		.end = eventfd(0, EFD_CLOEXEC),
		.look = look,
		.context = context,
	};
	if (l->end < 0 || l->fd < 0 || signals_start_thread(&l->thread, thread_main, l))
		close_files(l);
}

/**
 * lookout_stop() - end the thread, if there is one
 * @l: the thread
 */
void lookout_stop(struct lookout *l)
{
	if (l->end >= 0) {
		eventfd_write(l->end, 1);
		pthread_join(l->thread, NULL);
	}
	close_files(l);
}
