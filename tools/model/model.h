/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TCP's state machine as RFC 9293 documents it and as Linux makes it: one table
 * of states, one of edges, and the judgement of transitions.
 *
 * Pure: does no I/O, keeps no state, knows no connection's history.
 */
#ifndef TCPCLOSE_MODEL_MODEL_H
#define TCPCLOSE_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/event.h"

/* More than the number of edges. */
#define MODEL_EDGES_MAX 192

/**
 * enum model_standing - where an edge comes from
 * @MODEL_DOCUMENTED: RFC 9293 has it, in its figure or its text
 * @MODEL_LINUX: Linux-specific: the RFC has no such step
 * @MODEL_ABSENT: the RFC has it, and Linux never makes it
 */
enum model_standing {
	MODEL_DOCUMENTED,
	MODEL_LINUX,
	MODEL_ABSENT,
};

/**
 * enum model_manner - how an edge treats the connection
 * @MODEL_OPENING: part of opening it, or of a listener's life
 * @MODEL_GRACEFUL: part of closing it with both streams delivered
 * @MODEL_ABRUPT: ends it, or the rest of it, at once
 */
enum model_manner {
	MODEL_OPENING,
	MODEL_GRACEFUL,
	MODEL_ABRUPT,
};

/**
 * enum model_trigger - what causes an edge
 * @MODEL_BY_SEGMENT: a segment that arrives
 * @MODEL_BY_CALL: a system call
 * @MODEL_BY_TIMER: a timer
 * @MODEL_BY_ADMIN: an administrator
 * @MODEL_BY_KERNEL: the kernel itself: memory, limits, an ICMP message
 */
enum model_trigger {
	MODEL_BY_SEGMENT,
	MODEL_BY_CALL,
	MODEL_BY_TIMER,
	MODEL_BY_ADMIN,
	MODEL_BY_KERNEL,
};

/**
 * enum model_shape - how records report an edge
 * @MODEL_SOCKET: a full socket's transition, as the tracepoint reports it
 * @MODEL_HAND_OVER: a full socket's last transition: the tracepoint reports
 *	CLOSE, a mini-socket goes on in the new state
 * @MODEL_OVERFLOW: likewise, but no mini-socket could be made
 * @MODEL_MINI: a mini-socket's transition
 * @MODEL_REARM: a mini-socket's timer was started anew
 */
enum model_shape {
	MODEL_SOCKET,
	MODEL_HAND_OVER,
	MODEL_OVERFLOW,
	MODEL_MINI,
	MODEL_REARM,
};

/**
 * struct model_state - a state
 * @name: as the kernel and ss call it
 * @rfc_name: as RFC 9293 calls it; NULL: it has none
 * @section: where the RFC describes it; NULL likewise
 * @wording: the RFC's own words, or what it is on Linux
 */
struct model_state {
	const char *name;
	const char *rfc_name;
	const char *section;
	const char *wording;
};

/**
 * struct model_edge - an edge
 * @from: old state
 * @to: new state
 * @shape: how records report it
 * @standing: where it comes from
 * @manner: how it treats the connection
 * @trigger: kind of event that causes it
 * @figure: it is drawn in the RFC's Figure 5
 * @causes: bit N: its record may have &enum tcpclose_cause N
 * @ends: bit N: its record may have &enum tcpclose_end N
 * @contexts: bit N: it may happen in &enum tcpclose_context N
 * @bits: control bits, any of which its segment has; 0: no segment is needed
 * @id: short and stable, for tests and for JSON: "fin_wait1-closing-fin"
 * @event: the event, labelled as in the figure: "rcv FIN"
 * @action: what is done: "snd ACK"; NULL: nothing
 * @by: Linux function that makes it
 * @section: where the RFC has it; "-" if nowhere
 * @wording: the RFC's own words, or what Linux does instead
 */
struct model_edge {
	uint8_t from;
	uint8_t to;
	enum model_shape shape;
	enum model_standing standing;
	enum model_manner manner;
	enum model_trigger trigger;
	bool figure;
	uint32_t causes;
	uint32_t ends;
	uint8_t contexts;
	uint16_t bits;
	const char *id;
	const char *event;
	const char *action;
	const char *by;
	const char *section;
	const char *wording;
};

/**
 * enum model_verdict - verdict on a transition
 * @MODEL_OK_DOCUMENTED: an edge that the RFC documents
 * @MODEL_OK_LINUX: an edge that Linux makes and the RFC does not have
 * @MODEL_ILLEGAL: an edge of neither, or not in this way
 * @MODEL_IMPOSSIBLE: an edge of the RFC that Linux never makes
 */
enum model_verdict {
	MODEL_OK_DOCUMENTED,
	MODEL_OK_LINUX,
	MODEL_ILLEGAL,
	MODEL_IMPOSSIBLE,
};

/**
 * struct model_judgement - what the model says of one transition
 * @verdict: the verdict
 * @edge: its edge; NULL: there is none between these states
 * @why: what does not fit, one phrase; NULL: everything fits
 */
struct model_judgement {
	enum model_verdict verdict;
	const struct model_edge *edge;
	const char *why;
};

const struct model_state *model_state(unsigned int state);
const struct model_edge *model_edges(size_t *count);
size_t model_index(const struct model_edge *edge);
bool model_has(unsigned int from, unsigned int to);
void model_judge(const struct event *e, struct model_judgement *judgement);

const char *model_standing_name(enum model_standing standing);
const char *model_manner_name(enum model_manner manner);
const char *model_trigger_name(enum model_trigger trigger);
const char *model_shape_name(enum model_shape shape);
const char *model_verdict_name(enum model_verdict verdict);

#endif /* TCPCLOSE_MODEL_MODEL_H */
