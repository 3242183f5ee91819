// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the wall clock was set, and to what.
 *
 * The kernel reports that the clock was set, but not when: a thread waits for it,
 * and looks at the clocks at once. Delayed, it would take records from after the step for
 * those from before.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "sys/wallclock.h"

/* A smaller difference is the slow correction by NTP, or imprecision. */
#define STEP_NS ((int64_t)NS_PER_MS)

static void add_step(struct wallclock *w, uint64_t ts_ns, int64_t offset_ns)
{
	/* Nobody took them for long: the latest time is right, at least. */
	if (w->count == WALLCLOCK_STEPS)
		w->count--;
	w->steps[w->count++] = (struct wallclock_step){ ts_ns, offset_ns };
	w->offset_ns = offset_ns;
}

/**
 * wallclock_look() - notice a step that the thread has not noticed yet, or that
 *	slow corrections have added up
 * @w: the wall clock
 *
 * Steps up to this moment can be taken afterwards.
 */
void wallclock_look(struct wallclock *w)
{
	int64_t offset_ns;
	uint64_t now_ns;

	pthread_mutex_lock(&w->lock);
	now_ns = clock_monotonic_ns();
	offset_ns = clock_realtime_offset_ns();
	if (llabs(offset_ns - w->offset_ns) >= STEP_NS)
		add_step(w, now_ns, offset_ns);
	pthread_mutex_unlock(&w->lock);
}

static void look(void *wallclock)
{
	wallclock_look(wallclock);
}

/* A timer that expires when the clock is set, and never otherwise */
static int open_timer(void)
{
	const struct itimerspec never = {
		.it_value.tv_sec = (time_t)(INT64_MAX / (int64_t)NS_PER_S),
	};
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -1;
	if (!timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			     &never, NULL))
		return fd;
	close(fd);
	return -1;
}

/**
 * wallclock_start() - begin to watch
 * @w: the wall clock
 * @offset_ns: what to add to CLOCK_MONOTONIC for the time since the epoch, as it
 *	was a moment ago
 *
 * Without memory for a thread, wallclock_look() alone notices steps.
 */
void wallclock_start(struct wallclock *w, int64_t offset_ns)
{
	memset(w, 0, sizeof(*w));
	pthread_mutex_init(&w->lock, NULL);
	w->offset_ns = offset_ns;
	lookout_start(&w->lookout, open_timer(), look, w);
}

/**
 * wallclock_stop() - stop watching, free everything
 * @w: the wall clock
 */
void wallclock_stop(struct wallclock *w)
{
	lookout_stop(&w->lookout);
	pthread_mutex_destroy(&w->lock);
}

/**
 * wallclock_first() - the first step that was not taken yet
 * @w: the wall clock
 * @step: result
 *
 * Return: whether there is one
 */
bool wallclock_first(struct wallclock *w, struct wallclock_step *step)
{
	bool any;

	pthread_mutex_lock(&w->lock);
	any = w->count > 0;
	*step = w->steps[0];
	pthread_mutex_unlock(&w->lock);
	return any;
}

/**
 * wallclock_drop() - take the first step
 * @w: the wall clock; wallclock_first() has found one
 */
void wallclock_drop(struct wallclock *w)
{
	pthread_mutex_lock(&w->lock);
	w->count--;
	memmove(w->steps, w->steps + 1, w->count * sizeof(w->steps[0]));
	pthread_mutex_unlock(&w->lock);
}
