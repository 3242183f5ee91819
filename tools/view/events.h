/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for people and for programs: text and JSON from one call.
 */
#ifndef TCPCLOSE_VIEW_EVENTS_H
#define TCPCLOSE_VIEW_EVENTS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/clock_text.h"
#include "base/format.h"
#include "lib/event.h"

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
 * struct output_word - a text that is written again and again
 * @len: its length, bytes; 0: not made yet
 * @columns: its width
 * @text: it, and spaces
 */
struct output_word {
	uint8_t len;
	uint8_t columns;
	char text[38];
};

/* Control bits that most segments have no other than: FIN to ACK. */
#define OUTPUT_COMMON_FLAGS 32

/**
 * struct output_endpoint - an address and port that was written lately
 * @addr: address
 * @port: port
 * @ipv6: family
 * @len: length of @text; 0: none
 * @text: it, ASCII, and spaces
 */
struct output_endpoint {
	uint64_t addr[2];
	uint16_t port;
	bool ipv6;
	uint8_t len;
	char text[56];
};

/* A connection's transitions come close together; a power of two. */
#define OUTPUT_ENDPOINTS 512

/**
 * struct output - where events go
 * @buffer: standard output
 * @json: one JSON object per event, else one line of text
 * @utf8: the terminal shows more than ASCII
 * @colour: it shows colours
 * @started: the header line has been written
 * @width: of each column so far
 * @clock: time of day of the latest event
 * @edges: transitions as text
 * @flags: control bits as text
 * @endpoints: addresses as text, by hash
 * @netns: name of a network namespace as text
 * @netns_name: the name
 */
struct output {
	struct buffer buffer;
	bool json;
	bool utf8;
	bool colour;
	bool started;
	size_t width[OUTPUT_COLUMNS];
	struct clock_text clock;
	struct output_word edges[TCPCLOSE_STATES][TCPCLOSE_STATES];
	struct output_word flags[OUTPUT_COMMON_FLAGS];
	struct output_endpoint endpoints[OUTPUT_ENDPOINTS];
	struct output_word netns;
	char netns_name[16];
};

void output_init(struct output *o, bool json);
void output_header(struct output *o);
void output_event(struct output *o, const struct event *e);
int output_flush(struct output *o);

void events_json(struct buffer *to, const struct event *e);

void output_text_init(struct output *o);
char *output_text_titles(struct output *o, char *p);
char *output_text(struct output *o, char *p, const struct event *e);

#endif /* TCPCLOSE_VIEW_EVENTS_H */
