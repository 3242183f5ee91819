// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose against the kernel: keeps collecting the stream and all witnesses, and
 * takes what was collected, while another step of the comparison runs.
 *
 * Knows where events come from and where they go; knows no order of steps.
 */
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/signals.h"
#include "witness/compare_internal.h"

/* How often the witnesses are read; a trace buffer lasts much longer. */
#define ROUND_NS (10 * NS_PER_MS)
/* What a wait for the next round may take longer than the time that it is for. */
#define BEHIND_NS (2 * NS_PER_MS)
/* Records that are taken before looking at anything else. */
#define AT_A_TIME 8192

/* What is collected beside the stream. */
enum item {
	ITEM_TRACE,
	ITEM_BPF,
};

/**
 * compare_note_error() - remember the first error
 * @run: the run
 * @error: negative errno; others are ignored
 */
void compare_note_error(struct compare *run, int error)
{
	if (error < 0 && !run->error)
		run->error = error;
}

/* The module decides in the same way: in_scope(). */
static bool in_scope(const struct compare *run, unsigned int old,
		     unsigned int new)
{
	static const unsigned int opening =
		1U << TCPCLOSE_SYN_SENT | 1U << TCPCLOSE_SYN_RECV |
		1U << TCPCLOSE_ESTABLISHED | 1U << TCPCLOSE_LISTEN;
	static const unsigned int unborn = 1U << TCPCLOSE_CLOSE |
					   1U << TCPCLOSE_LISTEN;

	return run->outcome->openings ||
	       !((1U << old) & unborn || (1U << new) & opening);
}

static void take_trace_event(struct compare *run, const struct trace_event *e)
{
	if (e->session && !run->has_rsts)
		return;
	if (run->trace && in_scope(run, e->old, e->new))
		compare_note_error(run, trace_match_add_event(run->trace_match,
							      e));
}

static void take_bpf_event(struct compare *run, const struct minisock_event *e)
{
	if (run->bpf)
		compare_note_error(run, bpf_match_add_event(run->bpf_match, e));
}

static void move(struct compare *run, enum item kind, const void *bytes,
		 size_t len)
{
	int ret = intake_add(run->intake, kind, bytes, len);

	if (ret && !run->collect_error)
		run->collect_error = ret;
}

/**
 * compare_move_trace_event() - add an event of the trace to what is collected
 * @ctx: the run; by the intake's thread
 * @e: the event
 */
void compare_move_trace_event(void *ctx, const struct trace_event *e)
{
	move(ctx, ITEM_TRACE, e, sizeof(*e));
}

/**
 * compare_move_bpf_event() - add an event of the BPF programs to what is collected
 * @ctx: the run; by the intake's thread
 * @e: the event
 */
void compare_move_bpf_event(void *ctx, const struct minisock_event *e)
{
	move(ctx, ITEM_BPF, e, sizeof(*e));
}

/* The trace comes first: the stream has every record of what was read from it. */
static int gather(void *context, struct intake *c)
{
	struct compare *run = context;
	int ret = 0;

	run->intake = c;
	if (run->open_trace)
		ret = trace_read(run->open_trace);
	if (!ret && run->open_bpf)
		ret = bpf_witness_read(run->open_bpf);
	return ret < 0 ? ret : run->collect_error;
}

static void take_item(void *context, unsigned int kind, const void *bytes,
		      size_t len)
{
	if (kind == ITEM_TRACE)
		take_trace_event(context, bytes);
	else
		take_bpf_event(context, bytes);
}

/* All that was read until then is added; in a snapshot, sums have to wait. */
static void end_round(void *context, const struct intake_round *round)
{
	struct compare *run = context;

	if (round->read_ns > run->read_ns)
		run->read_ns = round->read_ns;
	if (run->trace)
		trace_match_advance(run->trace_match, run->read_ns);
	if (!run->in_snapshot)
		totals_advance(run->totals, round->begin_ns);
}

/**
 * compare_collect() - begin to collect the stream and what witnesses deliver
 * @run: the run; its source is open
 *
 * Return: 0, or -errno
 */
int compare_collect(struct compare *run)
{
	decoder_init(&run->decoder, source_header(run->source), true);
	return source_collect(&run->source,
			      &(struct intake_how){
				      .gather = gather,
				      .receive = take_item,
				      .round = end_round,
				      .context = run,
				      .round_ns = ROUND_NS,
			      });
}

