// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which events are of the connections of one command: those of sockets that were made
 * in its cgroup, and those of the sockets of this machine at the other ends, which have
 * the same addresses and ports the other way round.
 *
 * The other end may be the first to have an event. So what could be another end's waits
 * until the command's end of the connection has an event itself. Knows no way to show
 * them.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "conn/followed.h"
#include "conn/followed_sockets.h"
#include "conn/held.h"

/* If records were lost, what has none for so long is over: TIME_WAIT, or a timeout. */
#define LOST_NS (120 * NS_PER_S)
/* Bits by the keys of events that waited and were given up: 2 MiB. */
#define CUT_BITS (1U << 24)

/**
 * struct followed - the connections of one command
 * @has: whether a cgroup is the command's
 * @context: for @has
 * @sockets: their sockets
 * @held: events that wait; the key is that of the addresses and ports
 * @released: events that do not wait any more, in their order
 * @current: the one that was delivered last
 * @cut_keys: bits by the keys of those that were given up
 * @cut: connections of the command that may lack events of the other end
 * @lost: records were lost
 */
struct followed {
	followed_has *has;
	void *context;
	struct followed_sockets sockets;
	struct held held;
	struct held released;
	struct held_event *current;
	uint8_t *cut_keys;
	uint64_t cut;
	bool lost;
};

/**
 * followed_new() - begin with none
 * @has: whether a cgroup is the command's
 * @context: for @has
 *
 * Return: the connections, or NULL if there is no memory
 */
struct followed *followed_new(followed_has *has, void *context)
{
	struct followed *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->has = has;
	f->context = context;
	f->sockets.seed = hash_seed();
	f->cut_keys = calloc(CUT_BITS / 8, 1);
	if (f->cut_keys)
		return f;
	free(f);
	return NULL;
}

/* The other end is known by its cookie from now on. Return: 0 or -ENOMEM */
static int pair(struct followed *f, struct followed_socket *own, const struct event *e,
		const struct side_tuple *tuple)
{
	struct followed_socket *s;

	if (e->kind != EVENT_TRANSITION || !e->cookie)
		return 0;
	own->paired = true;
	s = followed_sockets_find(&f->sockets, e);
	if (!s)
		s = followed_sockets_add(&f->sockets, e, false);
	if (!s || followed_sockets_move(&f->sockets, s, tuple) < 0)
		return -ENOMEM;
	s->paired = true;
	followed_sockets_update(&f->sockets, s, e);
	return 0;
}

static void mark_cut(struct followed *f, uint64_t key)
{
	f->cut_keys[key % CUT_BITS / 8] |= (uint8_t)(1 << key % 8);
}

static bool is_cut(const struct followed *f, uint64_t key)
{
	return f->cut_keys[key % CUT_BITS / 8] >> key % 8 & 1;
}

static int hold(struct followed *f, const struct event *e, const struct side_tuple *tuple)
{
	struct held_event *oldest;

	if (f->held.count >= FOLLOWED_HELD_MAX) {
		oldest = f->held.oldest;
		mark_cut(f, oldest->node.key);
		held_take(&f->held, oldest);
		free(oldest);
	}
	return held_add(&f->held, e, followed_key(&f->sockets, tuple));
}

/* A connection of the command became known: what waited for that does so no more. */
static int release(struct followed *f, struct followed_socket *own)
{
	uint64_t key = followed_key(&f->sockets, &own->tuple);
	struct held_event *event = held_first(&f->held, key), *later;
	int ret = 0;

	f->cut += is_cut(f, key);
	for (; event && !ret; event = later) {
		later = held_later(event);
		if (!followed_socket_has(own, &event->event, &event->tuple))
			continue;
		ret = held_add(&f->released, &event->event, 0);
		if (!ret && event->event.cookie != own->cookie)
			ret = pair(f, own, &event->event, &event->tuple);
		held_take(&f->held, event);
		free(event);
	}
	return ret;
}

static bool has_socket(const struct event *e)
{
	return e->cookie && (e->kind == EVENT_TRANSITION || e->kind == EVENT_RST);
}

/* An event of a socket of the command. Return: as followed_add() */
static int add_own(struct followed *f, struct followed_socket *s, const struct event *e,
		   const struct side_tuple *tuple)
{
	int ret;

	if (!has_socket(e))
		return 1;
	if (!s)
		s = followed_sockets_add(&f->sockets, e, true);
	ret = s ? followed_sockets_move(&f->sockets, s, tuple) : -ENOMEM;
	if (ret < 0)
		return ret;
	s->own = true;
	followed_sockets_update(&f->sockets, s, e);
	if (ret)
		ret = release(f, s);
	return ret ? ret : 1;
}

