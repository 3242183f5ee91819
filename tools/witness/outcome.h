/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all witnesses say together: the verdict, for people and for programs.
 */
#ifndef TCPCLOSE_WITNESS_OUTCOME_H
#define TCPCLOSE_WITNESS_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "witness/comparison.h"

/**
 * enum witness - who is asked
 */
enum witness {
	WITNESS_TRACE,
	WITNESS_BPF,
	WITNESS_COUNTERS,
	WITNESS_BTF,
	WITNESSES,
};

/**
 * enum outcome_result - what comes out
 * @OUTCOME_AGREE: no difference in all that could be asked
 * @OUTCOME_DIFFER: there is one
 * @OUTCOME_INCOMPLETE: none, but somebody has lost something
 * @OUTCOME_NOBODY: nobody could be asked
 */
enum outcome_result {
	OUTCOME_AGREE,
	OUTCOME_DIFFER,
	OUTCOME_INCOMPLETE,
	OUTCOME_NOBODY,
};

/**
 * struct outcome - what all witnesses say
 * @start_ns: CLOCK_MONOTONIC when the time that counts began
 * @end_ns: when it ended
 * @records: transitions that tcpclose told in all
 * @lost: records that were lost
 * @openings: connections that come about were recorded, too (scope=all)
 * @incomplete: why nothing counts; empty: it does
 * @command: what was run, NULL: nothing
 * @command_status: how it ended, as of waitpid()
 * @witnesses: what each says
 */
struct outcome {
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t records;
	uint64_t lost;
	bool openings;
	struct error incomplete;
	char *const *command;
	int command_status;
	struct comparison witnesses[WITNESSES];
};

void outcome_init(struct outcome *h);
enum outcome_result outcome_result(const struct outcome *h);
uint64_t outcome_differences(const struct outcome *h);
unsigned int outcome_missing(const struct outcome *h);
unsigned int outcome_comparisons(const struct outcome *h);
const char *outcome_command_end(const struct outcome *h, char text[64]);

void outcome_text(const struct outcome *h, bool utf8, bool colour,
		  struct buffer *to);
void outcome_json(const struct outcome *h, struct buffer *to);

#endif /* TCPCLOSE_WITNESS_OUTCOME_H */
