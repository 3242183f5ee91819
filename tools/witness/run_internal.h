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
 * struct against - one run
 * @tool: the run of the tool
 * @options: what is wanted
 * @source: the stream
 * @trace: NULL: missing
 * @bpf: NULL: missing
 * @pairing: what the trace is compared with
 * @ledger: what BPF is compared with
 * @accounts: what counters and tables are compared with
 * @hearing: the result
 * @enabled_ns: just before the trace was enabled
 * @missed: calls that the module's hooks had missed before
 * @told_ns: all before this CLOCK_MONOTONIC has been told
 * @aside: a thread attaches or detaches witnesses
 * @looking: a look at the kernel's tables is going on
 * @error: the first thing that went wrong, -errno, or 0
 * @explained: a person has been told of it
 */
struct against {
	const struct tool *tool;
	const struct against_options *options;
	struct source *source;
	struct trace_witness *trace;
	struct bpf_witness *bpf;
	struct pairing *pairing;
	struct ledger *ledger;
	struct accounts *accounts;
	struct hearing *hearing;
	uint64_t enabled_ns;
	uint64_t missed;
	uint64_t told_ns;
	bool aside;
	bool looking;
	int error;
	bool explained;
};

void against_note_error(struct against *a, int error);
void against_hear_trace(void *ctx, const struct trace_event *e);
void against_hear_bpf(void *ctx, const struct minisock_event *e);
int against_read(struct against *a);
void against_rest(struct against *a, uint64_t until_ns);
int against_run_until(struct against *a, uint64_t until_ns);
int against_run_for(struct against *a, uint64_t ns);
int against_do_aside(struct against *a, void *(*work)(void *));

#endif /* TCPCLOSE_WITNESS_RUN_INTERNAL_H */
