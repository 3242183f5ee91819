// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sums of connections, for people.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/histogram.h"
#include "lib/names.h"
#include "view/conns_view.h"

static void add_percentiles(struct columns *c, const struct tcpclose_histogram *h)
{
	columns_duration(c, h->count, histogram_percentile(h, 50));
	columns_duration(c, h->count, histogram_percentile(h, 99));
}

static void add_size(struct columns *c, uint64_t bytes)
{
	char text[FORMAT_SIZE_MAX + 1];

	*format_size(text, bytes) = '\0';
	columns_text(c, text);
}

/* The most frequent first. */
static void add_causes(struct columns *c, const struct group *group)
{
	char text[256], *p = text;
	bool told[TCPCLOSE_CAUSES] = { false };

	for (;;) {
		unsigned int cause, best = TCPCLOSE_CAUSES;

		for (cause = 0; cause < TCPCLOSE_CAUSES; cause++)
			if (!told[cause] && group->causes[cause] &&
			    (best == TCPCLOSE_CAUSES ||
			     group->causes[cause] > group->causes[best]))
				best = cause;
		if (best == TCPCLOSE_CAUSES || p > text + sizeof(text) - 60)
			break;
		told[best] = true;
		p += sprintf(p, "%s%s %llu", p == text ? "" : ", ",
			     names_cause(best) ? names_cause(best) : "-",
			     (unsigned long long)group->causes[best]);
	}
	columns_text(c, text);
}

static void add_rate(struct columns *c, const struct groups *g, const struct group *group)
{
	uint64_t ns = g->last_ns - g->first_ns;

	if (ns < NS_PER_MS || group->count < 2)
		columns_text(c, "-");
	else
		columns_printf(c, "%.1f/s", (double)group->count * (double)NS_PER_S /
						    (double)ns);
}

/**
 * groups_text() - write a table of groups
 * @how: how it is shown
 * @to: where it goes
 * @g: the groups, sorted
 */
void groups_text(const struct view *how, struct buffer *to, const struct groups *g)
{
	static const char *const titles[GROUPS_BY] = {
		[GROUPS_PROCESS] = "PROCESS",	  [GROUPS_CONTAINER] = "CONTAINER",
		[GROUPS_REMOTE] = "REMOTE",	  [GROUPS_LPORT] = "LPORT",
		[GROUPS_CAUSE] = "CAUSE",
	};
	const struct column specs[] = {
		{ .title = titles[g->by], .width = 16 },
		{ .title = "COUNT", .width = 8, .right = true },
		{ .title = "RATE", .width = 8, .right = true },
		{ .title = "AGE P50", .width = 8, .right = true },
		{ .title = "P99", .width = 8, .right = true },
		{ .title = "CLOSING P50", .width = 11, .right = true },
		{ .title = "P99", .width = 8, .right = true },
		{ .title = "SENT", .width = 8, .right = true },
		{ .title = "RECEIVED", .width = 8, .right = true },
		{ .title = "CAUSES" },
	};
	struct columns c;
	size_t i;

	columns_init(&c, how, to, specs, ARRAY_SIZE(specs));
	for (i = 0; i < g->count; i++)
		columns_widen(&c, 0, g->sorted[i]->key);
	columns_header(&c);
	for (i = 0; i < g->count; i++) {
		const struct group *group = g->sorted[i];

		columns_begin(&c, NULL);
		columns_name(&c, *group->key ? group->key : "-");
		columns_u64(&c, group->count);
		add_rate(&c, g, group);
		add_percentiles(&c, &group->age);
		add_percentiles(&c, &group->closing);
		add_size(&c, group->bytes_sent);
		add_size(&c, group->bytes_received);
		add_causes(&c, group);
		columns_end(&c);
	}
}
