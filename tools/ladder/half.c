// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps of one side, made of its transitions: which of them belong to one segment,
 * and where some are missing.
 *
 * Knows nothing of the other side.
 */
#include "base/clock.h"
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

/**
 * half_init() - make steps of what is kept of a side
 * @half: result
 * @side: the side, or NULL
 * @column: where it is drawn
 */
void half_init(struct half *half, const struct side *side,
	       enum ladder_column column)
{
	int i;

	half->side = side;
	half->count = side ? (int)side->count : 0;
	for (i = 0; i < half->count; i++) {
		half->steps[i] = (struct ladder_step){
			.step = &side->steps[i],
			.column = column,
			.received = LADDER_NONE,
			.sent = LADDER_NONE,
			.missing = is_missing(side, i),
		};
		half->at[i] = LADDER_NONE;
	}
	for (i = 0; i < half->count; i++)
		half->steps[i].same_segment = is_same_segment(half, i);
}
