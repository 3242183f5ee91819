// SPDX-License-Identifier: GPL-2.0-only
/*
 * An answer for a monitoring system.
 */
#include "view/plugin.h"

/**
 * plugin_begin() - begin the line; text follows
 * @p: the line
 * @to: where it goes
 * @name: what was looked at
 * @level: the status
 */
void plugin_begin(struct plugin *p, struct buffer *to, const char *name,
		  enum plugin_level level)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	p->to = to;
	p->values = false;
	buffer_printf(to, "%s %s - ", name, names[level]);
}

/**
 * plugin_value() - add performance data; no text may follow
 * @p: the line
 * @label: its name
 * @value: the number
 * @warning: from here on it is a warning; 0: this number decides nothing
 * @critical: from here on it is critical
 */
void plugin_value(struct plugin *p, const char *label, uint64_t value, uint64_t warning,
		  uint64_t critical)
{
	buffer_printf(p->to, "%s%s=%llu", p->values ? " " : " | ", label,
		      (unsigned long long)value);
	/* A range "N" alerts above N: at N the value is still inside. */
	if (warning)
		buffer_printf(p->to, ";%llu;%llu", (unsigned long long)warning - 1,
			      (unsigned long long)critical - 1);
	p->values = true;
}

/**
 * plugin_end() - end the line
 * @p: the line
 */
void plugin_end(struct plugin *p)
{
	buffer_printf(p->to, "\n");
}
