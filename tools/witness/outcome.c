// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all witnesses say together.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "witness/outcome.h"

/**
 * outcome_init() - begin with nothing said
 * @h: the outcome
 */
void outcome_init(struct outcome *h)
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

	memset(h, 0, sizeof(*h));
	for (i = 0; i < WITNESSES; i++) {
		h->witnesses[i].witness = witnesses[i].name;
		h->witnesses[i].source = witnesses[i].source;
	}
}

/**
 * outcome_differences() - the sum of all witnesses
 * @h: the outcome
 */
uint64_t outcome_differences(const struct outcome *h)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < WITNESSES; i++)
		sum += comparison_differences(&h->witnesses[i]);
	return sum;
}

/**
 * outcome_missing() - how many witnesses say nothing
 * @h: the outcome
 */
unsigned int outcome_missing(const struct outcome *h)
{
	unsigned int count = 0;
	int i;

	for (i = 0; i < WITNESSES; i++)
		count += comparison_is_missing(&h->witnesses[i]);
	return count;
}

/**
 * outcome_comparisons() - how many numbers were compared
 * @h: the outcome
 */
unsigned int outcome_comparisons(const struct outcome *h)
{
	unsigned int count = 0;
	int i;

	for (i = 0; i < WITNESSES; i++)
		count += h->witnesses[i].row_count;
	return count;
}

/**
 * outcome_result() - what comes out
 * @h: the outcome
 *
 * A difference beside a loss may come from it. One that a complete witness saw,
 * with all records there, is one.
 */
enum outcome_result outcome_result(const struct outcome *h)
{
	bool incomplete = h->incomplete.text[0];
	bool differ = false;
	int i;

	for (i = 0; i < WITNESSES; i++) {
		const struct comparison *t = &h->witnesses[i];

		if (comparison_is_incomplete(t))
			incomplete = true;
		else if (comparison_differences(t) && !h->incomplete.text[0])
			differ = true;
	}
	/* The states' names are what they are, whatever was lost. */
	if (comparison_differences(&h->witnesses[WITNESS_BTF]))
		differ = true;
	if (differ)
		return OUTCOME_DIFFER;
	if (!outcome_comparisons(h))
		return OUTCOME_NOBODY;
	return incomplete ? OUTCOME_INCOMPLETE : OUTCOME_AGREE;
}

/**
 * outcome_command_end() - how the command ended, in words
 * @h: the outcome
 * @text: room for it
 *
 * Return: @text
 */
const char *outcome_command_end(const struct outcome *h, char text[64])
{
	int status = h->command_status;

	if (WIFSIGNALED(status))
		snprintf(text, 64, "killed by signal %d", WTERMSIG(status));
	else
		snprintf(text, 64, "exit status %d", WEXITSTATUS(status));
	return text;
}
