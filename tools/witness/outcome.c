// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all witnesses say together.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "witness/outcome.h"

/**
 * hearing_init() - begin with nothing said
 * @h: the hearing
 */
void hearing_init(struct hearing *h)
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
 * hearing_differences() - the sum of all witnesses
 * @h: the hearing
 */
uint64_t hearing_differences(const struct hearing *h)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < WITNESSES; i++)
		sum += testimony_differences(&h->witnesses[i]);
	return sum;
}

/**
 * hearing_missing() - how many witnesses say nothing
 * @h: the hearing
 */
unsigned int hearing_missing(const struct hearing *h)
{
	unsigned int count = 0;
	int i;

	for (i = 0; i < WITNESSES; i++)
		count += testimony_is_missing(&h->witnesses[i]);
	return count;
}

/**
 * hearing_comparisons() - how many numbers were compared
 * @h: the hearing
 */
unsigned int hearing_comparisons(const struct hearing *h)
{
	unsigned int count = 0;
	int i;

	for (i = 0; i < WITNESSES; i++)
		count += h->witnesses[i].row_count;
	return count;
}

/**
 * hearing_result() - what comes out
 * @h: the hearing
 *
 * A difference beside a loss may come from it. One that a complete witness saw,
 * with all records there, is one.
 */
enum hearing_result hearing_result(const struct hearing *h)
{
	bool incomplete = h->incomplete.text[0];
	bool differ = false;
	int i;

	for (i = 0; i < WITNESSES; i++) {
		const struct testimony *t = &h->witnesses[i];

		if (testimony_is_incomplete(t))
			incomplete = true;
		else if (testimony_differences(t) && !h->incomplete.text[0])
			differ = true;
	}
	/* The states' names are what they are, whatever was lost. */
	if (testimony_differences(&h->witnesses[WITNESS_BTF]))
		differ = true;
	if (differ)
		return HEARING_DIFFER;
	if (!hearing_comparisons(h))
		return HEARING_NOBODY;
	return incomplete ? HEARING_INCOMPLETE : HEARING_AGREE;
}

/**
 * hearing_command_end() - how the command ended, in words
 * @h: the hearing
 * @text: room for it
 *
 * Return: @text
 */
const char *hearing_command_end(const struct hearing *h, char text[64])
{
	int status = h->command_status;

	if (WIFSIGNALED(status))
		snprintf(text, 64, "killed by signal %d", WTERMSIG(status));
	else
		snprintf(text, 64, "exit status %d", WEXITSTATUS(status));
	return text;
}
