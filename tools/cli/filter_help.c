// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reference of filters, printed from the table by which they are read.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/filter_help.h"
#include "lib/filter_words.h"

#define WIDTH 80
#define INDENT 24

/* The names that a word may have as values, in lines of 80 characters. */
static void print_names(const struct filter_word *word)
{
	int column = 0;
	unsigned int i;

	for (i = 0; i < word->names; i++) {
		const char *name = word->name_of(i);

		if (!name)
			continue;
		if (!column || column + 1 + (int)strlen(name) > WIDTH) {
			printf("%s%*s", column ? "\n" : "", INDENT, "");
			column = INDENT;
		}
		column += printf(" %s", name);
	}
	printf("\n");
}

/**
 * filter_help_print() - print the reference
 *
 * Return: an exit status
 */
int filter_help_print(void)
{
	const struct filter_word *word;
	unsigned int i;

	printf("A filter is words with values: an event has to match all of them.\n\n"
	       "  WORD:VALUE[,VALUE]...  one of the values\n"
	       "  WORD<VALUE  <=  >  >=  words with a time, bytes or a number (N) only\n"
	       "  not FILTER             the opposite\n"
	       "  FILTER or FILTER       either\n"
	       "  (FILTER FILTER)        to say what belongs together\n\n"
	       "What is not known matches no value. The shell needs quotes for < > ( ) * !\n\n");
	for (i = 0; (word = filter_word_at(i)); i++) {
		char left[40];

		snprintf(left, sizeof(left), "%s:%s", word->name, word->value);
		printf("  %-22s %s\n", left, word->help);
		if (!word->name_of || word->names > 64)
			continue;
		print_names(word);
	}
	return command_flush();
}
