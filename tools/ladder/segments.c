// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a transition sends and what it has received, by the state machine and the
 * kernel's functions, whatever happened at the other end.
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
 * Return: the edge, or NULL if the model has none such
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
 * ladder_sends_fin() - whether a FIN leaves, or is queued behind data
 * @step: the transition
 */
bool ladder_sends_fin(const struct end_step *step)
{
	return step->old != step->new && (step->new == TCPCLOSE_FIN_WAIT1 ||
					  step->new == TCPCLOSE_LAST_ACK);
}

/* A FIN in FIN_WAIT2, whether or not there can be a mini-socket. */
static bool fin_ends_fin_wait2(const struct end_step *step)
{
	return end_step_is_edge(step, TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT) ||
	       (end_step_is_edge(step, TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE) &&
		step->end == TCPCLOSE_END_OVERFLOW &&
		step->cause == TCPCLOSE_CAUSE_FIN);
}

/**
 * ladder_is_fin_again() - whether a FIN came in TIME_WAIT
 * @step: the transition
 *
 * It is acknowledged. What else starts the timer anew may be answered or not
 * (tcp_timewait_state_process()).
 */
bool ladder_is_fin_again(const struct end_step *step)
{
	return end_step_is_rearm(step) && step->flags & FIN;
}

static const char *action_of(const struct ladder_step *step)
{
	const struct model_edge *edge = ladder_edge(step);

	return edge && edge->action ? edge->action : "";
}

/**
 * ladder_sends_rst_surely() - whether a RST must have been sent
 * @ls: the step
 */
bool ladder_sends_rst_surely(const struct ladder_step *ls)
{
	const struct end_step *step = ls->step;

	if (step->new != TCPCLOSE_CLOSE)
		return false;
	/* A timer sends none if there is no memory for it. */
	if (step->cause == TCPCLOSE_CAUSE_MEMORY && !end_step_is_call(step))
		return false;
	return step->end == TCPCLOSE_END_REFUSED ||
	       !strcmp(action_of(ls), "snd RST");
}

static bool may_send_rst(const struct ladder_step *ls)
{
	return ladder_sends_rst_surely(ls) ||
	       (ls->step->new == TCPCLOSE_CLOSE &&
		!strncmp(action_of(ls), "snd RST", strlen("snd RST")));
}

/**
 * ladder_parts_sent() - what a step sends
 * @ls: the step
 *
 * Return: &enum ladder_part of what must have left, or, of a RST, may have; 0:
 * nothing
 */
unsigned int ladder_parts_sent(const struct ladder_step *ls)
{
	const struct end_step *step = ls->step;

	if (ladder_sends_fin(step))
		return PART_FIN;
	if (end_step_is_edge(step, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT) ||
	    end_step_is_edge(step, TCPCLOSE_FIN_WAIT1, TCPCLOSE_CLOSING) ||
	    fin_ends_fin_wait2(step) || ladder_is_fin_again(step))
		return PART_ACK_OF_FIN;
	if (end_step_is_edge(step, TCPCLOSE_CLOSE, TCPCLOSE_SYN_SENT))
		return PART_SYN;
	if (end_step_is_edge(step, TCPCLOSE_SYN_SENT, TCPCLOSE_SYN_RECV))
		return PART_SYN_ACK;
	if (end_step_is_edge(step, TCPCLOSE_SYN_SENT, TCPCLOSE_ESTABLISHED))
		return PART_ACK_OF_SYN;
	return may_send_rst(ls) ? PART_RST : 0;
}

/**
 * ladder_parts_received() - what the segment behind a step was there for
 * @step: the transition
 * @bits: the segment's control bits
 *
 * Return: &enum ladder_part, or 0
 */
unsigned int ladder_parts_received(const struct end_step *step,
				   unsigned int bits)
{
	if (bits & RST)
		return PART_RST;
	if (step->new == TCPCLOSE_CLOSE_WAIT || step->new == TCPCLOSE_CLOSING ||
	    fin_ends_fin_wait2(step))
		return PART_FIN;
	if (end_step_is_edge(step, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2))
		return bits & FIN ? PART_FIN : PART_ACK_OF_FIN;
	if (step->old == TCPCLOSE_CLOSING ||
	    (end_step_is_edge(step, TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE) &&
	     step->cause == TCPCLOSE_CAUSE_FIN))
		return PART_ACK_OF_FIN;
	if (step->old == TCPCLOSE_SYN_SENT || step->old == TCPCLOSE_LISTEN ||
	    step->old == TCPCLOSE_SYN_RECV)
		return !(bits & SYN) ? PART_ACK_OF_SYN :
		       bits & ACK    ? PART_SYN_ACK :
				       PART_SYN;
	return 0;
}

/**
 * ladder_bits_of_part() - control bits that such a segment must have
 * @part: &enum ladder_part
 */
unsigned int ladder_bits_of_part(unsigned int part)
{
	switch (part) {
	case PART_SYN:
		return SYN;
	case PART_SYN_ACK:
		return SYN | ACK;
	case PART_FIN:
		/* RFC 9293 3.1: "Once a connection is established, [ACK] is always sent." */
		return FIN | ACK;
	case PART_RST:
		return RST;
	default:
		return ACK;
	}
}
