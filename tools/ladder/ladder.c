// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the transitions of two sides to steps and segments.
 *
 * A transition received a segment (its control bits are recorded) or sent one
 * (by the state machine); a RST has a record of its own. Segments sent and
 * received are matched; one that was seen at one side only stays at that side.
 * Pure: no output, no memory of its own.
 */
#include <string.h>

#include "base/clock.h"
#include "conn/recorded.h"
#include "ladder/half.h"
#include "ladder/segments.h"

#define FIN TCPCLOSE_FLAG_FIN
#define SYN TCPCLOSE_FLAG_SYN
#define RST TCPCLOSE_FLAG_RST
#define ACK TCPCLOSE_FLAG_ACK

/* After this time a delayed ACK was sent (TCP_DELACK_MAX is 200 ms). */
#define ACK_DELAY_NS (250 * NS_PER_MS)

/* Control bits that a segment must have had if none are recorded, or 0. */
static unsigned int bits_implied(const struct ladder_step *ls)
{
	const struct model_edge *edge = ladder_edge(ls);

	if (!edge || edge->trigger != MODEL_BY_SEGMENT ||
	    side_step_is_rearm(ls->step))
		return 0;
	if (segments_received(ls, edge->bits) == SEGMENT_FIN)
		return FIN | ACK;
	return edge->bits;
}

/* The latest step that can have sent @part, which made the step @arrival. */
static int find_departure(const struct half *half, unsigned int part,
			  const struct ladder_step *arrival)
{
	uint64_t arrival_ns = arrival->step->ts_ns;
	int k, found = LADDER_NONE;

	for (k = 0; k < half->total; k++) {
		int i = half->order[k];
		const struct ladder_step *ls = &half->steps[i];

		if (!(segments_sent(ls) & part) ||
		    ls->sent != LADDER_NONE ||
		    ls->step->ts_ns > arrival_ns + RECORDED_LATE_NS ||
		    (part == SEGMENT_RST && !segments_fit_rst(ls, arrival)))
			continue;
		/* One that was recorded late only if there is no other. */
		if (found == LADDER_NONE || ls->step->ts_ns <= arrival_ns)
			found = i;
	}
	return found;
}

static struct ladder_arrow *add_arrow(struct ladder *ladder,
				      enum ladder_column from)
{
	struct ladder_arrow *arrow = &ladder->arrows[ladder->arrow_count++];

	*arrow = (struct ladder_arrow){
		.from = from,
		.departure = LADDER_NONE,
		.arrival = LADDER_NONE,
		.latency_ns = EVENT_UNKNOWN,
	};
	return arrow;
}

/* Steps are numbered within their half for now. */
static void add_arrivals(struct ladder *ladder, struct half halves[],
			 enum ladder_column to)
{
	struct half *half = &halves[to], *other = &halves[!to];
	int i;

	for (i = 0; i < half->total; i++) {
		struct ladder_step *ls = &half->steps[i];
		unsigned int bits = half_bits(half, i);
		unsigned int seen = bits, part;
		struct ladder_arrow *arrow;

		if (ls->same_segment || !side_step_in_segment(ls->step))
			continue;
		if (!bits)
			bits = bits_implied(ls);
		if (!bits)
			continue;
		part = segments_received(ls, bits);
		/* A FIN out of order: the bits are those of what filled the gap. */
		if (part == SEGMENT_FIN && !(bits & FIN)) {
			bits = FIN | ACK;
			seen = 0;
		}
		ls->received = ladder->arrow_count;
		arrow = add_arrow(ladder, !to);
		arrow->arrival = i;
		arrow->bits = (uint16_t)bits;
		arrow->bits_seen = seen;
		arrow->departure = find_departure(other, part, ls);
		if (arrow->departure != LADDER_NONE)
			other->steps[arrow->departure].sent = ls->received;
	}
}

/* The peer's FIN carried the ACK, so there was no separate ACK. */
static bool fin_carried_ack(const struct half *peer)
{
	int i;

	for (i = 0; i < peer->count; i++)
		if (side_step_is_edge(peer->steps[i].step, TCPCLOSE_FIN_WAIT1,
				      TCPCLOSE_FIN_WAIT2) &&
		    peer->steps[i].step->flags & FIN)
			return true;
	return false;
}

/* The ACK of a SYN,ACK may be delayed, and the socket reset before it leaves. */
static bool sends_ack_of_syn_surely(const struct half *half, int i)
{
	const struct side_step *step = half->steps[i].step, *next;

	if (i + 1 == half->count)
		return true;
	next = half->steps[i + 1].step;
	if (next->new != TCPCLOSE_CLOSE ||
	    next->ts_ns >= step->ts_ns + ACK_DELAY_NS)
		return true;
	/* More than the SYN left; tcp_abort() counts its RST before. */
	return next->traffic && next->cause != TCPCLOSE_CAUSE_DESTROYED &&
	       next->segments_sent > 1U + next->retransmits;
}

