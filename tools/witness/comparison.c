// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the comparison with one witness found.
 */
#include <stdarg.h>
#include <stdio.h>

#include "witness/comparison.h"

/**
 * comparison_add_row() - add a number
 * @c: the comparison
 * @row: the number on both sides
 */
void comparison_add_row(struct comparison *c, const struct comparison_row *row)
{
	if (c->row_count < COMPARISON_ROWS)
		c->rows[c->row_count++] = *row;
}

/**
 * comparison_add_detail() - describe a difference
 * @c: the comparison
 * @format: as for printf(); only the first %COMPARISON_DETAILS are kept
 */
void comparison_add_detail(struct comparison *c, const char *format, ...)
{
	struct error *detail;
	va_list args;

	if (c->detail_count++ >= COMPARISON_DETAILS)
		return;
	detail = &c->details[c->detail_count - 1];
	va_start(args, format);
	vsnprintf(detail->text, sizeof(detail->text), format, args);
	va_end(args);
}

/**
 * comparison_differences() - the sum over all rows
 * @c: the comparison
 */
uint64_t comparison_differences(const struct comparison *c)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < c->row_count; i++)
		sum += c->rows[i].difference;
	return sum;
}
