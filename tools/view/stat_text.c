// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics for people: tables without zeros, and warnings.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/compiler.h"
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
	const struct view *how;
	struct buffer *to;
	const struct statistics *now;
	const struct statistics *before;
};

static void add_warning(const struct text *t, const char *what,
			const char *advice)
{
	buffer_printf(t->to, "%sWARNING: %s: %s%s\n",
		      view_colour(t->how, TERMINAL_RED), what, advice,
		      view_plain(t->how));
}

static void begin_table(const struct text *t, struct columns *c,
			const struct column *specs, unsigned int count)
{
	buffer_printf(t->to, "\n");
	columns_init(c, t->how, t->to, specs, count);
	columns_header(c);
}

static void add_row(struct columns *c, const struct histogram_row *row,
		    __u64 most)
{
	double share = (double)row->count / (double)most;
	unsigned int length = (unsigned int)(share * BAR_COLUMNS + 0.5), i;
	char bar[4 * BAR_COLUMNS + 1], *p = bar;

	/* At least one character for what was counted. */
	if (row->count && !length)
		length = 1;
	for (i = 0; i < length; i++)
		p = format_string(p, c->how->utf8 ? "\u2588" : "#");
	*p = '\0';
	columns_begin(c, NULL);
	columns_duration(c, true, row->from_ns);
	columns_text(c, "..");
	columns_duration(c, row->to_ns != UINT64_MAX, row->to_ns);
	columns_u64(c, row->count);
	if (length)
		columns_text(c, bar);
	columns_end(c);
}

static void add_histogram(const struct text *t,
			  const struct tcpclose_histogram *h)
{
	static const struct column specs[] = {
		{ .title = "", .width = 10, .right = true },
		{ .title = "", .width = 2 },
		{ .title = "", .width = 8 },
		{ .title = "", .width = 10, .right = true },
		{ .title = "", .width = BAR_COLUMNS },
	};
	struct histogram_row rows[HISTOGRAM_ROWS];
	unsigned int count = histogram_rows(h, rows), i;
	struct columns c;
	__u64 most = 0;

	for (i = 0; i < count; i++)
		if (rows[i].count > most)
			most = rows[i].count;
	columns_init(&c, t->how, t->to, specs, ARRAY_SIZE(specs));
	/* A single row would only repeat the line above it. */
	for (i = 0; i < count && count > 1; i++)
		add_row(&c, &rows[i], most);
}

static void begin_durations(const struct text *t, struct columns *c,
			    const char *title)
{
	const struct column specs[] = {
		{ .title = title, .width = 14 },
		{ .title = "COUNT", .width = 10, .right = true },
		{ .title = "MIN", .width = 8, .right = true },
		{ .title = "MEDIAN", .width = 8, .right = true },
		{ .title = "P99", .width = 8, .right = true },
		{ .title = "MAX", .width = 8, .right = true },
	};

	begin_table(t, c, specs, ARRAY_SIZE(specs));
}

static double seconds_between(const struct text *t)
{
	__u64 ns = t->now->counters.now_ns - t->before->counters.now_ns;

	return (double)ns / (double)NS_PER_S;
}

static void add_name(struct columns *c, const char *name, unsigned int number)
{
	if (name)
		columns_text(c, name);
	else
		columns_printf(c, "number-%u", number);
}

static void add_transition(const struct text *t, struct columns *c,
			   unsigned int from, unsigned int into)
{
	__u64 count = t->now->counters.transitions[from][into];
	__u64 less;

	if (!count)
		return;
	columns_begin(c, NULL);
	add_name(c, names_state(from), from);
	add_name(c, names_state(into), into);
	columns_u64(c, count);
	if (t->before) {
		less = t->before->counters.transitions[from][into];
		/* Another process may have reset the counters. */
		if (less > count)
			less = 0;
		columns_printf(c, "%.1f",
			       (double)(count - less) / seconds_between(t));
	}
	columns_end(c);
}

static void add_transitions(const struct text *t)
{
	static const struct column specs[] = {
		{ .title = "FROM", .width = 12 },
		{ .title = "TO", .width = 12 },
		{ .title = "COUNT", .width = 10, .right = true },
		{ .title = "PER SECOND", .width = 12, .right = true },
	};
	unsigned int from, into;
	struct columns c;

	begin_table(t, &c, specs, ARRAY_SIZE(specs) - !t->before);
	for (from = 0; from < TCPCLOSE_STATES; from++)
		for (into = 0; into < TCPCLOSE_STATES; into++)
			add_transition(t, &c, from, into);
}