/* An event of no socket that is known. Return: likewise */
static int add_unknown(struct followed *f, const struct event *e,
		       const struct side_tuple *tuple)
{
	struct followed_socket *own;
	int ret;

	if (!side_tuple_is_known(tuple) || e->kind == EVENT_FAILED_CALL)
		return 0;
	own = followed_sockets_find_own(&f->sockets, e, tuple);
	if (!own)
		return hold(f, e, tuple);
	ret = pair(f, own, e, tuple);
	return ret ? ret : 1;
}

/* An event of a socket that is known to be another end. Return: likewise */
static int add_other(struct followed *f, struct followed_socket *s, const struct event *e,
		     const struct side_tuple *tuple)
{
	if (side_tuple_is_known(tuple) && !side_tuples_equal(&s->tuple, tuple)) {
		/* It was used again, for another connection. */
		followed_sockets_remove(&f->sockets, s);
		return add_unknown(f, e, tuple);
	}
	followed_sockets_update(&f->sockets, s, e);
	return 1;
}

/**
 * followed_add() - take an event
 * @f: the connections
 * @e: the event
 *
 * Return: 1 if it is of one of them, after those that followed_next() delivers; 0 if it
 * waits, or is of no interest; or -ENOMEM
 */
int followed_add(struct followed *f, const struct event *e)
{
	struct followed_socket *s;
	struct side_tuple tuple;

	if (e->kind == EVENT_LOST)
		f->lost = true;
	if (e->kind == EVENT_LOST || e->kind == EVENT_LEFT_OUT)
		return 1;
	s = followed_sockets_find(&f->sockets, e);
	tuple = side_tuple_of(e);
	if ((s && s->own) || (e->cgroup && f->has(f->context, e->cgroup)))
		return add_own(f, s, e, &tuple);
	if (s)
		return add_other(f, s, e, &tuple);
	return add_unknown(f, e, &tuple);
}

/**
 * followed_next() - the next event that has waited
 * @f: the connections
 *
 * Return: it, valid until the next call, or NULL
 */
const struct event *followed_next(struct followed *f)
{
	free(f->current);
	f->current = f->released.oldest;
	if (!f->current)
		return NULL;
	held_take(&f->released, f->current);
	return &f->current->event;
}

static unsigned int pending_of(const struct followed *f, const struct followed_socket *s,
			       uint64_t now_ns)
{
	if (f->lost && now_ns > s->last_ns + LOST_NS)
		return 0;
	switch (s->state) {
	case TCPCLOSE_FIN_WAIT1:
	case TCPCLOSE_FIN_WAIT2:
	case TCPCLOSE_CLOSING:
	case TCPCLOSE_LAST_ACK:
		return FOLLOWED_CLOSING;
	case TCPCLOSE_TIME_WAIT:
		return FOLLOWED_TIME_WAIT;
	case TCPCLOSE_CLOSE:
		/* Its RST is on the way. */
		return s->cut_short && !s->paired && now_ns < s->over_ns + 2 * s->srtt_ns ?
			       FOLLOWED_CLOSING :
			       0;
	default:
		return 0;
	}
}

/**
 * followed_pending() - what is not over yet
 * @f: the connections
 * @now_ns: CLOCK_MONOTONIC
 *
 * Return: &enum followed_pending, or-ed
 */
unsigned int followed_pending(const struct followed *f, uint64_t now_ns)
{
	const struct followed_socket *s;
	unsigned int pending = 0;

	for (s = f->sockets.oldest; s; s = s->newer)
		pending |= pending_of(f, s, now_ns);
	return pending;
}

/**
 * followed_cut() - number of connections that may lack events of the other end, since
 *	too many waited
 * @f: the connections
 */
uint64_t followed_cut(const struct followed *f)
{
	return f->cut;
}

/**
 * followed_free() - free all
 * @f: the connections, or NULL
 */
void followed_free(struct followed *f)
{
	if (!f)
		return;
	followed_sockets_free(&f->sockets);
	held_free(&f->held);
	held_free(&f->released);
	free(f->current);
	free(f->cut_keys);
	free(f);
}
