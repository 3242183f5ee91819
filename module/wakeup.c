// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wake-ups: wakes waiting readers for new records, in batches.
 *
 * A producer only reads one word that rarely changes. The first record after a
 * reader began to wait starts a timer, through an irq_work, since a probe may
 * run under any lock; a worker then wakes all readers together, since there may
 * be thousands. A ring that reaches the watermark fires the timer earlier.
 *
 * A producer has no memory barrier between committing a record and reading the
 * word, so it can miss a reader that begins to wait at that moment. Instead,
 * arming starts the timer once: when it fires, store buffers have long drained,
 * and it sees the record. Knows rings and the time, but no reader: what looks
 * at them is an argument of tcpclose_wakeup_init().
 */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "wakeup.h"

/*
 * From arming to the look at the rings that finds a record missed in that race.
 */
#define LOOK_AGAIN_NS (2 * NSEC_PER_MSEC)

#define WAITERS_AT_ONCE 64u /* woken with interrupts off */

/* Not next to what readers write: producers read the first for each record. */
int tcpclose_wakeup_state __read_mostly;
u32 tcpclose_wakeup_watermark __read_mostly;
DECLARE_WAIT_QUEUE_HEAD(tcpclose_wakeup_queue);

static tcpclose_wakeup_look_t look_at_readers;
static u32 delay_us = TCPCLOSE_WAKEUP_DELAY_US;
static struct hrtimer wakeup_timer;
static struct irq_work wakeup_start_work;
static struct irq_work wakeup_now_work;
static struct workqueue_struct *wakeup_workqueue;

/* For the mark of wake_some(), which nobody sleeps at. */
static int wake_nobody(struct wait_queue_entry *waiter, unsigned int mode,
		       int flags, void *key)
{
	return 0;
}

/*
 * Wake some of the waiters behind the mark, and move it behind them. Returns
 * whether there are more.
 */
static bool wake_some(struct wait_queue_entry *mark)
{
	struct list_head *waiters = &tcpclose_wakeup_queue.head;
	struct wait_queue_entry *waiter, *next;
	unsigned int count = 0;

	spin_lock_irq(&tcpclose_wakeup_queue.lock);
	waiter = list_next_entry(mark, entry);
	list_for_each_entry_safe_from(waiter, next, waiters, entry) {
		if (count++ == WAITERS_AT_ONCE)
			break;
		/* May remove this waiter, and no other. */
		waiter->func(waiter, TASK_NORMAL, 0, NULL);
	}
	list_move_tail(&mark->entry, &waiter->entry);
	spin_unlock_irq(&tcpclose_wakeup_queue.lock);
	return !list_entry_is_head(waiter, waiters, entry);
}

/*
 * wake_up_all() that lets others run in between: it would wake all waiters with
 * interrupts off. Nobody else wakes up this queue. Who begins to wait meanwhile
 * does so before the mark.
 */
static void wake_all(void)
{
	struct wait_queue_entry mark;

	init_waitqueue_func_entry(&mark, wake_nobody);
	mark.flags = 0;
	add_wait_queue(&tcpclose_wakeup_queue, &mark);
	while (wake_some(&mark))
		cond_resched();
	remove_wait_queue(&tcpclose_wakeup_queue, &mark);
}

static void look_again(void)
{
	hrtimer_start(&wakeup_timer, ns_to_ktime(LOOK_AGAIN_NS),
		      HRTIMER_MODE_REL_SOFT);
}

static void wake_readers(struct work_struct *work)
{
	/*
	 * From now on a producer reports its record; earlier ones are seen
	 * below.
	 */
	int state = xchg(&tcpclose_wakeup_state, TCPCLOSE_WAKEUP_ARMED);
	int cpu;

	switch (look_at_readers(&tcpclose_wakeup_state)) {
	case TCPCLOSE_NONE_WAITS:
		break;
	case TCPCLOSE_NONE_BEHIND:
		/* The record that started the delay has been read already. */
		if (state == TCPCLOSE_WAKEUP_DELAYED)
			look_again();
		break;
	case TCPCLOSE_SOME_BEHIND:
		for_each_possible_cpu(cpu)
			WRITE_ONCE(per_cpu_ptr(&tcpclose_rings, cpu)->woken,
				   tcpclose_ring_committed(cpu));
		wake_all();
		/* Others began to wait while producers did not report. */
		if (READ_ONCE(tcpclose_wakeup_state) == TCPCLOSE_WAKEUP_ARMED)
			look_again();
	}
}

static DECLARE_WORK(wakeup_work, wake_readers);

static enum hrtimer_restart wakeup_timer_expired(struct hrtimer *hrtimer)
{
	queue_work(wakeup_workqueue, &wakeup_work);
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
 * tcpclose_wakeup_start() - start the delay, for the first record since arming
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
 * tcpclose_wakeup_now() - end the delay, since a ring has reached the watermark
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
 * tcpclose_wakeup_arm() - have producers report their next record
 *
 * Context: process; see tcpclose_reader_wait().
 */
void tcpclose_wakeup_arm(void)
{
	/*
	 * Even a failing cmpxchg takes the cache line from all producers, and
	 * poll() may be called in a loop: read first. The state becomes idle
	 * only under the lock that the caller holds.
	 */
	if (READ_ONCE(tcpclose_wakeup_state) == TCPCLOSE_WAKEUP_IDLE &&
	    cmpxchg(&tcpclose_wakeup_state, TCPCLOSE_WAKEUP_IDLE,
		    TCPCLOSE_WAKEUP_ARMED) == TCPCLOSE_WAKEUP_IDLE)
		look_again();
}

/**
 * tcpclose_wakeup_set() - set when readers are woken
 * @watermark: at once when a ring has that many new records
 * @us: at the latest this long after the first new record, microseconds
 */
void tcpclose_wakeup_set(u32 watermark, u32 us)
{
	WRITE_ONCE(tcpclose_wakeup_watermark, watermark);
	WRITE_ONCE(delay_us, us);
}

/**
 * tcpclose_wakeup_init() - prepare the timer and the worker
 * @ring_records: records per ring
 * @look: called when the delay is over
 *
 * Context: process; sleeps; no producer and no reader yet.
 * Return: 0 or -ENOMEM.
 */
int tcpclose_wakeup_init(unsigned int ring_records, tcpclose_wakeup_look_t look)
{
	/* On any CPU, and not behind what keeps one busy. */
	wakeup_workqueue = alloc_workqueue("tcpclose", WQ_UNBOUND | WQ_HIGHPRI, 1);
	if (!wakeup_workqueue)
		return -ENOMEM;
	look_at_readers = look;
	tcpclose_wakeup_state = TCPCLOSE_WAKEUP_IDLE;
	tcpclose_wakeup_set(ring_records / 4, TCPCLOSE_WAKEUP_DELAY_US);
	compat_hrtimer_setup(&wakeup_timer, wakeup_timer_expired, CLOCK_MONOTONIC,
			     HRTIMER_MODE_REL_SOFT);
	init_irq_work(&wakeup_start_work, start_wakeup_timer);
	init_irq_work(&wakeup_now_work, fire_wakeup_timer);
	return 0;
}

/**
 * tcpclose_wakeup_exit() - stop the timer and the worker
 *
 * Context: process; sleeps; no producer and no reader is left.
 */
void tcpclose_wakeup_exit(void)
{
	irq_work_sync(&wakeup_start_work);
	irq_work_sync(&wakeup_now_work);
	/* Without readers the worker does not start the timer again. */
	hrtimer_cancel(&wakeup_timer);
	destroy_workqueue(wakeup_workqueue);
}
