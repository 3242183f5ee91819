/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream that the module could have written: the lives of many connections,
 * from whole openings to the end of TIME_WAIT, on several CPUs, always the same.
 *
 * Knows records; knows nothing of sockets.
 */
#ifndef _SELFTESTS_HOST_LIB_SYNTHETIC_LIVES_H
#define _SELFTESTS_HOST_LIB_SYNTHETIC_LIVES_H

#include <stdbool.h>
#include <stdint.h>

#include "host/lib/synthetic.h"
#include "tcpclose.h"

#define LIVES_CPUS	SYNTHETIC_CPUS

/**
 * struct synthetic_lives - a stream
 * @all: openings are recorded, as with scope=all
 * @losses: records are lost now and then, and the stream reports it
 * @again: sockets are used again while their mini-sockets live, so lives share
 *	cookies
 * @ports: ports that the connections of a family share: 0: many. One port is used
 *	again when its connection is over
 * @room: connections that live at the same time
 * @write: receives each record
 * @context: for @write
 *
 * All other members are private to the stream.
 */
struct synthetic_lives {
	bool all;
	bool losses;
	bool again;
	unsigned int ports;
	unsigned int room;
	void (*write)(void *context, const void *record);
	void *context;

	struct synthetic_life *living;
	uint64_t now_ns;
	uint64_t records;
	uint64_t born;
	uint64_t random;
	uint32_t seq[LIVES_CPUS];
	uint32_t lost[LIVES_CPUS];
};

/** lives_header() - write the header of a recording of the stream */
void lives_header(struct recording_header *header);

/**
 * lives_write() - write the stream
 * @lives: its first members are set, all others 0
 * @count: end after this number of records, or some more; no life is cut
 *
 * Return: 0, or -1 if there is no memory
 */
int lives_write(struct synthetic_lives *lives, uint64_t count);

#endif /* _SELFTESTS_HOST_LIB_SYNTHETIC_LIVES_H */
