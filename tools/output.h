/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for people and for programs: text and JSON from one call.
 */
#ifndef TCPCLOSE_OUTPUT_H
#define TCPCLOSE_OUTPUT_H

#include <stdbool.h>
#include <time.h>

#include "buffer.h"
#include "event.h"

/* More than any event takes in either form. */
#define OUTPUT_ROOM 4096

/**
 * enum output_column - columns of the text form whose width grows as needed
 */
enum output_column {
	OUTPUT_NETNS,
	OUTPUT_PROCESS,
	OUTPUT_LOCAL,
	OUTPUT_REMOTE,
	OUTPUT_TRANSITION,
	OUTPUT_DWELL,
	OUTPUT_FLAGS,
	OUTPUT_COLUMNS,
};

/**
 * struct output - where events go
 * @buffer: standard output
 * @json: one JSON object per event, else one line of text
 * @utf8: the terminal shows more than ASCII
 * @colour: it shows colours
 * @started: the header line has been written
 * @width: of each column so far
 * @second: the second whose wall clock time is in @clock
 * @clock: HH:MM:SS
 */
struct output {
	struct buffer buffer;
	bool json;
	bool utf8;
	bool colour;
	bool started;
	size_t width[OUTPUT_COLUMNS];
	time_t second;
	char clock[8];
};

void output_init(struct output *o, bool json);
void output_header(struct output *o);
void output_event(struct output *o, const struct event *e);
int output_flush(struct output *o);
const char *output_clock(struct output *o, uint64_t realtime_ns);

char *output_json(char *p, const struct event *e);

void output_text_init(struct output *o);
char *output_text_titles(struct output *o, char *p);
char *output_text(struct output *o, char *p, const struct event *e);

#endif /* TCPCLOSE_OUTPUT_H */
