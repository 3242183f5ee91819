// SPDX-License-Identifier: GPL-2.0-only
/*
 * Complaints to the person who runs the program, on standard error.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/complain.h"

static char latest[1024];

/**
 * complain() - say what is wrong, on standard error
 * @format: as for printf(), no newline; says what to do next
 */
void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(latest, sizeof(latest), format, args);
	va_end(args);
	/* One call, so that lines of several processes do not mix. */
	fprintf(stderr, "%s: %s\n", PROGRAM_NAME, latest);
}

/**
 * complain_latest() - the latest complaint
 *
 * Return: its text; empty: there was none
 */
const char *complain_latest(void)
{
	return latest;
}

/**
 * complain_output() - complain if standard output could not be written
 * @error: negative errno of the write, or 0
 *
 * -EPIPE is no failure: the reader has seen enough.
 *
 * Return: @error, or 0 if it is no failure
 */
int complain_output(int error)
{
	if (!error || error == -EPIPE)
		return 0;
	complain("standard output: %s", strerror(-error));
	return error;
}