static void add_duration(struct columns *c, const char *name,
			 const struct tcpclose_histogram *h)
{
	columns_begin(c, NULL);
	columns_text(c, name);
	columns_u64(c, h->count);
	columns_duration(c, h->min_ns != TCPCLOSE_UNKNOWN_NS, h->min_ns);
	columns_duration(c, true, histogram_percentile(h, STAT_MEDIAN));
	columns_duration(c, true, histogram_percentile(h, STAT_HIGH));
	columns_duration(c, true, h->max_ns);
	columns_end(c);
}

static void add_dwell(const struct text *t)
{
	const struct tcpclose_stats *counters = &t->now->counters;
	bool any = false;
	unsigned int state;
	struct columns c;

	for (state = 0; state < TCPCLOSE_STATES; state++) {
		const struct tcpclose_histogram *h = &counters->dwell[state];

		if (!h->count || !names_state(state))
			continue;
		if (!any)
			begin_durations(t, &c, "TIME SPENT IN");
		any = true;
		add_duration(&c, names_state(state), h);
		add_histogram(t, h);
	}
}

static void begin_counts(const struct text *t, struct columns *c,
			 const char *title)
{
	const struct column specs[] = {
		{ .title = title, .width = 20 },
		{ .title = "COUNT", .width = 15, .right = true },
	};

	begin_table(t, c, specs, ARRAY_SIZE(specs));
}

/* Numbers with names: only those that are not 0. */
static void add_counts(const struct text *t, const char *title,
		       const __u64 *counts, unsigned int size,
		       const char *(*name_of)(unsigned int number))
{
	bool any = false;
	struct columns c;
	unsigned int i;

	for (i = 0; i < size; i++) {
		if (!counts[i])
			continue;
		if (!any)
			begin_counts(t, &c, title);
		any = true;
		columns_begin(&c, NULL);
		add_name(&c, name_of(i), i);
		columns_u64(&c, counts[i]);
		columns_end(&c);
	}
}

static void add_rsts(const struct text *t)
{
	const struct tcpclose_stats *c = &t->now->counters;

	add_counts(t, "RST SENT FOR", c->rsts_sent, TCPCLOSE_RST_REASONS,
		   names_rst_reason);
	if (c->rsts_failed)
		buffer_printf(t->to, "%llu of them failed, without a route (IPv6)\n",
			      c->rsts_failed);
	if (c->rsts_unsure)
		buffer_printf(t->to,
			      "%llu more sent only if a key for their signature was found\n",
			      c->rsts_unsure);
	add_counts(t, "RST RECEIVED", c->rsts_received, TCPCLOSE_RST_EFFECTS,
		   names_rst_effect);
	if (c->rsts_left_out)
		buffer_printf(t->to,
			      "%llu RST%s sent or received %s no record: see rst_rate in tcpclose(1)\n",
			      c->rsts_left_out, c->rsts_left_out == 1 ? "" : "s",
			      c->rsts_left_out == 1 ? "has" : "have");
}

static void add_drops(const struct text *t)
{
	const struct tcpclose_stats *c = &t->now->counters;

	add_counts(t, "DROPPED BY LISTENERS", c->drops, TCPCLOSE_DROP_REASONS,
		   names_drop_reason);
	if (c->drops_left_out)
		buffer_printf(t->to, "%llu drop%s %s no record: see drop_rate in tcpclose(1)\n",
			      c->drops_left_out, c->drops_left_out == 1 ? "" : "s",
			      c->drops_left_out == 1 ? "has" : "have");
}

/* Whether connect() that fails before it sends a SYN is counted at present */
static bool counts_early_connects(const struct statistics *s)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < s->hook_count; i++)
		any |= s->hooks[i].via && strstr(s->hooks[i].name, "_connect");
	return any;
}

static void add_failed_calls(const struct text *t)
{
	const struct tcpclose_stats *c = &t->now->counters;

	add_counts(t, "CONNECT FAILED", c->connect_errors, TCPCLOSE_ERRORS,
		   names_connect_error);
	buffer_printf(t->to, "Connects without a route: %s\n",
		      counts_early_connects(t->now) ?
			      "counted now" : "counted only while watch or record runs");
	add_counts(t, "BIND, LISTEN FAILED", c->bind_errors, TCPCLOSE_ERRORS, names_error);
	if (c->calls_left_out)
		buffer_printf(t->to,
			      "%llu failed call%s no record: see call_rate in tcpclose(1)\n",
			      c->calls_left_out, c->calls_left_out == 1 ? " has" : "s have");
}

