// SPDX-License-Identifier: GPL-2.0-only
/*
 * One side of a connection: takes its transitions one by one and keeps what a
 * drawing needs, in bounded memory.
 *
 * Knows nothing of the other side, nor which transitions are of one life.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/side.h"
#include "model/model.h"

/* From this many re-arms in a row on, only the last one is kept. */
#define REARMS_KEPT 3

static void widen(uint8_t to[16], const uint8_t *addr, bool ipv6)
{
	if (ipv6) {
		memcpy(to, addr, 16);
		return;
	}
	memset(to, 0, 10);
	memset(to + 10, 0xff, 2);
	memcpy(to + 12, addr, 4);
}

/**
 * side_tuple_is_known() - whether it identifies the other side
 * @tuple: the addresses and ports
 */
bool side_tuple_is_known(const struct side_tuple *tuple)
{
	return tuple->lport && tuple->rport;
}

/**
 * side_tuples_match() - whether these are two sides of one connection
 * @a: addresses and ports of one
 * @b: of the other
 */
bool side_tuples_match(const struct side_tuple *a, const struct side_tuple *b)
{
	return a->lport == b->rport && a->rport == b->lport &&
	       !memcmp(a->laddr, b->raddr, 16) &&
	       !memcmp(a->raddr, b->laddr, 16);
}

/**
 * side_tuples_equal() - whether these are of one side
 * @a: addresses and ports
 * @b: others
 */
bool side_tuples_equal(const struct side_tuple *a, const struct side_tuple *b)
{
	return a->lport == b->lport && a->rport == b->rport &&
	       !memcmp(a->laddr, b->laddr, 16) && !memcmp(a->raddr, b->raddr, 16);
}

/**
 * side_tuple_of() - the addresses and ports of an event
 * @e: a transition or a RST
 */
struct side_tuple side_tuple_of(const struct event *e)
{
	struct side_tuple tuple = { .lport = e->lport, .rport = e->rport };

	widen(tuple.laddr, e->laddr, e->ipv6);
	widen(tuple.raddr, e->raddr, e->ipv6);
	return tuple;
}

/**
 * side_is_complete() - whether its end was seen
 * @side: the side
 */
bool side_is_complete(const struct side *side)
{
	return side->count && side->steps[side->count - 1].new == TCPCLOSE_CLOSE;
}

/**
 * side_is_whole() - whether its closing was seen from the beginning
 * @side: the side
 */
bool side_is_whole(const struct side *side)
{
	if (!side->count)
		return false;
	switch (side->steps[0].old) {
	case TCPCLOSE_CLOSE:
	case TCPCLOSE_LISTEN:
	case TCPCLOSE_SYN_SENT:
	case TCPCLOSE_SYN_RECV:
	case TCPCLOSE_ESTABLISHED:
		return true;
	default:
		return false;
	}
}

/**
 * side_closed_ns() - when its exchange of segments was over
 * @side: the side
 *
 * Return: when it entered TIME_WAIT or CLOSE; UINT64_MAX: it has not
 */
uint64_t side_closed_ns(const struct side *side)
{
	unsigned int i;

	for (i = 0; i < side->count; i++) {
		const struct side_step *step = &side->steps[i];

		if (step->old == TCPCLOSE_TIME_WAIT &&
		    step->dwell_ns != EVENT_UNKNOWN &&
		    (uint64_t)step->dwell_ns <= step->ts_ns)
			return step->ts_ns - (uint64_t)step->dwell_ns;
		if (step->new == TCPCLOSE_TIME_WAIT ||
		    step->new == TCPCLOSE_CLOSE)
			return step->ts_ns;
	}
	return UINT64_MAX;
}

/**
 * side_last_ns() - time of its latest transition
 * @side: the side, with a step
 */
uint64_t side_last_ns(const struct side *side)
{
	return side->steps[side->count - 1].ts_ns;
}

static void take_tuple(struct side *side, const struct event *e)
{
	/* Not bound yet, or disconnected: what is known already is better. */
	if (side_tuple_is_known(&side->tuple) && !(e->lport && e->rport))
		return;
	side->tuple = side_tuple_of(e);
}

static void take_identity(struct side *side, const struct event *e)
{
	take_tuple(side, e);
	if (!side->count) {
		side->cookie = e->cookie;
		side->uid = EVENT_UNKNOWN;
		side->bytes_sent = EVENT_UNKNOWN;
		side->bytes_received = EVENT_UNKNOWN;
		side->retransmits = EVENT_UNKNOWN;
		side->srtt_us = EVENT_UNKNOWN;
		side->realtime_offset_ns = (int64_t)(e->realtime_ns - e->ts_ns);
	}
	if (e->age_ns != EVENT_UNKNOWN && (uint64_t)e->age_ns <= e->ts_ns &&
	    !side->born_ns)
		side->born_ns = e->ts_ns - (uint64_t)e->age_ns;
	if (e->closer)
		side->closer = e->closer;
	if (e->session)
		side->session = e->session;
	if (e->session_closer)
		side->session_closer = *e->session_closer;
	if (e->netns_inode)
		side->netns_inode = e->netns_inode;
	if (e->netns_name && !side->netns_name[0])
		snprintf(side->netns_name, sizeof(side->netns_name), "%s",
			 e->netns_name);
	if (e->uid != EVENT_UNKNOWN)
		side->uid = e->uid;
	if (e->origin != TCPCLOSE_ORIGIN_TRACEPOINT)
		return;
	/* It is none any more if the peer does not know MPTCP. */
	side->mptcp = e->mark & TCPCLOSE_MARK_MPTCP;
	side->bytes_sent = e->bytes_sent;
	side->bytes_received = e->bytes_received;
	side->retransmits = e->retransmits;
	side->srtt_us = e->srtt_us;
}

