// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one witness says.
 */
#include <stdarg.h>
#include <stdio.h>

#include "witness/comparison.h"

/**
 * testimony_compare() - add a number
 * @t: whose
 * @c: the number as both have it
 */
void testimony_compare(struct testimony *t, const struct comparison *c)
{
	if (t->row_count < TESTIMONY_ROWS)
		t->rows[t->row_count++] = *c;
}

/**
 * testimony_detail() - put a difference into words
 * @t: whose
 * @format: as for printf(); only the first %TESTIMONY_DETAILS are kept
 */
void testimony_detail(struct testimony *t, const char *format, ...)
{
	struct reason *detail;
	va_list args;

	if (t->detail_count++ >= TESTIMONY_DETAILS)
		return;
	detail = &t->details[t->detail_count - 1];
	va_start(args, format);
	vsnprintf(detail->text, sizeof(detail->text), format, args);
	va_end(args);
}

/**
 * testimony_differences() - the sum over everything that was compared
 * @t: whose
 */
uint64_t testimony_differences(const struct testimony *t)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < t->row_count; i++)
		sum += t->rows[i].difference;
	return sum;
}
