// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sides of connections seen in a stream: found by their lives (lives.c), or by
 * addresses and ports from the other side. When there are too many, those without a
 * transition for the longest time are forgotten; chosen ones, and their other
 * sides, only if there are no others.
 *
 * Knows nothing of how they are drawn.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/hash.h"
#include "conn/lives.h"
#include "conn/sides.h"

/*
 * Sides with the same addresses and ports that are looked at, in each direction of
 * time: both sides of a connection are seen at nearly the same time.
 */
#define LOOK_MAX 64

/*
 * The child of a listener may be created a moment after the side that connected
 * to it has aborted.
 */
#define GAP_NS (2 * NS_PER_S)

/* TCP_TIMEWAIT_LEN */
#define TIME_WAIT_NS (60 * NS_PER_S)

/**
 * struct node - a side in the table
 * @side: the side; first, so that a pointer to it is one to the node
 * @life: its life
 * @by_tuple: found by addresses and ports, the same for both sides
 * @wanted: chosen, or the other side of a chosen one
 */
struct node {
	struct side side;
	struct life life;
	struct hashtable_node by_tuple;
	bool wanted;
};

/**
 * struct sides - a table of sides
 * @seed: for the keys in @by_tuple
 * @lives: tables in which they are found
 * @by_tuple: table of &struct node.by_tuple
 * @lists: by struct node.wanted, in the order of their latest transitions
 * @count: number of sides
 * @steps: number of transitions that they keep
 * @forgotten: number of chosen sides that were dropped to make room
 */
struct sides {
	uint64_t seed;
	struct lives lives;
	struct hashtable by_tuple;
	struct life_list lists[2];
	unsigned int count;
	unsigned int steps;
	uint64_t forgotten;
};

static struct node *of_life(struct life *life)
{
	return CONTAINER_OR_NULL(life, struct node, life);
}

static struct node *of_tuple(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct node, by_tuple);
}

/**
 * sides_new() - make an empty table
 *
 * Return: the table, or NULL if there is no memory
 */
struct sides *sides_new(void)
{
	struct sides *sides = calloc(1, sizeof(*sides));

	if (sides)
		sides->seed = hash_seed();
	return sides;
}

/**
 * sides_free() - free a table and all sides in it
 * @sides: the table, or NULL
 */
void sides_free(struct sides *sides)
{
	unsigned int i;

	if (!sides)
		return;
	for (i = 0; i < 2; i++) {
		struct node *node = of_life(sides->lists[i].oldest);

		while (node) {
			struct node *newer = of_life(node->life.newer);

			free(node->side.steps);
			free(node);
			node = newer;
		}
	}
	lives_free(&sides->lives);
	hashtable_free(&sides->by_tuple, NULL);
	free(sides);
}

static bool is_loopback(const uint8_t addr[16])
{
	static const uint8_t ipv4[13] = {
		[10] = 0xff, [11] = 0xff, [12] = 127
	};
	static const uint8_t ipv6[16] = { [15] = 1 };

	return !memcmp(addr, ipv4, sizeof(ipv4)) ||
	       !memcmp(addr, ipv6, sizeof(ipv6));
}

static uint64_t hash_half(const struct sides *sides, const uint8_t addr[16],
			  uint16_t port)
{
	uint64_t words[2];

	memcpy(words, addr, sizeof(words));
	return hash_mix(sides->seed, hash_mix(sides->seed, words[0], words[1]),
			port);
}

/* The same from both sides. Loopback never leaves its namespace. */
static uint64_t tuple_key(const struct sides *sides, const struct side *side)
{
	const struct side_tuple *t = &side->tuple;
	bool stays = is_loopback(t->laddr) || is_loopback(t->raddr);

	return hash_half(sides, t->laddr, t->lport) +
	       hash_half(sides, t->raddr, t->rport) +
	       (stays ? hash_mix(sides->seed, side->netns_inode, 0) : 0);
}

static void forget(struct sides *sides, struct node *node)
{
	lives_remove(&sides->lives, &node->life);
	hashtable_remove(&sides->by_tuple, &node->by_tuple);
	life_list_remove(&sides->lists[node->wanted], &node->life);
	sides->forgotten += node->side.chosen;
	sides->count--;
	sides->steps -= node->side.count;
	free(node->side.steps);
	free(node);
}

