// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time of day as text, made once a second: local time for people, UTC for
 * programs.
 */
#include <string.h>

#include "base/clock.h"
#include "base/clock_text.h"
#include "base/format.h"

static char *add_time(char *p, const struct tm *tm)
{
	p = format_digits(p, (uint64_t)tm->tm_hour, 2);
	*p++ = ':';
	p = format_digits(p, (uint64_t)tm->tm_min, 2);
	*p++ = ':';
	return format_digits(p, (uint64_t)tm->tm_sec, 2);
}

/**
 * clock_text() - the time of day, local time; and its date
 * @c: the second that was written last; @c->date is that of the result
 * @realtime_ns: nanoseconds since the epoch
 *
 * Return: 8 characters, HH:MM:SS, no NUL, valid until the next call
 */
const char *clock_text(struct clock_text *c, uint64_t realtime_ns)
{
	time_t second = (time_t)(realtime_ns / NS_PER_S);
	struct tm tm;

	if (second == c->second)
		return c->text;
	if (!localtime_r(&second, &tm))
		memset(&tm, 0, sizeof(tm));
	add_time(c->text, &tm);
	if (!strftime(c->date, sizeof(c->date), "%Y-%m-%d %z", &tm))
		c->date[0] = '\0';
	c->second = second;
	return c->text;
}

/**
 * clock_dated() - date and time of day, local time, with microseconds
 * @p: room for %CLOCK_DATED_MAX characters; no NUL is written
 * @c: the second that was written last
 * @realtime_ns: nanoseconds since the epoch
 *
 * Return: the place behind it
 */
char *clock_dated(char *p, struct clock_text *c, uint64_t realtime_ns)
{
	const char *text = clock_text(c, realtime_ns);

	/* Without the offset from UTC. */
	p = format_bytes(p, c->date, strcspn(c->date, " "));
	*p++ = ' ';
	p = format_bytes(p, text, sizeof(c->text));
	*p++ = '.';
	return format_micros(p, realtime_ns % NS_PER_S / NS_PER_US);
}

/**
 * clock_rfc3339() - a moment as RFC 3339 has it, UTC, with nanoseconds
 * @text: result
 * @c: the second that was written last
 * @realtime_ns: nanoseconds since the epoch
 */
void clock_rfc3339(char text[CLOCK_RFC3339_SIZE], struct clock_utc *c,
		   uint64_t realtime_ns)
{
	time_t second = (time_t)(realtime_ns / NS_PER_S);
	struct tm tm;
	char *p = c->text;

	if (second != c->second) {
		/* 64 bits of nanoseconds end in the year 2554. */
		gmtime_r(&second, &tm);
		p = format_digits(p, (uint64_t)tm.tm_year + 1900, 4);
		*p++ = '-';
		p = format_digits(p, (uint64_t)tm.tm_mon + 1, 2);
		*p++ = '-';
		p = format_digits(p, (uint64_t)tm.tm_mday, 2);
		*p++ = 'T';
		add_time(p, &tm);
		c->second = second;
	}
	p = format_bytes(text, c->text, sizeof(c->text));
	*p++ = '.';
	p = format_digits(p, realtime_ns % NS_PER_S, 9);
	*p++ = 'Z';
	*p = '\0';
}
