/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waking readers: the inline part of wakeup.c, for producers.
 */
#ifndef TCPCLOSE_WAKEUP_H
#define TCPCLOSE_WAKEUP_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "ring.h"

#define TCPCLOSE_WAKEUP_DELAY_US	10000

/**
 * enum tcpclose_wakeup_state - what a producer has to do about readers
 * @TCPCLOSE_WAKEUP_IDLE: nothing: no reader waits
 * @TCPCLOSE_WAKEUP_ARMED: start the delay: readers wait
 * @TCPCLOSE_WAKEUP_DELAYED: nothing before the watermark: the delay is running
 */
enum tcpclose_wakeup_state {
	TCPCLOSE_WAKEUP_IDLE,
	TCPCLOSE_WAKEUP_ARMED,
	TCPCLOSE_WAKEUP_DELAYED,
};

/**
 * enum tcpclose_waiting - state of the readers that wait
 * @TCPCLOSE_NONE_WAITS: no reader waits
 * @TCPCLOSE_NONE_BEHIND: readers wait, and have read all records
 * @TCPCLOSE_SOME_BEHIND: readers wait, and there are records to read: wake them
 */
enum tcpclose_waiting {
	TCPCLOSE_NONE_WAITS,
	TCPCLOSE_NONE_BEHIND,
	TCPCLOSE_SOME_BEHIND,
};

/**
 * typedef tcpclose_wakeup_look_t - check whether waiting readers are to be
 *	woken
 * @state: &enum tcpclose_wakeup_state; set to idle unless readers continue to
 *	wait
 *
 * Context: process; sleeps.
 * Return: state of the readers. Those to be woken count as waiting no more.
 */
typedef enum tcpclose_waiting (*tcpclose_wakeup_look_t)(int *state);

extern int tcpclose_wakeup_state;
extern u32 tcpclose_wakeup_watermark;
extern struct wait_queue_head tcpclose_wakeup_queue;

int tcpclose_wakeup_init(unsigned int ring_records, tcpclose_wakeup_look_t look);
void tcpclose_wakeup_exit(void);
void tcpclose_wakeup_arm(void);
void tcpclose_wakeup_set(u32 watermark, u32 delay_us);
void tcpclose_wakeup_start(void);
void tcpclose_wakeup_now(void);

/**
 * tcpclose_wakeup_notify() - have waiting readers woken for a new record
 *
 * Context: interrupts off, after tcpclose_ring_commit().
 */
static inline void tcpclose_wakeup_notify(void)
{
	struct tcpclose_ring *ring;

	if (likely(READ_ONCE(tcpclose_wakeup_state) == TCPCLOSE_WAKEUP_IDLE))
		return;
	if (READ_ONCE(tcpclose_wakeup_state) == TCPCLOSE_WAKEUP_ARMED) {
		tcpclose_wakeup_start();
		return;
	}
	ring = this_cpu_ptr(&tcpclose_rings);
	if (ring->position - READ_ONCE(ring->woken) >=
	    READ_ONCE(tcpclose_wakeup_watermark))
		tcpclose_wakeup_now();
}

#endif /* TCPCLOSE_WAKEUP_H */
