/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workers: who left a note on this CPU, and whether it is still the same.
 *
 * Notes are kept per CPU twice, one for tasks and one for softirq, which can
 * interrupt a task. A task can also be preempted, and its note be overwritten by
 * another one's: then it has switched, and the note counts for nothing.
 */
#ifndef TCPCLOSE_WORKER_H
#define TCPCLOSE_WORKER_H

#include <linux/preempt.h>
#include <linux/sched.h>

/**
 * struct tcpclose_worker - a task at one time, or softirq
 * @task: the task; NULL: softirq
 * @switches: its context switches so far
 */
struct tcpclose_worker {
	const struct task_struct *task;
	unsigned long switches;
};

/* Which of a CPU's two notes is meant here. */
static __always_inline unsigned int tcpclose_worker_slot(void)
{
	return !!in_serving_softirq();
}

static __always_inline unsigned long tcpclose_worker_switches(void)
{
	return current->nvcsw + current->nivcsw;
}

/* Who runs here. */
static __always_inline struct tcpclose_worker tcpclose_worker_here(void)
{
	if (in_serving_softirq())
		return (struct tcpclose_worker){};
	return (struct tcpclose_worker) {
		.task = current,
		.switches = tcpclose_worker_switches(),
	};
}

/* Whether it runs here and has not been interrupted by another task. */
static __always_inline bool tcpclose_worker_is_here(const struct tcpclose_worker *worker)
{
	return !worker->task || (worker->task == current &&
				 worker->switches == tcpclose_worker_switches());
}

#endif /* TCPCLOSE_WORKER_H */
