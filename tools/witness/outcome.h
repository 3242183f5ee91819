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
 * enum hearing_result - what comes out
 * @HEARING_AGREE: no difference in all that could be asked
 * @HEARING_DIFFER: there is one
 * @HEARING_INCOMPLETE: none, but somebody has lost something
 * @HEARING_NOBODY: nobody could be asked
 */
enum hearing_result {
	HEARING_AGREE,
	HEARING_DIFFER,
	HEARING_INCOMPLETE,
	HEARING_NOBODY,
};

/**
 * struct hearing - what all witnesses say
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
struct hearing {
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t records;
	uint64_t lost;
	bool openings;
	struct reason incomplete;
	char *const *command;
	int command_status;
	struct testimony witnesses[WITNESSES];
};

void hearing_init(struct hearing *h);
enum hearing_result hearing_result(const struct hearing *h);
uint64_t hearing_differences(const struct hearing *h);
unsigned int hearing_missing(const struct hearing *h);
unsigned int hearing_comparisons(const struct hearing *h);
const char *hearing_command_end(const struct hearing *h, char text[64]);

void hearing_text(const struct hearing *h, bool utf8, bool colour,
		  struct buffer *to);
void hearing_json(const struct hearing *h, struct buffer *to);

#endif /* TCPCLOSE_WITNESS_OUTCOME_H */
