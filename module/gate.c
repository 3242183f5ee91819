// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gate: decides how many records may be written of what anybody can cause at any
 * rate, so that a flood pushes no history out of the rings, and writes how many
 * were left out.
 *
 * Two limits for each class and CPU: a rate, and a part of its ring. The latter is regained
 * as other records are written, so that a flood that lasts for days takes no more
 * of a ring than one of a minute. Knows nothing of what is recorded.
 */
#include <linux/cpu.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "gate.h"
#include "record.h"
#include "ring.h"
#include "wakeup.h"

/* A part of the ring for these records. */
#define RING_PART	16
/*
 * From the first that is left out to the record of their number. Doubled with each
 * REPORTS_ALIKE of them while a flood lasts, so that they fill no ring either: some 200
 * in the first day, and 24 in each that follows.
 */
#define REPORT_DELAY	(1UL * HZ)
#define REPORT_DELAY_MAX	(3600UL * HZ)
#define REPORTS_ALIKE	16

/* The parameters "rst_rate", "drop_rate" and "call_rate". */
unsigned int tcpclose_gate_rates[TCPCLOSE_GATE_CLASSES] __read_mostly = {
	[TCPCLOSE_GATE_RST] = TCPCLOSE_GATE_RATE_DEFAULT,
	[TCPCLOSE_GATE_DROP] = TCPCLOSE_GATE_RATE_DEFAULT,
	[TCPCLOSE_GATE_CALL] = TCPCLOSE_GATE_RATE_DEFAULT,
};

/**
 * struct passage - what one class may still write on one CPU
 * @since_ns: begin of the second that @admitted is about
 * @admitted: number of records admitted in it
 * @room: number of records of the ring that these may still take
 * @position: position of the ring when @room was last added to, and one for each
 *	that was admitted since: only others give room
 */
struct passage {
	u64 since_ns;
	u32 admitted;
	u32 room;
	u64 position;
};

/**
 * struct gate - state of one CPU; interrupts off, on that CPU
 * @passages: by class
 * @left_out: numbers left out and not yet reported
 */
struct gate {
	struct passage passages[TCPCLOSE_GATE_CLASSES];
	u64 left_out[TCPCLOSE_GATE_COUNTS];
};

static DEFINE_PER_CPU(struct gate, gates);
static u32 most_room;

static struct irq_work gate_report_soon;
static unsigned int gate_report_due;	/* 1: one is under way */
/* Used from when gate_report_due is set until the report clears it. */
static unsigned int gate_reports;	/* one soon after the other */
static unsigned long gate_reported;	/* the last one, jiffies */

/* Others have written records since: a part of those is room again. */
static void regain_room(struct passage *passage)
{
	u64 position = this_cpu_read(tcpclose_rings.position);
	u64 regained = (position - passage->position) / RING_PART;

	if (!regained)
		return;
	passage->position += regained * RING_PART;
	passage->room = min_t(u64, passage->room + regained, most_room);
}

/**
 * tcpclose_gate_admits() - whether one more record may be written
 * @class: of what
 * @now_ns: CLOCK_MONOTONIC
 *
 * Context: interrupts off; the caller writes the record, or counts it as left out.
 */
bool tcpclose_gate_admits(enum tcpclose_gate_class class, u64 now_ns)
{
	struct passage *passage = &this_cpu_ptr(&gates)->passages[class];

	lockdep_assert_irqs_disabled();
	regain_room(passage);
	if (now_ns - passage->since_ns >= NSEC_PER_SEC) {
		passage->since_ns = now_ns;
		passage->admitted = 0;
	}
	if (!passage->room ||
	    passage->admitted >= READ_ONCE(tcpclose_gate_rates[class]))
		return false;
	passage->admitted++;
	passage->room--;
	passage->position++;
	return true;
}

/**
 * tcpclose_gate_left_out() - count what was not admitted
 * @what: which number it adds to
 *
 * Context: any, interrupts off.
 */
