/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statistics for people and for programs.
 */
#ifndef TCPCLOSE_VIEW_STAT_H
#define TCPCLOSE_VIEW_STAT_H

#include "base/buffer.h"
#include "base/view.h"
#include "lib/statistics.h"

/* Percentiles that are shown. */
#define STAT_MEDIAN 50
#define STAT_HIGH 99

/**
 * struct stat_report - what is shown
 * @now: the statistics
 * @before: those of the report before, for rates; NULL: there was none. JSON
 *	leaves rates to its reader
 */
struct stat_report {
	const struct statistics *now;
	const struct statistics *before;
};

void stat_json(const struct view *how, struct buffer *to,
	       const struct stat_report *report);
void stat_text(const struct view *how, struct buffer *to,
	       const struct stat_report *report);

static inline void stat_write(const struct view *how, struct buffer *to,
			      const struct stat_report *report)
{
	if (how->json)
		stat_json(how, to, report);
	else
		stat_text(how, to, report);
}

#endif /* TCPCLOSE_VIEW_STAT_H */
