/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_SEGMENT_H
#define TCPCLOSE_SEGMENT_H

#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "hook.h"

/**
 * struct tcpclose_segment - the segment that a CPU is working on
 * @owner: socket or mini-socket that it reached; only compared
 * @task: the task that works on it, NULL in softirq
 * @switches: context switches of @task so far
 * @flags: its control bits, TCPCLOSE_FLAG_*
 * @reset: tcp_reset() was called for it
 * @substate: of a mini-socket, before the segment is processed
 */
struct tcpclose_segment {
	const void *owner;
	const struct task_struct *task;
	unsigned long switches;
	u16 flags;
	bool reset;
	u8 substate;
};

/*
 * One for softirq and one for tasks, which a softirq can interrupt. A task can
 * be preempted while it works on its backlog, and what it noted be overwritten:
 * then it has switched, and its note counts for nothing.
 */
DECLARE_PER_CPU(struct tcpclose_segment [2], tcpclose_segments);

static __always_inline struct tcpclose_segment *tcpclose_segment_slot(void)
{
	return &(*this_cpu_ptr(&tcpclose_segments))[!!in_serving_softirq()];
}

static __always_inline unsigned long tcpclose_switches(void)
{
	return current->nvcsw + current->nivcsw;
}

/**
 * tcpclose_segment_of() - the segment being processed for a socket
 * @owner: socket or mini-socket
 *
 * Context: interrupts off.
 * Return: the note, or NULL if there is none, or none that is sure.
 */
static inline struct tcpclose_segment *tcpclose_segment_of(const void *owner)
{
	struct tcpclose_segment *segment = tcpclose_segment_slot();

	if (segment->owner != owner)
		return NULL;
	if (segment->task && (segment->task != current ||
			      segment->switches != tcpclose_switches()))
		return NULL;
	return segment;
}

struct tcphdr;

void tcpclose_segment_note(const void *owner, const struct tcphdr *th,
			   u8 substate, bool reset);

extern struct tcpclose_probe tcpclose_segment_probes[3];

#endif /* TCPCLOSE_SEGMENT_H */
