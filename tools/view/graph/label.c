// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words that are the same in every format of the state diagram.
 *
 * Plain ASCII. Nothing in them comes from a recording but digits and the kernel's
 * release, of which only harmless characters are kept.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/format.h"
#include "view/graph/label.h"

/**
 * label_weight() - how wide a line should be
 * @part: what was seen; NULL: nothing
 *
 * Return: tenths of a pixel or point, 12 more for each factor of 1000 or so
 */
unsigned int label_weight(const struct graph_part *part)
{
	uint64_t count = part ? part->count : 1;

	return 14 + 12 * (63 - (unsigned int)__builtin_clzll(count)) / 10;
}

/**
 * label_role() - which colour something has
 * @part: what was seen; NULL: nothing
 */
enum svg_role label_role(const struct graph_part *part)
{
	if (!part)
		return SVG_MUTED;
	if (part->why)
		return SVG_BAD;
	switch (part->edge->manner) {
	case MODEL_GRACEFUL:
		return SVG_GRACEFUL;
	case MODEL_ABRUPT:
		return SVG_ABRUPT;
	default:
		return SVG_INK;
	}
}

/**
 * label_count() - a number with its digits in groups
 * @text: result
 * @count: the number
 */
void label_count(char text[LABEL_MAX], uint64_t count)
{
	char digits[FORMAT_U64_MAX + 1];
	size_t len = (size_t)(format_u64(digits, count) - digits), i;

	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*text++ = ',';
		*text++ = digits[i];
	}
	*text = '\0';
}

/**
 * label_short_count() - a number in nine characters at most
 * @text: result; cut to four digits and a unit if there is no room for all
 * @count: the number
 */
void label_short_count(char text[LABEL_MAX], uint64_t count)
{
	const char *unit = "MGTPE";
	uint64_t value = count / 1000, scale = 1000;

	if (count < 10000000) {
		label_count(text, count);
		return;
	}
	while (value >= 1000 * scale) {
		value /= 1000;
		unit++;
	}
	/* value: thousandths of the unit */
	if (value >= 100 * scale)
		snprintf(text, LABEL_MAX, "%" PRIu64 ".%" PRIu64 "%c",
			 value / 1000, value % 1000 / 100, *unit);
	else
		snprintf(text, LABEL_MAX, "%" PRIu64 ".%02" PRIu64 "%c",
			 value / 1000, value % 1000 / 10, *unit);
}

/**
 * label_median() - the median of the times in the state that was left
 * @text: result; empty if no time is known
 * @median_ns: the median, or %GRAPH_UNKNOWN_NS
 */
void label_median(char text[LABEL_MAX], uint64_t median_ns)
{
	if (median_ns != GRAPH_UNKNOWN_NS)
		text = format_duration(text, median_ns);
	*text = '\0';
}

/* Append; what has no room is cut. */
static size_t add_lines(char *text, size_t len, const char *event,
			uint64_t how_often, uint64_t median_ns)
{
	char count[LABEL_MAX], median[LABEL_MAX];
	int added;

	label_count(count, how_often);
	label_median(median, median_ns);
	added = snprintf(text + len, LABEL_LINES_MAX - len,
			 "%s%.90s\n%.40s%s%.20s", len ? "\n" : "", event, count,
			 *median ? " / " : "", median);
	len += added > 0 ? (size_t)added : 0;
	return len < LABEL_LINES_MAX ? len : LABEL_LINES_MAX - 1;
}

/**
 * label_lines() - what stands at an edge, in lines
 * @text: result
 * @event: what makes the edge happen, if nothing was seen of it or it is wrong
 * @part: what was seen: each event that happened, how often and when; NULL: nothing
 */
void label_lines(char text[LABEL_LINES_MAX], const char *event,
		 const struct graph_part *part)
{
	char words[LABEL_MAX];
	unsigned int i;
	size_t len = 0;

	if (!part) {
		snprintf(text, LABEL_LINES_MAX, "%s", event);
		return;
	}
	for (i = 0; i < part->event_count; i++) {
		const struct graph_event *e = &part->events[i];

		label_event(words, e->edge);
		len = add_lines(text, len, words, e->count, e->median_ns);
	}
	if (!part->event_count)
		add_lines(text, 0, event, part->count, part->median_ns);
}

/**
 * label_events() - the events that happened, and how often, in one line
 * @text: result
 * @part: what was seen; it has events
 */
void label_events(char text[LABEL_LINES_MAX], const struct graph_part *part)
{
	char count[LABEL_MAX];
	unsigned int i;
	size_t len = 0;

	text[0] = '\0';
	for (i = 0; i < part->event_count && len < LABEL_LINES_MAX; i++) {
		int added;

		label_count(count, part->events[i].count);
		added = snprintf(text + len, LABEL_LINES_MAX - len,
				 "%s%.90s %.40s", i ? ", " : "",
				 part->events[i].edge->event, count);
		len += added > 0 ? (size_t)added : 0;
	}
}

/**
 * label_state() - name of a state
 * @text: result
 * @state: its number, which a damaged recording may have made up
 */
void label_state(char text[LABEL_MAX], unsigned int state)
{
	const struct model_state *s = model_state(state);

	if (s)
		snprintf(text, LABEL_MAX, "%s", s->name);
	else
		snprintf(text, LABEL_MAX, "state %u", state);
}

