// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a transition sends and what it has received, by the state machine and the
 * kernel's functions, without looking at the other side. A RST that has a record is
 * what the record says.
 */
#include <string.h>

#include "ladder/segments.h"

#define FIN TCPCLOSE_FLAG_FIN
#define SYN TCPCLOSE_FLAG_SYN
#define RST TCPCLOSE_FLAG_RST
#define ACK TCPCLOSE_FLAG_ACK

/**
 * ladder_edge() - the model's edge of a step
 * @step: the step
 *
 * Return: the edge, or NULL if the model has none, or it is no transition
 */
const struct model_edge *ladder_edge(const struct ladder_step *step)
{
	enum model_verdict verdict = step->step->verdict;
	size_t count;

	if (step->lone ||
	    (verdict != MODEL_OK_DOCUMENTED && verdict != MODEL_OK_LINUX))
		return NULL;
	return &model_edges(&count)[step->step->edge];
}

/**
 * ladder_sends_fin() - whether a FIN is sent, or queued behind data
 * @step: the transition
 */
bool ladder_sends_fin(const struct side_step *step)
{
	return step->old != step->new && (step->new == TCPCLOSE_FIN_WAIT1 ||
					  step->new == TCPCLOSE_LAST_ACK);
}

/* A FIN in FIN_WAIT2, with or without a mini-socket. */
static bool fin_ends_fin_wait2(const struct side_step *step)
{
	return side_step_is_edge(step, TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT) ||
	       (side_step_is_edge(step, TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE) &&
		step->end == TCPCLOSE_END_OVERFLOW &&
		step->cause == TCPCLOSE_CAUSE_FIN);
}

/**
 * ladder_is_fin_again() - whether a FIN came in TIME_WAIT
 * @step: the transition
 *
 * It is acknowledged. Other segments that restart the timer may be answered or
 * not (tcp_timewait_state_process()).
 */
bool ladder_is_fin_again(const struct side_step *step)
{
	return side_step_is_rearm(step) && step->flags & FIN;
}

static const char *action_of(const struct ladder_step *step)
{
	const struct model_edge *edge = ladder_edge(step);

	return edge && edge->action ? edge->action : "";
}

/* States in which tcp_disconnect() and tcp_abort() reset (tcp_need_reset()). */
static bool needs_reset(unsigned int state)
{
	switch (state) {
	case TCPCLOSE_ESTABLISHED:
	case TCPCLOSE_CLOSE_WAIT:
	case TCPCLOSE_FIN_WAIT1:
	case TCPCLOSE_FIN_WAIT2:
	case TCPCLOSE_SYN_RECV:
		return true;
	default:
		return false;
	}
}

enum certainty {
	NEVER,
	PERHAPS,
	SURELY,
};

/* What a step shows by itself. */
static enum certainty implies_rst(const struct ladder_step *ls)
{
	const struct side_step *step = ls->step;

	if (step->new != TCPCLOSE_CLOSE)
		return NEVER;
	if (step->end == TCPCLOSE_END_RST_SENT)
		return SURELY;
	if (strncmp(action_of(ls), "snd RST", strlen("snd RST")))
		return NEVER;
	switch (step->cause) {
	case TCPCLOSE_CAUSE_MEMORY:
	case TCPCLOSE_CAUSE_ORPHANS:
		/* A timer resets what was active lately (tcp_out_of_resources()). */
		return side_step_is_call(step) ? SURELY : PERHAPS;
	case TCPCLOSE_CAUSE_LINGER:
	case TCPCLOSE_CAUSE_DISCONNECT:
		/* After both FINs only if this end's FIN has not left. */
		if (needs_reset(step->old))
			return SURELY;
		if (!step->traffic)
			return PERHAPS;
		return step->fin_unsent ? SURELY : NEVER;
	case TCPCLOSE_CAUSE_MPTCP:
		/* mptcp_do_fastclose() always, tcp_disconnect() not always. */
		return needs_reset(step->old) ? SURELY : PERHAPS;
	default:
		return SURELY;
	}
}

static enum certainty sends_rst(const struct ladder_step *ls)
{
	if (ls->rst_sent)
		return ls->rst_sent->rst.unsure ? PERHAPS : SURELY;
	return ls->recorded ? NEVER : implies_rst(ls);
}

/**
 * segments_sure_rst() - whether a RST must have been sent
 * @ls: the step
 */
bool segments_sure_rst(const struct ladder_step *ls)
{
	return sends_rst(ls) == SURELY;
}

/*
 * Whether a RST is sent without an ACK: as the answer to a segment, as opposed to
 * tcp_send_active_reset(). One that answers a segment without an ACK has one.
 */
static bool lacks_ack(const struct ladder_step *ls)
{
	const struct side_rst *rst = ls->rst_sent;
	const struct side_step *step = ls->step;

	if (rst)
		return rst->rst.segment && rst->flags & ACK;
	return step->end == TCPCLOSE_END_RST_SENT ||
	       (side_step_in_segment(step) &&
		(step->cause == TCPCLOSE_CAUSE_DATA_AFTER_CLOSE ||
		 step->cause == TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT));
}

/* A RST without an ACK has the number that the segment acknowledged. */
static bool fits_number(const struct ladder_step *ls,
			const struct side_rst *received)
{
	return !received || !ls->rst_sent || !lacks_ack(ls) ||
	       received->rst.seq == ls->rst_sent->rst.ack;
}

