// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conclusions from a ladder: how the connection was closed, which step decided
 * that, how long states lasted.
 */
#include "ladder/ladder.h"

static unsigned int rank_of_cause(unsigned int cause)
{
	switch (cause) {
	case TCPCLOSE_CAUSE_NONE:
		return 0;
	case TCPCLOSE_CAUSE_FIN:
		return 1;
	case TCPCLOSE_CAUSE_RST:
		return 2;
	default:
		return 3;
	}
}

/**
 * ladder_deciding_step() - the step that says why the connection ended
 * @ladder: the connection
 *
 * The step of the side that acted says more than that of the other side.
 *
 * Return: the step, or NULL if there is none
 */
const struct ladder_step *ladder_deciding_step(const struct ladder *ladder)
{
	const struct ladder_step *found = NULL;
	unsigned int best = 0;
	int i;

	for (i = 0; i < ladder->step_count; i++) {
		unsigned int rank = rank_of_cause(ladder->steps[i].step->cause);

		if (rank <= best)
			continue;
		best = rank;
		found = &ladder->steps[i];
	}
	return found;
}

/**
 * ladder_kind() - how the connection was closed
 * @ladder: the connection
 */
enum ladder_kind ladder_kind(const struct ladder *ladder)
{
	const struct ladder_step *decisive = ladder_deciding_step(ladder);
	enum ladder_kind kind = LADDER_GRACEFUL;
	int i;

	if (!decisive)
		return side_is_complete(ladder->sides[LADDER_LEFT]) ?
			       LADDER_UNSEEN :
			       LADDER_OPEN;
	if (decisive->step->cause != TCPCLOSE_CAUSE_FIN)
		return LADDER_ABRUPT;
	for (i = 0; i < ladder->step_count; i++) {
		const struct side_step *step = ladder->steps[i].step;

		if (step->new == TCPCLOSE_CLOSING ||
		    step->old == TCPCLOSE_CLOSING)
			return LADDER_SIMULTANEOUS;
		if (side_step_is_edge(step, TCPCLOSE_FIN_WAIT1,
				      TCPCLOSE_FIN_WAIT2) &&
		    step->flags)
			kind = step->flags & TCPCLOSE_FLAG_FIN ?
				       LADDER_THREE_SEGMENTS :
				       LADDER_FOUR_WAY;
	}
	return kind;
}

/**
 * ladder_stay_ns() - how long a side stayed in the state that a step led to
 * @ladder: the connection
 * @step: number of the step
 *
 * Return: nanoseconds, or %EVENT_UNKNOWN
 */
int64_t ladder_stay_ns(const struct ladder *ladder, int step)
{
	const struct ladder_step *entered = &ladder->steps[step];
	unsigned int state = entered->step->new;
	int i;

	for (i = step + 1; i < ladder->step_count; i++) {
		const struct ladder_step *ls = &ladder->steps[i];

		if (ls->column != entered->column)
			continue;
		if (ls->step->old != state)
			return EVENT_UNKNOWN;
		if (ls->step->new == state)
			continue;
		if (ls->step->dwell_ns != EVENT_UNKNOWN)
			return ls->step->dwell_ns;
		return ls->step->ts_ns < entered->step->ts_ns ?
			       EVENT_UNKNOWN :
			       (int64_t)(ls->step->ts_ns -
					 entered->step->ts_ns);
	}
	return EVENT_UNKNOWN;
}

/**
 * ladder_has_arrow() - whether there is such a segment
 * @ladder: the connection
 * @whole: true: one that was seen at both sides; false: one that was not
 */
bool ladder_has_arrow(const struct ladder *ladder, bool whole)
{
	int i;

	for (i = 0; i < ladder->arrow_count; i++)
		if (ladder_arrow_is_whole(&ladder->arrows[i]) == whole)
			return true;
	return false;
}
