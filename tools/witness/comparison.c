// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one witness says.
 */
#include <stdarg.h>
#include <stdio.h>

#include "witness/comparison.h"

/**
 * comparison_compare() - add a number
 * @t: whose
 * @c: the number as both have it
 */
void comparison_compare(struct comparison *t, const struct comparison_row *c)
{
	if (t->row_count < COMPARISON_ROWS)
		t->rows[t->row_count++] = *c;
}

/**
 * comparison_detail() - put a difference into words
 * @t: whose
 * @format: as for printf(); only the first %COMPARISON_DETAILS are kept
 */
void comparison_detail(struct comparison *t, const char *format, ...)
{
	struct error *detail;
	va_list args;

	if (t->detail_count++ >= COMPARISON_DETAILS)
		return;
	detail = &t->details[t->detail_count - 1];
	va_start(args, format);
	vsnprintf(detail->text, sizeof(detail->text), format, args);
	va_end(args);
}

/**
 * comparison_differences() - the sum over everything that was compared
 * @t: whose
 */
uint64_t comparison_differences(const struct comparison *t)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < t->row_count; i++)
		sum += t->rows[i].difference;
	return sum;
}
