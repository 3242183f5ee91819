// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose against the kernel: reading the stream and all witnesses, all the
 * time, whatever else goes on.
 *
 * Knows who has to be read, and who is told; knows no order of things.
 */
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/signals.h"
#include "witness/run_internal.h"

/* How often the witnesses are read; a trace buffer lasts much longer. */
#define ROUND_NS (10 * NS_PER_MS)
/* The device keeps records back that are younger than 1 ms. */
#define BEHIND_NS (2 * NS_PER_MS)
/* Records that are read before the others have their turn. */
#define AT_A_TIME 8192

/**
 * witness_run_note_error() - remember the first thing that went wrong
 * @a: the run
 * @error: -errno, or anything else, which is none
 */
void witness_run_note_error(struct witness_run *a, int error)
{
	if (error < 0 && !a->error)
		a->error = error;
}

/* As the module decides: in_scope(). */
static bool in_scope(const struct witness_run *a, unsigned int old,
		     unsigned int new)
{
	static const unsigned int opening =
		1U << TCPCLOSE_SYN_SENT | 1U << TCPCLOSE_SYN_RECV |
		1U << TCPCLOSE_ESTABLISHED | 1U << TCPCLOSE_LISTEN;
	static const unsigned int unborn = 1U << TCPCLOSE_CLOSE |
					   1U << TCPCLOSE_LISTEN;

	return a->outcome->openings ||
	       (!(1U << old & unborn) && !(1U << new & opening));
}

/**
 * witness_run_hear_trace() - what the trace has seen
 * @ctx: the run
 * @e: the event
 */
void witness_run_hear_trace(void *ctx, const struct trace_event *e)
{
	struct witness_run *a = ctx;

	if (in_scope(a, e->old, e->new))
		witness_run_note_error(a, trace_match_trace(a->match, e));
}

/**
 * witness_run_hear_bpf() - what BPF has seen
 * @ctx: the run
 * @e: the event
 */
void witness_run_hear_bpf(void *ctx, const struct minisock_event *e)
{
	struct witness_run *a = ctx;

	witness_run_note_error(a, bpf_match_witness(a->ledger, e));
}

static void take_event(struct witness_run *a, const struct event *e)
{
	if (a->options->event)
		witness_run_note_error(a, a->options->event(a->options->context, e));
	if (e->kind == EVENT_LOST) {
		a->outcome->lost += e->lost;
		return;
	}
	/* Where the stream begins, and what is wrong with it: for the check. */
	if (e->kind != EVENT_TRANSITION)
		return;
	a->outcome->records++;
	if (a->trace)
		witness_run_note_error(a, trace_match_record(a->match, e));
	if (a->bpf)
		witness_run_note_error(a, bpf_match_record(a->ledger, e));
	witness_run_note_error(a, totals_record(a->totals, e));
}

/* Return: up to when the stream is told, CLOCK_MONOTONIC, or 0. */
static uint64_t read_stream(struct witness_run *a)
{
	uint64_t now_ns = monotonic_ns();
	uint64_t told_ns = 0;
	struct event e;
	int i, ret = 1;

	for (i = 0; ret > 0 && !a->error && i < AT_A_TIME; i++) {
		ret = source_next_every(a->source, &e);
		if (ret <= 0)
			break;
		take_event(a, &e);
		if (e.kind == EVENT_TRANSITION)
			told_ns = e.ts_ns;
	}
	if (ret == -EAGAIN)
		return now_ns - BEHIND_NS;
	if (ret <= 0)
		witness_run_note_error(a, ret ? ret : -EPIPE);
	return told_ns;
}

/**
 * witness_run_read() - read everybody
 * @a: the run
 *
 * The trace comes first: what it has, the stream has, too.
 *
 * Return: 0, or the first -errno ever
 */
int witness_run_read(struct witness_run *a)
{
	uint64_t now_ns = monotonic_ns(), told_ns;

	if (a->trace)
		witness_run_note_error(a, trace_read(a->trace));
	if (a->bpf)
		witness_run_note_error(a, bpf_witness_read(a->bpf));
	told_ns = read_stream(a);
	if (told_ns > now_ns - BEHIND_NS)
		told_ns = now_ns - BEHIND_NS;
	if (told_ns > a->told_ns)
		a->told_ns = told_ns;
	if (a->trace)
		trace_match_advance(a->match, a->told_ns);
	if (!a->looking)
		totals_advance(a->totals, now_ns);
	return a->error;
}

/**
 * witness_run_rest() - wait until there is something to read, or for a round
 * @a: the run
 * @until_ns: no longer than that, CLOCK_MONOTONIC
 */
void witness_run_rest(struct witness_run *a, uint64_t until_ns)
{
	uint64_t now_ns = monotonic_ns();
	struct timespec nap = { .tv_nsec = ROUND_NS };

	if (until_ns > now_ns + ROUND_NS)
		until_ns = now_ns + ROUND_NS;
	/* A wish to stop makes source_wait() return at once. */
	if (signals_stop())
		nanosleep(&nap, NULL);
	else
		source_wait(a->source, until_ns);
}

/**
 * witness_run_run_until() - let time go by until all before a moment is told
 * @a: the run
 * @until_ns: the moment, CLOCK_MONOTONIC
 *
 * Return: 0, or the first -errno ever
 */
int witness_run_run_until(struct witness_run *a, uint64_t until_ns)
{
	while (!witness_run_read(a) && a->told_ns < until_ns)
		witness_run_rest(a, until_ns + BEHIND_NS);
	return a->error;
}

/**
 * witness_run_run_for() - likewise
 * @a: the run
 * @ns: from now
 *
 * Return: 0, or the first -errno ever
 */
int witness_run_run_for(struct witness_run *a, uint64_t ns)
{
	return witness_run_run_until(a, monotonic_ns() + ns);
}

/**
 * witness_run_do_aside() - let a thread work, and read meanwhile
 * @a: the run
 * @work: gets @a, and clears its @aside at its end; it may take seconds, while the
 *	rings go on filling
 *
 * Return: 0, or -errno
 */
int witness_run_do_aside(struct witness_run *a, void *(*work)(void *))
{
	pthread_t thread;
	int ret;

	a->aside = true;
	ret = -pthread_create(&thread, NULL, work, a);
	if (ret)
		return ret;
	while (__atomic_load_n(&a->aside, __ATOMIC_ACQUIRE)) {
		witness_run_read(a);
		witness_run_rest(a, UINT64_MAX);
	}
	pthread_join(thread, NULL);
	return a->error;
}