/* Whether an ACK was sent, alone or with data, before the FIN. */
static bool sends_ack_surely(const struct half *half, int i,
			     const struct half *peer)
{
	const struct side_step *step = half->steps[i].step;

	if (step->new == TCPCLOSE_ESTABLISHED)
		return sends_ack_of_syn_surely(half, i);
	if (step->new != TCPCLOSE_CLOSE_WAIT)
		return true;
	return !fin_carried_ack(peer) && i + 1 < half->count &&
	       half->steps[i + 1].step->ts_ns >= step->ts_ns + ACK_DELAY_NS;
}

/* Whether a step shows that the FIN or SYN of its end was acknowledged. */
static bool is_answer(const struct ladder_step *ls, unsigned int bits)
{
	const struct side_step *step = ls->step;

	if (bits & FIN)
		return segments_received(ls, step->flags) ==
			       SEGMENT_ACK_OF_FIN ||
		       side_step_is_edge(step, TCPCLOSE_FIN_WAIT1,
					 TCPCLOSE_FIN_WAIT2);
	/* The SYN of the other end alone says nothing of this end's. */
	return step->cause == TCPCLOSE_CAUSE_REFUSED ||
	       (step->new == TCPCLOSE_ESTABLISHED &&
		!segments_is_restored(step));
}

/*
 * Whether a later step of its sender shows that a SYN or FIN was answered:
 * acknowledged, or a SYN refused. A RST does not show that a FIN arrived.
 */
static bool is_answered(const struct half *half, int after, unsigned int bits)
{
	int i;

	if (!(bits & (SYN | FIN)))
		return false;
	for (i = after + 1; i < half->count; i++)
		if (is_answer(&half->steps[i], bits))
			return true;
	return false;
}

/* No SYN: connect() failed before, or the connection was restored. */
static bool lacks_syn(const struct side_step *step)
{
	if (segments_is_restored(step))
		return true;
	return side_step_is_edge(step, TCPCLOSE_SYN_SENT, TCPCLOSE_CLOSE) &&
	       (step->cause == TCPCLOSE_CAUSE_NO_PORT ||
		(step->traffic && !step->segments_sent));
}

/*
 * Whether the SYN or FIN of step @i left, as far as later steps of its side
 * show; one behind data that was not sent yet leaves later, or never.
 */
static bool has_left(const struct half *half, int i, unsigned int part)
{
	const struct side_step *step = half->steps[i].step;
	const struct side_step *last = half->steps[half->count - 1].step;

	if (part == SEGMENT_SYN)
		return i + 1 == half->count || !lacks_syn(half->steps[i + 1].step);
	if (part != SEGMENT_FIN)
		return true;
	if (last->new == TCPCLOSE_CLOSE && last->fin_unsent)
		return false;
	return !step->unsent_bytes || is_answered(half, i, FIN);
}

static void add_departures(struct ladder *ladder, struct half halves[],
			   enum ladder_column from)
{
	struct half *half = &halves[from];
	int i;

	for (i = 0; i < half->total; i++) {
		struct ladder_step *ls = &half->steps[i];
		unsigned int parts = segments_sent(ls);
		struct ladder_arrow *arrow;

		if (ls->sent != LADDER_NONE || !parts)
			continue;
		if (parts == SEGMENT_RST && !segments_sure_rst(ls))
			continue;
		if ((parts == SEGMENT_ACK_OF_FIN ||
		     parts == SEGMENT_ACK_OF_SYN) &&
		    !sends_ack_surely(half, i, &halves[!from]))
			continue;
		if (!has_left(half, i, parts))
			continue;
		ls->sent = ladder->arrow_count;
		arrow = add_arrow(ladder, from);
		arrow->departure = i;
		arrow->bits = (uint16_t)segments_bits(ls, parts);
		arrow->answered = is_answered(half, i, arrow->bits);
	}
}

/* A side in SYN_SENT sent a SYN, even if openings are not recorded. */
static void add_syn(struct ladder *ladder, const struct half *half,
		    enum ladder_column from)
{
	struct ladder_arrow *arrow;

	if (!half->count || half->steps[0].step->old != TCPCLOSE_SYN_SENT ||
	    lacks_syn(half->steps[0].step))
		return;
	arrow = add_arrow(ladder, from);
	arrow->before = true;
	arrow->bits = SYN;
	arrow->answered = is_answered(half, -1, SYN);
}

static bool is_blocked(const struct ladder *ladder, const struct half halves[],
		       enum ladder_column column, int i)
{
	const struct ladder_step *ls = &halves[column].steps[i];
	const struct ladder_arrow *arrow;

	if (ls->received == LADDER_NONE)
		return false;
	arrow = &ladder->arrows[ls->received];
	return arrow->departure != LADDER_NONE &&
	       halves[!column].at[arrow->departure] == LADDER_NONE;
}

static uint64_t next_ns(const struct half *half, int next)
{
	return half->steps[half->order[next]].step->ts_ns;
}

