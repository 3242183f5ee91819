// SPDX-License-Identifier: GPL-2.0-only
/*
 * The priority of a thread that must not be delayed by other programs.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include "sys/priority.h"

/* Of nice values; a process without privileges may have a limit in between. */
#define BEST (-20)

/**
 * priority_raise() - let the calling thread run before others
 * @above: steps above the lowest real-time priority
 *
 * Not allowed to everybody: then with the best nice value that it may have. For a
 * thread, since Linux has nice values of threads.
 */
void priority_raise(int above)
{
	struct sched_param param = {
		.sched_priority = sched_get_priority_min(SCHED_FIFO) + above,
	};
	int nice = BEST;

	if (!pthread_setschedparam(pthread_self(), SCHED_FIFO, &param))
		return;
	while (nice < 0 && setpriority(PRIO_PROCESS, 0, nice))
		nice++;
}
