/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that waits for a file to report something.
 */
#ifndef TCPCLOSE_SYS_LOOKOUT_H
#define TCPCLOSE_SYS_LOOKOUT_H

#include <pthread.h>

/**
 * struct lookout - the thread
 * @fd: the file; -1: there is no thread
 * @end: eventfd that ends the thread; -1 likewise
 * @look: called by the thread after each report
 * @context: for @look
 * @thread: the thread
 */
struct lookout {
	int fd;
	int end;
	void (*look)(void *context);
	void *context;
	pthread_t thread;
};

void lookout_start(struct lookout *l, int fd, void (*look)(void *context), void *context);
void lookout_stop(struct lookout *l);

#endif /* TCPCLOSE_SYS_LOOKOUT_H */