/**
 * segments_fit_rst() - whether a RST received can be the one that a step sent
 * @ls: the step
 * @received: what the RST made, with its control bits, or 0
 *
 * An end that aborts sends RST,ACK. A segment for no connection, or for one
 * that takes none, is answered with a RST that has an ACK only if that segment
 * had none, which is a SYN (tcp_v4_send_reset()).
 */
bool segments_fit_rst(const struct ladder_step *ls,
		      const struct ladder_step *received)
{
	const struct side_step *step = ls->step;
	unsigned int bits = received->step->flags;

	if (!fits_number(ls, received->rst_received))
		return false;
	/* A SYN met no socket: a full one answers otherwise, but for Fast Open. */
	if (received->step->old == TCPCLOSE_SYN_SENT && !ls->rst_sent)
		return step->end == TCPCLOSE_END_RST_SENT ||
		       step->old == TCPCLOSE_SYN_RECV;
	if (!bits || (step->end == TCPCLOSE_END_RST_SENT && !ls->rst_sent))
		return true;
	return lacks_ack(ls) == !(bits & ACK);
}

/**
 * segments_is_restored() - whether connect() restored a connection: no segment is
 *	sent (TCP_REPAIR)
 * @step: the transition
 */
bool segments_is_restored(const struct side_step *step)
{
	return side_step_is_edge(step, TCPCLOSE_SYN_SENT,
				 TCPCLOSE_ESTABLISHED) &&
	       side_step_is_call(step);
}

/**
 * segments_sent() - what a step sends
 * @ls: the step
 *
 * Return: &enum segment_purpose of what is sent, now or later, or may have been sent if
 * it is a RST; 0: nothing. A SYN or FIN may never have left.
 */
unsigned int segments_sent(const struct ladder_step *ls)
{
	const struct side_step *step = ls->step;

	if (ls->rst_sent)
		return SEGMENT_RST;
	if (ladder_sends_fin(step))
		return SEGMENT_FIN;
	if (side_step_is_edge(step, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT) ||
	    side_step_is_edge(step, TCPCLOSE_FIN_WAIT1, TCPCLOSE_CLOSING) ||
	    fin_ends_fin_wait2(step) || ladder_is_fin_again(step))
		return SEGMENT_ACK_OF_FIN;
	if (side_step_is_edge(step, TCPCLOSE_CLOSE, TCPCLOSE_SYN_SENT))
		return SEGMENT_SYN;
	if (side_step_is_edge(step, TCPCLOSE_SYN_SENT, TCPCLOSE_SYN_RECV))
		return SEGMENT_SYN_ACK;
	if (side_step_is_edge(step, TCPCLOSE_SYN_SENT, TCPCLOSE_ESTABLISHED))
		return segments_is_restored(step) ? 0 : SEGMENT_ACK_OF_SYN;
	return sends_rst(ls) == NEVER ? 0 : SEGMENT_RST;
}

static unsigned int purpose_of_syn(unsigned int bits)
{
	return bits & ACK ? SEGMENT_SYN_ACK : SEGMENT_SYN;
}

/* Purpose of a segment that made no transition: its state says nothing of it. */
static unsigned int purpose_of_stray(unsigned int bits)
{
	if (bits & FIN)
		return SEGMENT_FIN;
	return bits & SYN ? purpose_of_syn(bits) : 0;
}

/**
 * segments_received() - purpose of the segment that caused a step
 * @ls: the step
 * @bits: the segment's control bits
 *
 * Return: &enum segment_purpose, or 0
 */
unsigned int segments_received(const struct ladder_step *ls, unsigned int bits)
{
	const struct side_step *step = ls->step;

	if (bits & RST)
		return SEGMENT_RST;
	if (ls->lone)
		return purpose_of_stray(bits);
	if (step->new == TCPCLOSE_CLOSE_WAIT || step->new == TCPCLOSE_CLOSING ||
	    fin_ends_fin_wait2(step))
		return SEGMENT_FIN;
	if (side_step_is_edge(step, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2))
		return bits & FIN ? SEGMENT_FIN : SEGMENT_ACK_OF_FIN;
	if (step->old == TCPCLOSE_CLOSING ||
	    (side_step_is_edge(step, TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE) &&
	     step->cause == TCPCLOSE_CAUSE_FIN))
		return SEGMENT_ACK_OF_FIN;
	if (step->old == TCPCLOSE_SYN_SENT || step->old == TCPCLOSE_LISTEN ||
	    step->old == TCPCLOSE_SYN_RECV)
		return bits & SYN ? purpose_of_syn(bits) : SEGMENT_ACK_OF_SYN;
	return 0;
}

/**
 * segments_bits() - control bits that a segment must have
 * @ls: the step that sends it
 * @part: &enum segment_purpose
 */
unsigned int segments_bits(const struct ladder_step *ls, unsigned int part)
{
	switch (part) {
	case SEGMENT_SYN:
		return SYN;
	case SEGMENT_SYN_ACK:
		return SYN | ACK;
	case SEGMENT_FIN:
		/* RFC 9293 3.1: "Once a connection is established, [ACK] is always sent." */
		return FIN | ACK;
	case SEGMENT_RST:
		return lacks_ack(ls) ? RST : RST | ACK;
	default:
		return ACK;
	}
}
