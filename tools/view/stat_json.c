// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics for programs: one JSON object on one line.
 *
 * Every name that exists is there, also with a count of 0, so that a program
 * need not ask; only the lists of transitions and buckets leave zeros out.
 */
#include <stdio.h>

#include "base/histogram.h"
#include "base/json.h"
#include "lib/names.h"
#include "view/stat.h"

static void add_buckets(struct json *w, const struct tcpclose_histogram *h)
{
	unsigned int b;

	json_key(w, "buckets");
	json_array_begin(w);
	for (b = 0; b < TCPCLOSE_BUCKETS; b++) {
		struct histogram_row row;

		histogram_bucket(h, b, &row);
		if (!row.count)
			continue;
		json_object_begin(w);
		json_key(w, "from_ns");
		json_u64(w, row.from_ns);
		json_key(w, "to_ns");
		json_known(w, row.to_ns != UINT64_MAX, row.to_ns);
		json_key(w, "count");
		json_u64(w, row.count);
		json_object_end(w);
	}
	json_array_end(w);
}

static void add_duration(struct json *w, const struct tcpclose_histogram *h)
{
	bool known = h->count > 0;

	json_object_begin(w);
	json_key(w, "count");
	json_u64(w, h->count);
	json_key(w, "sum_ns");
	json_u64(w, h->sum_ns);
	json_key(w, "min_ns");
	json_known(w, known && h->min_ns != TCPCLOSE_UNKNOWN_NS, h->min_ns);
	json_key(w, "p50_ns");
	json_known(w, known, histogram_percentile(h, STAT_MEDIAN));
	json_key(w, "p99_ns");
	json_known(w, known, histogram_percentile(h, STAT_HIGH));
	json_key(w, "max_ns");
	json_known(w, known, h->max_ns);
	add_buckets(w, h);
	json_object_end(w);
}

/* A number without a name is left out unless something was counted there. */
static void add_counts(struct json *w, const __u64 *counts, unsigned int size,
		       const char *(*name_of)(unsigned int number))
{
	unsigned int i;

	json_object_begin(w);
	for (i = 0; i < size; i++) {
		const char *name = name_of(i);
		char number[32];

		if (!name && !counts[i])
			continue;
		if (!name)
			snprintf(number, sizeof(number), "number-%u", i);
		json_name_key(w, name ? name : number);
		json_u64(w, counts[i]);
	}
	json_object_end(w);
}

static void add_transitions(struct json *w, const struct tcpclose_stats *c)
{
	unsigned int from, into;

	json_key(w, "transitions");
	json_array_begin(w);
	for (from = 0; from < TCPCLOSE_STATES; from++) {
		for (into = 0; into < TCPCLOSE_STATES; into++) {
			if (!c->transitions[from][into] || !state_name(from) ||
			    !state_name(into))
				continue;
			json_object_begin(w);
			json_key(w, "from");
			json_name(w, state_name(from));
			json_key(w, "to");
			json_name(w, state_name(into));
			json_key(w, "count");
			json_u64(w, c->transitions[from][into]);
			json_object_end(w);
		}
	}
	json_array_end(w);
}

static void add_dwell(struct json *w, const struct tcpclose_stats *c)
{
	unsigned int state;

	json_key(w, "dwell");
	json_object_begin(w);
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (!state_name(state))
			continue;
		json_name_key(w, state_name(state));
		add_duration(w, &c->dwell[state]);
	}
	json_object_end(w);
}

static void add_timewait(struct json *w, const struct tcpclose_stats *c)
{
	__u64 ends[TCPCLOSE_ENDS];

	/* Without mini-sockets that were never created. */
	memcpy(ends, c->ends, sizeof(ends));
	ends[TCPCLOSE_END_NONE] = 0;
	ends[TCPCLOSE_END_OVERFLOW] = 0;
	json_key(w, "timewait");
	json_object_begin(w);
	json_key(w, "live");
	json_s64(w, c->live_timewait);
	json_key(w, "born");
	json_u64(w, c->born);
	json_key(w, "overflow");
	json_u64(w, c->ends[TCPCLOSE_END_OVERFLOW]);
	json_key(w, "rearmed");
	json_u64(w, c->rearmed);
	json_key(w, "late");
	json_u64(w, c->late);
	json_key(w, "ended");
	add_counts(w, ends, TCPCLOSE_END_OVERFLOW, end_name);
	json_key(w, "duration");
	add_duration(w, &c->timewait);
	json_object_end(w);
}

static void add_live(struct json *w, const struct tcpclose_stats *c)
{
	unsigned int state;

	json_key(w, "live");
	json_object_begin(w);
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (!state_name(state))
			continue;
		json_name_key(w, state_name(state));
		json_s64(w, c->live[state]);
	}
	json_object_end(w);
}

static void add_rings(struct json *w, const struct statistics *s)
{
	unsigned int i;

	json_key(w, "ring");
	json_array_begin(w);
	for (i = 0; i < s->ring_count; i++) {
		json_object_begin(w);
		json_key(w, "cpu");
		json_u64(w, i);
		json_key(w, "written");
		json_u64(w, s->rings[i].written);
		json_key(w, "overwritten");
		json_u64(w, s->rings[i].overwritten);
		json_object_end(w);
	}
	json_array_end(w);
}

static void add_hook(struct json *w, const struct tcpclose_hook *h)
{
	json_object_begin(w);
	json_key(w, "name");
	json_string(w, h->name);
	json_key(w, "via");
	json_name(w, h->via ? hook_via_name(h->via) : NULL);
	json_key(w, "state");
	json_name(w, hook_is_dead(h) ? "off" : h->via	      ? "on" : "unused");
	json_key(w, "error");
	if (h->error)
		json_number_name(w, error_name(h->error), h->error);
	else
		json_null(w);
	json_key(w, "needed");
	json_bool(w, h->needed);
	json_key(w, "calls");
	json_u64(w, h->calls);
	json_key(w, "purpose");
	json_string(w, h->purpose);
	json_object_end(w);
}

static void add_hooks(struct json *w, const struct statistics *s)
{
	unsigned int i;

	json_key(w, "hooks");
	json_array_begin(w);
	for (i = 0; i < s->hook_count; i++)
		add_hook(w, &s->hooks[i]);
	json_array_end(w);
}

/**
 * stat_json() - write statistics as a line of JSON
 * @how: JSON looks the same always
 * @to: where they go
 * @report: the statistics
 */
void stat_json(const struct view *how, struct buffer *to,
	       const struct stat_report *report)
{
	const struct statistics *s = report->now;
	const struct tcpclose_stats *c = &s->counters;
	struct json w;

	json_begin(&w, to);
	json_object_begin(&w);
	json_key(&w, "ts_ns");
	json_u64(&w, c->now_ns);
	json_key(&w, "since_ns");
	json_u64(&w, c->since_ns);
	add_transitions(&w, c);
	add_dwell(&w, c);
	add_timewait(&w, c);
	json_key(&w, "causes");
	add_counts(&w, c->causes, TCPCLOSE_CAUSES, cause_name);
	add_live(&w, c);
	json_key(&w, "tracked");
	json_u64(&w, c->tracked);
	json_key(&w, "max_conns");
	json_u64(&w, c->max_conns);
	add_rings(&w, s);
	json_key(&w, "untracked");
	add_counts(&w, c->untracked, TCPCLOSE_UNTRACKED, untracked_name);
	json_key(&w, "missed");
	json_u64(&w, c->missed);
	add_hooks(&w, s);
	json_object_end(&w);
	json_end(&w);
}
