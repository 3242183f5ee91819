/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the comparison with the kernel share; nobody else includes
 * this.
 */
#ifndef TCPCLOSE_WITNESS_RUN_INTERNAL_H
#define TCPCLOSE_WITNESS_RUN_INTERNAL_H

#include <pthread.h>

#include "lib/source.h"
#include "witness/bpf.h"
#include "witness/bpf_match.h"
#include "witness/run.h"
#include "witness/totals.h"
#include "witness/trace.h"
#include "witness/trace_match.h"

/**
 * struct witness_run - one run
 * @options: what is wanted
 * @source: the stream
 * @trace: NULL: missing
 * @bpf: NULL: missing
 * @match: what the trace is compared with
 * @ledger: what BPF is compared with
 * @totals: what counters and tables are compared with
 * @outcome: the result
 * @enabled_ns: just before the trace was enabled
 * @missed: calls that the module's hooks had missed before
 * @told_ns: all before this CLOCK_MONOTONIC has been told
 * @aside: a thread attaches or detaches witnesses
 * @looking: a look at the kernel's tables is going on
 * @error: the first thing that went wrong, -errno, or 0
 * @explained: a person has been told of it
 */
struct witness_run {
	const struct witness_options *options;
	struct source *source;
	struct trace_witness *trace;
	struct bpf_witness *bpf;
	struct trace_match *match;
	struct bpf_match *ledger;
	struct totals *totals;
	struct outcome *outcome;
	uint64_t enabled_ns;
	uint64_t missed;
	uint64_t told_ns;
	bool aside;
	bool looking;
	int error;
	bool explained;
};

void witness_run_note_error(struct witness_run *a, int error);
void witness_run_hear_trace(void *ctx, const struct trace_event *e);
void witness_run_hear_bpf(void *ctx, const struct minisock_event *e);
int witness_run_read(struct witness_run *a);
void witness_run_rest(struct witness_run *a, uint64_t until_ns);
int witness_run_run_until(struct witness_run *a, uint64_t until_ns);
int witness_run_run_for(struct witness_run *a, uint64_t ns);
int witness_run_do_aside(struct witness_run *a, void *(*work)(void *));

#endif /* TCPCLOSE_WITNESS_RUN_INTERNAL_H */
