/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workers: which task or softirq left a note on this CPU, and whether it still
 * runs.
 *
 * Each CPU has two notes, one for tasks and one for softirq, which can
 * interrupt a task. A task that is preempted may find its note overwritten by
 * another task; it knows from its count of context switches, and ignores the
 * note then. Knows nothing of what is noted.
 *
 * With PREEMPT_RT, softirqs run in tasks that may be preempted, as all may that keep bottom
 * halves off, and since 6.18 by others that do. None of them changes the CPU meanwhile. So
 * there a CPU has several notes for them, and each of the tasks that were here last has a
 * seat, the index of its note. Who comes back after so many others that its seat was given
 * away finds another task's note there, and ignores it.
 */
#ifndef TCPCLOSE_WORKER_H
#define TCPCLOSE_WORKER_H

#include <linux/preempt.h>
#include <linux/sched.h>

/* Whether several tasks may be on one CPU with bottom halves off. */
#define TCPCLOSE_WORKERS_SHARE	IS_ENABLED(CONFIG_PREEMPT_RT)

/* How many of those a CPU has notes for. */
#define TCPCLOSE_WORKER_SEATS	(TCPCLOSE_WORKERS_SHARE ? 16 : 1)

/* Number of a CPU's notes: one for tasks whose bottom halves are on, then the seats. */
#define TCPCLOSE_WORKER_SLOTS	(1 + TCPCLOSE_WORKER_SEATS)

unsigned int tcpclose_worker_find_seat(void);

/* The seat of who has bottom halves off. Interrupts off. */
static __always_inline unsigned int tcpclose_worker_seat(void)
{
	return TCPCLOSE_WORKERS_SHARE ? tcpclose_worker_find_seat() : 0;
}

/* Whether a note with this task, at tcpclose_worker_seat(), is of who runs. */
static __always_inline bool tcpclose_worker_is_seated(const struct task_struct *task)
{
	return !TCPCLOSE_WORKERS_SHARE || task == current;
}

/**
 * struct tcpclose_worker - a task between two context switches, or softirq
 * @task: the task; NULL: softirq, where only one can run on a CPU
 * @switches: number of its context switches so far, if they matter
 */
struct tcpclose_worker {
	const struct task_struct *task;
	unsigned long switches;
};

/* Whether this is a softirq, or a task that is as good: that nothing takes from its CPU. */
static __always_inline bool tcpclose_worker_stays(void)
{
	return TCPCLOSE_WORKERS_SHARE ? in_softirq() : in_serving_softirq();
}

/* Index of the note, of a CPU's TCPCLOSE_WORKER_SLOTS, for who runs. Interrupts off. */
static __always_inline unsigned int tcpclose_worker_slot(void)
{
	return tcpclose_worker_stays() ? 1 + tcpclose_worker_seat() : 0;
}

/* A task that is switched meanwhile has another count, and ignores its note. */
static __always_inline unsigned long tcpclose_worker_switches(void)
{
	return READ_ONCE(current->nvcsw) + READ_ONCE(current->nivcsw);
}

/* The worker that is running. */
static __always_inline struct tcpclose_worker tcpclose_worker_here(void)
{
	if (tcpclose_worker_stays())
		return (struct tcpclose_worker){
			.task = TCPCLOSE_WORKERS_SHARE ? current : NULL,
		};
	return (struct tcpclose_worker) {
		.task = current,
		.switches = tcpclose_worker_switches(),
	};
}

/*
 * Whether the worker is running, and has not been preempted since if it is a task. For a
 * note from tcpclose_worker_slot().
 */
static __always_inline bool tcpclose_worker_is_here(const struct tcpclose_worker *worker)
{
	if (tcpclose_worker_stays())
		return tcpclose_worker_is_seated(worker->task);
	return worker->task == current && worker->switches == tcpclose_worker_switches();
}

#endif /* TCPCLOSE_WORKER_H */