/**
 * label_edge() - the edge that stands for a pair of states in a diagram
 * @from: old state
 * @to: new state
 *
 * Return: the edge, or NULL: there is none but abrupt ends
 */
const struct model_edge *label_edge(unsigned int from, unsigned int to)
{
	const struct model_edge *edges;
	size_t count, i;

	edges = model_edges(&count);
	for (i = 0; i < count; i++)
		if (edges[i].from == from && edges[i].to == to &&
		    (edges[i].figure || edges[i].manner != MODEL_ABRUPT))
			return &edges[i];
	return NULL;
}

/**
 * label_event() - what makes an edge happen, and what is done then
 * @text: result
 * @edge: the edge
 */
void label_event(char text[LABEL_MAX], const struct model_edge *edge)
{
	snprintf(text, LABEL_MAX, "%s%s%s", edge->event,
		 edge->action ? " / " : "", edge->action ? edge->action : "");
}

static void verdict_words(char text[LABEL_MAX], const uint64_t *verdicts)
{
	char linux_only[LABEL_MAX];

	if (!verdicts[MODEL_OK_LINUX]) {
		snprintf(text, LABEL_MAX, "%s",
			 model_verdict_name(MODEL_OK_DOCUMENTED));
	} else if (!verdicts[MODEL_OK_DOCUMENTED]) {
		snprintf(text, LABEL_MAX, "%s",
			 model_verdict_name(MODEL_OK_LINUX));
	} else {
		label_count(linux_only, verdicts[MODEL_OK_LINUX]);
		snprintf(text, LABEL_MAX, "%s, %.40s %s",
			 model_verdict_name(MODEL_OK_DOCUMENTED), linux_only,
			 model_verdict_name(MODEL_OK_LINUX));
	}
}

/**
 * label_verdict() - what the model says of what was seen
 * @text: result
 * @part: what was seen
 */
void label_verdict(char text[LABEL_MAX], const struct graph_part *part)
{
	if (part->why)
		snprintf(text, LABEL_MAX, "%s: %s",
			 model_verdict_name(part->verdicts[MODEL_ILLEGAL] ?
						    MODEL_ILLEGAL :
						    MODEL_IMPOSSIBLE),
			 part->why);
	else
		verdict_words(text, part->verdicts);
}

/**
 * label_event_verdict() - likewise of one event
 * @text: result
 * @event: the event
 */
void label_event_verdict(char text[LABEL_MAX], const struct graph_event *event)
{
	verdict_words(text, event->verdicts);
}

/**
 * struct moment - a local time, in words
 * @day: the date
 * @time: the time of day
 * @zone: what it is ahead of UTC
 */
struct moment {
	char day[24];
	char time[16];
	char zone[16];
};

static bool make_moment(struct moment *m, uint64_t realtime_ns)
{
	time_t s = (time_t)(realtime_ns / NS_PER_S);
	struct tm tm;

	return localtime_r(&s, &tm) &&
	       strftime(m->day, sizeof(m->day), "%Y-%m-%d ", &tm) &&
	       strftime(m->time, sizeof(m->time), "%H:%M:%S", &tm) &&
	       strftime(m->zone, sizeof(m->zone), " %z", &tm);
}

/**
 * label_host() - which machine it was, and when
 * @text: result
 * @g: what was seen
 */
void label_host(char text[LABEL_MAX], const struct graph *g)
{
	char span[FORMAT_DURATION_MAX + 1];
	struct moment from, to;
	int len;

	len = snprintf(text, LABEL_MAX, "Linux %s",
		       *g->release ? g->release : "of unknown release");
	if (!g->transitions || !make_moment(&from, g->first_realtime_ns) ||
	    !make_moment(&to, g->last_realtime_ns))
		return;
	*format_duration(span, g->last_ns - g->first_ns) = '\0';
	/* What is the same is said once. */
	snprintf(text + len, LABEL_MAX - (size_t)len, ", %s%s%s to %s%s%s (%s)",
		 from.day, from.time, strcmp(from.zone, to.zone) ? from.zone : "",
		 strcmp(from.day, to.day) ? to.day : "", to.time, to.zone, span);
}

/**
 * label_sum() - how much was seen
 * @text: result
 * @g: what was seen
 */
void label_sum(char text[LABEL_MAX], const struct graph *g)
{
	const struct distinct *connections = &g->connections;
	char transitions[LABEL_MAX], many[LABEL_MAX];

	label_count(transitions, g->transitions);
	label_count(many, connections->count);
	snprintf(text, LABEL_MAX, "%.40s transition%s of %s%.40s connection%s",
		 transitions, format_plural(g->transitions),
		 connections->more ? "more than " : "", many,
		 format_plural(connections->count));
}

/**
 * label_loss() - how much was not seen
 * @text: result
 * @g: what was seen
 *
 * Return: whether anything was lost
 */
bool label_loss(char text[LABEL_MAX], const struct graph *g)
{
	char lost[LABEL_MAX];

	if (!g->lost)
		return false;
	label_count(lost, g->lost);
	snprintf(text, LABEL_MAX,
		 "%.40s record%s lost: up to as many transitions are missing here",
		 lost, format_plural(g->lost));
	return true;
}

/**
 * label_openings() - why there are no openings
 * @g: what was seen
 *
 * Return: the explanation, or NULL: there are some
 */
const char *label_openings(const struct graph *g)
{
	return g->openings ?
		       NULL :
		       "openings are recorded with scope=all only";
}
