// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where states and their edges are, laid out as in RFC 9293, Figure 5.
 *
 * Boxes have a fixed place and grow downwards, since some hold more than their
 * name. Labels have their own rows and columns: none can touch another, or a
 * line, as long as it keeps to its room.
 *
 * Knows no format.
 */
#include <string.h>

#include "base/compiler.h"
#include "view/graph/figure.h"

#define LEFT 1
#define MIDDLE 39
#define RIGHT 77
/* Last columns of the boxes */
#define LEFT_END (LEFT + FIGURE_BOX_COLUMNS - 1)
#define MIDDLE_END (MIDDLE + FIGURE_BOX_COLUMNS - 1)

/* A row that depends on how tall the box is that an edge leaves below. */
#define BELOW (-1)

/* The upper CLOSE is where connections begin, the lower where they end. */
#define UPPER_CLOSE 0
#define LOWER_CLOSE 1

static const struct figure_box all_boxes[FIGURE_BOXES] = {
	[UPPER_CLOSE] = { TCPCLOSE_CLOSE, MIDDLE, 1, 2 },
	[LOWER_CLOSE] = { TCPCLOSE_CLOSE, RIGHT, 45, 1 },
	{ TCPCLOSE_LISTEN, MIDDLE, 8, 2 },
	{ TCPCLOSE_SYN_RECV, LEFT, 14, 2 },
	{ TCPCLOSE_SYN_SENT, RIGHT, 14, 2 },
	{ TCPCLOSE_ESTABLISHED, MIDDLE, 20, 1 },
	{ TCPCLOSE_FIN_WAIT1, LEFT, 27, 2 },
	{ TCPCLOSE_CLOSE_WAIT, RIGHT, 27, 1 },
	{ TCPCLOSE_FIN_WAIT2, LEFT, 35, 1 },
	{ TCPCLOSE_CLOSING, MIDDLE, 35, 1 },
	{ TCPCLOSE_LAST_ACK, RIGHT, 35, 1 },
	{ TCPCLOSE_TIME_WAIT, MIDDLE, 45, 1 },
};

#define BETWEEN(a, b) .from = TCPCLOSE_##a, .to = TCPCLOSE_##b

