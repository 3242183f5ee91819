// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics for programs: one JSON object on one line.
 *
 * Every name that exists is there, also with a count of 0, so that a program
 * need not ask; only the lists of transitions and buckets leave zeros out.
 */
#include "base/format.h"
#include "base/histogram.h"
#include "lib/names.h"
#include "view/stat.h"

#define PERCENT_MEDIAN 50
#define PERCENT_HIGH 99

static void add_number(struct buffer *to, const char *name, __u64 value)
{
	buffer_printf(to, "\"%s\":%llu", name, value);
}

static void add_known(struct buffer *to, const char *name, bool known,
		      __u64 value)
{
	if (known)
		add_number(to, name, value);
	else
		buffer_printf(to, "\"%s\":null", name);
}

static void add_comma(struct buffer *to, bool *first)
{
	if (!*first)
		buffer_printf(to, ",");
	*first = false;
}

static void add_text(struct buffer *to, const char *name, const char *text)
{
	char *p;

	buffer_printf(to, "\"%s\":", name);
	p = buffer_reserve(to, FORMAT_JSON_MAX(strlen(text)));
	buffer_commit(to, format_json_string(p, text));
}

static void add_duration(struct buffer *to, const struct tcpclose_histogram *h)
{
	bool first = true, known = h->count > 0;
	unsigned int b;

	buffer_printf(to, "{");
	add_number(to, "count", h->count);
	buffer_printf(to, ",");
	add_number(to, "sum_ns", h->sum_ns);
	buffer_printf(to, ",");
	add_known(to, "min_ns", known && h->min_ns != TCPCLOSE_UNKNOWN_NS,
		  h->min_ns);
	buffer_printf(to, ",");
	add_known(to, "p50_ns", known, histogram_percentile(h, PERCENT_MEDIAN));
	buffer_printf(to, ",");
	add_known(to, "p99_ns", known, histogram_percentile(h, PERCENT_HIGH));
	buffer_printf(to, ",");
	add_known(to, "max_ns", known, h->max_ns);
	buffer_printf(to, ",\"buckets\":[");
	for (b = 0; b < TCPCLOSE_BUCKETS; b++) {
		struct histogram_row row;

		histogram_bucket(h, b, &row);
		if (!row.count)
			continue;
		add_comma(to, &first);
		buffer_printf(to, "{");
		add_number(to, "from_ns", row.from_ns);
		buffer_printf(to, ",");
		add_known(to, "to_ns", row.to_ns != UINT64_MAX, row.to_ns);
		buffer_printf(to, ",");
		add_number(to, "count", row.count);
		buffer_printf(to, "}");
	}
	buffer_printf(to, "]}");
}

/* A number without a name is left out unless something was counted there. */
static void add_counts(struct buffer *to, const __u64 *counts,
		       unsigned int size,
		       const char *(*name_of)(unsigned int number))
{
	bool first = true;
	unsigned int i;

	buffer_printf(to, "{");
	for (i = 0; i < size; i++) {
		const char *name = name_of(i);

		if (!name && !counts[i])
			continue;
		add_comma(to, &first);
		if (name)
			add_number(to, name, counts[i]);
		else
			buffer_printf(to, "\"number-%u\":%llu", i, counts[i]);
	}
	buffer_printf(to, "}");
}

static void add_transitions(struct buffer *to, const struct tcpclose_stats *c)
{
	unsigned int from, into;
	bool first = true;

	buffer_printf(to, ",\"transitions\":[");
	for (from = 0; from < TCPCLOSE_STATES; from++) {
		for (into = 0; into < TCPCLOSE_STATES; into++) {
			if (!c->transitions[from][into] || !state_name(from) ||
			    !state_name(into))
				continue;
			add_comma(to, &first);
			buffer_printf(to, "{\"from\":\"%s\",\"to\":\"%s\",",
				      state_name(from), state_name(into));
			add_number(to, "count", c->transitions[from][into]);
			buffer_printf(to, "}");
		}
	}
	buffer_printf(to, "]");
}

static void add_dwell(struct buffer *to, const struct tcpclose_stats *c)
{
	unsigned int state;
	bool first = true;

	buffer_printf(to, ",\"dwell\":{");
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (!state_name(state))
			continue;
		add_comma(to, &first);
		buffer_printf(to, "\"%s\":", state_name(state));
		add_duration(to, &c->dwell[state]);
	}
	buffer_printf(to, "}");
}

