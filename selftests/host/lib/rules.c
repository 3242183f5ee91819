// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the tables of Documentation/isolation.rst, from lib/rules.c.
 */
#include <stdio.h>
#include <string.h>

#include "lib/rules.h"

static void line(char fill, const int *widths, int columns)
{
	int i, j;

	for (i = 0; i < columns; i++) {
		for (j = 0; j < widths[i]; j++)
			putchar(fill);
		fputs(i + 1 < columns ? "  " : "\n", stdout);
	}
}

/* A result with the page's markup: errors are code */
static const char *marked(const char *answer)
{
	static char text[2][32];
	static int turn;

	if (*answer < 'A' || *answer > 'Z')
		return answer;
	turn = !turn;
	snprintf(text[turn], sizeof(text[turn]), "``%s``", answer);
	return text[turn];
}

static void viewers(void)
{
	static const int widths[] = { 8, 14, 17, 13, 10, 10 };
	unsigned int i;

	puts("\nWhich users can open the device, and what the file then shows:\n");
	line('=', widths, 6);
	puts("User      User namespace  Network namespace  CAP_NET_ADMIN  Mode 0600   Mode 0666");
	line('=', widths, 6);
	for (i = 0; i < RULES_VIEWERS; i++) {
		const struct rules_viewer *viewer = &rules_viewers[i];

		printf("%-8s  %-14s  %-17s  %-13s  %-10s  %s\n",
		       viewer->root ? "root" : "ordinary",
		       viewer->confined ? "own" : "initial",
		       rules_netns_name(viewer), viewer->capable ? "yes" : "no",
		       marked(viewer->closed), marked(viewer->opened));
	}
	line('=', widths, 6);
}

static void operations(void)
{
	static const int widths[] = { 28, 17, 17 };
	int i;

	puts("\nWhich calls succeed on the file, depending on what it shows:\n");
	line('=', widths, 3);
	puts("Call                          The whole machine  Own namespace");
	line('=', widths, 3);
	for (i = 0; i < RULES_OPERATIONS; i++)
		printf("%-28s  %-17s  %s\n", rules_operations[i].name,
		       marked(rules_operations[i].all),
		       marked(rules_operations[i].own));
	line('=', widths, 3);
}

int main(void)
{
	viewers();
	operations();
	putchar('\n');
	return 0;
}
