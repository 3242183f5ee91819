// SPDX-License-Identifier: GPL-2.0-only
/*
 * Seats of tasks that keep bottom halves off, where several may be on one CPU.
 */
#include <linux/lockdep.h>
#include <linux/percpu.h>

#include "worker.h"

/**
 * struct seats - the tasks that were last on a CPU with bottom halves off
 * @now: number of times that a seat was looked for
 * @latest: @now when the seat was looked for last
 * @task: whose seat it is; only compared, it may have ended
 */
struct seats {
	u32 now;
	u32 latest[TCPCLOSE_WORKER_SEATS];
	const struct task_struct *task[TCPCLOSE_WORKER_SEATS];
};

static DEFINE_PER_CPU(struct seats, seats_of_cpu);

/**
 * tcpclose_worker_find_seat() - the seat of this task, or that of the task which has not
 *	been here for longest
 *
 * Context: bottom halves and interrupts off.
 * Return: index of the seat.
 */
unsigned int tcpclose_worker_find_seat(void)
{
	struct seats *seats = this_cpu_ptr(&seats_of_cpu);
	unsigned int i, oldest = 0;

	lockdep_assert_irqs_disabled();
	seats->now++;
	for (i = 0; i < TCPCLOSE_WORKER_SEATS && seats->task[i] != current; i++) {
		if (seats->now - seats->latest[i] > seats->now - seats->latest[oldest])
			oldest = i;
	}
	if (i == TCPCLOSE_WORKER_SEATS) {
		i = oldest;
		seats->task[i] = current;
	}
	seats->latest[i] = seats->now;
	return i;
}
