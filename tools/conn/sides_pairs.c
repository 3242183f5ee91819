// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which two sides belong together, and which one was in another's way: by addresses,
 * ports, namespaces and times.
 */
#include "base/clock.h"
#include "conn/sides_internal.h"

/*
 * The child of a listener may be created a moment after the side that connected
 * to it has aborted.
 */
#define GAP_NS (2 * NS_PER_S)

/* TCP_TIMEWAIT_LEN */
#define TIME_WAIT_NS (60 * NS_PER_S)

/* In one namespace, or in two that a cable may connect. */
static bool can_reach(const struct side *a, const struct side *b)
{
	return a->netns_inode == b->netns_inode ||
	       !(sides_is_loopback(a->tuple.laddr) || sides_is_loopback(a->tuple.raddr));
}

/* How long both existed, nanoseconds; below 0: how late one was. */
static int64_t overlap_ns(const struct side *a, const struct side *b)
{
	uint64_t from = a->born_ns > b->born_ns ? a->born_ns : b->born_ns;
	uint64_t to_a = side_closed_ns(a), to_b = side_closed_ns(b);
	uint64_t to = to_a < to_b ? to_a : to_b;

	if (to >= from)
		return to - from > INT64_MAX ? INT64_MAX : (int64_t)(to - from);
	return from - to > INT64_MAX ? INT64_MIN : -(int64_t)(from - to);
}

static bool could_be_peer(const struct side *a, const struct side *b)
{
	if (a == b || a->cookie == b->cookie ||
	    !side_tuples_match(&a->tuple, &b->tuple) || !can_reach(a, b))
		return false;
	return overlap_ns(a, b) > -(int64_t)GAP_NS;
}

/**
 * struct search - the other side of one
 * @side: the one
 * @peer: the best so far; NULL: none
 * @home: it is in the same namespace
 * @overlap_ns: how long both existed
 * @foreign: those of other namespaces that existed with it
 */
struct search {
	const struct side *side;
	const struct side *peer;
	bool home;
	int64_t overlap_ns;
	unsigned int foreign;
};

/* One of the same namespace, else the one that existed longest with it. */
static void consider(struct search *s, const struct side *other)
{
	bool home = other->netns_inode == s->side->netns_inode;
	int64_t overlap;

	if (!could_be_peer(s->side, other))
		return;
	overlap = overlap_ns(s->side, other);
	s->foreign += !home && overlap > 0;
	if (s->peer && (s->home > home ||
			(s->home == home && s->overlap_ns >= overlap)))
		return;
	s->peer = other;
	s->home = home;
	s->overlap_ns = overlap;
}

/* The newest of the sides to be looked at; from there on the older ones follow. */
static const struct hashtable_node *newest_near(const struct side *side)
{
	const struct hashtable_node *at = &((const struct node *)side)->by_tuple;
	const struct hashtable_node *newer;
	unsigned int i;

	for (i = 0; i < SIDES_LOOK_MAX && (newer = hashtable_previous(at)); i++)
		at = newer;
	return at;
}

static enum sides_pairing find_peer(const struct side *side,
				    const struct side **peer)
{
	const struct hashtable_node *at = newest_near(side);
	struct search search = { .side = side };
	unsigned int i;

	/* Of two that fit equally well, the later one. */
	for (i = 0; i <= 2 * SIDES_LOOK_MAX && at; i++, at = hashtable_next(at))
		consider(&search, &node_of_tuple((struct hashtable_node *)at)->side);
	*peer = search.peer;
	if (!search.peer)
		return SIDES_ALONE;
	return !search.home && search.foreign > 1 ? SIDES_DOUBTFUL : SIDES_PAIRED;
}

/**
 * sides_peer() - the other side of the same connection
 * @sides: the table
 * @side: one side, of the table
 * @peer: gets the other side if there is no doubt, else NULL
 */
enum sides_pairing sides_peer(const struct sides *sides, const struct side *side,
			      struct side **peer)
{
	const struct side *other, *back;
	enum sides_pairing pairing;

	*peer = NULL;
	if (!side_tuple_is_known(&side->tuple))
		return SIDES_ALONE;
	pairing = find_peer(side, &other);
	if (pairing != SIDES_PAIRED)
		return pairing;
	/* One that fits another side better is the peer of that one. */
	pairing = find_peer(other, &back);
	if (pairing != SIDES_PAIRED || back != side)
		return pairing == SIDES_PAIRED ? SIDES_ALONE : pairing;
	*peer = (struct side *)other;
	return SIDES_PAIRED;
}

/*
 * Whether a side was in TIME_WAIT all the time from one moment to another. If its
 * end was not seen it has its whole length.
 */
static bool waited(const struct side *side, uint64_t from_ns, uint64_t to_ns)
{
	const struct side_step *last = &side->steps[side->count - 1];
	uint64_t since_ns = side_closed_ns(side);

	if (since_ns > from_ns)
		return false;
	if (last->new == TCPCLOSE_TIME_WAIT)
		return to_ns < last->ts_ns + TIME_WAIT_NS;
	/* It would have counted the SYN. */
	return last->old == TCPCLOSE_TIME_WAIT && last->ts_ns >= to_ns &&
	       (last->strays || last->rearms);
}

/* A SYN that was never acknowledged, though something answered it. */
static bool is_ill_answered(const struct side *side)
{
	const struct side_step *last;

	if (!side->count)
		return false;
	last = &side->steps[side->count - 1];
	return side_step_is_edge(last, TCPCLOSE_SYN_SENT, TCPCLOSE_CLOSE) &&
	       (last->cause == TCPCLOSE_CAUSE_TIMEOUT ||
		last->cause == TCPCLOSE_CAUSE_USER_TIMEOUT) &&
	       last->dwell_ns != EVENT_UNKNOWN && last->traffic &&
	       last->segments_received;
}

/**
 * sides_obstacle() - the mini-socket that answered a SYN, which was meant for a
 *	listener
 * @side: a side of a table that may have tried to connect in vain
 *
 * Return: the only side that had its peer's addresses and ports in TIME_WAIT all
 * the time, or NULL
 */
const struct side *sides_obstacle(const struct side *side)
{
	const struct side *found[2] = { NULL, NULL };
	bool twice[2] = { false, false };
	const struct hashtable_node *at;
	const struct side_step *last;
	uint64_t to_ns;
	unsigned int i;

	if (!is_ill_answered(side) || !side_tuple_is_known(&side->tuple))
		return NULL;
	last = &side->steps[side->count - 1];
	to_ns = last->ts_ns;
	at = newest_near(side);
	for (i = 0; i <= 2 * SIDES_LOOK_MAX && at; i++, at = hashtable_next(at)) {
		const struct side *other =
			&node_of_tuple((struct hashtable_node *)at)->side;
		bool home = other->netns_inode == side->netns_inode;

		if (!other->count || other == side ||
		    !side_tuples_match(&other->tuple, &side->tuple) ||
		    !can_reach(other, side) ||
		    !waited(other, to_ns - (uint64_t)last->dwell_ns, to_ns))
			continue;
		twice[home] |= !!found[home];
		found[home] = other;
	}
	if (found[true])
		return twice[true] ? NULL : found[true];
	return twice[false] ? NULL : found[false];
}
