/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statistics for people and for programs.
 */
#ifndef TCPCLOSE_VIEW_STAT_H
#define TCPCLOSE_VIEW_STAT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "lib/statistics.h"

/* Percentiles that are shown. */
#define STAT_MEDIAN 50
#define STAT_HIGH 99

/**
 * struct report - how statistics are shown
 * @json: as JSON, else as text
 * @utf8: the terminal shows more than ASCII
 * @colour: it shows colours
 */
struct report {
	bool json;
	bool utf8;
	bool colour;
};

void report_json(struct buffer *to, const struct statistics *s);
void report_text(const struct report *r, struct buffer *to,
		 const struct statistics *now, const struct statistics *before);

/* @before: the report before, for the rates that JSON leaves to its reader. */
static inline void report_write(const struct report *r, struct buffer *to,
				const struct statistics *now,
				const struct statistics *before)
{
	if (r->json)
		report_json(to, now);
	else
		report_text(r, to, now, before);
}

#endif /* TCPCLOSE_VIEW_STAT_H */
