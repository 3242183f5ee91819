// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a transition sends and what it has received, by the state machine and the
 * kernel's functions, without looking at the other side.
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
 * Return: the edge, or NULL if the model has none
 */
const struct model_edge *ladder_edge(const struct ladder_step *step)
{
	enum model_verdict verdict = step->step->verdict;
	size_t count;

	if (verdict != MODEL_OK_DOCUMENTED && verdict != MODEL_OK_LINUX)
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

static enum certainty sends_rst(const struct ladder_step *ls)
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

/**
 * segments_sure_rst() - whether a RST must have been sent
 * @ls: the step
 */
bool segments_sure_rst(const struct ladder_step *ls)
{
	return sends_rst(ls) == SURELY;
}

/* A RST that answers a segment, as opposed to tcp_send_active_reset(). */
static bool answers_segment(const struct side_step *step)
{
	return step->end == TCPCLOSE_END_RST_SENT ||
	       (side_step_in_segment(step) &&
		(step->cause == TCPCLOSE_CAUSE_DATA_AFTER_CLOSE ||
		 step->cause == TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT));
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
		      const struct side_step *received)
{
	const struct side_step *step = ls->step;

	/* A SYN met no socket: a full one answers otherwise, but for Fast Open. */
	if (received->old == TCPCLOSE_SYN_SENT)
		return step->end == TCPCLOSE_END_RST_SENT ||
		       step->old == TCPCLOSE_SYN_RECV;
	if (!received->flags || step->end == TCPCLOSE_END_RST_SENT)
		return true;
	return answers_segment(step) == !(received->flags & ACK);
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

/**
 * segments_received() - purpose of the segment that caused a step
 * @step: the transition
 * @bits: the segment's control bits
 *
 * Return: &enum segment_purpose, or 0
 */
unsigned int segments_received(const struct side_step *step,
			       unsigned int bits)
{
	if (bits & RST)
		return SEGMENT_RST;
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
		return !(bits & SYN) ? SEGMENT_ACK_OF_SYN :
		       bits & ACK    ? SEGMENT_SYN_ACK :
				       SEGMENT_SYN;
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
		return answers_segment(ls->step) ? RST : RST | ACK;
	default:
		return ACK;
	}
}
