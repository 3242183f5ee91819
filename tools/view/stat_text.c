// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics for people: tables without what is 0, and what to worry about.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/format.h"
#include "base/histogram.h"
#include "base/terminal.h"
#include "lib/names.h"
#include "view/stat.h"

#define BAR_COLUMNS 40

/**
 * struct text - one report being written
 * @how: how
 * @to: where
 * @now: what was counted
 * @before: what had been counted at the report before; NULL: there was none
 */
struct text {
	const struct report *how;
	struct buffer *to;
	const struct statistics *now;
	const struct statistics *before;
};

static void add_title(const struct text *t, const char *title)
{
	buffer_printf(t->to, "\n%s%s%s\n", t->how->colour ? TERMINAL_BOLD : "",
		      title, t->how->colour ? TERMINAL_PLAIN : "");
}

static void add_warning(const struct text *t, const char *what,
			const char *advice)
{
	buffer_printf(t->to, "%sWARNING: %s: %s%s\n",
		      t->how->colour ? TERMINAL_RED : "", what, advice,
		      t->how->colour ? TERMINAL_PLAIN : "");
}

static const char *duration(char text[FORMAT_DURATION_MAX + 1], bool known,
			    __u64 ns)
{
	if (known)
		*format_duration(text, ns) = '\0';
	else
		memcpy(text, "-", 2);
	return text;
}

static void add_row(const struct text *t, const struct histogram_row *row,
		    __u64 most)
{
	char from[FORMAT_DURATION_MAX + 1], to[FORMAT_DURATION_MAX + 1];
	double share = (double)row->count / (double)most;
	unsigned int bar = (unsigned int)(share * BAR_COLUMNS + 0.5);
	bool bounded = row->to_ns != UINT64_MAX;

	/* What is there can be seen. */
	if (row->count && !bar)
		bar = 1;
	buffer_printf(t->to, "  %8s .. %-8s %10llu%s",
		      duration(from, true, row->from_ns),
		      duration(to, bounded, row->to_ns), (__u64)row->count,
		      bar ? " " : "");
	while (bar--)
		buffer_printf(t->to, "%s", t->how->utf8 ? "\u2588" : "#");
	buffer_printf(t->to, "\n");
}

static void add_histogram(const struct text *t,
			  const struct tcpclose_histogram *h)
{
	struct histogram_row rows[HISTOGRAM_ROWS];
	unsigned int count = histogram_rows(h, rows), i;
	__u64 most = 0;

	for (i = 0; i < count; i++)
		if (rows[i].count > most)
			most = rows[i].count;
	/* A single row would say what stands above it already. */
	for (i = 0; i < count && count > 1; i++)
		add_row(t, &rows[i], most);
}

static void add_duration(const struct text *t, const char *name,
			 const struct tcpclose_histogram *h)
{
	char min[FORMAT_DURATION_MAX + 1], median[FORMAT_DURATION_MAX + 1];
	char high[FORMAT_DURATION_MAX + 1], max[FORMAT_DURATION_MAX + 1];

	duration(min, h->min_ns != TCPCLOSE_UNKNOWN_NS, h->min_ns);
	duration(median, true, histogram_percentile(h, STAT_MEDIAN));
	duration(high, true, histogram_percentile(h, STAT_HIGH));
	duration(max, true, h->max_ns);
	buffer_printf(t->to, "%-14s %10llu %8s %8s %8s %8s\n", name, h->count,
		      min, median, high, max);
}

static void add_duration_title(const struct text *t, const char *title)
{
	char line[80];

	snprintf(line, sizeof(line), "%-14s %10s %8s %8s %8s %8s", title,
		 "COUNT", "MIN", "MEDIAN", "P99", "MAX");
	add_title(t, line);
}

static double seconds_between(const struct text *t)
{
	__u64 ns = t->now->counters.now_ns - t->before->counters.now_ns;

	return (double)ns / (double)NS_PER_S;
}

static void add_transition(const struct text *t, unsigned int from,
			   unsigned int into)
{
	__u64 count = t->now->counters.transitions[from][into];
	__u64 less;

	if (!count || !state_name(from) || !state_name(into))
		return;
	buffer_printf(t->to, "%-12s %-12s %10llu", state_name(from),
		      state_name(into), count);
	if (t->before) {
		less = t->before->counters.transitions[from][into];
		/* Somebody else may have reset the counters. */
		if (less > count)
			less = 0;
		buffer_printf(t->to, " %12.1f",
			      (double)(count - less) / seconds_between(t));
	}
	buffer_printf(t->to, "\n");
}

static void add_transitions(const struct text *t)
{
	unsigned int from, into;

	add_title(t,
		  t->before ?
			  "FROM         TO                COUNT   PER SECOND" :
			  "FROM         TO                COUNT");
	for (from = 0; from < TCPCLOSE_STATES; from++)
		for (into = 0; into < TCPCLOSE_STATES; into++)
			add_transition(t, from, into);
}

static void add_dwell(const struct text *t)
{
	const struct tcpclose_stats *c = &t->now->counters;
	bool any = false;
	unsigned int state;

	for (state = 0; state < TCPCLOSE_STATES; state++) {
		const struct tcpclose_histogram *h = &c->dwell[state];

		if (!h->count || !state_name(state))
			continue;
		if (!any)
			add_duration_title(t, "TIME SPENT IN");
		any = true;
		add_duration(t, state_name(state), h);
		add_histogram(t, h);
	}
}

