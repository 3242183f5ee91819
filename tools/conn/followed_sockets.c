// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sockets of connections that are followed: found by their cookies, and by addresses
 * and ports from the other end. When there are too many, the one without an event for
 * the longest time is forgotten.
 *
 * Knows which events are of one connection; knows not what is done with them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/hash.h"
#include "conn/followed.h"
#include "conn/followed_sockets.h"
#include "conn/sides_internal.h"

/* A listener's child may be made a moment after the end that connected is over. */
#define GAP_NS (2 * NS_PER_S)

static uint64_t hash_half(const struct followed_sockets *t, const uint8_t addr[16],
			  uint16_t port)
{
	uint64_t words[2];

	memcpy(words, addr, sizeof(words));
	return hash_mix(t->seed, hash_mix(t->seed, words[0], words[1]), port);
}

/**
 * followed_key() - key of addresses and ports, the same from both ends
 * @t: the sockets
 * @tuple: the addresses and ports
 */
uint64_t followed_key(const struct followed_sockets *t, const struct side_tuple *tuple)
{
	return hash_half(t, tuple->laddr, tuple->lport) +
	       hash_half(t, tuple->raddr, tuple->rport);
}

static uint64_t key_of_cookie(const struct followed_sockets *t, const struct event *e)
{
	return hash_mix(t->seed, e->cookie, e->netns_inode);
}

/**
 * followed_sockets_find() - the socket of an event
 * @t: the sockets
 * @e: the event
 *
 * Return: the socket, or NULL
 */
struct followed_socket *followed_sockets_find(const struct followed_sockets *t,
					      const struct event *e)
{
	struct hashtable_node *node =
		e->cookie ? hashtable_find(&t->by_cookie, key_of_cookie(t, e)) : NULL;

	for (; node; node = hashtable_next(node)) {
		struct followed_socket *s =
			CONTAINER_OR_NULL(node, struct followed_socket, by_cookie);

		if (s->cookie == e->cookie && s->netns == e->netns_inode)
			return s;
	}
	return NULL;
}

static void unlink_socket(struct followed_sockets *t, struct followed_socket *s)
{
	*(s->older ? &s->older->newer : &t->oldest) = s->newer;
	*(s->newer ? &s->newer->older : &t->newest) = s->older;
}

static void append(struct followed_sockets *t, struct followed_socket *s)
{
	s->newer = NULL;
	s->older = t->newest;
	*(t->newest ? &t->newest->newer : &t->oldest) = s;
	t->newest = s;
}

/**
 * followed_sockets_remove() - forget a socket
 * @t: the sockets
 * @s: one of them; freed
 */
void followed_sockets_remove(struct followed_sockets *t, struct followed_socket *s)
{
	hashtable_remove(&t->by_cookie, &s->by_cookie);
	if (side_tuple_is_known(&s->tuple))
		hashtable_remove(&t->by_tuple, &s->by_tuple);
	unlink_socket(t, s);
	t->count--;
	free(s);
}

/**
 * followed_sockets_add() - add the socket of an event
 * @t: the sockets
 * @e: the event, with a cookie
 * @own: it was made by the command
 *
 * Return: the socket, or NULL if there is no memory
 */
struct followed_socket *followed_sockets_add(struct followed_sockets *t,
					     const struct event *e, bool own)
{
	struct followed_socket *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (hashtable_add(&t->by_cookie, &s->by_cookie, key_of_cookie(t, e))) {
		free(s);
		return NULL;
	}
	s->cookie = e->cookie;
	s->netns = e->netns_inode;
	s->own = own;
	s->over_ns = UINT64_MAX;
	append(t, s);
	t->count++;
	if (t->count > FOLLOWED_MAX)
		followed_sockets_remove(t, t->oldest);
	return s;
}

/**
 * followed_sockets_move() - take the addresses and ports of a socket
 * @t: the sockets
 * @s: one of them
 * @tuple: its addresses and ports, which are ignored if they are not known
 *
 * Return: 1 if it had others before, or none, 0 if not, or -ENOMEM
 */
