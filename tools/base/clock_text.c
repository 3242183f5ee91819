// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time of day as text, made once a second.
 */
#include <string.h>

#include "base/clock.h"
#include "base/clock_text.h"
#include "base/format.h"

/**
 * clock_text() - the time of day, local time
 * @c: the second that was written last
 * @realtime_ns: nanoseconds since the epoch
 *
 * Return: 8 characters, HH:MM:SS, no NUL, valid until the next call
 */
const char *clock_text(struct clock_text *c, uint64_t realtime_ns)
{
	time_t second = (time_t)(realtime_ns / NS_PER_S);
	struct tm tm;
	char *p = c->text;

	if (second == c->second)
		return c->text;
	if (!localtime_r(&second, &tm))
		memset(&tm, 0, sizeof(tm));
	p = format_digits(p, (uint64_t)tm.tm_hour, 2);
	*p++ = ':';
	p = format_digits(p, (uint64_t)tm.tm_min, 2);
	*p++ = ':';
	format_digits(p, (uint64_t)tm.tm_sec, 2);
	c->second = second;
	return c->text;
}
