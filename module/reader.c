// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers: the open files, and which of them wait for records.
 *
 * Two CPUs may commit their records in another order than they read the clock, so a
 * record is held back for a moment (HOLD_NS), far longer than any producer takes;
 * merge.c puts them into the order of time.
 *
 * Knows nothing of file operations (chardev.c), nor of what a record means.
 */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#include "reader.h"
#include "ring.h"
#include "visibility.h"
#include "wakeup.h"

#define HOLD_NS		NSEC_PER_MSEC
#define BOUNCE_RECORDS	16u
#define READERS_AT_ONCE	64u	/* looked at without a pause */

/*
 * Readers that see the whole machine. Only they decide when readers are woken,
 * since that costs time on every CPU.
 */
static LIST_HEAD(readers);
static DEFINE_MUTEX(readers_lock);	/* guards @readers and their wishes */

static LIST_HEAD(waiting_readers);
/* Those of them that tcpclose_reader_look() is still to look at. */
static LIST_HEAD(pending_readers);
static DEFINE_SPINLOCK(waiting_lock);	/* guards both lists */

/*
 * Apply the smallest values that any of @readers asks for; readers_lock held.
 */
static void apply_wakeups(void)
{
	struct tcpclose_geometry geometry;
	struct tcpclose_reader *reader;
	u32 watermark, delay_us;

	tcpclose_ring_geometry(&geometry);
	watermark = geometry.ring_records / 4;
	delay_us = TCPCLOSE_WAKEUP_DELAY_US;
	if (!list_empty(&readers)) {
		watermark = U32_MAX;
		delay_us = U32_MAX;
	}
	list_for_each_entry(reader, &readers, node) {
		watermark = min(watermark, reader->watermark);
		delay_us = min(delay_us, reader->delay_us);
	}
	tcpclose_wakeup_set(watermark, delay_us);
}

/**
 * tcpclose_reader_open() - create a reader for the current process
 * @whole: whether it may see the whole machine
 *
 * Context: process; sleeps.
 * Return: the reader or NULL.
 */
struct tcpclose_reader *tcpclose_reader_open(bool whole)
{
	struct tcpclose_geometry geometry;
	struct tcpclose_reader *reader;

	reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return NULL;
	if (tcpclose_merge_init(&reader->merge, whole)) {
		kfree(reader);
		return NULL;
	}
	mutex_init(&reader->lock);
	tcpclose_ring_geometry(&geometry);
	reader->watermark = geometry.ring_records / 4;
	reader->delay_us = TCPCLOSE_WAKEUP_DELAY_US;

	INIT_LIST_HEAD(&reader->waiting);
	if (whole) {
		mutex_lock(&readers_lock);
		list_add(&reader->node, &readers);
		apply_wakeups();
		mutex_unlock(&readers_lock);
	}
	return reader;
}

/**
 * tcpclose_reader_close() - free a reader
 * @reader: the reader, no longer in use
 *
 * Context: process; sleeps.
 */
void tcpclose_reader_close(struct tcpclose_reader *reader)
{
	spin_lock(&waiting_lock);
	list_del(&reader->waiting);
	spin_unlock(&waiting_lock);
	if (reader->merge.visible.whole) {
		mutex_lock(&readers_lock);
		list_del(&reader->node);
		apply_wakeups();
		mutex_unlock(&readers_lock);
	}

	tcpclose_merge_exit(&reader->merge);
	kfree(reader);
}

/*
 * Take up to @max records; returns their number, or -ERESTARTSYS. The lock is
 * not held while they are copied to the user: a page fault may take forever,
 * and poll() of the same file waits for the lock and can only be killed.
 */
static int take_records(struct tcpclose_reader *reader, u64 until_ns,
			struct tcpclose_record *to, unsigned int max)
{
	int count;

	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	count = tcpclose_merge_take(&reader->merge, until_ns, to, max);
	mutex_unlock(&reader->lock);
	return count;
}

