/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for people and for programs, one after the other.
 */
#ifndef TCPCLOSE_VIEW_EVENTS_H
#define TCPCLOSE_VIEW_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock_text.h"
#include "base/columns.h"
#include "lib/event.h"

/* Control bits that most segments have no other than: FIN to ACK. */
#define EVENTS_COMMON_FLAGS 32

/**
 * struct events_endpoint - an address and port that was written lately
 * @addr: address
 * @port: port
 * @ipv6: family
 * @len: length of @text; 0: none
 * @text: it, ASCII, and blanks
 */
struct events_endpoint {
	uint64_t addr[2];
	uint16_t port;
	bool ipv6;
	uint8_t len;
	char text[56];
};

/* A connection's transitions come close together; a power of two. */
#define EVENTS_ENDPOINTS 512

/**
 * struct events - a stream of events being written
 * @how: how they are shown
 * @to: where they go
 * @clock: time of day of the latest event
 * @utc: likewise, as JSON has it
 * @date: the latest date that was written, as text; empty: none
 * @columns: the table, as text
 * @edges: transitions as text
 * @flags: control bits as text
 * @endpoints: addresses as text, by hash
 * @netns: name of a network namespace as text
 * @netns_name: the name
 */
struct events {
	const struct view *how;
	struct buffer *to;
	struct clock_text clock;
	struct clock_utc utc;
	char date[sizeof(((struct clock_text *)NULL)->date)];
	struct columns columns;
	struct columns_word edges[TCPCLOSE_STATES][TCPCLOSE_STATES];
	struct columns_word flags[EVENTS_COMMON_FLAGS];
	struct events_endpoint endpoints[EVENTS_ENDPOINTS];
	struct columns_word netns;
	char netns_name[16];
};

void events_begin(struct events *v, const struct view *how, struct buffer *to);
void events_add(struct events *v, const struct event *e);

void events_json(struct events *v, const struct event *e);
void events_text_begin(struct events *v);
void events_text(struct events *v, const struct event *e);

#endif /* TCPCLOSE_VIEW_EVENTS_H */
