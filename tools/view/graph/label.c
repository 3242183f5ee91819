// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words that pictures of the state machine have in common, whatever the format.
 *
 * Plain ASCII, and nothing that a recording could have put there but digits and
 * the kernel's release, of which only harmless characters are kept.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/format.h"
#include "view/graph/drawing.h"

/**
 * drawing_set_release() - say which kernel it was
 * @d: the picture
 * @release: as a recording has it: perhaps without NUL, perhaps anything
 * @size: room that it has there
 */
void drawing_set_release(struct drawing *d, const char *release, size_t size)
{
	static const char harmless[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+_~";
	size_t i;

	for (i = 0; i < size && i + 1 < sizeof(d->release); i++) {
		if (!release[i])
			break;
		d->release[i] = strchr(harmless, release[i]) ? release[i] : '?';
	}
	d->release[i] = '\0';
}

/**
 * drawing_weight() - how wide a line should be
 * @part: what was seen; NULL: nothing
 *
 * Return: tenths of a pixel or point, 12 more for each factor of 1000 or so
 */
unsigned int drawing_weight(const struct graph_part *part)
{
	uint64_t count = part ? part->count : 1;

	return 14 + 12 * (63 - (unsigned int)__builtin_clzll(count)) / 10;
}

/**
 * drawing_count() - a number with its digits in groups
 * @text: result
 * @count: the number
 */
void drawing_count(char text[DRAWING_TEXT_MAX], uint64_t count)
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
 * drawing_short_count() - a number in nine characters at most
 * @text: result; cut to four digits and a unit if there is no room for all
 * @count: the number
 */
void drawing_short_count(char text[DRAWING_TEXT_MAX], uint64_t count)
{
	const char *unit = "MGTPE";
	uint64_t value = count / 1000, scale = 1000;

	if (count < 10000000) {
		drawing_count(text, count);
		return;
	}
	while (value >= 1000 * scale) {
		value /= 1000;
		unit++;
	}
	/* value: thousandths of the unit */
	if (value >= 100 * scale)
		snprintf(text, DRAWING_TEXT_MAX, "%" PRIu64 ".%" PRIu64 "%c",
			 value / 1000, value % 1000 / 100, *unit);
	else
		snprintf(text, DRAWING_TEXT_MAX, "%" PRIu64 ".%02" PRIu64 "%c",
			 value / 1000, value % 1000 / 10, *unit);
}

/**
 * drawing_median() - the median of the times in the state that was left
 * @text: result; empty if no time is known
 * @part: what was seen
 */
void drawing_median(char text[DRAWING_TEXT_MAX], const struct graph_part *part)
{
	if (part->median_ns != GRAPH_UNKNOWN_NS)
		text = format_duration(text, part->median_ns);
	*text = '\0';
}

/**
 * drawing_label() - what stands at an edge, in lines
 * @text: result
 * @event: what makes the edge happen
 * @part: what was seen; NULL: nothing
 */
void drawing_label(char text[DRAWING_TEXT_MAX], const char *event,
		   const struct graph_part *part)
{
	char count[DRAWING_TEXT_MAX], median[DRAWING_TEXT_MAX];

	if (!part) {
		snprintf(text, DRAWING_TEXT_MAX, "%s", event);
		return;
	}
	drawing_count(count, part->count);
	drawing_median(median, part);
	snprintf(text, DRAWING_TEXT_MAX, "%.90s\n%.40s%s%.20s", event, count,
		 *median ? " / " : "", median);
}

/**
 * drawing_state() - name of a state
 * @text: result
 * @state: its number, which a damaged recording may have made up
 */
void drawing_state(char text[DRAWING_TEXT_MAX], unsigned int state)
{
	const struct model_state *s = model_state(state);

	if (s)
		snprintf(text, DRAWING_TEXT_MAX, "%s", s->name);
	else
		snprintf(text, DRAWING_TEXT_MAX, "state %u", state);
}

/**
 * drawing_edge() - the edge that stands for a pair of states in a diagram
 * @from: old state
 * @to: new state
 *
 * Return: the edge, or NULL: there is none but abrupt ends
 */
const struct model_edge *drawing_edge(unsigned int from, unsigned int to)
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
 * drawing_event() - what makes an edge happen, and what is done then
 * @text: result
 * @edge: the edge
 */
void drawing_event(char text[DRAWING_TEXT_MAX], const struct model_edge *edge)
{
	snprintf(text, DRAWING_TEXT_MAX, "%s%s%s", edge->event,
		 edge->action ? " / " : "", edge->action ? edge->action : "");
}

/**
 * drawing_verdict() - what the model says of what was seen
 * @text: result
 * @part: what was seen
 */
void drawing_verdict(char text[DRAWING_TEXT_MAX], const struct graph_part *part)
{
	char linux_only[DRAWING_TEXT_MAX];

	if (part->why) {
		snprintf(text, DRAWING_TEXT_MAX, "%s: %s",
			 model_verdict_name(part->verdicts[MODEL_ILLEGAL] ?
						    MODEL_ILLEGAL :
						    MODEL_IMPOSSIBLE),
			 part->why);
	} else if (graph_is_linux(part)) {
		snprintf(text, DRAWING_TEXT_MAX, "%s",
			 model_verdict_name(MODEL_OK_LINUX));
	} else if (part->verdicts[MODEL_OK_LINUX]) {
		drawing_count(linux_only, part->verdicts[MODEL_OK_LINUX]);
		snprintf(text, DRAWING_TEXT_MAX, "%s, %.40s %s",
			 model_verdict_name(MODEL_OK_DOCUMENTED), linux_only,
			 model_verdict_name(MODEL_OK_LINUX));
	} else {
		snprintf(text, DRAWING_TEXT_MAX, "%s",
			 model_verdict_name(MODEL_OK_DOCUMENTED));
	}
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
 * drawing_host() - which machine it was, and when
 * @text: result
 * @d: the picture
 */
void drawing_host(char text[DRAWING_TEXT_MAX], const struct drawing *d)
{
	const struct graph *g = d->graph;
	char span[FORMAT_DURATION_MAX + 1];
	struct moment from, to;
	int len;

	len = snprintf(text, DRAWING_TEXT_MAX, "Linux %s",
		       *d->release ? d->release : "of unknown release");
	if (!g->transitions || !make_moment(&from, g->first_realtime_ns) ||
	    !make_moment(&to, g->last_realtime_ns))
		return;
	*format_duration(span, g->last_ns - g->first_ns) = '\0';
	/* What is the same is said once. */
	snprintf(text + len, DRAWING_TEXT_MAX - (size_t)len, ", %s%s%s to %s%s%s (%s)",
		 from.day, from.time, strcmp(from.zone, to.zone) ? from.zone : "",
		 strcmp(from.day, to.day) ? to.day : "", to.time, to.zone, span);
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/**
 * drawing_sum() - how much was seen
 * @text: result
 * @d: the picture
 */
void drawing_sum(char text[DRAWING_TEXT_MAX], const struct drawing *d)
{
	const struct distinct *connections = &d->graph->connections;
	char transitions[DRAWING_TEXT_MAX], many[DRAWING_TEXT_MAX];

	drawing_count(transitions, d->graph->transitions);
	drawing_count(many, connections->count);
	snprintf(text, DRAWING_TEXT_MAX, "%.40s transition%s of %s%.40s connection%s",
		 transitions, plural(d->graph->transitions),
		 connections->more ? "more than " : "", many,
		 plural(connections->count));
}

/**
 * drawing_loss() - how much was not seen
 * @text: result
 * @d: the picture
 *
 * Return: whether anything was lost
 */
bool drawing_loss(char text[DRAWING_TEXT_MAX], const struct drawing *d)
{
	char lost[DRAWING_TEXT_MAX];

	if (!d->graph->lost)
		return false;
	drawing_count(lost, d->graph->lost);
	snprintf(text, DRAWING_TEXT_MAX,
		 "%.40s record%s lost: up to so many transitions are missing here",
		 lost, plural(d->graph->lost));
	return true;
}

/**
 * drawing_openings() - why there are no openings
 * @d: the picture
 *
 * Return: the explanation, or NULL: there are some
 */
const char *drawing_openings(const struct drawing *d)
{
	return d->graph->openings ?
		       NULL :
		       "openings are recorded with scope=all only";
}
