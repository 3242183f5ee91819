// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics for programs: one JSON object on one line.
 *
 * Every name that exists is there, also with a count of 0, so that a program
 * need not ask; only the lists of transitions, buckets and errors leave zeros out.
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
		json_member(w, "from_ns", u64, row.from_ns);
		json_member(w, "to_ns", known,
			    row.to_ns != UINT64_MAX, row.to_ns);
		json_member(w, "count", u64, row.count);
		json_object_end(w);
	}
	json_array_end(w);
}

static void add_duration(struct json *w, const struct tcpclose_histogram *h)
{
	bool known = h->count > 0;

	json_object_begin(w);
	json_member(w, "count", u64, h->count);
	json_member(w, "sum_ns", u64, h->sum_ns);
	json_member(w, "min_ns", known,
		    known && h->min_ns != TCPCLOSE_UNKNOWN_NS, h->min_ns);
	json_member(w, "p50_ns", known,
		    known, histogram_percentile(h, STAT_MEDIAN));
	json_member(w, "p99_ns", known,
		    known, histogram_percentile(h, STAT_HIGH));
	json_member(w, "max_ns", known, known, h->max_ns);
	add_buckets(w, h);
	json_object_end(w);
}

static void add_name_key(struct json *w, const char *name, unsigned int number)
{
	char text[32];

	if (!name)
		snprintf(text, sizeof(text), "number-%u", number);
	json_name_key(w, name ? name : text);
}

/* A number without a name is left out unless something was counted there. */
static void add_counts(struct json *w, const __u64 *counts, unsigned int size,
		       const char *(*name_of)(unsigned int number))
{
	unsigned int i;

	json_object_begin(w);
	for (i = 0; i < size; i++) {
		if (!name_of(i) && !counts[i])
			continue;
		add_name_key(w, name_of(i), i);
		json_u64(w, counts[i]);
	}
	json_object_end(w);
}

/* Without zeros: which errors there may be depends on the kernel. */
static void add_errors(struct json *w, const __u64 *counts,
		       const char *(*name_of)(unsigned int number))
{
	unsigned int i;

	json_object_begin(w);
	for (i = 0; i < TCPCLOSE_ERRORS; i++) {
		if (!counts[i])
			continue;
		add_name_key(w, name_of(i), i);
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
			if (!c->transitions[from][into])
				continue;
			json_object_begin(w);
			json_member(w, "from", number_name, names_state(from),
				    from);
			json_member(w, "to", number_name, names_state(into),
				    into);
			json_member(w, "count", u64,
				    c->transitions[from][into]);
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
		if (!names_state(state) && !c->dwell[state].count)
			continue;
		add_name_key(w, names_state(state), state);
		add_duration(w, &c->dwell[state]);
	}
	json_object_end(w);
}

/* Without mini-sockets that were never created. */
static const char *end_name(unsigned int end)
{
	return end == TCPCLOSE_END_OVERFLOW ? NULL : names_end(end);
}

static void add_timewait(struct json *w, const struct tcpclose_stats *c)
{
	__u64 ends[TCPCLOSE_ENDS];

	memcpy(ends, c->ends, sizeof(ends));
	ends[TCPCLOSE_END_NONE] = 0;
	ends[TCPCLOSE_END_OVERFLOW] = 0;
	json_key(w, "timewait");
	json_object_begin(w);
	json_member(w, "live", s64, c->live_timewait);
	json_member(w, "born", u64, c->born);
	json_member(w, "overflow", u64, c->ends[TCPCLOSE_END_OVERFLOW]);
	json_member(w, "rearmed", u64, c->rearmed);
	json_member(w, "late", u64, c->late);
	json_key(w, "ended");
	add_counts(w, ends, TCPCLOSE_ENDS, end_name);
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
		if (!names_state(state) && !c->live[state])
			continue;
		add_name_key(w, names_state(state), state);
		json_s64(w, c->live[state]);
	}
	json_object_end(w);
}

