/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An answer for a monitoring system: one line, performance data and an exit status, as
 * the guidelines of monitoring plugins have them.
 */
#ifndef TCPCLOSE_VIEW_PLUGIN_H
#define TCPCLOSE_VIEW_PLUGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/**
 * enum plugin_level - statuses; their numbers are the exit statuses
 * @PLUGIN_OK: all is well
 * @PLUGIN_WARNING: look at it
 * @PLUGIN_CRITICAL: act
 * @PLUGIN_UNKNOWN: it could not be found out
 */
enum plugin_level {
	PLUGIN_OK,
	PLUGIN_WARNING,
	PLUGIN_CRITICAL,
	PLUGIN_UNKNOWN,
};

/**
 * struct plugin - a line being written
 * @to: where it goes
 * @values: performance data has begun
 */
struct plugin {
	struct buffer *to;
	bool values;
};

static inline enum plugin_level plugin_level(uint64_t value, uint64_t warning,
					     uint64_t critical)
{
	return value >= critical ? PLUGIN_CRITICAL :
	       value >= warning	 ? PLUGIN_WARNING :
				   PLUGIN_OK;
}

void plugin_begin(struct plugin *p, struct buffer *to, const char *name,
		  enum plugin_level level);
void plugin_value(struct plugin *p, const char *label, uint64_t value, uint64_t warning,
		  uint64_t critical);
void plugin_end(struct plugin *p);

#endif /* TCPCLOSE_VIEW_PLUGIN_H */
