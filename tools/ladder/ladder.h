/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One connection as a sequence of steps at its two sides, and the segments
 * between them.
 */
#ifndef TCPCLOSE_LADDER_LADDER_H
#define TCPCLOSE_LADDER_LADDER_H

#include <stdbool.h>
#include <stdint.h>

#include "conn/side.h"
#include "conn/sides.h"
#include "model/model.h"

/* Of each side: its transitions, and RSTs that belong to none. */
#define LADDER_HALF_MAX (SIDE_STEPS_MAX + SIDE_RSTS_MAX)
#define LADDER_STEPS_MAX (2 * LADDER_HALF_MAX)
/* Each step receives and sends at most one segment; and one SYN per side. */
#define LADDER_ARROWS_MAX (2 * LADDER_STEPS_MAX + 2)
#define LADDER_NONE (-1)
/* Room for what ladder_call() says. */
#define LADDER_CALL_SIZE 40

/**
 * enum ladder_column - where a side is drawn
 * @LADDER_LEFT: the side whose first step came first
 * @LADDER_RIGHT: the other one
 */
enum ladder_column {
	LADDER_LEFT,
	LADDER_RIGHT,
	LADDER_COLUMNS,
};

/**
 * struct ladder_arrow - a segment
 * @from: the side that sent it
 * @departure: the step that sent it; %LADDER_NONE: not seen
 * @arrival: the step that it caused; %LADDER_NONE: not seen
 * @before: it was sent before the first step of its side
 * @answered: its arrival was not seen, but an answer to it was
 * @bits: its control bits
 * @bits_seen: the receiver recorded them; else they follow from the step
 * @latency_ns: from step to step, or of a RST from record to record; or
 *	%EVENT_UNKNOWN
 */
struct ladder_arrow {
	enum ladder_column from;
	int departure;
	int arrival;
	bool before;
	bool answered;
	uint16_t bits;
	bool bits_seen;
	int64_t latency_ns;
};

/**
 * struct ladder_step - a step of one side, and its segments
 * @step: the transition; of a RST that belongs to none a stand-in: from the state that
 *	the side was in to the same
 * @rst_sent: record of the RST that it sent; NULL: it sent none, or there is no record
 * @rst_received: likewise, of the RST that caused it
 * @lone: there is a RST, but no transition
 * @recorded: if it had sent a RST, that would have a record
 * @column: its side
 * @received: arrow that caused it, or %LADDER_NONE
 * @sent: arrow that it sent, or %LADDER_NONE
 * @same_segment: caused by the same segment as the step of this side before
 * @missing: transitions of this side right before it were not seen
 */
struct ladder_step {
	const struct side_step *step;
	const struct side_rst *rst_sent;
	const struct side_rst *rst_received;
	bool lone;
	bool recorded;
	enum ladder_column column;
	int received;
	int sent;
	bool same_segment;
	bool missing;
};

/**
 * struct ladder - one connection
 * @sides: by side; the right one may be NULL
 * @pairing: why the right one is NULL
 * @obstacle: mini-socket in TIME_WAIT that answered the SYN of a connection that
 *	was never established; NULL: none, or not sure
 * @steps: steps of both sides, causes before effects
 * @lone: stand-ins for transitions
 * @step_count: size of @steps
 * @arrows: segments
 * @arrow_count: size of @arrows
 * @start_ns: time of the first step
 * @late: a step was recorded after the segment that it sent had arrived
 */
struct ladder {
	const struct side *sides[LADDER_COLUMNS];
	enum sides_pairing pairing;
	const struct side *obstacle;
	struct ladder_step steps[LADDER_STEPS_MAX];
	struct side_step lone[LADDER_COLUMNS][SIDE_RSTS_MAX];
	int step_count;
	struct ladder_arrow arrows[LADDER_ARROWS_MAX];
	int arrow_count;
	uint64_t start_ns;
	bool late;
};

/**
 * enum ladder_kind - how the connection was closed
 * @LADDER_OPEN: not yet
 * @LADDER_FOUR_WAY: each FIN and its ACK in separate segments
 * @LADDER_THREE_SEGMENTS: the second FIN came with the ACK of the first
 * @LADDER_SIMULTANEOUS: both FINs crossed
 * @LADDER_GRACEFUL: both sent their FIN; in which of these ways was not seen
 * @LADDER_ABRUPT: in another way
 * @LADDER_UNSEEN: the step that decides was not seen
 */
enum ladder_kind {
	LADDER_OPEN,
	LADDER_FOUR_WAY,
	LADDER_THREE_SEGMENTS,
	LADDER_SIMULTANEOUS,
	LADDER_GRACEFUL,
	LADDER_ABRUPT,
	LADDER_UNSEEN,
};

/* Seen at both sides. */
static inline bool ladder_arrow_is_whole(const struct ladder_arrow *arrow)
{
	return arrow->departure != LADDER_NONE && arrow->arrival != LADDER_NONE;
}

void ladder_build(struct ladder *ladder, const struct side *side,
		  const struct side *peer, enum sides_pairing pairing,
		  uint64_t recorded_ns);
enum ladder_kind ladder_kind(const struct ladder *ladder);
bool ladder_has_arrow(const struct ladder *ladder, bool whole);
bool ladder_is_half_close(const struct ladder *ladder);
bool ladder_sends_fin(const struct side_step *step);
bool ladder_is_fin_again(const struct side_step *step);
const struct ladder_step *ladder_deciding_step(const struct ladder *ladder);
const struct model_edge *ladder_edge(const struct ladder_step *step);
int64_t ladder_stay_ns(const struct ladder *ladder, int step);
const char *ladder_closing(const struct side_step *step);
const char *ladder_call(const struct ladder *ladder, int step,
			char text[LADDER_CALL_SIZE]);

#endif /* TCPCLOSE_LADDER_LADDER_H */
