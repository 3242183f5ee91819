// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why something failed and what to do about it.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

/**
 * error_set() - explain an error
 * @why: where the explanation goes
 * @error: -errno
 * @format: as for printf()
 *
 * Return: @error
 */
int error_set(struct error *why, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return error;
}
