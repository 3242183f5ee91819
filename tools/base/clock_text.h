/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time of day as text, made once a second.
 */
#ifndef TCPCLOSE_BASE_CLOCK_TEXT_H
#define TCPCLOSE_BASE_CLOCK_TEXT_H

#include <stdint.h>
#include <time.h>

/**
 * struct clock_text - the second that was written last
 * @second: since the epoch; -1: none yet
 * @text: HH:MM:SS, local time, no NUL
 */
struct clock_text {
	time_t second;
	char text[8];
};

#define CLOCK_TEXT_INIT { .second = -1 }

const char *clock_text(struct clock_text *c, uint64_t realtime_ns);

#endif /* TCPCLOSE_BASE_CLOCK_TEXT_H */