static void add_timewait(struct buffer *to, const struct tcpclose_stats *c)
{
	__u64 ends[TCPCLOSE_ENDS];

	/* What never lived did not end. */
	memcpy(ends, c->ends, sizeof(ends));
	ends[TCPCLOSE_END_NONE] = 0;
	ends[TCPCLOSE_END_OVERFLOW] = 0;
	buffer_printf(to, ",\"timewait\":{\"live\":%lld,", c->live_timewait);
	add_number(to, "born", c->born);
	buffer_printf(to, ",");
	add_number(to, "overflow", c->ends[TCPCLOSE_END_OVERFLOW]);
	buffer_printf(to, ",");
	add_number(to, "rearmed", c->rearmed);
	buffer_printf(to, ",");
	add_number(to, "late", c->late);
	buffer_printf(to, ",\"ended\":");
	add_counts(to, ends, TCPCLOSE_END_OVERFLOW, end_name);
	buffer_printf(to, ",\"duration\":");
	add_duration(to, &c->timewait);
	buffer_printf(to, "}");
}

static void add_live(struct buffer *to, const struct tcpclose_stats *c)
{
	unsigned int state;
	bool first = true;

	buffer_printf(to, ",\"live\":{");
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (!state_name(state))
			continue;
		add_comma(to, &first);
		buffer_printf(to, "\"%s\":%lld", state_name(state),
			      c->live[state]);
	}
	buffer_printf(to, "}");
}

static void add_rings(struct buffer *to, const struct statistics *s)
{
	bool first = true;
	unsigned int i;

	buffer_printf(to, ",\"ring\":[");
	for (i = 0; i < s->ring_count; i++) {
		add_comma(to, &first);
		buffer_printf(to, "{\"cpu\":%u,", i);
		add_number(to, "written", s->rings[i].written);
		buffer_printf(to, ",");
		add_number(to, "overwritten", s->rings[i].overwritten);
		buffer_printf(to, "}");
	}
	buffer_printf(to, "]");
}

static void add_hook(struct buffer *to, const struct tcpclose_hook *h)
{
	const char *via = h->via ? hook_via_name(h->via) : NULL;

	buffer_printf(to, "{");
	add_text(to, "name", h->name);
	buffer_printf(to, ",");
	if (via)
		add_text(to, "via", via);
	else
		buffer_printf(to, "\"via\":null");
	buffer_printf(to, ",\"state\":\"%s\",\"error\":",
		      hook_is_dead(h) ? "off" :
		      h->via	      ? "on" :
					"unused");
	if (!h->error)
		buffer_printf(to, "null");
	else if (error_name(h->error))
		buffer_printf(to, "\"%s\"", error_name(h->error));
	else
		buffer_printf(to, "\"number-%u\"", h->error);
	buffer_printf(to, ",\"needed\":%s,", h->needed ? "true" : "false");
	add_number(to, "calls", h->calls);
	buffer_printf(to, ",");
	add_text(to, "purpose", h->purpose);
	buffer_printf(to, "}");
}

static void add_hooks(struct buffer *to, const struct statistics *s)
{
	bool first = true;
	unsigned int i;

	buffer_printf(to, ",\"hooks\":[");
	for (i = 0; i < s->hook_count; i++) {
		add_comma(to, &first);
		add_hook(to, &s->hooks[i]);
	}
	buffer_printf(to, "]");
}

/**
 * report_json() - write statistics as JSON
 * @to: where they go
 * @s: the statistics
 */
void report_json(struct buffer *to, const struct statistics *s)
{
	const struct tcpclose_stats *c = &s->counters;

	buffer_printf(to, "{");
	add_number(to, "ts_ns", c->now_ns);
	buffer_printf(to, ",");
	add_number(to, "since_ns", c->since_ns);
	add_transitions(to, c);
	add_dwell(to, c);
	add_timewait(to, c);
	buffer_printf(to, ",\"causes\":");
	add_counts(to, c->causes, TCPCLOSE_CAUSES, cause_name);
	add_live(to, c);
	buffer_printf(to, ",");
	add_number(to, "tracked", c->tracked);
	buffer_printf(to, ",");
	add_number(to, "max_conns", c->max_conns);
	add_rings(to, s);
	buffer_printf(to, ",\"untracked\":");
	add_counts(to, c->untracked, TCPCLOSE_UNTRACKED, untracked_name);
	buffer_printf(to, ",");
	add_number(to, "missed", c->missed);
	add_hooks(to, s);
	buffer_printf(to, "}\n");
}
