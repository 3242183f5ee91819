// SPDX-License-Identifier: GPL-2.0-only
/*
 * The comparisons with all witnesses, and what they add up to.
 */
#include <stdio.h>
#include <string.h>

#include "witness/outcome.h"

/**
 * outcome_init() - begin with nothing compared
 * @o: the outcome
 */
void outcome_init(struct outcome *o)
{
	static const struct {
		const char *name;
		const char *source;
	} witnesses[WITNESSES] = {
		[WITNESS_TRACE] = { "trace", "sock:inet_sock_set_state in tracefs" },
		[WITNESS_BPF] = { "bpf", "BPF programs at other functions" },
		[WITNESS_COUNTERS] = { "counters",
				       "netstat, snmp, sockstat and sock_diag" },
		[WITNESS_BTF] = { "btf", "type information of the kernel" },
	};
	int i;

	memset(o, 0, sizeof(*o));
	for (i = 0; i < WITNESSES; i++) {
		o->witnesses[i].witness = witnesses[i].name;
		o->witnesses[i].source = witnesses[i].source;
	}
}

/**
 * outcome_counts() - whether a witness's differences prove anything
 * @o: the outcome
 * @which: the witness
 *
 * Only if neither the witness nor the stream lost anything: otherwise the loss may
 * explain them. Names and numbers of states do not depend on what was lost.
 */
bool outcome_counts(const struct outcome *o, enum witness which)
{
	return !comparison_is_incomplete(&o->witnesses[which]) &&
	       (which == WITNESS_BTF || !o->incomplete.text[0]);
}

/**
 * outcome_differences() - the sum over all witnesses whose differences count
 * @o: the outcome
 */
uint64_t outcome_differences(const struct outcome *o)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < WITNESSES; i++)
		if (outcome_counts(o, i))
			sum += comparison_differences(&o->witnesses[i]);
	return sum;
}

/**
 * outcome_missing() - how many witnesses are missing
 * @o: the outcome
 */
unsigned int outcome_missing(const struct outcome *o)
{
	unsigned int count = 0;
	int i;

	for (i = 0; i < WITNESSES; i++)
		count += comparison_is_missing(&o->witnesses[i]);
	return count;
}

/**
 * outcome_comparisons() - how many numbers were compared
 * @o: the outcome
 */
unsigned int outcome_comparisons(const struct outcome *o)
{
	unsigned int count = 0;
	int i;

	for (i = 0; i < WITNESSES; i++)
		count += o->witnesses[i].row_count;
	return count;
}

/* Names and numbers of states alone show nothing of what was recorded. */
static bool has_witness_of_records(const struct outcome *o)
{
	int i;

	for (i = 0; i < WITNESSES; i++)
		if (i != WITNESS_BTF && o->witnesses[i].row_count)
			return true;
	return false;
}

/**
 * outcome_result() - the result of all comparisons
 * @o: the outcome
 */
enum outcome_result outcome_result(const struct outcome *o)
{
	bool incomplete = o->incomplete.text[0];
	int i;

	for (i = 0; i < WITNESSES; i++)
		if (comparison_is_incomplete(&o->witnesses[i]))
			incomplete = true;
	if (outcome_differences(o))
		return OUTCOME_DIFFER;
	if (!has_witness_of_records(o))
		return OUTCOME_NO_WITNESS;
	return incomplete ? OUTCOME_INCOMPLETE : OUTCOME_AGREE;
}

/**
 * outcome_command_end() - how the command ended, as text
 * @o: the outcome
 * @text: room for it
 *
 * Return: @text
 */
const char *outcome_command_end(const struct outcome *o, char text[CHILD_TEXT])
{
	return child_describe(o->command_status, text);
}
