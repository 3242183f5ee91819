/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_SEGMENT_H
#define TCPCLOSE_SEGMENT_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "hook.h"
#include "worker.h"

/**
 * struct tcpclose_segment - note of the segment that a CPU is processing
 * @owner: socket or mini-socket that it reached; only compared
 * @worker: task or softirq that processes it
 * @flags: its control bits, TCPCLOSE_FLAG_*
 * @reset: tcp_reset() was called for it
 * @substate: state of a mini-socket before the segment is processed
 */
struct tcpclose_segment {
	const void *owner;
	struct tcpclose_worker worker;
	u16 flags;
	bool reset;
	u8 substate;
};

/* Indexed by tcpclose_worker_slot(). */
DECLARE_PER_CPU(struct tcpclose_segment [2], tcpclose_segments);

#define TCPCLOSE_SEGMENT_SOFTIRQ	1	/* tcpclose_worker_slot() in softirq */

static inline struct tcpclose_segment *tcpclose_segment_slot(void)
{
	return &(*this_cpu_ptr(&tcpclose_segments))[tcpclose_worker_slot()];
}

/**
 * tcpclose_segment_of() - the segment being processed for a socket
 * @owner: socket or mini-socket
 *
 * Context: interrupts off.
 * Return: the note, or NULL if there is none or it is uncertain.
 */
static inline struct tcpclose_segment *tcpclose_segment_of(const void *owner)
{
	struct tcpclose_segment *segment = tcpclose_segment_slot();

	if (segment->owner != owner || !tcpclose_worker_is_here(&segment->worker))
		return NULL;
	return segment;
}

/**
 * tcpclose_segment_flags() - control bits of the segment behind a transition
 * @owner: socket or mini-socket
 *
 * Context: interrupts off.
 * Return: TCPCLOSE_FLAG_*; 0: no note.
 */
static inline u16 tcpclose_segment_flags(const void *owner)
{
	const struct tcpclose_segment *segment = tcpclose_segment_of(owner);

	return segment ? segment->flags : 0;
}

/**
 * tcpclose_segment_softirq_flags() - tcpclose_segment_flags() for softirq
 *	context
 * @owner: socket or mini-socket
 *
 * Context: softirq, interrupts off.
 * Return: TCPCLOSE_FLAG_*; 0: no note.
 */
static __always_inline u16 tcpclose_segment_softirq_flags(const void *owner)
{
	if (this_cpu_read(tcpclose_segments[TCPCLOSE_SEGMENT_SOFTIRQ].owner) != owner)
		return 0;
	return this_cpu_read(tcpclose_segments[TCPCLOSE_SEGMENT_SOFTIRQ].flags);
}

struct tcphdr;

void tcpclose_segment_note(const void *owner, const struct tcphdr *th,
			   u8 substate, bool reset);

extern struct tcpclose_hooks tcpclose_segment_hooks;

#endif /* TCPCLOSE_SEGMENT_H */