/* Count records as lost that were taken but could not be copied to the user. */
static void count_as_lost(struct tcpclose_reader *reader,
			  const struct tcpclose_record *taken, unsigned int count)
{
	unsigned int i;

	mutex_lock(&reader->lock);
	for (i = 0; i < count; i++)
		reader->merge.cursors[taken[i].cpu].lost++;
	mutex_unlock(&reader->lock);
}

/**
 * tcpclose_reader_read() - deliver records
 * @reader: the reader
 * @to: the user's buffer
 * @size: its size, at least one record
 *
 * Two threads that read at the same time each get records in time order, and no
 * record is delivered twice.
 *
 * Context: process; sleeps.
 * Return: bytes delivered, 0 if there are none, -ENOMEM, -EFAULT or
 * -ERESTARTSYS. Records that could not be stored at @to are counted as lost.
 */
ssize_t tcpclose_reader_read(struct tcpclose_reader *reader, char __user *to,
			     size_t size)
{
	u64 until_ns = ktime_get_ns() - HOLD_NS;
	struct tcpclose_record *bounce;
	size_t done = 0;
	ssize_t err = 0;

	bounce = kmalloc_array(BOUNCE_RECORDS, sizeof(*bounce), GFP_KERNEL);
	if (!bounce)
		return -ENOMEM;
	while (size - done >= sizeof(*bounce)) {
		unsigned int max = min_t(size_t, BOUNCE_RECORDS,
					 (size - done) / sizeof(*bounce));
		int count = take_records(reader, until_ns, bounce, max);

		if (count <= 0) {
			err = count;
			break;
		}
		if (copy_to_user(to + done, bounce, count * sizeof(*bounce))) {
			count_as_lost(reader, bounce, count);
			err = -EFAULT;
			break;
		}
		done += count * sizeof(*bounce);
		if (signal_pending(current))
			break;
		cond_resched();
	}
	kfree(bounce);
	return done ? done : err;
}

/**
 * tcpclose_reader_ready() - whether a read would deliver records
 * @reader: the reader
 *
 * Context: process; sleeps; not ready for a process that is being killed.
 */
bool tcpclose_reader_ready(struct tcpclose_reader *reader)
{
	bool ready;

	if (mutex_lock_killable(&reader->lock))
		return false;
	ready = tcpclose_merge_ready(&reader->merge, ktime_get_ns() - HOLD_NS);
	mutex_unlock(&reader->lock);
	return ready;
}

/**
 * tcpclose_reader_behind() - whether there are records that were not delivered
 *	yet
 * @reader: the reader
 *
 * They may be held back still, or not be visible to this reader.
 *
 * Context: any; takes no lock, so the answer may be outdated.
 */
bool tcpclose_reader_behind(struct tcpclose_reader *reader)
{
	return tcpclose_merge_behind(&reader->merge);
}

/**
 * tcpclose_reader_wait() - register a reader as waiting
 * @reader: the reader; its process is already in tcpclose_wakeup_queue
 *
 * The caller must check for records afterwards, before it sleeps.
 *
 * Context: process.
 */
void tcpclose_reader_wait(struct tcpclose_reader *reader)
{
	spin_lock(&waiting_lock);
	if (list_empty(&reader->waiting))
		list_add(&reader->waiting, &waiting_readers);
	tcpclose_wakeup_arm();
	spin_unlock(&waiting_lock);
}

/* waiting_lock held: let others have it after so many readers. */
static void pause_after(unsigned int done)
{
	if (done % READERS_AT_ONCE)
		return;
	spin_unlock(&waiting_lock);
	cond_resched();
	spin_lock(&waiting_lock);
}

/* waiting_lock held: whether any waiting reader has something to read. */
static bool any_behind(void)
{
	struct tcpclose_reader *reader;
	unsigned int done = 0;
	bool behind;

	list_splice_init(&waiting_readers, &pending_readers);
	while ((reader = list_first_entry_or_null(&pending_readers,
						  struct tcpclose_reader, waiting))) {
		behind = tcpclose_reader_behind(reader);
		list_move_tail(&reader->waiting, &waiting_readers);
		if (behind)
			return true;
		pause_after(++done);
	}
	return false;
}