static const struct figure_route all_routes[] = {
	{
		BETWEEN(CLOSE, LISTEN), .count = 2,
		.points = { { 46, BELOW }, { 46, 8 } },
		.label = { 44, 6, 20, FIGURE_END, false },
	},
	{
		BETWEEN(LISTEN, CLOSE), .count = 2,
		.points = { { 53, 8 }, { 53, 4 } },
		.label = { 55, 6, 20, FIGURE_START, false },
	},
	{
		BETWEEN(CLOSE, SYN_SENT), .count = 3,
		.points = { { MIDDLE_END, 2 }, { 93, 2 }, { 93, 14 } },
		.label = { 62, 1, 30, FIGURE_START, true },
	},
	{
		BETWEEN(SYN_SENT, CLOSE), .count = 3,
		.points = { { 87, 14 }, { 87, 3 }, { MIDDLE_END, 3 } },
		.label = { 62, 4, 24, FIGURE_START, false },
	},
	{
		BETWEEN(SYN_RECV, LISTEN), .count = 3,
		.points = { { 6, 14 }, { 6, 9 }, { MIDDLE, 9 } },
		.label = { 8, 8, 30, FIGURE_START, true },
	},
	{
		BETWEEN(LISTEN, SYN_RECV), .count = 3,
		.points = { { MIDDLE, 10 }, { 16, 10 }, { 16, 14 } },
		.label = { 18, 11, 20, FIGURE_START, false },
	},
	{
		BETWEEN(LISTEN, SYN_SENT), .count = 3,
		.points = { { MIDDLE_END, 10 }, { 80, 10 }, { 80, 14 } },
		.label = { 62, 11, 17, FIGURE_START, false },
	},
	{
		BETWEEN(SYN_SENT, SYN_RECV), .count = 2,
		.points = { { RIGHT, 15 }, { LEFT_END, 15 } },
		.label = { 50, 14, 30, FIGURE_CENTRE, true },
	},
	{
		BETWEEN(SYN_RECV, ESTABLISHED), .count = 3,
		.points = { { LEFT_END, 16 }, { 45, 16 }, { 45, 20 } },
		.label = { 43, 17, 20, FIGURE_END, false },
	},
	{
		BETWEEN(SYN_SENT, ESTABLISHED), .count = 3,
		.points = { { RIGHT, 16 }, { 54, 16 }, { 54, 20 } },
		.label = { 56, 17, 20, FIGURE_START, false },
	},
	{
		BETWEEN(SYN_RECV, FIN_WAIT1), .count = 2,
		.points = { { 6, BELOW }, { 6, 27 } },
		.label = { 8, 21, 30, FIGURE_START, false },
	},
	{
		BETWEEN(ESTABLISHED, FIN_WAIT1), .count = 3,
		.points = { { 45, BELOW }, { 45, 28 }, { LEFT_END, 28 } },
		.label = { 43, 27, 20, FIGURE_END, true },
	},
	{
		BETWEEN(ESTABLISHED, CLOSE_WAIT), .count = 3,
		.points = { { 54, BELOW }, { 54, 28 }, { RIGHT, 28 } },
		.label = { 56, 27, 20, FIGURE_START, true },
	},
	{
		BETWEEN(FIN_WAIT1, CLOSING), .count = 3,
		.points = { { LEFT_END, 29 }, { 50, 29 }, { 50, 35 } },
		.label = { 48, 30, 24, FIGURE_END, false },
	},
	{
		BETWEEN(FIN_WAIT1, FIN_WAIT2), .count = 2,
		.points = { { 12, BELOW }, { 12, 35 } },
		.label = { 14, 33, 30, FIGURE_START, false },
	},
	{
		BETWEEN(CLOSE_WAIT, LAST_ACK), .count = 2,
		.points = { { 87, BELOW }, { 87, 35 } },
		.label = { 85, 33, 30, FIGURE_END, false },
	},
	{
		BETWEEN(CLOSING, TIME_WAIT), .count = 2,
		.points = { { 50, BELOW }, { 50, 45 } },
		.label = { 48, 41, 24, FIGURE_END, false },
	},
	{
		BETWEEN(FIN_WAIT2, TIME_WAIT), .count = 3,
		.points = { { 12, BELOW }, { 12, 46 }, { MIDDLE, 46 } },
		.label = { 14, 45, 24, FIGURE_START, true },
	},
	{
		BETWEEN(LAST_ACK, CLOSE), .count = 2,
		.points = { { 87, BELOW }, { 87, 45 } },
		.label = { 85, 41, 24, FIGURE_END, false },
	},
	{
		BETWEEN(TIME_WAIT, CLOSE), .count = 2,
		.points = { { MIDDLE_END, 46 }, { RIGHT, 46 } },
		.label = { 69, 45, 15, FIGURE_CENTRE, true },
	},
};

/**
 * figure_from() - the box that an edge leaves
 * @f: the figure
 * @from: old state
 *
 * Return: the box, or NULL: the figure has no such state
 */
const struct figure_box *figure_from(const struct figure *f, unsigned int from)
{
	size_t i;

	for (i = 0; i < FIGURE_BOXES; i++)
		if (f->boxes[i].state == from)
			return &f->boxes[i];
	return NULL;
}

/**
 * figure_to() - the box that an edge leads to
 * @f: the figure
 * @from: old state
 * @to: new state
 *
 * Return: the box, or NULL: the figure has no such state
 */
const struct figure_box *figure_to(const struct figure *f, unsigned int from,
				   unsigned int to)
{
	if (to == TCPCLOSE_CLOSE && from != TCPCLOSE_CLOSE &&
	    from != TCPCLOSE_LISTEN && from != TCPCLOSE_SYN_SENT)
		return &f->boxes[LOWER_CLOSE];
	return figure_from(f, to);
}

