/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparisons with all witnesses, and what they add up to.
 */
#ifndef TCPCLOSE_WITNESS_OUTCOME_H
#define TCPCLOSE_WITNESS_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "sys/child.h"
#include "witness/comparison.h"

/**
 * enum witness - what the stream is compared with
 */
enum witness {
	WITNESS_TRACE,
	WITNESS_BPF,
	WITNESS_COUNTERS,
	WITNESS_BTF,
	WITNESSES,
};

/**
 * enum outcome_result - the result of all comparisons
 * @OUTCOME_AGREE: no difference from any witness that could be had
 * @OUTCOME_DIFFER: there is a difference that counts
 * @OUTCOME_INCOMPLETE: no difference that counts, but something was lost
 * @OUTCOME_NO_WITNESS: all witnesses of what happens are missing
 */
enum outcome_result {
	OUTCOME_AGREE,
	OUTCOME_DIFFER,
	OUTCOME_INCOMPLETE,
	OUTCOME_NO_WITNESS,
};

/**
 * struct outcome - the comparisons with all witnesses
 * @start_ns: begin of the time that is compared, CLOCK_MONOTONIC
 * @end_ns: its end
 * @start_realtime_ns: begin, since the epoch
 * @end_realtime_ns: end, since the epoch
 * @records: transitions in the stream
 * @lost: records that were lost
 * @openings: the opening of connections was recorded, too (scope=all)
 * @incomplete: why differences do not count; empty: they do
 * @command: command that was run, NULL: none
 * @command_status: how it ended, as of waitpid()
 * @witnesses: comparison with each
 */
struct outcome {
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t start_realtime_ns;
	uint64_t end_realtime_ns;
	uint64_t records;
	uint64_t lost;
	bool openings;
	struct error incomplete;
	char *const *command;
	int command_status;
	struct comparison witnesses[WITNESSES];
};

void outcome_init(struct outcome *o);
enum outcome_result outcome_result(const struct outcome *o);
bool outcome_counts(const struct outcome *o, enum witness which);
uint64_t outcome_differences(const struct outcome *o);
unsigned int outcome_missing(const struct outcome *o);
unsigned int outcome_comparisons(const struct outcome *o);
const char *outcome_command_end(const struct outcome *o, char text[CHILD_TEXT]);

#endif /* TCPCLOSE_WITNESS_OUTCOME_H */
