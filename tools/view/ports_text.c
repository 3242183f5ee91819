// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has local ports, for people: first how it stands, then tables, then what helps.
 */
#include <inttypes.h>
#include <stdio.h>

#include "view/ports_rows.h"
#include "view/ports_view.h"

/* TIME_WAITs of listeners of which there are fewer surprise nobody. */
#define PASSIVE_MIN 1000

/* Names in it come from outside: they are as wide as they are shown. */
static void widen(struct columns *c, unsigned int column, const char *text)
{
	char shown[FORMAT_TEXT_MAX(PORTS_WORDS_MAX) + 1];

	*format_text(shown, text, c->how->utf8) = '\0';
	columns_widen(c, column, shown);
}

static void show_table(const struct view *how, struct buffer *to, const struct ports *p,
		       const struct ports_table *t, size_t top)
{
	struct ports_cells cells;
	struct columns c;
	size_t row;
	unsigned int i;

	if (!t->rows)
		return;
	view_title(how, to, t->title);
	columns_init(&c, how, to, t->specs, t->columns);
	for (row = 0; row < t->rows && row < top; row++) {
		cells.count = 0;
		t->fill(&cells, p, row);
		for (i = 0; i < cells.count; i++)
			widen(&c, i, cells.text[i]);
	}
	columns_header(&c);
	for (row = 0; row < t->rows && row < top; row++) {
		cells.count = 0;
		t->fill(&cells, p, row);
		columns_begin(&c, NULL);
		for (i = 0; i < cells.count; i++)
			columns_name(&c, cells.text[i]);
		columns_end(&c);
	}
	if (t->rows > top)
		buffer_printf(to, "%zu more: use --top or a filter\n", t->rows - top);
}

static void show_verdict(struct buffer *to, const struct ports *p)
{
	char text[PORTS_WORDS_MAX];

	ports_words_verdict(text, p);
	buffer_printf(to, "%s.\n", text);
}

static void show_notes(struct buffer *to, const struct ports *p)
{
	char name[PORTS_WORDS_MAX], seen[FORMAT_DURATION_MAX + 1];
	size_t i;

	*format_duration(seen, ports_seen_ns(p)) = '\0';
	buffer_printf(to, "%s%s: what began, overflowed and failed is of this time.\n",
		      p->live ? "The module has records of the last " : "The recording is of ",
		      seen);
	for (i = 0; i < p->netns_count; i++) {
		const struct ports_netns *n = p->netns[i];

		ports_words_netns(name, n);
		if (n->passive_most < PASSIVE_MIN)
			continue;
		buffer_printf(to, "%s: %" PRIu64 " TIME_WAITs of connections of peers, %" PRIu64 " of them at port %u: these take no local port from anybody.\n",
			      name, n->passive, n->passive_most, n->passive_port);
	}
	if (p->calls_unrecorded)
		buffer_printf(to, "%" PRIu64 " more calls failed, for whatever reason: the module limits their records (call_rate).\n",
			      p->calls_unrecorded);
}

static void show_advice(const struct view *how, struct buffer *to, const struct ports *p,
			bool helps)
{
	const struct ports_destination *d;
	struct ports_advice advice[PORTS_HELPS];
	char text[PORTS_WORDS_MAX];
	size_t count, i;

	ports_worst(p, &d);
	count = d ? ports_advise(p, d, advice) : 0;
	if (!count)
		return;
	view_title(how, to, helps ? "WHAT HELPS" : "WHAT DOES NOT");
	for (i = 0; i < count; i++) {
		if (advice[i].helps != helps)
			continue;
		ports_words_advice(text, &advice[i]);
		buffer_printf(to, "- %s\n", text);
	}
}

static void show_overflow(struct buffer *to, const struct ports *p)
{
	char name[PORTS_WORDS_MAX];
	size_t i;

	for (i = 0; i < p->netns_count; i++) {
		const struct ports_netns *n = p->netns[i];
		int64_t limit = n->settings.values[NETSYSCTL_MAX_TW_BUCKETS];

		if (!ports_is_overflowing(n))
			continue;
		ports_words_netns(name, n);
		buffer_printf(to, "%s: %" PRIu64 " TIME_WAIT%s could not be made: ", name,
			      n->sum.counts[PORTS_OVERFLOWED],
			      format_plural(n->sum.counts[PORTS_OVERFLOWED]));
		if (limit > 0)
			buffer_printf(to, "%llu mini-sockets of tcp_max_tw_buckets %lld are in use; ",
				      (unsigned long long)n->buckets, (long long)limit);
		buffer_printf(to, "a larger limit helps against that, it gives no ports.\n");
	}
}

/**
 * ports_text() - write who has local ports
 * @how: how they are shown
 * @to: where they go
 * @p: the ports
 * @top: lines of each table at most
 */
void ports_text(const struct view *how, struct buffer *to, const struct ports *p, size_t top)
{
	struct ports_table tables[PORTS_TABLES];
	size_t i;

	ports_rows_tables(p, tables);
	show_verdict(to, p);
	show_notes(to, p);
	show_overflow(to, p);
	for (i = 0; i < PORTS_TABLES; i++)
		show_table(how, to, p, &tables[i], top);
	show_advice(how, to, p, true);
	show_advice(how, to, p, false);
}