static void add_timewait(const struct text *t)
{
	const struct tcpclose_stats *counters = &t->now->counters;
	__u64 ends[TCPCLOSE_ENDS];
	struct columns c;

	if (!counters->born && !counters->live_timewait &&
	    !counters->ends[TCPCLOSE_END_OVERFLOW])
		return;
	view_title(t->how, t->to, "MINI-SOCKETS (TIME_WAIT and late FIN_WAIT2)");
	buffer_printf(t->to, "%lld alive, %llu created, %llu re-arms\n",
		      counters->live_timewait, counters->born,
		      counters->rearmed);
	if (counters->ends[TCPCLOSE_END_OVERFLOW])
		buffer_printf(t->to, "%llu could not be created\n",
			      counters->ends[TCPCLOSE_END_OVERFLOW]);
	if (counters->late)
		buffer_printf(t->to,
			      "%llu end%s noticed only when memory was freed\n",
			      counters->late, format_plural(counters->late));
	memcpy(ends, counters->ends, sizeof(ends));
	ends[TCPCLOSE_END_OVERFLOW] = 0;
	add_counts(t, "MINI-SOCKET ENDED BY", ends, TCPCLOSE_ENDS, names_end);
	if (!counters->timewait.count)
		return;
	begin_durations(t, &c, "TIME_WAIT TOOK");
	add_duration(&c, "", &counters->timewait);
	add_histogram(t, &counters->timewait);
}

static void add_untracked(const struct text *t, struct columns *c,
			  unsigned int state)
{
	const struct statistics_untracked *u = &t->now->untracked[state];

	if (!t->now->untracked_known || !(STATISTICS_STATES >> state & 1))
		columns_text(c, "-");
	else if (t->now->closed)
		columns_printf(c, "%llu or more",
			       (unsigned long long)u->at_least);
	else if (u->at_least == u->at_most)
		columns_u64(c, u->at_least);
	else
		columns_printf(c, "%llu to %llu",
			       (unsigned long long)u->at_least,
			       (unsigned long long)u->at_most);
}

static bool has_untracked(const struct statistics *s, unsigned int state)
{
	return s->untracked_known && STATISTICS_STATES >> state & 1 &&
	       s->untracked[state].at_most;
}

/* What the second column of the table means, and what it lacks. */
static void explain_untracked(const struct text *t, bool any)
{
	const struct statistics *s = t->now;
	bool full = s->counters.untracked[TCPCLOSE_UNTRACKED_FULL] ||
		    s->counters.untracked[TCPCLOSE_UNTRACKED_MEMORY];

	if (!s->untracked_known)
		buffer_printf(t->to,
			      "Connections that are not tracked are not known: %s\n",
			      s->why.text);
	else if (any)
		buffer_printf(t->to, "Not tracked: older than the module%s.\n",
			      full ? ", or without room in its table" : "");
	if (s->closed)
		buffer_printf(t->to,
			      "%u network namespace%s not asked: %s\n",
			      s->closed, s->closed == 1 ? " was" : "s were",
			      s->why.text);
}

static void add_live(const struct text *t)
{
	static const struct column specs[] = {
		{ .title = "LIVE NOW", .width = 20 },
		{ .title = "TRACKED", .width = 15, .right = true },
		{ .title = "NOT TRACKED", .width = 15, .right = true },
	};
	const struct tcpclose_stats *counters = &t->now->counters;
	unsigned int state;
	bool any = false;
	struct columns c;

	begin_table(t, &c, specs, ARRAY_SIZE(specs));
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (!counters->live[state] && !has_untracked(t->now, state))
			continue;
		any |= has_untracked(t->now, state);
		columns_begin(&c, NULL);
		add_name(&c, names_state(state), state);
		columns_s64(&c, counters->live[state]);
		add_untracked(t, &c, state);
		columns_end(&c);
	}
	buffer_printf(t->to, "%llu tracked, of at most %llu\n",
		      counters->tracked, counters->max_conns);
	explain_untracked(t, any);
}

/* Whose connections were not tracked since they were too many. */
static void add_shares(const struct text *t)
{
	static const struct column specs[] = {
		{ .title = "NOT TRACKED OF NETNS", .width = 20 },
		{ .title = "COUNT", .width = 15, .right = true },
		{ .title = "NAMESPACES OF USER", .width = 20, .right = true },
	};
	const struct tcpclose_share *shares = t->now->counters.shares;
	struct columns c;
	unsigned int i;

	if (!shares[0].refused)
		return;
	begin_table(t, &c, specs, ARRAY_SIZE(specs));
	for (i = 0; i < TCPCLOSE_SHARES && shares[i].refused; i++) {
		columns_begin(&c, NULL);
		columns_u64(&c, shares[i].netns);
		columns_u64(&c, shares[i].refused);
		if (shares[i].uid == TCPCLOSE_UNKNOWN_UID)
			columns_text(&c, "-");
		else
			columns_u64(&c, shares[i].uid);
		columns_end(&c);
	}
}

