// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reference of what why may find, made from the table of thresholds.
 */
#include <stdio.h>

#include "answer/thresholds.h"
#include "base/clock.h"
#include "cli/command.h"
#include "cmd/findings_help.h"

static void print_number(uint64_t number, const char *unit)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu%s", (unsigned long long)number, unit);
	printf(" %8s", number ? text : "-");
}

/**
 * findings_help_print() - print the reference
 *
 * Return: an exit status
 */
int findings_help_print(void)
{
	unsigned int id;

	printf("FINDING               WARNING    SHARE CRITICAL    AFTER\n");
	for (id = 0; id < DIAGNOSES; id++) {
		const struct threshold *t = &thresholds[id];

		printf("%-20s", t->name);
		print_number(t->warning, "");
		print_number(t->share, "%");
		print_number(t->critical, "");
		print_number(t->after_ns / NS_PER_S, "s");
		printf("\n");
	}
	return command_flush();
}
