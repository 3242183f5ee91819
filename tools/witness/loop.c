// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose against the kernel: keeps reading the stream and all witnesses,
 * while another step of the comparison runs.
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
/* The device keeps records back that are younger than 1 ms. */
#define BEHIND_NS (2 * NS_PER_MS)
/* Records that are read before the witnesses are read again. */
#define AT_A_TIME 8192

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
	       (!(1U << old & unborn) && !(1U << new & opening));
}

/**
 * compare_take_trace_event() - receive an event of the trace
 * @ctx: the run
 * @e: the event
 */
void compare_take_trace_event(void *ctx, const struct trace_event *e)
{
	struct compare *run = ctx;

	if (in_scope(run, e->old, e->new))
		compare_note_error(run, trace_match_add_event(run->trace_match,
							      e));
}

/**
 * compare_take_bpf_event() - receive an event of the BPF programs
 * @ctx: the run
 * @e: the event
 */
void compare_take_bpf_event(void *ctx, const struct minisock_event *e)
{
	struct compare *run = ctx;

	compare_note_error(run, bpf_match_add_event(run->bpf_match, e));
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
	/* Where the stream begins, and what is damaged: for the check. */
	if (e->kind != EVENT_TRANSITION)
		return;
	run->outcome->records++;
	if (run->trace)
		compare_note_error(run, trace_match_add_record(run->trace_match,
							       e));
	if (run->bpf)
		compare_note_error(run, bpf_match_add_record(run->bpf_match,
							     e));
	compare_note_error(run, totals_add_record(run->totals, e));
}

/* Return: CLOCK_MONOTONIC up to which all records were read, or 0. */
static uint64_t read_stream(struct compare *run)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t read_ns = 0;
	struct event e;
	int i, ret = 1;

	for (i = 0; ret > 0 && !run->error && i < AT_A_TIME; i++) {
		ret = source_next_every(run->source, &e);
		if (ret <= 0)
			break;
		take_event(run, &e);
		if (e.kind == EVENT_TRANSITION)
			read_ns = e.ts_ns;
	}
	if (ret == -EAGAIN)
		return now_ns - BEHIND_NS;
	if (ret <= 0)
		compare_note_error(run, ret ? ret : -EPIPE);
	return read_ns;
}

/**
 * compare_read() - read the witnesses and the stream
 * @run: the run
 *
 * The trace comes first: the stream has every record of what was read from it.
 *
 * Return: 0, or the first -errno ever
 */
int compare_read(struct compare *run)
{
	uint64_t now_ns = clock_monotonic_ns(), read_ns;

	if (run->trace)
		compare_note_error(run, trace_read(run->trace));
	if (run->bpf)
		compare_note_error(run, bpf_witness_read(run->bpf));
	read_ns = read_stream(run);
	if (read_ns > now_ns - BEHIND_NS)
		read_ns = now_ns - BEHIND_NS;
	if (read_ns > run->read_ns)
		run->read_ns = read_ns;
	if (run->trace)
		trace_match_advance(run->trace_match, run->read_ns);
	if (!run->in_snapshot)
		totals_advance(run->totals, now_ns);
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
	ret = -pthread_create(&thread, NULL, work, run);
	if (ret)
		return ret;
	while (__atomic_load_n(&run->thread_runs, __ATOMIC_ACQUIRE)) {
		compare_read(run);
		compare_pause(run, UINT64_MAX);
	}
	pthread_join(thread, NULL);
	return run->error;
}
