// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wake-ups: brings waiting readers and new records together, in batches.
 *
 * A producer only looks at one word that hardly ever changes. The first record
 * after a reader began to wait starts a timer through an irq_work, since a probe
 * may hold any lock; the timer wakes all readers together. A ring that fills up
 * meanwhile brings that forward.
 *
 * A producer that commits a record does not fence before it looks at the word,
 * so it can miss a reader that begins to wait at that moment. Instead, arming
 * starts the timer, once: store buffers have long drained when it fires, and it
 * sees the record.
 */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>

#include "compat.h"
#include "wakeup.h"

/* Between arming and the look at the rings that makes up for a lost race. */
#define LOOK_AGAIN_NS	(2 * NSEC_PER_MSEC)

/* Apart from what readers write: each producer reads the first for each record. */
int tcpclose_wakeup_state __read_mostly;
u32 tcpclose_wakeup_watermark __read_mostly;
DECLARE_WAIT_QUEUE_HEAD(tcpclose_wakeup_queue);

static tcpclose_wakeup_look_t look_at_readers;
static u32 delay_us = TCPCLOSE_WAKEUP_DELAY_US;
static struct hrtimer wakeup_timer;
static struct irq_work wakeup_start_work;
static struct irq_work wakeup_now_work;

static enum hrtimer_restart wakeup_timer_expired(struct hrtimer *hrtimer)
{
	/* From now on a producer tells of its record; those before are seen. */
	int state = xchg(&tcpclose_wakeup_state, TCPCLOSE_WAKEUP_ARMED);
	int cpu;

	switch (look_at_readers(&tcpclose_wakeup_state)) {
	case TCPCLOSE_NONE_WAITS:
		break;
	case TCPCLOSE_NONE_BEHIND:
		/* Whoever waits has read already what began the delay. */
		if (state == TCPCLOSE_WAKEUP_DELAYED)
			hrtimer_start(hrtimer, ns_to_ktime(LOOK_AGAIN_NS),
				      HRTIMER_MODE_REL_SOFT);
		break;
	case TCPCLOSE_SOME_BEHIND:
		for_each_possible_cpu(cpu)
			WRITE_ONCE(per_cpu_ptr(&tcpclose_rings, cpu)->woken,
				   tcpclose_ring_committed(cpu));
		wake_up_all(&tcpclose_wakeup_queue);
	}
	return HRTIMER_NORESTART;
}

static void start_wakeup_timer(struct irq_work *work)
{
	hrtimer_start(&wakeup_timer,
		      ns_to_ktime((u64)READ_ONCE(delay_us) * NSEC_PER_USEC),
		      HRTIMER_MODE_REL_SOFT);
}

static void fire_wakeup_timer(struct irq_work *work)
{
	hrtimer_start(&wakeup_timer, 0, HRTIMER_MODE_REL_SOFT);
}

/**
 * tcpclose_wakeup_start() - start the delay: the first record since arming
 *
 * Context: any, interrupts off.
 */
void tcpclose_wakeup_start(void)
{
	if (cmpxchg(&tcpclose_wakeup_state, TCPCLOSE_WAKEUP_ARMED,
		    TCPCLOSE_WAKEUP_DELAYED) == TCPCLOSE_WAKEUP_ARMED)
		irq_work_queue(&wakeup_start_work);
}

/**
 * tcpclose_wakeup_now() - end the delay: a ring has reached the watermark
 *
 * Context: any, interrupts off.
 */
void tcpclose_wakeup_now(void)
{
	struct tcpclose_ring *ring = this_cpu_ptr(&tcpclose_rings);

	WRITE_ONCE(ring->woken, ring->position);
	irq_work_queue(&wakeup_now_work);
}

/**
 * tcpclose_wakeup_arm() - have producers tell of their next record
 *
 * Context: process; see tcpclose_reader_wait().
 */
void tcpclose_wakeup_arm(void)
{
	/*
	 * Even a cmpxchg that fails takes the word from all producers, and anybody
	 * can call poll() in a loop. It becomes idle under the caller's lock only.
	 */
	if (READ_ONCE(tcpclose_wakeup_state) == TCPCLOSE_WAKEUP_IDLE &&
	    cmpxchg(&tcpclose_wakeup_state, TCPCLOSE_WAKEUP_IDLE,
		    TCPCLOSE_WAKEUP_ARMED) == TCPCLOSE_WAKEUP_IDLE)
		hrtimer_start(&wakeup_timer, ns_to_ktime(LOOK_AGAIN_NS),
			      HRTIMER_MODE_REL_SOFT);
}

/**
 * tcpclose_wakeup_set() - set when readers are woken
 * @watermark: at once, when a ring has that many new records
 * @us: at the latest that long after the first one, microseconds
 */
void tcpclose_wakeup_set(u32 watermark, u32 us)
{
	WRITE_ONCE(tcpclose_wakeup_watermark, watermark);
	WRITE_ONCE(delay_us, us);
}

/**
 * tcpclose_wakeup_init() - get ready
 * @ring_records: records per ring
 * @look: called when the delay is over
 */
void tcpclose_wakeup_init(unsigned int ring_records, tcpclose_wakeup_look_t look)
{
	look_at_readers = look;
	tcpclose_wakeup_state = TCPCLOSE_WAKEUP_IDLE;
	tcpclose_wakeup_set(ring_records / 4, TCPCLOSE_WAKEUP_DELAY_US);
	compat_hrtimer_setup(&wakeup_timer, wakeup_timer_expired, CLOCK_MONOTONIC,
			     HRTIMER_MODE_REL_SOFT);
	init_irq_work(&wakeup_start_work, start_wakeup_timer);
	init_irq_work(&wakeup_now_work, fire_wakeup_timer);
}

/**
 * tcpclose_wakeup_exit() - stop
 *
 * Context: process; no producer and no reader is left.
 */
void tcpclose_wakeup_exit(void)
{
	irq_work_sync(&wakeup_start_work);
	irq_work_sync(&wakeup_now_work);
	hrtimer_cancel(&wakeup_timer);
}