static void add_rings(const struct text *t)
{
	static const struct column specs[] = {
		{ .title = "CPU", .width = 12 },
		{ .title = "WRITTEN", .width = 15, .right = true },
		{ .title = "OVERWRITTEN", .width = 12, .right = true },
	};
	struct columns c;
	unsigned int i;

	begin_table(t, &c, specs, ARRAY_SIZE(specs));
	for (i = 0; i < t->now->ring_count; i++) {
		const struct tcpclose_cursor *ring = &t->now->rings[i];

		if (!ring->written)
			continue;
		columns_begin(&c, NULL);
		columns_u64(&c, ring->cpu);
		columns_u64(&c, ring->written);
		columns_u64(&c, ring->overwritten);
		columns_end(&c);
	}
}

static void add_hooks(const struct text *t)
{
	static const struct column specs[] = {
		{ .title = "HOOK", .width = 40 },
		{ .title = "VIA", .width = 10 },
		{ .title = "CALLS", .width = 10, .right = true },
	};
	struct columns c;
	unsigned int i;

	begin_table(t, &c, specs, ARRAY_SIZE(specs));
	for (i = 0; i < t->now->hook_count; i++) {
		const struct tcpclose_hook *h = &t->now->hooks[i];
		const char *via = names_hook_via(h->via);

		if (!h->via && !statistics_hook_is_dead(h))
			via = "unused";
		columns_begin(&c, NULL);
		columns_printf(&c, "%.47s", h->name);
		columns_text(&c, via ? via : "unknown");
		columns_u64(&c, h->calls);
		columns_end(&c);
	}
}

/* Why a hook is off */
static const char *hook_error(unsigned int number)
{
	const char *name = names_error(number);

	switch (number) {
	case ENODATA:
		return "its arguments in this kernel are unknown";
	case EPROTOTYPE:
		return "it takes other arguments in this kernel";
	case ECANCELED:
		return "without=";
	default:
		return name ? name : "unknown error";
	}
}

static void warn_of_hooks(const struct text *t)
{
	unsigned int i;

	for (i = 0; i < t->now->hook_count; i++) {
		const struct tcpclose_hook *h = &t->now->hooks[i];
		char what[104], advice[160];

		if (!statistics_hook_is_dead(h))
			continue;
		snprintf(what, sizeof(what), "hook %.47s is off (%s)", h->name,
			 hook_error(h->error));
		snprintf(advice, sizeof(advice),
			 "missing without it: %.79s; see the kernel log",
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
	if (c->untracked[TCPCLOSE_UNTRACKED_SHARE]) {
		snprintf(what, sizeof(what),
			 "%llu transitions of network namespaces have no dwell time",
			 c->untracked[TCPCLOSE_UNTRACKED_SHARE]);
		add_warning(t, what,
			    "these had used up their share of max_conns");
	}
	if (c->untracked[TCPCLOSE_UNTRACKED_FULL]) {
		snprintf(what, sizeof(what),
			 "%llu transitions have no dwell time",
			 c->untracked[TCPCLOSE_UNTRACKED_FULL]);
		add_warning(t, what,
			    "load the module with a larger max_conns");
	}
}

/**
 * stat_text() - write statistics as text
 * @how: how they are shown
 * @to: where they go
 * @report: the statistics
 */
void stat_text(const struct view *how, struct buffer *to,
	       const struct stat_report *report)
{
	const struct tcpclose_stats *c = &report->now->counters;
	const struct text t = {
		.how = how,
		.to = to,
		.now = report->now,
		.before = report->before,
	};

	buffer_printf(to, "Counted for %.1f s, since load or the last reset.\n",
		      (double)(c->now_ns - c->since_ns) / (double)NS_PER_S);
	if (t.before)
		buffer_printf(to, "Rates are those of the last %.1f s.\n",
			      seconds_between(&t));
	add_live(&t);
	add_transitions(&t);
	add_counts(&t, "CONNECTION ENDED BY", c->causes, TCPCLOSE_CAUSES,
		   names_cause);
	add_dwell(&t);
	add_timewait(&t);
	add_rsts(&t);
	add_drops(&t);
	add_failed_calls(&t);
	add_counts(&t, "DWELL UNKNOWN DUE TO", c->untracked, TCPCLOSE_UNTRACKED,
		   names_untracked);
	add_shares(&t);
	add_rings(&t);
	add_hooks(&t);
	add_warnings(&t);
}
