// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of metrics, and their text as Prometheus reads it from a file (format 0.0.4).
 *
 * Names as Prometheus wants them: base units, "_total" behind what only grows. States are
 * spelled as in OpenTelemetry's system.network.connections. Each number is of the whole machine.
 * The number of series is bounded by the names that there are: none is of a process or an
 * address.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/histogram.h"
#include "lib/names.h"
#include "model/model.h"
#include "view/metrics.h"

#define PREFIX "tcpclose_"

enum metric_type {
	COUNTER,
	GAUGE,
	HISTOGRAM,
};

/**
 * struct writer - the text that is being written
 * @to: where it goes
 * @metric: of which metric
 */
struct writer {
	struct buffer *to;
	const struct metric *metric;
};

/**
 * struct metric - one metric
 * @name: without prefix, and without the suffix of its unit and type
 * @type: what a reader may do with it
 * @labels: their names, for the reference; "": none
 * @help: what it counts, one line
 * @write: writes its samples
 */
struct metric {
	const char *name;
	enum metric_type type;
	const char *labels;
	const char *help;
	void (*write)(struct writer *w, const struct metrics_source *source);
};

static const char *suffix(const struct metric *m)
{
	static const char *const suffixes[] = {
		[COUNTER] = "_total",
		[GAUGE] = "",
		[HISTOGRAM] = "_seconds",
	};

	return suffixes[m->type];
}

static void add_escaped(struct buffer *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			buffer_printf(to, "\\n");
		else
			buffer_printf(to, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	}
}

static void add_labels(struct buffer *to, const char *const *labels)
{
	char before = '{';

	for (; labels[0]; labels += 2) {
		buffer_printf(to, "%c%s=\"", before, labels[0]);
		add_escaped(to, labels[1]);
		buffer_printf(to, "\"");
		before = ',';
	}
	if (before == ',')
		buffer_printf(to, "}");
}

/*
 * A sample: @part of the metric ("" unless it is a histogram), with these labels, names and
 * values by turns, then NULL.
 */
static void sample_text(struct writer *w, const char *part, const char *const *labels,
			const char *value)
{
	buffer_printf(w->to, PREFIX "%s%s%s", w->metric->name, suffix(w->metric), part);
	add_labels(w->to, labels);
	buffer_printf(w->to, " %s\n", value);
}

static void sample_number(struct writer *w, const char *part, const char *const *labels,
			  int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	sample_text(w, part, labels, text);
}

#define SAMPLE(w, value, ...) \
	sample_number(w, "", (const char *const[]){ __VA_ARGS__, NULL }, (int64_t)(value))

/* A sample without labels. */
static void sample_alone(struct writer *w, uint64_t value)
{
	static const char *const none[] = { NULL };

	sample_number(w, "", none, (int64_t)value);
}

/* Nanoseconds as seconds, without zeros at the end. */
static void seconds_text(uint64_t ns, char *text, size_t size)
{
	size_t len;

	snprintf(text, size, "%" PRIu64 ".%09" PRIu64, (uint64_t)(ns / NS_PER_S),
		 (uint64_t)(ns % NS_PER_S));
	len = strlen(text);
	while (text[len - 1] == '0')
		text[--len] = '\0';
	if (text[len - 1] == '.')
		text[--len] = '\0';
}

/*
 * The device's buckets, four to a power of two, would be 700 series for each state: these are
 * the powers of two, in nanoseconds, that are limits of both.
 */
static const unsigned char limits_log2[] = {
	10, 13, 16, 19, 22, 25, 28, 30, 32, 34, 35, 36, 38, 42,
};

