// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether local ports suffice, for a monitoring system.
 */
#include "view/ports_view.h"
#include "view/ports_words.h"

/**
 * ports_plugin_level() - the status
 * @p: the ports
 * @warning: so many percent in use are a warning
 * @critical: so many are critical
 */
enum plugin_level ports_plugin_level(const struct ports *p, uint64_t warning, uint64_t critical)
{
	const struct ports_destination *d;
	unsigned int percent = ports_worst(p, &d);

	/* A recording may not say how many ports there are. */
	if (d && !d->netns->range_known)
		return PLUGIN_UNKNOWN;
	return plugin_level(percent, warning, critical);
}

static void add_sums(struct plugin *line, const struct ports *p)
{
	uint64_t time_wait = 0, failed = 0, overflowed = 0;
	size_t i;

	for (i = 0; i < p->netns_count; i++) {
		time_wait += p->netns[i]->sum.counts[PORTS_TIME_WAIT];
		failed += p->netns[i]->sum.counts[PORTS_FAILED];
		overflowed += p->netns[i]->sum.counts[PORTS_OVERFLOWED];
	}
	plugin_value(line, "time_wait", time_wait, 0, 0);
	plugin_value(line, "failed", failed, 0, 0);
	plugin_value(line, "overflowed", overflowed, 0, 0);
}

/**
 * ports_plugin() - write the line
 * @to: where it goes
 * @p: the ports
 * @warning: as for ports_plugin_level()
 * @critical: likewise
 */
void ports_plugin(struct buffer *to, const struct ports *p, uint64_t warning, uint64_t critical)
{
	const struct ports_destination *d;
	unsigned int percent = ports_worst(p, &d);
	char text[PORTS_WORDS_MAX];
	struct plugin line;

	plugin_begin(&line, to, "PORTS", ports_plugin_level(p, warning, critical));
	ports_words_verdict(text, p);
	buffer_printf(to, "%s", text);
	plugin_value(&line, "percent", percent, warning, critical);
	plugin_value(&line, "ports", d ? d->taken : 0, 0, 0);
	add_sums(&line, p);
	plugin_end(&line);
}
