/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A snapshot of all that the module counts.
 */
#ifndef TCPCLOSE_LIB_STATISTICS_H
#define TCPCLOSE_LIB_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include <tcpclose.h>

#include "base/error.h"

/**
 * struct statistics_untracked - connections in a state that the module does not
 *	track: they are older than it, or it had no room for them
 * @at_least: lower bound
 * @at_most: upper bound; the same if no connection entered or left the state while
 *	the kernel's sockets were counted
 */
struct statistics_untracked {
	uint64_t at_least;
	uint64_t at_most;
};

/* States of connections that are open or closing, and are full or mini-sockets. */
#define STATISTICS_STATES                                            \
	(1U << TCPCLOSE_ESTABLISHED | 1U << TCPCLOSE_SYN_SENT |      \
	 1U << TCPCLOSE_FIN_WAIT1 | 1U << TCPCLOSE_FIN_WAIT2 |       \
	 1U << TCPCLOSE_TIME_WAIT | 1U << TCPCLOSE_CLOSE_WAIT |      \
	 1U << TCPCLOSE_LAST_ACK | 1U << TCPCLOSE_CLOSING)

/**
 * struct statistics - everything counted, at one moment
 * @counters: the module's counters
 * @realtime_offset_ns: what to add to their times for the time since the epoch
 * @rings: one cursor per CPU that has a ring, for what was written and overwritten
 * @ring_count: size of @rings
 * @hooks: one per hook
 * @hook_count: size of @hooks
 * @untracked: by state, those of %STATISTICS_STATES
 * @untracked_known: @untracked is known
 * @closed: network namespaces that could not be asked for their sockets
 * @why: why not, the latest; or why @untracked is unknown
 */
struct statistics {
	struct tcpclose_stats counters;
	int64_t realtime_offset_ns;
	struct tcpclose_cursor *rings;
	unsigned int ring_count;
	struct tcpclose_hook *hooks;
	unsigned int hook_count;
	struct statistics_untracked untracked[TCPCLOSE_STATES];
	bool untracked_known;
	unsigned int closed;
	struct error why;
};

int statistics_fetch(int fd, struct statistics *s);
int statistics_reset(int fd, struct statistics *s);
void statistics_free(struct statistics *s);

/* The module wants the hook but could not set it. */
static inline bool statistics_hook_is_dead(const struct tcpclose_hook *h)
{
	return !h->via && h->error;
}

#endif /* TCPCLOSE_LIB_STATISTICS_H */
