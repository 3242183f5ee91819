/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When the wall clock was set, and to what.
 */
#ifndef TCPCLOSE_SYS_WALLCLOCK_H
#define TCPCLOSE_SYS_WALLCLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "sys/lookout.h"

#define WALLCLOCK_STEPS 64

/**
 * struct wallclock_step - the wall clock was set
 * @ts_ns: CLOCK_MONOTONIC when it was noticed
 * @offset_ns: from then on, what to add to CLOCK_MONOTONIC for the time since
 *	the epoch
 */
struct wallclock_step {
	uint64_t ts_ns;
	int64_t offset_ns;
};

/**
 * struct wallclock - the wall clock, being watched
 * @lookout: waits until the clock is set (timerfd)
 * @lock: guards all below
 * @offset_ns: the latest offset
 * @steps: steps that were not taken yet
 * @count: how many
 */
struct wallclock {
	struct lookout lookout;
	pthread_mutex_t lock;
	int64_t offset_ns;
	struct wallclock_step steps[WALLCLOCK_STEPS];
	unsigned int count;
};

void wallclock_start(struct wallclock *w, int64_t offset_ns);
void wallclock_stop(struct wallclock *w);
void wallclock_look(struct wallclock *w);
bool wallclock_first(struct wallclock *w, struct wallclock_step *step);
void wallclock_drop(struct wallclock *w);

#endif /* TCPCLOSE_SYS_WALLCLOCK_H */
