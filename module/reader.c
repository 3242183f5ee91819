// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers: the position of each open file in all rings, and the merge of their
 * records in time order.
 *
 * A reader keeps a copy of the next record of each ring and delivers the oldest
 * of them. Two CPUs may commit their records in another order than they read
 * the clock, so a record is held back for a moment (HOLD_NS), far longer than
 * any producer takes.
 *
 * Knows nothing of file operations (chardev.c), nor of what a record means;
 * what a reader may see is for visibility.c to decide.
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

#define SKIP_RECORDS	1024u	/* between two checks for signals */
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
	reader->cursors = kvcalloc(nr_cpu_ids, sizeof(*reader->cursors),
				   GFP_KERNEL_ACCOUNT);
	if (!reader->cursors) {
		kfree(reader);
		return NULL;
	}
	mutex_init(&reader->lock);
	tcpclose_visibility_init(&reader->visible, whole);
	tcpclose_ring_geometry(&geometry);
	reader->watermark = geometry.ring_records / 4;
	reader->delay_us = TCPCLOSE_WAKEUP_DELAY_US;
	tcpclose_reader_seek(reader, false);

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
	if (reader->visible.whole) {
		mutex_lock(&readers_lock);
		list_del(&reader->node);
		apply_wakeups();
		mutex_unlock(&readers_lock);
	}

	tcpclose_visibility_exit(&reader->visible);
	kvfree(reader->cursors);
	kfree(reader);
}

/*
 * Copy the next record of a ring that the reader may see, unless there is a
 * copy. Returns 1, 0 if there is no such record, or -EINTR if a signal ended
 * the search.
 */
static int fill_head(struct tcpclose_reader *reader, unsigned int cpu)
{
	struct tcpclose_cpu_cursor *cursor = &reader->cursors[cpu];
	unsigned int skipped = 0;

	while (!cursor->head.valid) {
		/* There may be millions that this reader must not see. */
		if (++skipped % SKIP_RECORDS == 0) {
			cond_resched();
			if (signal_pending(current))
				return -EINTR;
		}
		if (!tcpclose_ring_copy(cpu, &cursor->position, &cursor->lost,
					&cursor->head.record))
			return 0;
		WRITE_ONCE(cursor->head.valid,
			   tcpclose_visibility_shows(&reader->visible,
						     &cursor->head.record));
	}
	return 1;
}

/*
 * Find the ring with the oldest record, and the time of the second oldest. NULL
 * if there is no record, or if a signal arrived before all rings were searched.
 */
static struct tcpclose_cpu_cursor *oldest_cursor(struct tcpclose_reader *reader,
						 unsigned int *which, u64 *next_ns)
{
	struct tcpclose_cpu_cursor *first = NULL;
	unsigned int cpu;

	*next_ns = U64_MAX;
	for_each_possible_cpu(cpu) {
		struct tcpclose_cpu_cursor *cursor = &reader->cursors[cpu];
		int filled = fill_head(reader, cpu);
		u64 ts_ns;

		if (filled < 0)
			return NULL;
		if (!filled)
			continue;
		ts_ns = cursor->head.record.ts_ns;
		if (!first || ts_ns < first->head.record.ts_ns) {
			if (first)
				*next_ns = first->head.record.ts_ns;
			first = cursor;
			*which = cpu;
		} else if (ts_ns < *next_ns) {
			*next_ns = ts_ns;
		}
	}
	return first;
}

/* Move up to @max records in time order to @to; returns their number. */
static unsigned int merge_records(struct tcpclose_reader *reader, u64 until_ns,
				  struct tcpclose_record *to, unsigned int max)
{
	unsigned int count = 0;

	while (count < max) {
		struct tcpclose_cpu_cursor *cursor;
		unsigned int cpu = 0;
		u64 next_ns;

		cursor = oldest_cursor(reader, &cpu, &next_ns);
		if (!cursor || cursor->head.record.ts_ns > until_ns)
			break;
		/*
		 * Stay with its ring as long as no other has an older record.
		 */
		do {
			to[count] = cursor->head.record;
			if (!reader->visible.whole)
				tcpclose_visibility_translate(&reader->visible, &to[count]);
			count++;
			WRITE_ONCE(cursor->head.valid, false);
		} while (count < max && fill_head(reader, cpu) > 0 &&
			 cursor->head.record.ts_ns <= min(next_ns, until_ns));
	}
	return count;
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
	count = merge_records(reader, until_ns, to, max);
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
		reader->cursors[taken[i].cpu].lost++;
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
	struct tcpclose_cpu_cursor *cursor;
	unsigned int cpu;
	u64 next_ns;
	bool ready;

	if (mutex_lock_killable(&reader->lock))
		return false;
	cursor = oldest_cursor(reader, &cpu, &next_ns);
	ready = cursor &&
		cursor->head.record.ts_ns <= ktime_get_ns() - HOLD_NS;
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
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct tcpclose_cpu_cursor *cursor = &reader->cursors[cpu];

		if (READ_ONCE(cursor->head.valid) ||
		    READ_ONCE(cursor->position) != tcpclose_ring_committed(cpu))
			return true;
	}
	return false;
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
	unsigned int cpu;

	if (mutex_lock_killable(&reader->lock))
		return -EINTR;
	for_each_possible_cpu(cpu) {
		struct tcpclose_cpu_cursor *cursor = &reader->cursors[cpu];

		WRITE_ONCE(cursor->position, newest ? tcpclose_ring_committed(cpu) :
						      tcpclose_ring_oldest(cpu));
		WRITE_ONCE(cursor->head.valid, false);
	}
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
	struct tcpclose_cpu_cursor *own;

	if (cursor->cpu >= nr_cpu_ids)
		return -EINVAL;
	cursor->cpu = array_index_nospec(cursor->cpu, nr_cpu_ids);
	if (!cpu_possible(cursor->cpu))
		return -EINVAL;
	own = &reader->cursors[cursor->cpu];
	if (mutex_lock_killable(&reader->lock))
		return -EINTR;
	/* Records overwritten since the last read are lost already. */
	tcpclose_ring_skip(cursor->cpu, &own->position, &own->lost);
	cursor->position = own->position - own->head.valid;
	cursor->lost = own->lost;
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
	if (!reader->visible.whole && (wakeup->watermark || wakeup->delay_us))
		return -EPERM;
	if (mutex_lock_killable(&readers_lock))
		return -EINTR;
	if (wakeup->watermark)
		reader->watermark = wakeup->watermark;
	if (wakeup->delay_us)
		reader->delay_us = wakeup->delay_us;
	if (reader->visible.whole)
		apply_wakeups();
	wakeup->watermark = reader->watermark;
	wakeup->delay_us = reader->delay_us;
	mutex_unlock(&readers_lock);
	return 0;
}