/* Which side's step is next: the earlier one, but not before its cause. */
static enum ladder_column next_column(const struct ladder *ladder,
				      const struct half halves[], const int next[])
{
	const struct half *left = &halves[LADDER_LEFT];
	const struct half *right = &halves[LADDER_RIGHT];
	enum ladder_column column;

	if (next[LADDER_LEFT] == left->total)
		return LADDER_RIGHT;
	if (next[LADDER_RIGHT] == right->total)
		return LADDER_LEFT;
	column = next_ns(left, next[LADDER_LEFT]) >
				 next_ns(right, next[LADDER_RIGHT]) ?
			 LADDER_RIGHT :
			 LADDER_LEFT;
	if (is_blocked(ladder, halves, column,
		       halves[column].order[next[column]]) &&
	    !is_blocked(ladder, halves, !column,
			halves[!column].order[next[!column]]))
		column = !column;
	return column;
}

/* Records contradict each other: no departure is better than a wrong one. */
static void detach(struct ladder *ladder, struct half halves[],
		   enum ladder_column column, int i)
{
	struct ladder_arrow *arrow =
		&ladder->arrows[halves[column].steps[i].received];

	halves[!column].steps[arrow->departure].sent = LADDER_NONE;
	arrow->departure = LADDER_NONE;
}

static void merge(struct ladder *ladder, struct half halves[])
{
	int next[LADDER_COLUMNS] = { 0, 0 };
	int total = halves[LADDER_LEFT].total + halves[LADDER_RIGHT].total;

	while (ladder->step_count < total) {
		enum ladder_column column = next_column(ladder, halves, next);
		int i = halves[column].order[next[column]++];

		if (is_blocked(ladder, halves, column, i))
			detach(ladder, halves, column, i);
		halves[column].at[i] = ladder->step_count;
		ladder->steps[ladder->step_count++] = halves[column].steps[i];
	}
}

/* When a segment left or arrived: of a RST its own record says it best. */
static uint64_t moment(const struct ladder_step *ls, const struct side_rst *rst)
{
	return rst ? rst->ts_ns : ls->step->ts_ns;
}

static void measure(struct ladder *ladder, struct ladder_arrow *arrow)
{
	const struct ladder_step *from = &ladder->steps[arrow->departure];
	const struct ladder_step *to = &ladder->steps[arrow->arrival];
	bool is_rst = arrow->bits & RST;
	uint64_t left_ns = moment(from, is_rst ? from->rst_sent : NULL);
	uint64_t arrived_ns = moment(to, is_rst ? to->rst_received : NULL);

	if (arrived_ns < left_ns)
		ladder->late = true;
	else
		arrow->latency_ns = (int64_t)(arrived_ns - left_ns);
}

/* Convert numbers within a half to numbers within the ladder. */
static void settle_arrows(struct ladder *ladder, const struct half halves[])
{
	int i;

	for (i = 0; i < ladder->arrow_count; i++) {
		struct ladder_arrow *arrow = &ladder->arrows[i];

		if (arrow->departure != LADDER_NONE)
			arrow->departure =
				halves[arrow->from].at[arrow->departure];
		if (arrow->arrival != LADDER_NONE)
			arrow->arrival =
				halves[!arrow->from].at[arrow->arrival];
		if (ladder_arrow_is_whole(arrow))
			measure(ladder, arrow);
	}
}

/**
 * ladder_build() - make a ladder of one side or two
 * @ladder: the result; refers to the sides
 * @side: one side, with a step
 * @peer: the other one, or NULL
 * @pairing: why there is no other one
 * @recorded_ns: from when on each RST has a record, see &struct recorded
 */
void ladder_build(struct ladder *ladder, const struct side *side,
		  const struct side *peer, enum sides_pairing pairing,
		  uint64_t recorded_ns)
{
	struct half halves[LADDER_COLUMNS];
	bool swap = peer && peer->steps[0].ts_ns < side->steps[0].ts_ns;

	memset(ladder, 0, sizeof(*ladder));
	ladder->pairing = pairing;
	ladder->sides[LADDER_LEFT] = swap ? peer : side;
	ladder->sides[LADDER_RIGHT] = swap ? side : peer;
	half_init(&halves[LADDER_LEFT], ladder, LADDER_LEFT, recorded_ns);
	half_init(&halves[LADDER_RIGHT], ladder, LADDER_RIGHT, recorded_ns);
	add_arrivals(ladder, halves, LADDER_LEFT);
	add_arrivals(ladder, halves, LADDER_RIGHT);
	add_departures(ladder, halves, LADDER_LEFT);
	add_departures(ladder, halves, LADDER_RIGHT);
	add_syn(ladder, &halves[LADDER_LEFT], LADDER_LEFT);
	add_syn(ladder, &halves[LADDER_RIGHT], LADDER_RIGHT);
	merge(ladder, halves);
	settle_arrows(ladder, halves);
	ladder->start_ns = ladder->steps[0].step->ts_ns;
}
