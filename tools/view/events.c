// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for people and for programs: text and JSON from one call.
 *
 * Knows how an event looks; knows neither where it comes from nor whether it
 * is wanted.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/terminal.h"
#include "view/events.h"

/**
 * output_init() - write events to standard output
 * @o: the output
 * @json: as JSON, else as text
 */
void output_init(struct output *o, bool json)
{
	buffer_init(&o->buffer, STDOUT_FILENO);
	o->json = json;
	o->utf8 = terminal_is_utf8();
	o->colour = !json && terminal_has_colour(STDOUT_FILENO);
	o->started = false;
	o->clock.second = -1;
	output_text_init(o);
}

/**
 * output_header() - write the header line, once; JSON has none
 * @o: the output
 */
void output_header(struct output *o)
{
	char *p;

	if (o->json || o->started)
		return;
	o->started = true;
	p = buffer_reserve(&o->buffer, OUTPUT_ROOM);
	buffer_commit(&o->buffer, output_text_titles(o, p));
}

/**
 * output_event() - write an event; it may wait until output_flush()
 * @o: the output
 * @e: the event; a loss is written as JSON only, since text belongs to people,
 *	who are told on standard error
 */
void output_event(struct output *o, const struct event *e)
{
	char *p;

	if (!o->json && e->kind == EVENT_LOST)
		return;
	if (o->json) {
		events_json(&o->buffer, e);
		return;
	}
	output_header(o);
	p = buffer_reserve(&o->buffer, OUTPUT_ROOM);
	p = output_text(o, p, e);
	buffer_commit(&o->buffer, p);
}

/**
 * output_flush() - write what waits
 * @o: the output
 *
 * Return: 0, or the first -errno that ever happened
 */
int output_flush(struct output *o)
{
	return buffer_flush(&o->buffer);
}
