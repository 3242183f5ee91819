// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lives of sockets, as the trace has them and as tcpclose recorded them.
 *
 * A socket's states change under its lock, so both sides have its steps in the same
 * order, whatever CPUs they were seen on. Knows two lives; which ones are compared is
 * for trace_match.c to decide.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "lib/event.h"
#include "witness/socket_life.h"

/* The clock of the trace is read later than the record's, but in another way. */
#define SKEW_NS (50 * NS_PER_MS)

/**
 * socket_life_shows_listener() - whether it is the first step of a listener's clone
 * @e: the step
 *
 * In the trace it may still have the addresses of its listener.
 */
bool socket_life_shows_listener(const struct trace_event *e)
{
	return e->old == TCPCLOSE_LISTEN && e->new == TCPCLOSE_SYN_RECV;
}

/* In the trace a socket that connects again still has its former port. */
static bool may_show_former_port(const struct trace_event *e)
{
	return e->old == TCPCLOSE_CLOSE;
}

/**
 * socket_life_begins_with() - whether a step is the first one of a socket, or of one
 *	that is used again
 * @e: the step
 */
bool socket_life_begins_with(const struct trace_event *e)
{
	return e->old == TCPCLOSE_CLOSE || socket_life_shows_listener(e);
}

/**
 * socket_life_content() - what both sides show of a step
 * @e: the step
 *
 * Return: a hash
 */
uint64_t socket_life_content(const struct trace_event *e)
{
	uint32_t what = (uint32_t)e->session << 9 | (uint32_t)e->ipv6 << 8 |
			TCPCLOSE_EDGE(e->old, e->new);
	uint64_t hash = hash_bytes(0, &what, sizeof(what));

	if (socket_life_shows_listener(e))
		return hash;
	if (!may_show_former_port(e))
		hash = hash_bytes(hash, &e->lport, sizeof(e->lport));
	hash = hash_bytes(hash, &e->rport, sizeof(e->rport));
	hash = hash_bytes(hash, e->laddr, sizeof(e->laddr));
	return hash_bytes(hash, e->raddr, sizeof(e->raddr));
}

/**
 * socket_life_name() - what identifies the socket of a step, but for its namespace
 * @e: the step
 *
 * Return: a hash, or 0 if the step does not show it
 */
uint64_t socket_life_name(const struct trace_event *e)
{
	uint64_t hash = hash_bytes(0, &e->lport, sizeof(e->lport));

	if (socket_life_begins_with(e))
		return 0;
	hash = hash_bytes(hash, &e->rport, sizeof(e->rport));
	hash = hash_bytes(hash, e->laddr, sizeof(e->laddr));
	return hash_bytes(hash, e->raddr, sizeof(e->raddr)) | 1;
}

/**
 * socket_life_may_pair() - whether two steps may be the same
 * @record: tcpclose's
 * @traced: of the trace: it is never earlier
 */
bool socket_life_may_pair(const struct socket_step *record,
			  const struct socket_step *traced)
{
	return record->content == traced->content &&
	       traced->e.ts_ns + SKEW_NS >= record->e.ts_ns;
}

/**
 * socket_life_is_due() - whether a record must be in the trace
 * @record: the record
 * @window: when
 */
bool socket_life_is_due(const struct socket_step *record,
			const struct socket_life_window *window)
{
	return record->e.ts_ns >= window->start_ns && record->e.ts_ns <= window->end_ns;
}

/**
 * socket_life_append() - add the next step
 * @life: the life
 * @step: the step, not earlier than the last one; freed with the life
 */
void socket_life_append(struct socket_life *life, struct socket_step *step)
{
	step->life = life;
	step->next = NULL;
	if (life->last)
		life->last->next = step;
	else
		life->first = step;
	life->last = step;
	life->count++;
	if (!life->name)
		life->name = socket_life_name(&step->e);
	if (step->e.new == TCPCLOSE_CLOSE)
		life->is_over = true;
}

static void drop_first(struct socket_life *life)
{
	struct socket_step *first = life->first;

	life->first = first->next;
	if (!life->first)
		life->last = NULL;
	life->count--;
	free(first);
}

/**
 * socket_life_drop_before() - remove the steps before a moment
 * @life: the life
 * @before_ns: the moment
 */
void socket_life_drop_before(struct socket_life *life, uint64_t before_ns)
{
	while (life->first && life->first->e.ts_ns < before_ns)
		drop_first(life);
}

/**
 * socket_life_free() - free a life with its steps
 * @life: the life
 */
void socket_life_free(struct socket_life *life)
{
	while (life->first)
		drop_first(life);
	free(life);
}

/**
 * socket_life_is_same() - whether both sides have the same steps in the same order
 * @record: tcpclose's
 * @traced: of the trace
 */
bool socket_life_is_same(const struct socket_life *record,
			 const struct socket_life *traced)
{
	const struct socket_step *r = record->first, *t = traced->first;

	if (record->count != traced->count)
		return false;
	for (; r; r = r->next, t = t->next)
		if (!socket_life_may_pair(r, t))
			return false;
	return true;
}

/**
 * socket_life_distance_ns() - how far in time both sides have their steps
 * @record: tcpclose's
 * @traced: of the trace, with the same steps
 *
 * Return: the largest distance of a step
 */
uint64_t socket_life_distance_ns(const struct socket_life *record,
				 const struct socket_life *traced)
{
	const struct socket_step *r = record->first, *t = traced->first;
	uint64_t most_ns = 0;

	for (; r; r = r->next, t = t->next) {
		uint64_t ns = r->e.ts_ns < t->e.ts_ns ? t->e.ts_ns - r->e.ts_ns :
							r->e.ts_ns - t->e.ts_ns;

		if (ns > most_ns)
			most_ns = ns;
	}
	return most_ns;
}

/* The first free record for a step, from @from up to @to. */
static struct socket_step *record_of(const struct socket_step *traced,
				     struct socket_step *from,
				     const struct socket_step *to)
{
	while (from != to && (from->is_paired || !socket_life_may_pair(from, traced)))
		from = from->next;
	return from == to ? NULL : from;
}

static void pair(struct socket_life_result *result, struct socket_step *record,
		 struct socket_step *traced)
{
	traced->is_paired = record;
	if (record)
		record->is_paired = true;
	else
		result->missing++;
}

/**
 * socket_life_unpair() - begin with no step that is on both sides
 * @life: the life
 */
void socket_life_unpair(struct socket_life *life)
{
	struct socket_step *s;

	for (s = life->first; s; s = s->next)
		s->is_paired = false;
}

/**
 * socket_life_compare() - pair the steps of two lives
 * @record: tcpclose's
 * @traced: of the trace
 * @window: which records must be in the trace
 *
 * Return: how far they are the same
 */
struct socket_life_result socket_life_compare(struct socket_life *record,
					      struct socket_life *traced,
					      const struct socket_life_window *window)
{
	struct socket_life_result result = { 0 };
	struct socket_step *next = record->first, *t, *r;

	socket_life_unpair(record);
	for (t = traced->first; t; t = t->next) {
		r = record_of(t, next, NULL);
		if (r) {
			next = r->next;
		} else {
			r = record_of(t, record->first, next);
			if (r && !result.disorder++)
				result.disordered = r;
		}
		pair(&result, r, t);
	}
	for (r = record->first; r; r = r->next) {
		if (!socket_life_is_due(r, window))
			continue;
		if (r->is_paired)
			result.due++;
		else
			result.extra++;
	}
	return result;
}