/* A row of numbers with names: only those that are not 0. */
static void add_counts(const struct text *t, const char *title,
		       const __u64 *counts, unsigned int size,
		       const char *(*name_of)(unsigned int number))
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < size; i++) {
		char number[24];
		const char *name = name_of(i);

		if (!counts[i])
			continue;
		if (!name) {
			snprintf(number, sizeof(number), "number-%u", i);
			name = number;
		}
		if (!any)
			add_title(t, title);
		any = true;
		buffer_printf(t->to, "%-18s %17llu\n", name, counts[i]);
	}
}

static void add_timewait(const struct text *t)
{
	const struct tcpclose_stats *c = &t->now->counters;
	__u64 ends[TCPCLOSE_ENDS];

	if (!c->born && !c->live_timewait && !c->ends[TCPCLOSE_END_OVERFLOW])
		return;
	add_title(t, "MINI-SOCKETS (TIME_WAIT and late FIN_WAIT2)");
	buffer_printf(t->to, "%lld live, %llu born, %llu times re-armed\n",
		      c->live_timewait, c->born, c->rearmed);
	if (c->ends[TCPCLOSE_END_OVERFLOW])
		buffer_printf(t->to, "%llu could not be made\n",
			      c->ends[TCPCLOSE_END_OVERFLOW]);
	if (c->late)
		buffer_printf(t->to, "%llu seen only when freed\n", c->late);
	memcpy(ends, c->ends, sizeof(ends));
	ends[TCPCLOSE_END_OVERFLOW] = 0;
	add_counts(t, "MINI-SOCKET ENDED BY           COUNT", ends,
		   TCPCLOSE_ENDS, end_name);
	if (!c->timewait.count)
		return;
	add_duration_title(t, "TIME_WAIT TOOK");
	add_duration(t, "", &c->timewait);
	add_histogram(t, &c->timewait);
}

static void add_live(const struct text *t)
{
	const struct tcpclose_stats *c = &t->now->counters;
	unsigned int state;

	add_title(t, "LIVE NOW                       COUNT");
	for (state = 0; state < TCPCLOSE_STATES; state++)
		if (c->live[state] && state_name(state))
			buffer_printf(t->to, "%-18s %17lld\n",
				      state_name(state), c->live[state]);
	buffer_printf(t->to, "%-18s %17llu of at most %llu\n", "tracked",
		      c->tracked, c->max_conns);
}

static void add_rings(const struct text *t)
{
	unsigned int i;

	add_title(t, "CPU                  WRITTEN  OVERWRITTEN");
	for (i = 0; i < t->now->ring_count; i++) {
		const struct tcpclose_cursor *ring = &t->now->rings[i];

		if (ring->written)
			buffer_printf(t->to, "%-12u %15llu %12llu\n", i,
				      ring->written, ring->overwritten);
	}
}

static void add_hooks(const struct text *t)
{
	char title[80];
	unsigned int i;

	snprintf(title, sizeof(title), "%-40s %-10s %10s", "HOOK", "VIA",
		 "CALLS");
	add_title(t, title);
	for (i = 0; i < t->now->hook_count; i++) {
		const struct tcpclose_hook *h = &t->now->hooks[i];
		const char *via = hook_via_name(h->via);

		if (!h->via && !hook_is_dead(h))
			via = "unused";
		buffer_printf(t->to, "%-40.47s %-10s %10llu\n", h->name,
			      via ? via : "unknown", h->calls);
	}
}

static void warn_of_hooks(const struct text *t)
{
	unsigned int i;

	for (i = 0; i < t->now->hook_count; i++) {
		const struct tcpclose_hook *h = &t->now->hooks[i];
		char what[96], advice[160];
		const char *error = error_name(h->error);

		if (!hook_is_dead(h))
			continue;
		snprintf(what, sizeof(what), "hook %.47s is off (%s)", h->name,
			 error ? error : "unknown error");
		snprintf(advice, sizeof(advice),
			 "this is lost: %.79s; the kernel log says more",
			 h->purpose);
		add_warning(t, what, advice);
	}
}

static void add_warnings(const struct text *t)
{
	const struct tcpclose_stats *c = &t->now->counters;
	char what[96];

	buffer_printf(t->to, "\n");
	warn_of_hooks(t);
	if (c->missed) {
		snprintf(what, sizeof(what), "%llu calls were not recorded",
			 c->missed);
		add_warning(t, what, "a probe could not run; please report it");
	}
	if (c->untracked[TCPCLOSE_UNTRACKED_FULL]) {
		snprintf(what, sizeof(what),
			 "%llu transitions lack their dwell",

			 c->untracked[TCPCLOSE_UNTRACKED_FULL]);
		add_warning(t, what,
			    "load the module with a greater max_conns");
	}
}

/**
 * report_text() - write statistics as text
 * @r: how
 * @to: where they go
 * @now: the statistics
 * @before: those of the report before, for rates; NULL: there was none
 */
void report_text(const struct report *r, struct buffer *to,
		 const struct statistics *now, const struct statistics *before)
{
	const struct tcpclose_stats *c = &now->counters;
	const struct text t = {
		.how = r, .to = to, .now = now, .before = before
	};

	buffer_printf(to, "Counted for %.1f s, since load or the last reset.\n",
		      (double)(c->now_ns - c->since_ns) / (double)NS_PER_S);
	if (before)
		buffer_printf(to, "Rates are those of the last %.1f s.\n",
			      seconds_between(&t));
	add_transitions(&t);
	add_counts(&t, "CONNECTION ENDED BY            COUNT", c->causes,
		   TCPCLOSE_CAUSES, cause_name);
	add_dwell(&t);
	add_timewait(&t);
	add_live(&t);
	add_counts(&t, "DWELL UNKNOWN, SINCE           COUNT", c->untracked,
		   TCPCLOSE_UNTRACKED, untracked_name);
	add_rings(&t);
	add_hooks(&t);
	add_warnings(&t);
}
