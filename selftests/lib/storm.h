/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the storms have in common: how often, with which traffic, and what has
 * to hold when they are over.
 */
#ifndef _SELFTESTS_LIB_STORM_H
#define _SELFTESTS_LIB_STORM_H

#include "lib/tally.h"

/* Of a test; what check allows (--limit) ends a storm that hangs before that */
#define STORM_TIMEOUT_S	14400

/*
 * Between a thread's connections: processors that are busy all the time wait for
 * each other for long where they take turns (--one-thread)
 */
#define STORM_PAUSE_US	10000

/**
 * storm_count() - how often to do it
 * @full: for "make storms"
 * @part: for "make check", which has no time for more
 */
unsigned int storm_count(unsigned int full, unsigned int part);

/**
 * struct storm - traffic over both families on all processors, and its reader
 * @connections: made, once it is over; each has closed in the plain way, and
 *	left one mini-socket
 * @stats: once it is over
 */
struct storm {
	struct tally tally;
	struct traffic_run *traffic;
	long connections;
	struct tcpclose_stats stats;
};

/** storm_reload() - load the module with rings that no storm overruns */
int storm_reload(const char *parameters);

/** storm_begin() - begin reading, and then the traffic; 0 or -errno */
int storm_begin(struct storm *storm);

/** storm_end() - end the traffic, wait for its last segment; 0 or -errno */
int storm_end(struct storm *storm);

/**
 * storm_flaw() - whether each of its connections is in the statistics and in
 *	the stream exactly as often as it has to be
 *
 * The module has to be freshly loaded with storm_reload().
 *
 * Return: what is wrong, in words that live until the next call, or "": nothing.
 */
const char *storm_flaw(const struct storm *storm);

/**
 * storm_aftermath() - whether the module still does what it is for
 *
 * One connection closes, and no other does: each of its steps must be recorded.
 *
 * Return: likewise
 */
const char *storm_aftermath(void);

#endif /* _SELFTESTS_LIB_STORM_H */
