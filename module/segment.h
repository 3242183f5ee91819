/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_SEGMENT_H
#define TCPCLOSE_SEGMENT_H

#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/tcp.h>
#include <linux/types.h>

#include "hook.h"
#include "worker.h"

/* 16-bit word of the header whose low nine bits are the control bits. */
#define TCPCLOSE_SEGMENT_FLAGS_WORD	6
#define TCPCLOSE_SEGMENT_FLAGS_MASK	0x01ff

/* TCPCLOSE_FLAG_* of a segment */
static __always_inline u16 tcpclose_segment_header_flags(const struct tcphdr *th)
{
	return be16_to_cpu(((const __be16 *)th)[TCPCLOSE_SEGMENT_FLAGS_WORD]) &
	       TCPCLOSE_SEGMENT_FLAGS_MASK;
}

/**
 * struct tcpclose_segment - note of the segment that a CPU is processing
 * @owner: socket or mini-socket that it reached; only compared
 * @worker: task or softirq that processes it
 * @what: its control bits (TCPCLOSE_FLAG_*), %TCPCLOSE_SEGMENT_RESET if
 *	tcp_reset() was called for it, and the state of a mini-socket before it is
 *	processed, in one word, which is written at once
 */
struct tcpclose_segment {
	const void *owner;
	struct tcpclose_worker worker;
	u32 what;
};

#define TCPCLOSE_SEGMENT_RESET	BIT(16)
#define TCPCLOSE_SEGMENT_SUBSTATE_SHIFT	24

static __always_inline u16 tcpclose_segment_bits(const struct tcpclose_segment *segment)
{
	return segment->what;
}

/* Whether tcp_reset() was called for it, for a RST or for other reasons. */
static __always_inline bool tcpclose_segment_is_reset(const struct tcpclose_segment *segment)
{
	return segment->what & TCPCLOSE_SEGMENT_RESET;
}

static __always_inline u8 tcpclose_segment_substate(const struct tcpclose_segment *segment)
{
	return segment->what >> TCPCLOSE_SEGMENT_SUBSTATE_SHIFT;
}

/* Indexed by tcpclose_worker_slot(). */
DECLARE_PER_CPU(struct tcpclose_segment [TCPCLOSE_WORKER_SLOTS], tcpclose_segments);

/* tcpclose_worker_slot(), the second where one softirq can run on a CPU */
#define TCPCLOSE_SEGMENT_TASK	0
#define TCPCLOSE_SEGMENT_SOFTIRQ	1

static inline struct tcpclose_segment *tcpclose_segment_slot(void)
{
	lockdep_assert_irqs_disabled();
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

	return segment ? tcpclose_segment_bits(segment) : 0;
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
	lockdep_assert_irqs_disabled();
	if (TCPCLOSE_WORKERS_SHARE)
		return tcpclose_segment_flags(owner);
	if (this_cpu_read(tcpclose_segments[TCPCLOSE_SEGMENT_SOFTIRQ].owner) != owner)
		return 0;
	return this_cpu_read(tcpclose_segments[TCPCLOSE_SEGMENT_SOFTIRQ].what);
}

/**
 * tcpclose_segment_task_flags() - tcpclose_segment_flags() for task context
 * @owner: socket or mini-socket
 *
 * Context: task, interrupts off.
 * Return: TCPCLOSE_FLAG_*; 0: no note, or it is uncertain.
 */
static __always_inline u16 tcpclose_segment_task_flags(const void *owner)
{
	lockdep_assert_irqs_disabled();
	if (TCPCLOSE_WORKERS_SHARE)
		return tcpclose_segment_flags(owner);
	if (this_cpu_read(tcpclose_segments[TCPCLOSE_SEGMENT_TASK].owner) != owner ||
	    this_cpu_read(tcpclose_segments[TCPCLOSE_SEGMENT_TASK].worker.task) != current ||
	    this_cpu_read(tcpclose_segments[TCPCLOSE_SEGMENT_TASK].worker.switches) !=
		    tcpclose_worker_switches())
		return 0;
	return this_cpu_read(tcpclose_segments[TCPCLOSE_SEGMENT_TASK].what);
}

void tcpclose_segment_note(const void *owner, const struct tcphdr *th,
			   u8 substate, bool reset);

extern struct tcpclose_hooks tcpclose_segment_hooks;

#endif /* TCPCLOSE_SEGMENT_H */