static void add_not_tracked(struct json *w, const struct statistics *s)
{
	unsigned int state;

	json_key(w, "not_tracked");
	if (!s->untracked_known) {
		json_null(w);
		return;
	}
	json_object_begin(w);
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		const struct statistics_untracked *u = &s->untracked[state];

		if (!names_state(state) || !(STATISTICS_STATES >> state & 1))
			continue;
		json_name_key(w, names_state(state));
		json_object_begin(w);
		json_member(w, "at_least", u64, u->at_least);
		json_member(w, "at_most", known, !s->closed, u->at_most);
		json_object_end(w);
	}
	json_object_end(w);
}

static void add_shares(struct json *w, const struct tcpclose_stats *c)
{
	unsigned int i;

	json_key(w, "shares");
	json_array_begin(w);
	for (i = 0; i < TCPCLOSE_SHARES && c->shares[i].refused; i++) {
		const struct tcpclose_share *share = &c->shares[i];

		json_object_begin(w);
		json_member(w, "refused", u64, share->refused);
		json_member(w, "netns", u64, share->netns);
		json_member(w, "uid", known,
			    share->uid != TCPCLOSE_UNKNOWN_UID, share->uid);
		json_object_end(w);
	}
	json_array_end(w);
}

static void add_rings(struct json *w, const struct statistics *s)
{
	unsigned int i;

	json_key(w, "ring");
	json_array_begin(w);
	for (i = 0; i < s->ring_count; i++) {
		json_object_begin(w);
		json_member(w, "cpu", u64, s->rings[i].cpu);
		json_member(w, "written", u64, s->rings[i].written);
		json_member(w, "overwritten", u64, s->rings[i].overwritten);
		json_object_end(w);
	}
	json_array_end(w);
}

static const char *hook_state(const struct tcpclose_hook *h)
{
	if (statistics_hook_is_dead(h))
		return "off";
	return h->via ? "on" : "unused";
}

static void add_hook(struct json *w, const struct tcpclose_hook *h)
{
	json_object_begin(w);
	json_member(w, "name", string, h->name);
	json_member(w, "via", name, h->via ? names_hook_via(h->via) : NULL);
	json_member(w, "state", name, hook_state(h));
	json_key(w, "error");
	if (h->error)
		json_number_name(w, names_error(h->error), h->error);
	else
		json_null(w);
	json_member(w, "needed", bool, h->needed);
	json_member(w, "calls", u64, h->calls);
	json_member(w, "purpose", string, h->purpose);
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
	json_member(&w, "ts_ns", u64, c->now_ns);
	json_member(&w, "time", moment,
		    c->now_ns + (uint64_t)s->realtime_offset_ns);
	json_member(&w, "since_ns", u64, c->since_ns);
	add_transitions(&w, c);
	add_dwell(&w, c);
	add_timewait(&w, c);
	json_key(&w, "causes");
	add_counts(&w, c->causes, TCPCLOSE_CAUSES, names_cause);
	json_key(&w, "rsts_sent");
	add_counts(&w, c->rsts_sent, TCPCLOSE_RST_REASONS, names_rst_reason);
	json_key(&w, "rsts_received");
	add_counts(&w, c->rsts_received, TCPCLOSE_RST_EFFECTS, names_rst_effect);
	json_member(&w, "rsts_unsure", u64, c->rsts_unsure);
	json_member(&w, "rsts_left_out", u64, c->rsts_left_out);
	json_member(&w, "rsts_failed", u64, c->rsts_failed);
	json_key(&w, "drops");
	add_counts(&w, c->drops, TCPCLOSE_DROP_REASONS, names_drop_reason);
	json_member(&w, "drops_left_out", u64, c->drops_left_out);
	json_key(&w, "connect_errors");
	add_errors(&w, c->connect_errors, names_connect_error);
	json_key(&w, "bind_errors");
	add_errors(&w, c->bind_errors, names_error);
	json_member(&w, "calls_left_out", u64, c->calls_left_out);
	add_live(&w, c);
	json_member(&w, "tracked", u64, c->tracked);
	json_member(&w, "max_conns", u64, c->max_conns);
	add_not_tracked(&w, s);
	json_member(&w, "namespaces_not_asked", u64, s->closed);
	add_rings(&w, s);
	json_key(&w, "untracked");
	add_counts(&w, c->untracked, TCPCLOSE_UNTRACKED, names_untracked);
	add_shares(&w, c);
	json_member(&w, "missed", u64, c->missed);
	add_hooks(&w, s);
	json_object_end(&w);
	json_end(&w);
}