/* @state: whose it is; NULL: there is one only */
static void histogram(struct writer *w, const char *state, const struct tcpclose_histogram *h)
{
	char seconds[32];
	const char *const all[] = { "state", state, "le", seconds, NULL };
	const char *const *labels = state ? all : all + 2;
	const char *const own[] = { state ? "state" : NULL, state, NULL };
	unsigned int i, b = 0;
	uint64_t count = 0;

	for (i = 0; i < ARRAY_SIZE(limits_log2); i++) {
		while (b + 1 < TCPCLOSE_BUCKETS &&
		       TCPCLOSE_BUCKET_NS(b + 1) <= 1ULL << limits_log2[i])
			count += h->buckets[b++];
		seconds_text(1ULL << limits_log2[i], seconds, sizeof(seconds));
		sample_number(w, "_bucket", labels, (int64_t)count);
	}
	/* A reset clears one number after the other: what all buckets count is the count. */
	for (; b < TCPCLOSE_BUCKETS; b++)
		count += h->buckets[b];
	strcpy(seconds, "+Inf");
	sample_number(w, "_bucket", labels, (int64_t)count);
	seconds_text(h->sum_ns, seconds, sizeof(seconds));
	sample_text(w, "_sum", own, seconds);
	sample_number(w, "_count", own, (int64_t)count);
}

static const char *state_name(unsigned int state)
{
	static const char *const names[TCPCLOSE_STATES] = {
		[TCPCLOSE_ESTABLISHED] = "established",
		[TCPCLOSE_SYN_SENT] = "syn_sent",
		[TCPCLOSE_SYN_RECV] = "syn_received",
		[TCPCLOSE_FIN_WAIT1] = "fin_wait_1",
		[TCPCLOSE_FIN_WAIT2] = "fin_wait_2",
		[TCPCLOSE_TIME_WAIT] = "time_wait",
		[TCPCLOSE_CLOSE] = "closed",
		[TCPCLOSE_CLOSE_WAIT] = "close_wait",
		[TCPCLOSE_LAST_ACK] = "last_ack",
		[TCPCLOSE_LISTEN] = "listen",
		[TCPCLOSE_CLOSING] = "closing",
	};

	return state < TCPCLOSE_STATES ? names[state] : NULL;
}

/* ---- samples */

/**
 * struct number - room for what has no name
 * @text: digits
 */
struct number {
	char text[16];
};

static const char *name_or_number(const char *name, unsigned int value, struct number *number)
{
	snprintf(number->text, sizeof(number->text), "%u", value);
	return name ? name : number->text;
}

/* Those that are possible, also with 0, so that the first of them is seen to come. */
static void transitions(struct writer *w, const struct metrics_source *source)
{
	const struct tcpclose_stats *c = &source->statistics->counters;
	struct number old, new;
	unsigned int from, into;

	for (from = 0; from < TCPCLOSE_STATES; from++)
		for (into = 0; into < TCPCLOSE_STATES; into++)
			if (c->transitions[from][into] || model_has(from, into))
				SAMPLE(w, c->transitions[from][into],
				       "from", name_or_number(state_name(from), from, &old),
				       "to", name_or_number(state_name(into), into, &new));
}

/* Of each number that has a name, or was counted. */
static void names(struct writer *w, const char *label, const __u64 *counts, unsigned int size,
		  const char *(*name_of)(unsigned int number))
{
	struct number number;
	unsigned int i;

	for (i = 0; i < size; i++)
		if (name_of(i) || counts[i])
			SAMPLE(w, counts[i], label, name_or_number(name_of(i), i, &number));
}

static void causes(struct writer *w, const struct metrics_source *source)
{
	names(w, "cause", source->statistics->counters.causes, TCPCLOSE_CAUSES, names_cause);
}

static void dwell(struct writer *w, const struct metrics_source *source)
{
	const struct tcpclose_stats *c = &source->statistics->counters;
	unsigned int state;

	for (state = 0; state < TCPCLOSE_STATES; state++)
		if (state_name(state))
			histogram(w, state_name(state), &c->dwell[state]);
}

static void timewait(struct writer *w, const struct metrics_source *source)
{
	histogram(w, NULL, &source->statistics->counters.timewait);
}

static void live(struct writer *w, const struct metrics_source *source)
{
	const struct tcpclose_stats *c = &source->statistics->counters;
	unsigned int state;

	for (state = 0; state < TCPCLOSE_STATES; state++)
		if (state_name(state))
			SAMPLE(w, c->live[state], "state", state_name(state));
}

static void not_tracked(struct writer *w, const struct metrics_source *source)
{
	const struct statistics *s = source->statistics;
	unsigned int state;

	for (state = 0; s->untracked_known && state < TCPCLOSE_STATES; state++)
		if (state_name(state) && STATISTICS_STATES >> state & 1)
			SAMPLE(w, s->untracked[state].at_least, "state", state_name(state));
}