/* waiting_lock held: those that wait now do so no more. */
static void forget_waiting(void)
{
	struct tcpclose_reader *reader;
	unsigned int done = 0;

	list_splice_init(&waiting_readers, &pending_readers);
	while ((reader = list_first_entry_or_null(&pending_readers,
						  struct tcpclose_reader, waiting))) {
		list_del_init(&reader->waiting);
		pause_after(++done);
	}
}

/**
 * tcpclose_reader_look() - check whether waiting readers are to be woken
 * @state: &enum tcpclose_wakeup_state; set to idle unless readers continue to
 *	wait
 *
 * The argument of tcpclose_wakeup_init().
 *
 * Context: process; sleeps; one call at a time.
 * Return: state of the readers. Those to be woken count as waiting no more.
 */
enum tcpclose_waiting tcpclose_reader_look(int *state)
{
	enum tcpclose_waiting waiting = TCPCLOSE_NONE_WAITS;

	spin_lock(&waiting_lock);
	if (any_behind()) {
		forget_waiting();
		waiting = TCPCLOSE_SOME_BEHIND;
	}
	/* Others may have begun to wait in a pause. */
	if (list_empty(&waiting_readers))
		WRITE_ONCE(*state, TCPCLOSE_WAKEUP_IDLE);
	else if (waiting == TCPCLOSE_NONE_WAITS)
		waiting = TCPCLOSE_NONE_BEHIND;
	spin_unlock(&waiting_lock);
	return waiting;
}

/**
 * tcpclose_reader_seek() - move to the oldest or behind the newest record of
 *	all rings
 * @reader: the reader
 * @newest: behind the newest record; otherwise to the oldest
 *
 * Skipped records do not count as lost.
 *
 * Context: process; sleeps.
 * Return: 0, or -EINTR for a process that is being killed.
 */
int tcpclose_reader_seek(struct tcpclose_reader *reader, bool newest)
{
	if (mutex_lock_killable(&reader->lock))
		return -EINTR;
	tcpclose_merge_seek(&reader->merge, newest);
	mutex_unlock(&reader->lock);
	return 0;
}

/**
 * tcpclose_reader_cursor() - report the position of a reader in one ring
 * @reader: the reader
 * @cursor: @cursor->cpu is set; the other members are filled in
 *
 * Context: process; sleeps.
 * Return: 0, -EINVAL if there is no such CPU, or -EINTR for a process that is
 * being killed.
 */
int tcpclose_reader_cursor(struct tcpclose_reader *reader,
			   struct tcpclose_cursor *cursor)
{
	if (cursor->cpu >= nr_cpu_ids)
		return -EINVAL;
	cursor->cpu = array_index_nospec(cursor->cpu, nr_cpu_ids);
	if (!cpu_possible(cursor->cpu))
		return -EINVAL;
	if (mutex_lock_killable(&reader->lock))
		return -EINTR;
	tcpclose_merge_cursor(&reader->merge, cursor);
	mutex_unlock(&reader->lock);
	cursor->written = tcpclose_ring_committed(cursor->cpu);
	cursor->overwritten = tcpclose_ring_oldest(cursor->cpu);
	return 0;
}

/**
 * tcpclose_reader_wakeup() - set and get when a reader is woken
 * @reader: the reader
 * @wakeup: new values, 0 to leave one unchanged; set to those of this reader
 *
 * Context: process; sleeps.
 * Return: 0, -EPERM for a reader that may not set them, or -EINTR for a process
 * that is being killed.
 */
int tcpclose_reader_wakeup(struct tcpclose_reader *reader,
			   struct tcpclose_wakeup *wakeup)
{
	if (!reader->merge.visible.whole && (wakeup->watermark || wakeup->delay_us))
		return -EPERM;
	if (mutex_lock_killable(&readers_lock))
		return -EINTR;
	if (wakeup->watermark)
		reader->watermark = wakeup->watermark;
	if (wakeup->delay_us)
		reader->delay_us = wakeup->delay_us;
	if (reader->merge.visible.whole)
		apply_wakeups();
	wakeup->watermark = reader->watermark;
	wakeup->delay_us = reader->delay_us;
	mutex_unlock(&readers_lock);
	return 0;
}