static void take_event(struct compare *run, const struct event *e)
{
	if (run->options->event)
		compare_note_error(run,
				   run->options->event(run->options->context,
						       e));
	if (e->kind == EVENT_LOST) {
		run->outcome->lost += e->lost;
		return;
	}
	if (e->kind == EVENT_RST) {
		if (e->rst.unsure)
			totals_ignore_rsts(run->totals);
		compare_note_error(run, totals_add_record(run->totals, e));
		return;
	}
	if (e->kind == EVENT_DROP) {
		compare_note_error(run, totals_add_record(run->totals, e));
		return;
	}
	if (e->kind == EVENT_LEFT_OUT && (e->left_out.sent || e->left_out.received))
		totals_ignore_rsts(run->totals);
	if (e->kind == EVENT_LEFT_OUT && e->left_out.drops)
		totals_ignore_drops(run->totals);
	/* Where the stream begins, and what is damaged: for the check. */
	if (e->kind != EVENT_TRANSITION && e->kind != EVENT_SESSION)
		return;
	run->outcome->records++;
	if (run->trace)
		compare_note_error(run, trace_match_add_record(run->trace_match,
							       e));
	if (e->kind == EVENT_SESSION)
		return;
	if (run->bpf)
		compare_note_error(run, bpf_match_add_record(run->bpf_match,
							     e));
	compare_note_error(run, totals_add_record(run->totals, e));
}

/* Return: 1 if there may be more, or 0 */
static int take_some(struct compare *run)
{
	struct event e;
	int i, ret = 1;

	for (i = 0; !run->error && i < AT_A_TIME; i++) {
		ret = decoder_next(&run->decoder, run->source, &e);
		if (ret <= 0)
			break;
		take_event(run, &e);
	}
	if (ret <= 0 && ret != -EAGAIN)
		compare_note_error(run, ret ? ret : -EPIPE);
	return !run->error && ret > 0;
}

/**
 * compare_read() - take what was collected of the stream and of the witnesses
 * @run: the run
 *
 * Return: 0, or the first -errno ever
 */
int compare_read(struct compare *run)
{
	take_some(run);
	return run->error;
}

/**
 * compare_conclude() - collect and take what is left, end collecting
 * @run: the run; the witnesses are detached
 *
 * Return: 0, or the first -errno ever
 */
int compare_conclude(struct compare *run)
{
	int ret;

	do {
		ret = source_conclude(run->source, clock_monotonic_ns());
		compare_note_error(run, ret);
		while (take_some(run))
			;
	} while (ret > 0 && !run->error);
	return run->error;
}

/**
 * compare_pause() - wait until there is something to read, or for %ROUND_NS
 * @run: the run
 * @until_ns: no longer than that, CLOCK_MONOTONIC
 */
void compare_pause(struct compare *run, uint64_t until_ns)
{
	uint64_t now_ns = clock_monotonic_ns();
	struct timespec nap = { .tv_nsec = ROUND_NS };

	if (until_ns > now_ns + ROUND_NS)
		until_ns = now_ns + ROUND_NS;
	/* Once a signal asked to stop, source_wait() returns at once. */
	if (signals_stop())
		nanosleep(&nap, NULL);
	else
		source_wait(run->source, until_ns);
}

/**
 * compare_wait_until() - read until all records before a moment were read
 * @run: the run
 * @until_ns: the moment, CLOCK_MONOTONIC
 *
 * Return: 0, or the first -errno ever
 */
int compare_wait_until(struct compare *run, uint64_t until_ns)
{
	while (!compare_read(run) && run->read_ns < until_ns)
		compare_pause(run, until_ns + BEHIND_NS);
	return run->error;
}

/**
 * compare_wait_for() - read until all records of the near future were read
 * @run: the run
 * @ns: how far it reaches, from now
 *
 * Return: 0, or the first -errno ever
 */
int compare_wait_for(struct compare *run, uint64_t ns)
{
	return compare_wait_until(run, clock_monotonic_ns() + ns);
}

/**
 * compare_in_thread() - let a thread work, and read meanwhile
 * @run: the run
 * @work: receives @run, clears its @thread_runs at its end; may take seconds, in
 *	which the rings go on filling
 *
 * Return: 0, or -errno
 */
int compare_in_thread(struct compare *run, void *(*work)(void *))
{
	pthread_t thread;
	int ret;

	run->thread_runs = true;
	ret = signals_start_thread(&thread, work, run);
	if (ret)
		return ret;
	while (__atomic_load_n(&run->thread_runs, __ATOMIC_ACQUIRE)) {
		compare_read(run);
		compare_pause(run, UINT64_MAX);
	}
	pthread_join(thread, NULL);
	return run->error;
}