/* Without mini-sockets that were never created: these have a metric of their own. */
static const char *end_name(unsigned int end)
{
	return end == TCPCLOSE_END_NONE || end == TCPCLOSE_END_OVERFLOW ? NULL : names_end(end);
}

static void ends(struct writer *w, const struct metrics_source *source)
{
	__u64 counts[TCPCLOSE_ENDS];

	memcpy(counts, source->statistics->counters.ends, sizeof(counts));
	counts[TCPCLOSE_END_NONE] = 0;
	counts[TCPCLOSE_END_OVERFLOW] = 0;
	names(w, "end", counts, TCPCLOSE_ENDS, end_name);
}

static void rsts_sent(struct writer *w, const struct metrics_source *source)
{
	names(w, "reason", source->statistics->counters.rsts_sent, TCPCLOSE_RST_REASONS,
	      names_rst_reason);
}

static void rsts_received(struct writer *w, const struct metrics_source *source)
{
	names(w, "effect", source->statistics->counters.rsts_received, TCPCLOSE_RST_EFFECTS,
	      names_rst_effect);
}

static void drops(struct writer *w, const struct metrics_source *source)
{
	names(w, "reason", source->statistics->counters.drops, TCPCLOSE_DROP_REASONS,
	      names_drop_reason);
}

/* Without zeros: which errors there may be depends on the kernel. */
static void errors(struct writer *w, const __u64 *counts,
		   const char *(*name_of)(unsigned int number))
{
	struct number number;
	unsigned int i;

	for (i = 0; i < TCPCLOSE_ERRORS; i++)
		if (counts[i])
			SAMPLE(w, counts[i], "error", name_or_number(name_of(i), i, &number));
}

static void connect_errors(struct writer *w, const struct metrics_source *source)
{
	errors(w, source->statistics->counters.connect_errors, names_connect_error);
}

static void bind_errors(struct writer *w, const struct metrics_source *source)
{
	errors(w, source->statistics->counters.bind_errors, names_error);
}

static void left_out(struct writer *w, const struct metrics_source *source)
{
	const struct tcpclose_stats *c = &source->statistics->counters;

	SAMPLE(w, c->rsts_left_out, "kind", "rst");
	SAMPLE(w, c->drops_left_out, "kind", "drop");
	SAMPLE(w, c->calls_left_out, "kind", "call");
}

static void untracked(struct writer *w, const struct metrics_source *source)
{
	names(w, "reason", source->statistics->counters.untracked, TCPCLOSE_UNTRACKED,
	      names_untracked);
}

static void written(struct writer *w, const struct metrics_source *source)
{
	const struct statistics *s = source->statistics;
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < s->ring_count; i++)
		sum += s->rings[i].written;
	sample_alone(w, sum);
}

static void overwritten(struct writer *w, const struct metrics_source *source)
{
	const struct statistics *s = source->statistics;
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < s->ring_count; i++)
		sum += s->rings[i].overwritten;
	sample_alone(w, sum);
}

/* A hook that is not wanted at present has no sample. */
static void hooks(struct writer *w, const struct metrics_source *source)
{
	const struct statistics *s = source->statistics;
	unsigned int i;

	for (i = 0; i < s->hook_count; i++)
		if (s->hooks[i].via || s->hooks[i].error)
			SAMPLE(w, !statistics_hook_is_dead(&s->hooks[i]), "hook",
			       s->hooks[i].name);
}

static void build_info(struct writer *w, const struct metrics_source *source)
{
	SAMPLE(w, 1, "module", source->module, "tool", source->tool);
}

/* A number of the counters that has no label. */
#define ONE(function, member)                                                         \
	static void function(struct writer *w, const struct metrics_source *source)   \
	{                                                                             \
		sample_alone(w, (uint64_t)source->statistics->counters.member);       \
	}

ONE(born, born)
ONE(minisockets, live_timewait)
ONE(overflows, ends[TCPCLOSE_END_OVERFLOW])
ONE(rearmed, rearmed)
ONE(late, late)
ONE(rsts_failed, rsts_failed)
ONE(tracked, tracked)
ONE(max_conns, max_conns)
ONE(missed, missed)

/* ---- the table */

