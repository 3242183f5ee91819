/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workers: which task or softirq left a note on this CPU, and whether it still
 * runs.
 *
 * Each CPU has two notes, one for tasks and one for softirq, which can
 * interrupt a task. A task that is preempted may find its note overwritten by
 * another task; it knows from its count of context switches, and ignores the
 * note then. Knows nothing of what is noted.
 */
#ifndef TCPCLOSE_WORKER_H
#define TCPCLOSE_WORKER_H

#include <linux/preempt.h>
#include <linux/sched.h>

/**
 * struct tcpclose_worker - a task between two context switches, or softirq
 * @task: the task; NULL: softirq
 * @switches: number of its context switches so far
 */
struct tcpclose_worker {
	const struct task_struct *task;
	unsigned long switches;
};

/* Index of the note, of a CPU's two, for the current context. */
static __always_inline unsigned int tcpclose_worker_slot(void)
{
	return !!in_serving_softirq();
}

/* A task that is switched meanwhile has another count, and ignores its note. */
static __always_inline unsigned long tcpclose_worker_switches(void)
{
	return READ_ONCE(current->nvcsw) + READ_ONCE(current->nivcsw);
}

/* The worker that is running. */
static __always_inline struct tcpclose_worker tcpclose_worker_here(void)
{
	if (in_serving_softirq())
		return (struct tcpclose_worker){};
	return (struct tcpclose_worker) {
		.task = current,
		.switches = tcpclose_worker_switches(),
	};
}

/* Whether the worker is running and has not been preempted since. */
static __always_inline bool tcpclose_worker_is_here(const struct tcpclose_worker *worker)
{
	return !worker->task || (worker->task == current &&
				 worker->switches == tcpclose_worker_switches());
}

#endif /* TCPCLOSE_WORKER_H */
