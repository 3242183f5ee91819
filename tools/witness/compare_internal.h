/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What run.c and loop.c share; no other file includes this.
 */
#ifndef TCPCLOSE_WITNESS_COMPARE_INTERNAL_H
#define TCPCLOSE_WITNESS_COMPARE_INTERNAL_H

#include <pthread.h>

#include "lib/decoder.h"
#include "lib/intake.h"
#include "lib/source.h"
#include "sys/descriptors.h"
#include "witness/bpf.h"
#include "witness/bpf_match.h"
#include "witness/compare.h"
#include "witness/totals.h"
#include "witness/trace.h"
#include "witness/trace_match.h"

/**
 * struct compare - one comparison
 * @options: what to compare
 * @source: the stream
 * @decoder: makes events of its records
 * @trace: NULL: missing
 * @bpf: NULL: missing
 * @open_trace: as @trace, but does not become NULL if it proves to be missing: the
 *	thread of the intake may be reading it
 * @open_bpf: likewise
 * @intake: moves all that is read to memory; set by its thread, for its thread
 * @collect_error: first error of moving what witnesses deliver, likewise
 * @trace_match: compares @trace with the stream
 * @bpf_match: compares @bpf with the stream
 * @totals: compares counters and tables with the stream
 * @outcome: the result
 * @descriptors: how many files the command may have open
 * @enabled_ns: CLOCK_MONOTONIC just before the trace was enabled
 * @has_rsts: the module records RSTs, and MPTCP sessions (minor version 1)
 * @rsts_unknown: RSTs without a record, or that may not have been sent, before
 * @drops_unknown: drops by listeners without a record, before
 * @read_ns: all records before this CLOCK_MONOTONIC were read
 * @thread_runs: a thread attaches or detaches witnesses
 * @in_snapshot: a thread reads the kernel's counters and tables
 * @error: the first error, -errno, or 0
 * @is_reported: standard error has it already
 */
struct compare {
	const struct witness_options *options;
	struct source *source;
	struct decoder decoder;
	struct trace_witness *trace;
	struct bpf_witness *bpf;
	struct trace_witness *open_trace;
	struct bpf_witness *open_bpf;
	struct intake *intake;
	int collect_error;
	struct trace_match *trace_match;
	struct bpf_match *bpf_match;
	struct totals *totals;
	struct outcome *outcome;
	rlim_t descriptors;
	uint64_t enabled_ns;
	bool has_rsts;
	uint64_t rsts_unknown;
	uint64_t drops_unknown;
	uint64_t read_ns;
	bool thread_runs;
	bool in_snapshot;
	int error;
	bool is_reported;
};

void compare_note_error(struct compare *run, int error);
void compare_move_trace_event(void *ctx, const struct trace_event *e);
void compare_move_bpf_event(void *ctx, const struct minisock_event *e);
int compare_collect(struct compare *run);
int compare_conclude(struct compare *run);
int compare_read(struct compare *run);
void compare_pause(struct compare *run, uint64_t until_ns);
int compare_wait_until(struct compare *run, uint64_t until_ns);
int compare_wait_for(struct compare *run, uint64_t ns);
int compare_in_thread(struct compare *run, void *(*work)(void *));

#endif /* TCPCLOSE_WITNESS_COMPARE_INTERNAL_H */
