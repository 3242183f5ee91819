/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statistics as metrics, for systems that watch machines.
 */
#ifndef TCPCLOSE_VIEW_METRICS_H
#define TCPCLOSE_VIEW_METRICS_H

#include <stdio.h>

#include "base/buffer.h"
#include "lib/statistics.h"

/**
 * struct metrics_source - what the metrics are of
 * @statistics: what was counted
 * @module: the module's version
 * @tool: the tool's
 */
struct metrics_source {
	const struct statistics *statistics;
	const char *module;
	const char *tool;
};

void metrics_text(struct buffer *to, const struct metrics_source *source);
void metrics_reference(FILE *to);

#endif /* TCPCLOSE_VIEW_METRICS_H */