int followed_sockets_move(struct followed_sockets *t, struct followed_socket *s,
			  const struct side_tuple *tuple)
{
	if (!side_tuple_is_known(tuple) || side_tuples_equal(&s->tuple, tuple))
		return 0;
	if (side_tuple_is_known(&s->tuple))
		hashtable_remove(&t->by_tuple, &s->by_tuple);
	memset(&s->tuple, 0, sizeof(s->tuple));
	s->paired = false;
	if (hashtable_add(&t->by_tuple, &s->by_tuple, followed_key(t, tuple)))
		return -ENOMEM;
	s->tuple = *tuple;
	return 1;
}

/* When the connection began; 0: unknown */
static uint64_t birth_of(const struct event *e)
{
	if (e->kind != EVENT_TRANSITION || e->age_ns == EVENT_UNKNOWN)
		return 0;
	return e->ts_ns - (uint64_t)e->age_ns;
}

static bool is_abrupt(const struct event *e)
{
	return e->new == TCPCLOSE_CLOSE && e->old != TCPCLOSE_TIME_WAIT &&
	       e->old != TCPCLOSE_LAST_ACK && e->origin != TCPCLOSE_ORIGIN_TIMEWAIT;
}

/**
 * followed_sockets_update() - take what an event says of its socket
 * @t: the sockets
 * @s: the socket
 * @e: the event
 */
void followed_sockets_update(struct followed_sockets *t, struct followed_socket *s,
			     const struct event *e)
{
	uint64_t born_ns = birth_of(e);

	unlink_socket(t, s);
	append(t, s);
	s->last_ns = e->ts_ns;
	if (born_ns)
		s->born_ns = born_ns;
	if (e->kind != EVENT_TRANSITION)
		return;
	s->state = e->new;
	s->over_ns = e->new == TCPCLOSE_CLOSE ? e->ts_ns : UINT64_MAX;
	s->cut_short = is_abrupt(e);
	if (e->srtt_us != EVENT_UNKNOWN)
		s->srtt_ns = (uint64_t)e->srtt_us * NS_PER_US;
}

/* Both existed at the same time, as far as that is known. */
static bool is_of_its_time(const struct followed_socket *s, const struct event *e)
{
	uint64_t born_ns = birth_of(e), from_ns = born_ns ? born_ns : e->ts_ns;

	if (s->born_ns && e->ts_ns + GAP_NS < s->born_ns)
		return false;
	return s->over_ns == UINT64_MAX || from_ns <= s->over_ns + GAP_NS;
}

/**
 * followed_socket_has() - whether an event is of the connection of a socket: of its other
 *	end, or of a RST at its own when the socket was gone
 * @s: the socket
 * @e: the event, of no socket that is known
 * @tuple: addresses and ports of the event
 */
bool followed_socket_has(const struct followed_socket *s, const struct event *e,
			 const struct side_tuple *tuple)
{
	bool home = s->netns == e->netns_inode;

	if (!s->own || !is_of_its_time(s, e))
		return false;
	if (side_tuples_equal(&s->tuple, tuple))
		return home && (!e->cookie || e->cookie == s->cookie);
	return side_tuples_match(&s->tuple, tuple) &&
	       (home || !(sides_is_loopback(tuple->laddr) || sides_is_loopback(tuple->raddr)));
}

/**
 * followed_sockets_find_own() - the command's socket of the connection of an event
 * @t: the sockets
 * @e: the event, of no socket that is known
 * @tuple: addresses and ports of the event
 *
 * Return: the socket, or NULL
 */
struct followed_socket *followed_sockets_find_own(const struct followed_sockets *t,
						  const struct event *e,
						  const struct side_tuple *tuple)
{
	struct hashtable_node *node = hashtable_find(&t->by_tuple, followed_key(t, tuple));

	for (; node; node = hashtable_next(node)) {
		struct followed_socket *s =
			CONTAINER_OR_NULL(node, struct followed_socket, by_tuple);

		if (followed_socket_has(s, e, tuple))
			return s;
	}
	return NULL;
}

/**
 * followed_sockets_free() - forget all
 * @t: the sockets
 */
void followed_sockets_free(struct followed_sockets *t)
{
	while (t->oldest)
		followed_sockets_remove(t, t->oldest);
	hashtable_free(&t->by_cookie, NULL);
	hashtable_free(&t->by_tuple, NULL);
}
