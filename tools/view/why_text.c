// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether closing is healthy, for people.
 */
#include <stdio.h>
#include <string.h>

#include "answer/thresholds.h"
#include "base/clock.h"
#include "base/clock_text.h"
#include "base/format.h"
#include "view/why_view.h"

/* What a line has room for where the terminal does not say. */
#define WIDTH 88
#define INDENT 10
/* Of one kind so many are shown in full. */
#define OF_ONE_KIND 3

static const char *colour_of(const struct view *how, enum diagnosis_severity severity)
{
	return view_colour(how, severity == DIAGNOSIS_INFO ? TERMINAL_BOLD : TERMINAL_RED);
}

/* Words of a paragraph, with a label before the first line. */
static void paragraph(const struct view *how, struct buffer *to, const char *label,
		      const char *text)
{
	size_t width = (how->width > 40 && how->width < WIDTH ? how->width : WIDTH) - INDENT;

	buffer_printf(to, "  %-*s", INDENT - 2, label);
	while (strlen(text) > width) {
		size_t end = width;

		while (end && text[end] != ' ')
			end--;
		if (!end)
			break;
		buffer_printf(to, "%.*s\n%*s", (int)end, text, INDENT, "");
		text += end + 1;
	}
	buffer_printf(to, "%s\n", text);
}

static void sentence(const struct view *how, struct buffer *to, const char *label,
		     const char *text)
{
	bool small = text[0] >= 'a' && text[0] <= 'z';
	char whole[512];

	snprintf(whole, sizeof(whole), "%c%s.", small ? text[0] - 'a' + 'A' : text[0], text + 1);
	paragraph(how, to, label, whole);
}

static void add_since(const struct view *how, struct buffer *to, const struct why_view *v,
		      const struct diagnosis *g)
{
	char text[128], age[FORMAT_DURATION_MAX + 1];
	struct clock_text clock = { .second = -1 };
	uint64_t now_ns = v->why->last_ns;

	if (!g->since_ns) {
		paragraph(how, to, "Since", "not known: there is no record of it");
		return;
	}
	clock_text(&clock, g->since_ns + (uint64_t)v->offset_ns);
	*format_duration(age, now_ns > g->since_ns ? now_ns - g->since_ns : 0) = '\0';
	/* The date, the time, the zone */
	snprintf(text, sizeof(text), "%.10s %.8s%s (%s ago)", clock.date, clock.text,
		 clock.date + 10, age);
	paragraph(how, to, "Since", text);
}

static void add_processes(const struct view *how, struct buffer *to, const struct diagnosis *g)
{
	struct line line;
	unsigned int i;

	if (g->process_count < 2)
		return;
	line_init(&line, 1, how);
	for (i = 0; i < g->process_count; i++) {
		line_add(&line, "%s", i ? ", " : "");
		line_add_name(&line, g->processes[i].process.comm);
		line_add(&line, "[%u] %llu", g->processes[i].process.pid,
			 (unsigned long long)g->processes[i].count);
	}
	paragraph(how, to, "Whose", line.text);
}

static void add_evidence(const struct view *how, struct buffer *to, const struct why_view *v,
			 const struct diagnosis *g)
{
	struct line line;

	line_init(&line, 1, how);
	why_words_command(&line, g, v->input);
	paragraph(how, to, "See", line.text);
	if (!g->cookie_count)
		return;
	line_begin(&line);
	line_add(&line, "tcpclose ladder %s", v->input ? "--input " : "--all --duration 1");
	if (v->input)
		why_words_input(&line, v->input);
	line_add(&line, " %llu", (unsigned long long)g->cookies[g->cookie_count - 1]);
	paragraph(how, to, "", line.text);
}

static void add_diagnosis(const struct view *how, struct buffer *to, const struct why_view *v,
			  const struct diagnosis *g)
{
	static const char *const severities[] = { "info", "WARNING", "CRITICAL" };
	const struct why_words *words = why_words(g);
	struct line line;

	buffer_printf(to, "\n%s%s: %s%s (%s)\n", colour_of(how, g->severity),
		      severities[g->severity], words->title, view_plain(how),
		      thresholds[g->id].name);
	line_init(&line, 1, how);
	why_words_text(&line, g);
	paragraph(how, to, "What", line.text);
	add_processes(how, to, g);
	add_since(how, to, v, g);
	if (g->severity != DIAGNOSIS_INFO) {
		sentence(how, to, "Usually", words->usually);
		sentence(how, to, "Do", words->advice);
	}
	add_evidence(how, to, v, g);
}

static void add_verdict(const struct view *how, struct buffer *to, const struct why *why)
{
	static const char *const verdicts[] = {
		[WHY_HEALTHY] = "Closing is healthy.",
		[WHY_TROUBLE] = "Closing is in trouble.",
		[WHY_CANNOT_TELL] = "Cannot tell: nothing was found, but not all could be seen.",
	};
	enum why_verdict verdict = why_verdict(why);
	uint64_t span_ns = why->last_ns - why->first_ns;
	char span[FORMAT_DURATION_MAX + 1];

	*format_duration(span, span_ns) = '\0';
	buffer_printf(to, "%s%s%s\n",
		      view_colour(how, verdict == WHY_TROUBLE ? TERMINAL_RED : TERMINAL_BOLD),
		      verdicts[verdict], view_plain(how));
	buffer_printf(to, "Looked at %llu connection%s that ended in %s (%llu gracefully), and at %llu socket%s.\n",
		      (unsigned long long)why->connections, format_plural(why->connections),
		      why->first_ns ? span : "no time", (unsigned long long)why->graceful,
		      (unsigned long long)why->sockets, format_plural(why->sockets));
	if (why->lost)
		buffer_printf(to, "%llu records were lost: what they say is not known.\n",
			      (unsigned long long)why->lost);
	if (why->blind)
		buffer_printf(to, "Not all sockets and processes could be looked at: run it as root.\n");
}

/**
 * why_text() - write the answer in plain sentences
 * @how: how it is shown
 * @to: where it goes
 * @v: the answer
 */
void why_text(const struct view *how, struct buffer *to, const struct why_view *v)
{
	size_t i, shown[DIAGNOSES] = { 0 };

	add_verdict(how, to, v->why);
	for (i = 0; i < v->why->found.count; i++)
		if (shown[v->why->found.sorted[i]->id]++ < OF_ONE_KIND)
			add_diagnosis(how, to, v, v->why->found.sorted[i]);
	for (i = 0; i < DIAGNOSES; i++)
		if (shown[i] > OF_ONE_KIND)
			buffer_printf(to, "\n%zu more of %s: use a filter, or --json\n",
				      shown[i] - OF_ONE_KIND, thresholds[i].name);
}
