/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was seen of the state machine: for each pair of states how often, how
 * long, in which manner, and whether the model allows it.
 */
#ifndef TCPCLOSE_GRAPH_GRAPH_H
#define TCPCLOSE_GRAPH_GRAPH_H

#include "base/distinct.h"
#include "base/median.h"
#include "lib/event.h"
#include "model/model.h"

#define GRAPH_UNKNOWN_NS UINT64_MAX
/* More than there are events between two states. */
#define GRAPH_EVENTS_MAX 24

/**
 * enum graph_kind - parts of what happens between two states
 * @GRAPH_FLOW: transitions with an arrow of their own: openings, graceful
 *	steps, all that the RFC's figure shows
 * @GRAPH_ABRUPT: abrupt ends
 * @GRAPH_WRONG: transitions that the model calls illegal or impossible
 * @GRAPH_KINDS: number of kinds
 */
enum graph_kind {
	GRAPH_FLOW,
	GRAPH_ABRUPT,
	GRAPH_WRONG,
	GRAPH_KINDS,
};

/**
 * struct graph_event - transitions of a part with one event: several edges may lead
 *	from one state to another
 * @edge: the first one's edge
 * @count: transitions
 * @verdicts: of them, by &enum model_verdict
 * @dwell: times in the old state, as far as known
 * @median_ns: their median, or %GRAPH_UNKNOWN_NS; after graph_finish()
 */
struct graph_event {
	const struct model_edge *edge;
	uint64_t count;
	uint64_t verdicts[MODEL_IMPOSSIBLE + 1];
	struct median dwell;
	uint64_t median_ns;
};

/**
 * struct graph_part - what was seen of one kind between two states
 * @count: transitions
 * @verdicts: of them, by &enum model_verdict
 * @edge: the first one's edge; NULL: the model has none
 * @why: what is wrong with the first one; NULL: nothing
 * @dwell: times in the old state, as far as known
 * @median_ns: their median, or %GRAPH_UNKNOWN_NS; after graph_finish()
 * @events: the same by event, in the model's order after graph_finish(); not of
 *	%GRAPH_WRONG
 * @event_count: how many
 */
struct graph_part {
	uint64_t count;
	uint64_t verdicts[MODEL_IMPOSSIBLE + 1];
	const struct model_edge *edge;
	const char *why;
	struct median dwell;
	uint64_t median_ns;
	struct graph_event *events;
	unsigned int event_count;
};

/**
 * struct graph - all that was seen; begins as zeros
 * @parts: by old state, new state and kind; NULL: nothing seen
 * @transitions: number of transitions
 * @busiest: the count of the part seen most often
 * @wrong: transitions of %GRAPH_WRONG
 * @openings: transitions that are part of an opening
 * @lost: records lost
 * @first_ns: CLOCK_MONOTONIC of the earliest
 * @last_ns: CLOCK_MONOTONIC of the latest
 * @first_realtime_ns: the same moments since the epoch
 * @last_realtime_ns: likewise
 * @connections: distinct cookies
 * @release: kernel release of the machine, cut if it is too long; empty: unknown
 */
struct graph {
	struct graph_part *parts[TCPCLOSE_STATES][TCPCLOSE_STATES][GRAPH_KINDS];
	uint64_t transitions;
	uint64_t busiest;
	uint64_t wrong;
	uint64_t openings;
	uint64_t lost;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t first_realtime_ns;
	uint64_t last_realtime_ns;
	struct distinct connections;
	char release[48];
};

int graph_add(struct graph *g, const struct event *e);
void graph_set_release(struct graph *g, const char *release, size_t size);
void graph_finish(struct graph *g);
void graph_free(struct graph *g);

/* Return: what was seen, or NULL */
static inline const struct graph_part *graph_seen(const struct graph *g,
						  unsigned int from,
						  unsigned int to,
						  enum graph_kind kind)
{
	return g->parts[from][to][kind];
}

bool graph_visited(const struct graph *g, unsigned int state);
bool graph_is_linux(const struct graph_part *part);

#endif /* TCPCLOSE_GRAPH_GRAPH_H */