/**
 * figure_loop() - transitions from a state to itself, shown in its box
 * @g: what was seen
 * @box: the box
 *
 * Return: what was seen of it, or NULL
 */
const struct graph_part *figure_loop(const struct graph *g,
				     const struct figure_box *box)
{
	/* CLOSE has two boxes: the upper one shows it. */
	if (box->state == TCPCLOSE_CLOSE && box->y != all_boxes[UPPER_CLOSE].y)
		return NULL;
	return graph_seen(g, box->state, box->state, GRAPH_FLOW);
}

/**
 * figure_abrupt() - abrupt ends of a state, shown in its box
 * @g: what was seen
 * @box: the box
 *
 * Return: what was seen of them, or NULL
 */
const struct graph_part *figure_abrupt(const struct graph *g,
				       const struct figure_box *box)
{
	return graph_seen(g, box->state, TCPCLOSE_CLOSE, GRAPH_ABRUPT);
}

/**
 * figure_wrong() - how often a state was left in an illegal or impossible way,
 *	shown in its box
 * @g: what was seen
 * @box: the box
 */
uint64_t figure_wrong(const struct graph *g, const struct figure_box *box)
{
	const struct graph_part *part;
	uint64_t count = 0;
	unsigned int to;

	if (box->state == TCPCLOSE_CLOSE && box->y != all_boxes[UPPER_CLOSE].y)
		return 0;
	for (to = 0; to < TCPCLOSE_STATES; to++) {
		part = graph_seen(g, box->state, to, GRAPH_WRONG);
		count += part ? part->count : 0;
	}
	return count;
}

/**
 * figure_place() - lay out the figure
 * @f: the figure
 * @g: what is to be shown
 */
void figure_place(struct figure *f, const struct graph *g)
{
	size_t i;

	memcpy(f->boxes, all_boxes, sizeof(f->boxes));
	for (i = 0; i < FIGURE_BOXES; i++) {
		struct figure_box *box = &f->boxes[i];
		int needed = 1 + !!figure_loop(g, box) +
			     !!figure_abrupt(g, box) + !!figure_wrong(g, box);

		if (box->inner < needed)
			box->inner = needed;
	}
	f->route_count = ARRAY_SIZE(all_routes);
	memcpy(f->routes, all_routes, sizeof(all_routes));
	for (i = 0; i < f->route_count; i++) {
		struct figure_route *route = &f->routes[i];
		const struct figure_box *box = figure_from(f, route->from);

		if (route->points[0].y == BELOW)
			route->points[0].y = box->y + box->inner + 1;
	}
}

static bool has_place(const struct figure *f, unsigned int from,
		      unsigned int to, enum graph_kind kind)
{
	size_t i;

	if (kind == GRAPH_WRONG || !model_state(from))
		return false;
	if (kind == GRAPH_ABRUPT)
		return to == TCPCLOSE_CLOSE;
	for (i = 0; i < f->route_count; i++)
		if (f->routes[i].from == from && f->routes[i].to == to)
			return true;
	return from == to && figure_from(f, from);
}

/**
 * figure_visit_rest() - visit what the figure has no place for
 * @f: the figure
 * @g: what was seen
 * @visit: is called for each
 * @context: for @visit
 *
 * All that is wrong, and legal edges that the figure lacks.
 */
void figure_visit_rest(const struct figure *f, const struct graph *g,
		       void (*visit)(void *context, unsigned int from,
				     unsigned int to,
				     const struct graph_part *part),
		       void *context)
{
	unsigned int from, to, kind;

	for (from = 0; from < TCPCLOSE_STATES; from++)
		for (to = 0; to < TCPCLOSE_STATES; to++)
			for (kind = 0; kind < GRAPH_KINDS; kind++)
				if (g->parts[from][to][kind] &&
				    !has_place(f, from, to, kind))
					visit(context, from, to,
					      g->parts[from][to][kind]);
}