static void make_room(struct sides *sides)
{
	while (sides->count >= SIDES_MAX || sides->steps >= SIDES_STEPS_MAX)
		forget(sides, of_life(sides->lists[0].oldest ?
					      sides->lists[0].oldest :
					      sides->lists[1].oldest));
}

static struct node *add(struct sides *sides, const struct event *e)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	if (hashtable_add(&sides->by_tuple, &node->by_tuple, 0))
		goto fail;
	if (lives_add(&sides->lives, &node->life, e->cookie, e->netns_inode)) {
		hashtable_remove(&sides->by_tuple, &node->by_tuple);
		goto fail;
	}
	sides->count++;
	life_list_add(&sides->lists[false], &node->life);
	return node;
fail:
	free(node);
	return NULL;
}

/* The other side of a chosen one is wanted, whichever of them came first. */
static void relate(struct sides *sides, struct node *node)
{
	struct hashtable_node *at = &node->by_tuple;
	unsigned int i;

	hashtable_remove(&sides->by_tuple, at);
	hashtable_add(&sides->by_tuple, at, tuple_key(sides, &node->side));
	for (i = 0; i < LOOK_MAX && at; i++, at = hashtable_next(at)) {
		struct node *other = of_tuple(at);

		if (!side_tuples_match(&other->side.tuple, &node->side.tuple))
			continue;
		node->wanted |= other->side.chosen;
		if (!node->side.chosen || other->wanted)
			continue;
		life_list_remove(&sides->lists[false], &other->life);
		other->wanted = true;
		life_list_add(&sides->lists[true], &other->life);
	}
}

/* It has a new transition: it is the newest now. */
static void renew(struct sides *sides, struct node *node, bool chosen)
{
	bool more = chosen && !node->side.chosen;

	life_list_remove(&sides->lists[node->wanted], &node->life);
	node->side.chosen |= chosen;
	node->wanted |= chosen;
	/* Not each time: thousands may have had the same ports. */
	if (more || node->by_tuple.key != tuple_key(sides, &node->side))
		relate(sides, node);
	life_list_add(&sides->lists[node->wanted], &node->life);
}

/**
 * sides_add() - take a transition
 * @sides: the table
 * @e: the transition, with a cookie
 * @chosen: it makes its side one that the user asked for
 * @side: gets its side; a later sides_add() may free it
 *
 * Return: 0, or -ENOMEM
 */
int sides_add(struct sides *sides, const struct event *e, bool chosen,
	      struct side **side)
{
	struct node *node = of_life(lives_find(&sides->lives, e));
	unsigned int before;
	bool late;
	int ret;

	if (!node) {
		make_room(sides);
		node = add(sides, e);
		if (!node)
			return -ENOMEM;
	}
	before = node->side.count;
	ret = lives_follow(&sides->lives, &node->life, e, &late);
	if (!ret)
		ret = side_add(&node->side, e, late);
	if (ret)
		return ret;
	sides->steps += node->side.count - before;
	renew(sides, node, chosen);
	*side = &node->side;
	return 0;
}

/* In one namespace, or in two that a cable may connect. */
static bool can_reach(const struct side *a, const struct side *b)
{
	return a->netns_inode == b->netns_inode ||
	       !(is_loopback(a->tuple.laddr) || is_loopback(a->tuple.raddr));
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

	for (i = 0; i < LOOK_MAX && (newer = hashtable_previous(at)); i++)
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
	for (i = 0; i <= 2 * LOOK_MAX && at; i++, at = hashtable_next(at))
		consider(&search, &of_tuple((struct hashtable_node *)at)->side);
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
	for (i = 0; i <= 2 * LOOK_MAX && at; i++, at = hashtable_next(at)) {
		const struct side *other =
			&of_tuple((struct hashtable_node *)at)->side;
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

/**
 * sides_walk() - visit each chosen side, the latest transition first
 * @sides: the table
 * @visit: returns whether to go on
 * @context: for @visit
 */
void sides_walk(const struct sides *sides, sides_visit *visit, void *context)
{
	struct node *node = of_life(sides->lists[true].newest);

	for (; node; node = of_life(node->life.older))
		if (node->side.chosen && !visit(context, &node->side))
			return;
}

/**
 * sides_forgotten() - number of chosen sides that were dropped to make room
 * @sides: the table
 */
uint64_t sides_forgotten(const struct sides *sides)
{
	return sides->forgotten;
}
