// SPDX-License-Identifier: GPL-2.0-only
/*
 * One end of a connection: takes its transitions one by one, and keeps what a
 * drawing needs, in bounded memory.
 *
 * Knows nothing of the other end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/side.h"
#include "model/model.h"

/* Re-arms in a row of which only the last is kept, from here on. */
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
 * end_tuple_is_known() - whether the other end can be told from it
 * @tuple: the addresses and ports
 */
bool end_tuple_is_known(const struct end_tuple *tuple)
{
	return tuple->lport && tuple->rport;
}

/**
 * end_tuples_match() - whether these are two ends of one connection
 * @a: addresses and ports of one
 * @b: of the other
 */
bool end_tuples_match(const struct end_tuple *a, const struct end_tuple *b)
{
	return a->lport == b->rport && a->rport == b->lport &&
	       !memcmp(a->laddr, b->raddr, 16) &&
	       !memcmp(a->raddr, b->laddr, 16);
}

/**
 * end_is_complete() - whether its life is over
 * @end: the end
 */
bool end_is_complete(const struct end *end)
{
	return end->count && end->steps[end->count - 1].new == TCPCLOSE_CLOSE;
}

/**
 * end_is_whole() - whether its closing was seen from the beginning
 * @end: the end
 */
bool end_is_whole(const struct end *end)
{
	if (!end->count)
		return false;
	switch (end->steps[0].old) {
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
 * end_closed_ns() - when it had nothing more to exchange
 * @end: the end
 *
 * Return: when it entered TIME_WAIT or CLOSE; UINT64_MAX: it has not
 */
uint64_t end_closed_ns(const struct end *end)
{
	unsigned int i;

	for (i = 0; i < end->count; i++) {
		const struct end_step *step = &end->steps[i];

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
 * end_last_ns() - when it was last heard of
 * @end: the end, with a step
 */
uint64_t end_last_ns(const struct end *end)
{
	return end->steps[end->count - 1].ts_ns;
}

static bool is_hand_over(const struct event *e)
{
	return e->origin == TCPCLOSE_ORIGIN_TRACEPOINT &&
	       e->raw_new == TCPCLOSE_CLOSE && e->new != TCPCLOSE_CLOSE;
}

static bool has_index(const struct end *end, unsigned int index)
{
	unsigned int i;

	for (i = 0; i < end->count; i++)
		if (end->steps[i].index == index)
			return true;
	return false;
}

/**
 * end_begins_anew() - whether a transition belongs to the socket's next life
 * @end: what is known of the life so far
 * @e: a transition with the same cookie
 *
 * A socket that was disconnected can be connected again. The last record of a
 * full socket, on the other hand, may come after the mini-socket's end, which
 * another CPU has seen.
 */
bool end_begins_anew(const struct end *end, const struct event *e)
{
	if (!end->count)
		return false;
	if (e->old == TCPCLOSE_CLOSE || e->old == TCPCLOSE_LISTEN)
		return true;
	return end_is_complete(end) &&
	       (!is_hand_over(e) || has_index(end, e->index));
}

static void take_tuple(struct end *end, const struct event *e)
{
	/* Not bound yet, or disconnected: what is known already is better. */
	if (end_tuple_is_known(&end->tuple) && !(e->lport && e->rport))
		return;
	widen(end->tuple.laddr, e->laddr, e->ipv6);
	widen(end->tuple.raddr, e->raddr, e->ipv6);
	end->tuple.lport = e->lport;
	end->tuple.rport = e->rport;
}

static void take_identity(struct end *end, const struct event *e)
{
	take_tuple(end, e);
	if (!end->count) {
		end->cookie = e->cookie;
		end->uid = EVENT_UNKNOWN;
		end->bytes_sent = EVENT_UNKNOWN;
		end->bytes_received = EVENT_UNKNOWN;
		end->retransmits = EVENT_UNKNOWN;
		end->srtt_us = EVENT_UNKNOWN;
		end->realtime_offset_ns = (int64_t)(e->realtime_ns - e->ts_ns);
	}
	if (e->age_ns != EVENT_UNKNOWN && (uint64_t)e->age_ns <= e->ts_ns &&
	    !end->born_ns)
		end->born_ns = e->ts_ns - (uint64_t)e->age_ns;
	if (e->closer)
		end->closer = e->closer;
	if (e->netns_inode)
		end->netns_inode = e->netns_inode;
	if (e->netns_name && !end->netns_name[0])
		snprintf(end->netns_name, sizeof(end->netns_name), "%s",
			 e->netns_name);
	if (e->uid != EVENT_UNKNOWN)
		end->uid = e->uid;
	if (e->origin != TCPCLOSE_ORIGIN_TRACEPOINT)
		return;
	end->bytes_sent = e->bytes_sent;
	end->bytes_received = e->bytes_received;
	end->retransmits = e->retransmits;
	end->srtt_us = e->srtt_us;
}

static void fill(struct end_step *step, const struct event *e)
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
	step->old = e->old;
	step->new = e->new;
	step->mark = e->mark;
	step->origin = e->origin;
	step->context = e->context;
	step->end = e->end;
	step->cause = e->cause;
	step->verdict = (uint8_t)judgement.verdict;
	step->edge = judgement.edge ? (uint8_t)model_index(judgement.edge) :
				      END_NO_EDGE;
	step->sk_err = (int16_t)e->sk_err;
	step->sk_shutdown = (int8_t)e->sk_shutdown;
	step->orphaned = event_is_orphaned(e);
	step->no_process = e->origin == TCPCLOSE_ORIGIN_TRACEPOINT && !e->inode;
	memcpy(step->comm, e->comm, sizeof(step->comm));
}

/* Where it belongs: in front of the mini-socket's steps, if it was late. */
static unsigned int place(const struct end *end, const struct event *e)
{
	unsigned int at = end->count;

	if (!is_hand_over(e))
		return at;
	while (at && end->steps[at - 1].origin == TCPCLOSE_ORIGIN_TIMEWAIT &&
	       end->steps[at - 1].index > e->index)
		at--;
	return at;
}

static bool is_one_more_rearm(const struct end *end, const struct event *e)
{
	unsigned int i;

	if (!event_is_rearm(e) || end->count < REARMS_KEPT)
		return false;
	for (i = 1; i <= REARMS_KEPT; i++)
		if (!end_step_is_rearm(&end->steps[end->count - i]))
			return false;
	return true;
}

static int grow(struct end *end)
{
	unsigned int room = end->room ? 2 * end->room : 6;
	struct end_step *steps;

	if (end->count < end->room)
		return 0;
	steps = realloc(end->steps, room * sizeof(*steps));
	if (!steps)
		return -ENOMEM;
	end->steps = steps;
	end->room = room;
	return 0;
}

/**
 * end_add() - take a transition
 * @end: whose it is; all 0 before the first
 * @e: the transition
 *
 * Return: 0, or -ENOMEM
 */
int end_add(struct end *end, const struct event *e)
{
	struct end_step *last;
	unsigned int at;
	int ret;

	take_identity(end, e);
	if (is_one_more_rearm(end, e)) {
		last = &end->steps[end->count - 1];
		at = last->skipped + 1;
		fill(last, e);
		last->skipped = at;
		return 0;
	}
	if (end->count == END_STEPS_MAX) {
		/* The last one says how it ended, so keep that. */
		end->dropped++;
		fill(&end->steps[end->count - 1], e);
		return 0;
	}
	ret = grow(end);
	if (ret)
		return ret;
	at = place(end, e);
	memmove(&end->steps[at + 1], &end->steps[at],
		(end->count - at) * sizeof(*end->steps));
	fill(&end->steps[at], e);
	end->count++;
	return 0;
}
