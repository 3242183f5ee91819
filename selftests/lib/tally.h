/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader that counts records and does not store them: for streams too long to store.
 *
 * Knows records; knows nothing of sockets.
 */
#ifndef _SELFTESTS_LIB_TALLY_H
#define _SELFTESTS_LIB_TALLY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "tcpclose.h"

/**
 * struct tally - counts of the records read since tally_start()
 * @transitions: by true edge, TCPCLOSE_EDGE(), of any origin
 * @ends: ends of mini-sockets, by enum tcpclose_end
 * @lost: records that were not read, set by tally_stop()
 * @see: called for each transition, by the reader's thread; may be NULL
 * @context: for @see
 */
struct tally {
	uint64_t transitions[256];
	uint64_t ends[TCPCLOSE_ENDS];
	uint64_t lost;
	void (*see)(const struct tcpclose_record *record, void *context);
	void *context;

	int fd;
	bool stop;
	int error;
	pthread_t thread;
};

/**
 * tally_start() - read from now on, in a thread of its own
 * @tally: empty but for @see and @context
 *
 * Return: 0 or -errno
 */
int tally_start(struct tally *tally);

/** tally_stop() - read all records written so far, end the thread; 0 or -errno */
int tally_stop(struct tally *tally);

#endif /* _SELFTESTS_LIB_TALLY_H */