static const struct metric metrics[] = {
	{ "transitions", COUNTER, "from, to",
	  "Transitions of TCP connections from state to state", transitions },
	{ "connections_ended", COUNTER, "cause",
	  "Connections that ended, by cause", causes },
	{ "state_duration", HISTOGRAM, "state",
	  "How long connections were in a state that they left", dwell },
	{ "time_wait_duration", HISTOGRAM, "",
	  "How long mini-sockets were in TIME_WAIT", timewait },
	{ "connections", GAUGE, "state",
	  "Connections that the module tracks, by state", live },
	{ "connections_not_tracked", GAUGE, "state",
	  "Sockets that the kernel has and the module does not track, at least", not_tracked },
	{ "table_entries", GAUGE, "",
	  "Entries in use of the module's table", tracked },
	{ "table_entries_limit", GAUGE, "",
	  "Entries that the module's table may have (max_conns)", max_conns },
	{ "table_refusals", COUNTER, "reason",
	  "Connections for which the module has no entry in its table", untracked },
	{ "mini_sockets", GAUGE, "",
	  "Mini-sockets in FIN_WAIT2 and TIME_WAIT", minisockets },
	{ "mini_sockets_created", COUNTER, "",
	  "Mini-sockets that were created", born },
	{ "mini_sockets_ended", COUNTER, "end",
	  "Mini-sockets that ended, by what ended them", ends },
	{ "mini_sockets_rearmed", COUNTER, "",
	  "Timers of mini-sockets that began anew", rearmed },
	{ "mini_sockets_ended_late", COUNTER, "",
	  "Ends of mini-sockets that were only seen when the memory was freed", late },
	{ "time_wait_overflows", COUNTER, "",
	  "Connections without a TIME_WAIT: beyond tcp_max_tw_buckets, or no memory", overflows },
	{ "resets_sent", COUNTER, "reason",
	  "RSTs that were sent, by reason", rsts_sent },
	{ "resets_received", COUNTER, "effect",
	  "RSTs that were received, by effect", rsts_received },
	{ "resets_failed", COUNTER, "",
	  "RSTs that could not be sent", rsts_failed },
	{ "listener_drops", COUNTER, "reason",
	  "Segments that listeners dropped, by reason", drops },
	{ "connect_errors", COUNTER, "error",
	  "Calls of connect() that failed, by error", connect_errors },
	{ "bind_errors", COUNTER, "error",
	  "Calls of bind() and listen() that failed, by error", bind_errors },
	{ "records_written", COUNTER, "",
	  "Records that were written to the rings", written },
	{ "records_overwritten", COUNTER, "",
	  "Records that newer ones replaced in the rings", overwritten },
	{ "records_left_out", COUNTER, "kind",
	  "Records that were not written, since there were too many", left_out },
	{ "hook_calls_missed", COUNTER, "",
	  "Calls of hooked functions that were not seen", missed },
	{ "hook_up", GAUGE, "hook",
	  "1: the hook is attached; 0: it could not be", hooks },
	{ "build_info", GAUGE, "module, tool",
	  "1; the versions of module and tool", build_info },
};

/**
 * metrics_text() - write all metrics
 * @to: where they go
 * @source: what they are of
 */
void metrics_text(struct buffer *to, const struct metrics_source *source)
{
	static const char *const types[] = {
		[COUNTER] = "counter",
		[GAUGE] = "gauge",
		[HISTOGRAM] = "histogram",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(metrics); i++) {
		const struct metric *m = &metrics[i];

		buffer_printf(to, "# HELP " PREFIX "%s%s %s (whole machine)\n", m->name, suffix(m),
			      m->help);
		buffer_printf(to, "# TYPE " PREFIX "%s%s %s\n", m->name, suffix(m), types[m->type]);
		m->write(&(struct writer){ .to = to, .metric = m }, source);
	}
}

/**
 * metrics_reference() - print the table
 * @to: standard output
 */
void metrics_reference(FILE *to)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(metrics); i++) {
		const struct metric *m = &metrics[i];
		char name[128];

		snprintf(name, sizeof(name), PREFIX "%s%s%s%s%s", m->name, suffix(m),
			 *m->labels ? "{" : "", m->labels, *m->labels ? "}" : "");
		fprintf(to, "%s\n    %s.\n", name, m->help);
	}
}
