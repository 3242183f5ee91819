// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gate: decides how many records may be written of what anybody can cause at any
 * rate, so that a flood pushes no history out of the rings, and writes how many
 * were left out.
 *
 * Two limits for each CPU: a rate, and a part of its ring. The latter is regained
 * as other records are written, so that a flood that lasts for days takes no more
 * of a ring than one of a minute. Knows nothing of what is recorded.
 */
#include <linux/cpu.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "gate.h"
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

/* The parameter "rst_rate". */
unsigned int tcpclose_gate_rate __read_mostly = TCPCLOSE_GATE_RATE_DEFAULT;

/**
 * struct gate - state of one CPU; interrupts off, on that CPU
 * @since_ns: begin of the second that @admitted is about
 * @admitted: number of records admitted in it
 * @room: number of records of the ring that these may still take
 * @position: position of the ring when @room was last added to, and one for each
 *	that was admitted since: only others give room
 * @sent: number left out and not yet reported
 * @received: likewise
 */
struct gate {
	u64 since_ns;
	u32 admitted;
	u32 room;
	u64 position;
	u64 sent;
	u64 received;
};

static DEFINE_PER_CPU(struct gate, gates);
static u32 most_room;

static struct irq_work gate_report_soon;
static unsigned int gate_report_due;	/* 1: one is under way */
/* Used from when gate_report_due is set until the report clears it. */
static unsigned int gate_reports;	/* one soon after the other */
static unsigned long gate_reported;	/* the last one, jiffies */

/* Others have written records since: a part of those is room again. */
static void regain_room(struct gate *gate)
{
	u64 position = this_cpu_read(tcpclose_rings.position);
	u64 regained = (position - gate->position) / RING_PART;

	if (!regained)
		return;
	gate->position += regained * RING_PART;
	gate->room = min_t(u64, gate->room + regained, most_room);
}

/**
 * tcpclose_gate_admits() - whether one more record may be written
 * @now_ns: CLOCK_MONOTONIC
 *
 * Context: interrupts off; the caller writes the record, or counts it as left out.
 */
bool tcpclose_gate_admits(u64 now_ns)
{
	struct gate *gate = this_cpu_ptr(&gates);

	regain_room(gate);
	if (now_ns - gate->since_ns >= NSEC_PER_SEC) {
		gate->since_ns = now_ns;
		gate->admitted = 0;
	}
	if (!gate->room || gate->admitted >= READ_ONCE(tcpclose_gate_rate))
		return false;
	gate->admitted++;
	gate->room--;
	gate->position++;
	return true;
}

/**
 * tcpclose_gate_left_out() - count what was not admitted
 * @sent: whether it was sent, or received
 *
 * Context: any, interrupts off.
 */
void tcpclose_gate_left_out(bool sent)
{
	struct gate *gate = this_cpu_ptr(&gates);

	if (sent)
		gate->sent++;
	else
		gate->received++;
	/* The count is seen by the report, or the report is seen to be over. */
	smp_mb();
	if (!READ_ONCE(gate_report_due) && !xchg(&gate_report_due, 1))
		irq_work_queue(&gate_report_soon);
}

/* On the CPU of the gate, or on another one after that went offline. */
static void report(struct gate *gate)
{
	struct tcpclose_left_out *record;
	unsigned long irq;
	u64 number;

	local_irq_save(irq);
	if (gate->sent || gate->received) {
		record = tcpclose_ring_begin(&number);
		memset(record, 0, sizeof(*record));
		record->ts_ns = ktime_get_ns();
		record->seq = number;
		record->cpu = raw_smp_processor_id();
		record->kind = TCPCLOSE_KIND_LEFT_OUT;
		record->sent = gate->sent;
		record->received = gate->received;
		tcpclose_ring_commit(number);
		gate->sent = 0;
		gate->received = 0;
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

		/* Its own CPU counts meanwhile; then another report is due. */
		if (!data_race(gate->sent || gate->received))
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
	int cpu;

	most_room = ring_records / RING_PART;
	for_each_possible_cpu(cpu) {
		struct gate *gate = per_cpu_ptr(&gates, cpu);

		memset(gate, 0, sizeof(*gate));
		gate->room = most_room;
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