void tcpclose_gate_left_out(enum tcpclose_gate_count what)
{
	lockdep_assert_irqs_disabled();
	this_cpu_ptr(&gates)->left_out[what]++;
	/* The count is seen by the report, or the report is seen to be over. */
	smp_mb();
	if (!READ_ONCE(gate_report_due) && !xchg(&gate_report_due, 1))
		irq_work_queue(&gate_report_soon);
}

static bool has_left_out(const struct gate *gate)
{
	unsigned int i;

	for (i = 0; i < TCPCLOSE_GATE_COUNTS; i++) {
		/* Its own CPU counts meanwhile; then another report is due. */
		if (data_race(gate->left_out[i]))
			return true;
	}
	return false;
}

/* On the CPU of the gate, or on another one after that went offline. */
static void report(struct gate *gate)
{
	struct tcpclose_left_out *record;
	unsigned long irq;
	u64 number;

	local_irq_save(irq);
	if (has_left_out(gate)) {
		record = tcpclose_record_begin(&number, TCPCLOSE_KIND_LEFT_OUT,
					       ktime_get_ns());
		record->sent = gate->left_out[TCPCLOSE_GATE_SENT];
		record->received = gate->left_out[TCPCLOSE_GATE_RECEIVED];
		record->drops = gate->left_out[TCPCLOSE_GATE_DROPS];
		record->calls = gate->left_out[TCPCLOSE_GATE_CALLS];
		tcpclose_ring_commit(number);
		memset(gate->left_out, 0, sizeof(gate->left_out));
		tcpclose_wakeup_notify();
	}
	local_irq_restore(irq);
}

static void report_here(void *unused)
{
	report(this_cpu_ptr(&gates));
}

static void report_all(struct work_struct *work)
{
	int cpu;

	gate_reported = jiffies;
	/*
	 * What is left out from now on is for the next report. The atomic exchange
	 * orders this before the counts are read: pairs with smp_mb() in
	 * tcpclose_gate_left_out().
	 */
	xchg(&gate_report_due, 0);
	cpus_read_lock();
	for_each_possible_cpu(cpu) {
		struct gate *gate = per_cpu_ptr(&gates, cpu);

		if (!has_left_out(gate))
			continue;
		if (cpu_online(cpu))
			smp_call_function_single(cpu, report_here, NULL, true);
		else
			report(gate);
	}
	cpus_read_unlock();
}

static DECLARE_DELAYED_WORK(gate_report_work, report_all);

static unsigned long report_delay(void)
{
	return min(REPORT_DELAY << gate_reports / REPORTS_ALIKE, REPORT_DELAY_MAX);
}

static void start_report(struct irq_work *work)
{
	if (!time_before(jiffies, gate_reported + report_delay()))
		gate_reports = 0;
	else if (report_delay() < REPORT_DELAY_MAX)
		gate_reports++;
	schedule_delayed_work(&gate_report_work, report_delay());
}

/**
 * tcpclose_gate_init() - prepare
 * @ring_records: records per ring
 *
 * Context: process; no probe is attached.
 */
void tcpclose_gate_init(unsigned int ring_records)
{
	int cpu, class;

	most_room = ring_records / RING_PART;
	for_each_possible_cpu(cpu) {
		struct gate *gate = per_cpu_ptr(&gates, cpu);

		memset(gate, 0, sizeof(*gate));
		for (class = 0; class < TCPCLOSE_GATE_CLASSES; class++)
			gate->passages[class].room = most_room;
	}
	gate_report_due = 0;
	gate_reports = 0;
	gate_reported = jiffies - REPORT_DELAY;
	init_irq_work(&gate_report_soon, start_report);
}

/**
 * tcpclose_gate_exit() - stop reporting
 *
 * Context: process; sleeps; no probe is attached.
 */
void tcpclose_gate_exit(void)
{
	irq_work_sync(&gate_report_soon);
	cancel_delayed_work_sync(&gate_report_work);
}
