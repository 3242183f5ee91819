// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for people and for programs: text and JSON from one call.
 *
 * Knows how an event looks; knows neither where it comes from nor whether it
 * is wanted.
 */
#include "view/events.h"

/**
 * events_begin() - begin a stream of events, as text with a header line
 * @v: the view
 * @how: how they are shown
 * @to: where they go; they may wait there until buffer_flush()
 */
void events_begin(struct events *v, const struct view *how, struct buffer *to)
{
	v->how = how;
	v->to = to;
	v->clock.second = -1;
	v->utc.second = -1;
	if (how->json)
		return;
	events_text_begin(v);
	columns_header(&v->columns);
}

/**
 * events_add() - write an event
 * @v: the view
 * @e: the event; what was lost or left out is written as JSON only: text is for
 *	people, who read of that on standard error
 */
void events_add(struct events *v, const struct event *e)
{
	if (v->how->json)
		events_json(v, e);
	else if (e->kind != EVENT_LOST && e->kind != EVENT_LEFT_OUT)
		events_text(v, e);
}
