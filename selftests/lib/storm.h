/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Common parts of the storms: the number of repetitions, the traffic, and the checks
 * at the end.
 */
#ifndef _SELFTESTS_LIB_STORM_H
#define _SELFTESTS_LIB_STORM_H

#include "lib/tally.h"

/* Time limit of a test; check's limit (--limit) ends a storm that hangs before that */
#define STORM_TIMEOUT_S	14400

/*
 * Pause between a thread's connections: where processors take turns (--one-thread),
 * processors that are always busy wait long for each other
 */
#define STORM_PAUSE_US	10000

/**
 * storm_count() - number of repetitions
 * @full: for "make storms"
 * @part: for "make check", which has no time for more
 */
unsigned int storm_count(unsigned int full, unsigned int part);

/**
 * struct storm - traffic over both families on all processors, and its reader
 * @connections: number of connections, set by storm_end(); each closed in the plain
 *	way and left one mini-socket
 * @stats: the module's statistics, set by storm_end()
 */
struct storm {
	struct tally tally;
	struct traffic_run *traffic;
	long connections;
	struct tcpclose_stats stats;
};

/** storm_reload() - load the module with rings that no storm overruns */
int storm_reload(const char *parameters);

/** storm_begin() - start the reader, then the traffic; 0 or -errno */
int storm_begin(struct storm *storm);

/** storm_end() - end the traffic, wait for its last segment; 0 or -errno */
int storm_end(struct storm *storm);

/**
 * storm_flaw() - check that each of the storm's connections is in the statistics and
 *	in the stream exactly as often as it must be
 *
 * The module has to be freshly loaded with storm_reload().
 *
 * Return: a description of the fault, valid until the next call, or "": no fault.
 */
const char *storm_flaw(const struct storm *storm);

/**
 * storm_aftermath() - check that the module still records
 *
 * One connection closes, and no other: each of its transitions must be recorded.
 *
 * Return: likewise
 */
const char *storm_aftermath(void);

#endif /* _SELFTESTS_LIB_STORM_H */
