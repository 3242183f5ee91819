/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time of day as text, made once a second: local time for people, UTC for
 * programs.
 */
#ifndef TCPCLOSE_BASE_CLOCK_TEXT_H
#define TCPCLOSE_BASE_CLOCK_TEXT_H

#include <stdint.h>
#include <time.h>

/* A time with its date: "2026-01-02 03:04:05.000001" */
#define CLOCK_DATED_MAX 32
/* "2026-01-02T03:04:05.000001000Z", and a NUL */
#define CLOCK_RFC3339_SIZE 31

/**
 * struct clock_text - the second that was written last
 * @second: since the epoch; -1: none yet
 * @text: HH:MM:SS, local time, no NUL
 * @date: YYYY-MM-DD, and the offset from UTC; NUL-terminated
 */
struct clock_text {
	time_t second;
	char text[8];
	char date[24];
};

/**
 * struct clock_utc - likewise in UTC
 * @second: since the epoch; -1: none yet
 * @text: as RFC 3339 has it, up to the seconds, no NUL
 */
struct clock_utc {
	time_t second;
	char text[19];
};

#define CLOCK_TEXT_INIT { .second = -1 }
#define CLOCK_UTC_INIT { .second = -1 }

const char *clock_text(struct clock_text *c, uint64_t realtime_ns);
char *clock_dated(char *p, struct clock_text *c, uint64_t realtime_ns);
void clock_rfc3339(char text[CLOCK_RFC3339_SIZE], struct clock_utc *c,
		   uint64_t realtime_ns);

#endif /* TCPCLOSE_BASE_CLOCK_TEXT_H */