static void fill(struct side_step *step, const struct event *e)
{
	struct model_judgement judgement;

	model_judge(e, &judgement);
	memset(step, 0, sizeof(*step));
	step->ts_ns = e->ts_ns;
	step->dwell_ns = e->dwell_ns;
	step->pid = e->pid;
	step->index = e->index;
	step->flags = e->flags;
	step->rearms = e->rearms > 0 ? (uint16_t)e->rearms : 0;
	step->retransmits = e->retransmits > 0 ? (uint16_t)e->retransmits : 0;
	step->strays = e->strays > 0 ? (uint16_t)e->strays : 0;
	step->old = e->old;
	step->new = e->new;
	step->mark = e->mark;
	step->origin = e->origin;
	step->context = e->context;
	step->end = e->end;
	step->cause = e->cause;
	step->call = e->call;
	step->deferred = e->deferred;
	step->verdict = (uint8_t)judgement.verdict;
	step->edge = judgement.edge ? (uint8_t)model_index(judgement.edge) :
				      SIDE_NO_EDGE;
	step->sk_err = (int16_t)e->sk_err;
	step->sk_shutdown = (int8_t)e->sk_shutdown;
	step->orphaned = event_is_orphaned(e);
	step->no_process = e->origin == TCPCLOSE_ORIGIN_TRACEPOINT && !e->inode;
	memcpy(step->comm, e->comm, sizeof(step->comm));
	memcpy(step->thread, e->thread, sizeof(step->thread));
	if (e->segments_sent == EVENT_UNKNOWN)
		return;
	step->traffic = true;
	step->fin_unsent = e->fin_unsent;
	step->unsent_bytes = (uint32_t)e->unsent_bytes;
	step->segments_sent = (uint32_t)e->segments_sent;
	step->segments_received = (uint32_t)e->segments_received;
}

/*
 * Position of a step that came late: before the later steps of the mini-socket. A
 * hand-over is before all of them.
 */
static unsigned int place(const struct side *side, const struct event *e)
{
	bool first = event_hands_over(e);
	unsigned int at = side->count;

	while (at && side->steps[at - 1].origin == TCPCLOSE_ORIGIN_TIMEWAIT &&
	       (first || side->steps[at - 1].index > e->index))
		at--;
	return at;
}

static bool is_one_more_rearm(const struct side *side, const struct event *e)
{
	unsigned int i;

	if (!event_is_rearm(e) || side->count < REARMS_KEPT)
		return false;
	for (i = 1; i <= REARMS_KEPT; i++)
		if (!side_step_is_rearm(&side->steps[side->count - i]))
			return false;
	return true;
}

static int grow(struct side *side)
{
	unsigned int room = side->room ? 2 * side->room : 6;
	struct side_step *steps;

	if (side->count < side->room)
		return 0;
	steps = realloc(side->steps, room * sizeof(*steps));
	if (!steps)
		return -ENOMEM;
	side->steps = steps;
	side->room = room;
	return 0;
}

/**
 * side_add() - take a transition
 * @side: its side; all 0 before the first
 * @e: the transition
 * @late: it came after a later one
 *
 * Return: 0, or -ENOMEM
 */
int side_add(struct side *side, const struct event *e, bool late)
{
	struct side_step *last;
	unsigned int at;
	int ret;

	take_identity(side, e);
	if (!late && is_one_more_rearm(side, e)) {
		last = &side->steps[side->count - 1];
		at = last->skipped + 1;
		fill(last, e);
		last->skipped = at;
		return 0;
	}
	if (side->count == SIDE_STEPS_MAX) {
		/* Keep the last one: it says how the connection ended. */
		side->dropped++;
		fill(&side->steps[side->count - 1], e);
		return 0;
	}
	ret = grow(side);
	if (ret)
		return ret;
	at = late ? place(side, e) : side->count;
	memmove(&side->steps[at + 1], &side->steps[at],
		(side->count - at) * sizeof(*side->steps));
	fill(&side->steps[at], e);
	side->count++;
	return 0;
}

/**
 * side_free() - forget all that is kept
 * @side: the side
 */
void side_free(struct side *side)
{
	free(side->steps);
	side_rsts_free(&side->rsts);
}
