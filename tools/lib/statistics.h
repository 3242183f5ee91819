/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A snapshot of all that the module counts.
 */
#ifndef TCPCLOSE_LIB_STATISTICS_H
#define TCPCLOSE_LIB_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include <tcpclose.h>

/**
 * struct statistics - everything counted, at one moment
 * @counters: the module's counters
 * @realtime_offset_ns: what to add to their times for the time since the epoch
 * @rings: one cursor per ring, for what was written and overwritten
 * @ring_count: size of @rings
 * @hooks: one per hook
 * @hook_count: size of @hooks
 */
struct statistics {
	struct tcpclose_stats counters;
	int64_t realtime_offset_ns;
	struct tcpclose_cursor *rings;
	unsigned int ring_count;
	struct tcpclose_hook *hooks;
	unsigned int hook_count;
};

int statistics_fetch(int fd, struct statistics *s);
int statistics_reset(int fd);
void statistics_free(struct statistics *s);

/* The module wants the hook but could not set it. */
static inline bool statistics_hook_is_dead(const struct tcpclose_hook *h)
{
	return !h->via && h->error;
}

#endif /* TCPCLOSE_LIB_STATISTICS_H */
