// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds up a stream of events to what a state diagram shows, in memory that does
 * not grow with the number of events.
 *
 * Does no I/O; knows nothing of pictures.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "graph/graph.h"

static enum graph_kind kind_of(const struct model_judgement *j)
{
	if (j->verdict == MODEL_ILLEGAL || j->verdict == MODEL_IMPOSSIBLE)
		return GRAPH_WRONG;
	if (j->edge->manner == MODEL_ABRUPT && !j->edge->figure)
		return GRAPH_ABRUPT;
	return GRAPH_FLOW;
}

static void add_time(struct graph *g, const struct event *e)
{
	if (!g->transitions || e->ts_ns < g->first_ns) {
		g->first_ns = e->ts_ns;
		g->first_realtime_ns = e->realtime_ns;
	}
	if (!g->transitions || e->ts_ns > g->last_ns) {
		g->last_ns = e->ts_ns;
		g->last_realtime_ns = e->realtime_ns;
	}
}

static bool is_listener(const struct event *e)
{
	return (e->old == TCPCLOSE_CLOSE && e->new == TCPCLOSE_LISTEN) ||
	       (e->old == TCPCLOSE_LISTEN && e->new == TCPCLOSE_CLOSE);
}

/*
 * The event with the words of an edge: different edges may have the same, such as
 * that of a full socket and that of a mini-socket.
 */
static struct graph_event *event_of(struct graph_part *part,
				    const struct model_edge *edge)
{
	struct graph_event *events;
	unsigned int i;

	for (i = 0; i < part->event_count; i++)
		if (part->events[i].edge == edge ||
		    !strcmp(part->events[i].edge->event, edge->event))
			return &part->events[i];
	events = realloc(part->events, (i + 1) * sizeof(*events));
	if (!events)
		return NULL;
	memset(&events[i], 0, sizeof(events[i]));
	events[i].edge = edge;
	part->events = events;
	part->event_count = i + 1;
	return &events[i];
}

static int add_event(struct graph_part *part, const struct event *e,
		     const struct model_judgement *judgement)
{
	struct graph_event *event = event_of(part, judgement->edge);

	if (!event)
		return -ENOMEM;
	event->count++;
	event->verdicts[judgement->verdict]++;
	return e->dwell_ns == EVENT_UNKNOWN ?
		       0 :
		       median_add(&event->dwell, (uint64_t)e->dwell_ns);
}

/**
 * graph_add() - add an event
 * @g: what was seen
 * @e: a transition, or a loss
 *
 * Return: 0, or -ENOMEM
 */
int graph_add(struct graph *g, const struct event *e)
{
	struct model_judgement judgement;
	struct graph_part **place, *part;
	enum graph_kind kind;

	if (e->kind == EVENT_LOST) {
		g->lost += e->lost;
		return 0;
	}
	model_judge(e, &judgement);
	kind = kind_of(&judgement);
	place = &g->parts[e->old][e->new][kind];
	if (!*place)
		*place = calloc(1, sizeof(**place));
	part = *place;
	if (!part)
		return -ENOMEM;
	if (e->dwell_ns != EVENT_UNKNOWN &&
	    median_add(&part->dwell, (uint64_t)e->dwell_ns))
		return -ENOMEM;
	if (kind != GRAPH_WRONG && add_event(part, e, &judgement))
		return -ENOMEM;
	if (!part->count) {
		part->edge = judgement.edge;
		part->why = judgement.why;
	}
	part->count++;
	part->verdicts[judgement.verdict]++;
	add_time(g, e);
	g->transitions++;
	if (part->count > g->busiest)
		g->busiest = part->count;
	if (kind == GRAPH_WRONG)
		g->wrong++;
	else if (judgement.edge->manner == MODEL_OPENING)
		g->openings++;
	if (e->cookie && !is_listener(e))
		distinct_add(&g->connections, e->cookie);
	return 0;
}

#define PARTS (TCPCLOSE_STATES * TCPCLOSE_STATES * GRAPH_KINDS)

static struct graph_part *part_at(struct graph *g, unsigned int i)
{
	unsigned int pair = i / GRAPH_KINDS;

	return g->parts[pair / TCPCLOSE_STATES][pair % TCPCLOSE_STATES]
		       [i % GRAPH_KINDS];
}

/**
 * graph_set_release() - say which kernel it was
 * @g: what was seen
 * @release: as a recording has it: perhaps without NUL, perhaps anything; what
 *	might mean something to a format is replaced
 * @size: room that it has there
 */
void graph_set_release(struct graph *g, const char *release, size_t size)
{
	static const char harmless[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+_~";
	size_t i;

	for (i = 0; i < size && i + 1 < sizeof(g->release); i++) {
		if (!release[i])
			break;
		g->release[i] = strchr(harmless, release[i]) ? release[i] : '?';
	}
	g->release[i] = '\0';
}

static uint64_t median_of(struct median *dwell)
{
	return dwell->count ? median_get(dwell) : GRAPH_UNKNOWN_NS;
}

static int by_edge(const void *a, const void *b)
{
	size_t left = model_index(((const struct graph_event *)a)->edge);
	size_t right = model_index(((const struct graph_event *)b)->edge);

	return (left > right) - (left < right);
}

/**
 * graph_finish() - compute the medians, put events in order
 * @g: what was seen
 */
void graph_finish(struct graph *g)
{
	unsigned int i, j;

	for (i = 0; i < PARTS; i++) {
		struct graph_part *part = part_at(g, i);

		if (!part)
			continue;
		part->median_ns = median_of(&part->dwell);
		for (j = 0; j < part->event_count; j++)
			part->events[j].median_ns =
				median_of(&part->events[j].dwell);
		if (part->event_count)
			qsort(part->events, part->event_count,
			      sizeof(*part->events), by_edge);
	}
}

static void free_part(struct graph_part *part)
{
	unsigned int i;

	if (!part)
		return;
	median_free(&part->dwell);
	for (i = 0; i < part->event_count; i++)
		median_free(&part->events[i].dwell);
	free(part->events);
	free(part);
}

/**
 * graph_free() - free all memory
 * @g: what was seen
 */
void graph_free(struct graph *g)
{
	unsigned int i;

	for (i = 0; i < PARTS; i++)
		free_part(part_at(g, i));
	distinct_free(&g->connections);
}

/**
 * graph_visited() - whether any connection was seen in a state
 * @g: what was seen
 * @state: the state
 */
bool graph_visited(const struct graph *g, unsigned int state)
{
	unsigned int other, kind;

	for (other = 0; other < TCPCLOSE_STATES; other++)
		for (kind = 0; kind < GRAPH_KINDS; kind++)
			if (g->parts[state][other][kind] ||
			    g->parts[other][state][kind])
				return true;
	return false;
}

/**
 * graph_is_linux() - whether these transitions are not in the RFC
 * @part: what was seen
 */
bool graph_is_linux(const struct graph_part *part)
{
	return part->verdicts[MODEL_OK_LINUX] &&
	       !part->verdicts[MODEL_OK_DOCUMENTED];
}
