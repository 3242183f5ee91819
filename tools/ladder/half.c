// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps of one side, made of its transitions and RSTs: which of them belong to one
 * segment, and where some are missing.
 *
 * Knows nothing of the other side.
 */
#include <string.h>

#include "base/clock.h"
#include "conn/recorded.h"
#include "ladder/half.h"

/*
 * One segment may cause two transitions, one right after the other; two equal
 * segments are a retransmission timeout apart (TCP_RTO_MIN, 200 ms).
 */
#define SAME_SEGMENT_NS NS_PER_MS

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/**
 * half_bits() - control bits of the segment that a step received
 * @half: the side
 * @i: number of the step
 *
 * The child of a listener is created for the segment that makes it ESTABLISHED,
 * before it receives that segment.
 *
 * Return: the bits, or 0
 */
unsigned int half_bits(const struct half *half, int i)
{
	const struct side_step *step = half->steps[i].step;
	const struct side_step *next;

	if (step->flags || step->old != TCPCLOSE_LISTEN || i + 1 >= half->count)
		return step->flags;
	next = half->steps[i + 1].step;
	return next->old == TCPCLOSE_SYN_RECV && side_step_in_segment(next) &&
			       distance(next->ts_ns, step->ts_ns) <=
				       SAME_SEGMENT_NS ?
		       next->flags :
		       0;
}

static bool is_same_segment(const struct half *half, int i)
{
	const struct side_step *step = half->steps[i].step, *last;

	if (!i)
		return false;
	last = half->steps[i - 1].step;
	return step->origin == TCPCLOSE_ORIGIN_TRACEPOINT &&
	       last->origin == TCPCLOSE_ORIGIN_TRACEPOINT &&
	       side_step_in_segment(step) && side_step_in_segment(last) &&
	       half_bits(half, i) &&
	       half_bits(half, i) == half_bits(half, i - 1) &&
	       distance(step->ts_ns, last->ts_ns) <= SAME_SEGMENT_NS;
}

static bool is_missing(const struct side *side, int i)
{
	const struct side_step *step = &side->steps[i], *last = step - 1;

	if (!i)
		return !side_is_whole(side);
	if (last->new != step->old)
		return true;
	/* Only tracked connections have an index; it stops at the maximum. */
	if ((step->mark | last->mark) & TCPCLOSE_MARK_UNTRACKED ||
	    step->skipped || side->dropped || step->index == UINT16_MAX)
		return false;
	return step->index > last->index + 1;
}

static void add_transitions(struct half *half, enum ladder_column column,
			    uint64_t recorded_ns)
{
	const struct side *side = half->side;
	int i;

	half->count = side ? (int)side->count : 0;
	for (i = 0; i < half->count; i++)
		half->steps[i] = (struct ladder_step){
			.step = &side->steps[i],
			.column = column,
			.received = LADDER_NONE,
			.sent = LADDER_NONE,
			.missing = is_missing(side, i),
			.recorded = side->steps[i].ts_ns >= recorded_ns,
		};
	for (i = 0; i < half->count; i++)
		half->steps[i].same_segment = is_same_segment(half, i);
}

/* Whether a step is the one that a RST made, or that sent it. */
static bool is_of_rst(const struct ladder_step *ls, const struct side_rst *rst)
{
	const struct side_step *step = ls->step;
	bool sent = side_rst_is_sent(rst);

	if (sent ? ls->rst_sent : ls->rst_received)
		return false;
	if (rst->rst.owner == TCPCLOSE_RST_OWNER_MINI)
		return step->end == (sent ? TCPCLOSE_END_RST_SENT :
					    TCPCLOSE_END_RST) &&
		       distance(step->ts_ns, rst->ts_ns) <= RECORDED_LATE_NS;
	return side_rst_ends(rst) && step->new == TCPCLOSE_CLOSE &&
	       step->origin == TCPCLOSE_ORIGIN_TRACEPOINT;
}

/* Return: whether a transition belongs to it; the two are one step then. */
static bool join_rst(struct half *half, const struct side_rst *rst)
{
	int i;

	for (i = half->count - 1; i >= 0; i--) {
		struct ladder_step *ls = &half->steps[i];

		if (!is_of_rst(ls, rst))
			continue;
		if (side_rst_is_sent(rst))
			ls->rst_sent = rst;
		else
			ls->rst_received = rst;
		return true;
	}
	return false;
}

/* Number of the last step that is not later, and 1. */
static int place(const struct half *half, const struct side_rst *rst)
{
	int at = half->total;

	while (at && half->steps[half->order[at - 1]].step->ts_ns > rst->ts_ns)
		at--;
	return at;
}

static unsigned int state_at(const struct half *half, int at)
{
	return at ? half->steps[half->order[at - 1]].step->new :
		    half->side->steps[0].old;
}

static void add_lone(struct half *half, const struct side_rst *rst,
		     enum ladder_column column, struct side_step *lone)
{
	int at = place(half, rst);
	uint8_t state = (uint8_t)state_at(half, at);

	*lone = (struct side_step){
		.ts_ns = rst->ts_ns,
		.dwell_ns = EVENT_UNKNOWN,
		.flags = rst->flags,
		.old = state,
		.new = state,
		.context = TCPCLOSE_CONTEXT_SOFTIRQ,
		.edge = SIDE_NO_EDGE,
	};
	half->steps[half->total] = (struct ladder_step){
		.step = lone,
		.rst_sent = side_rst_is_sent(rst) ? rst : NULL,
		.rst_received = side_rst_is_sent(rst) ? NULL : rst,
		.lone = true,
		.recorded = true,
		.column = column,
		.received = LADDER_NONE,
		.sent = LADDER_NONE,
	};
	memmove(&half->order[at + 1], &half->order[at],
		(size_t)(half->total - at) * sizeof(half->order[0]));
	half->order[at] = half->total++;
}

/* The latest first: of several that a mini-socket took, it is the one that ended it. */
static void add_rsts(struct half *half, enum ladder_column column,
		     struct side_step lone[SIDE_RSTS_MAX])
{
	const struct side_rsts *rsts = &half->side->rsts;
	unsigned int i;

	for (i = rsts->count; i--;)
		if (!join_rst(half, &rsts->kept[i]))
			add_lone(half, &rsts->kept[i], column, &lone[i]);
}

/**
 * half_init() - make steps of what is kept of a side
 * @half: result
 * @ladder: what is built: has the sides, and gets stand-ins for transitions
 * @column: which side
 * @recorded_ns: from when on each RST has a record
 */
void half_init(struct half *half, struct ladder *ladder,
	       enum ladder_column column, uint64_t recorded_ns)
{
	int i;

	half->side = ladder->sides[column];
	add_transitions(half, column, recorded_ns);
	half->total = half->count;
	for (i = 0; i < LADDER_HALF_MAX; i++) {
		half->order[i] = i;
		half->at[i] = LADDER_NONE;
	}
	if (half->side)
		add_rsts(half, column, ladder->lone[column]);
}
