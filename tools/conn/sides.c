// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sides of connections seen in a stream: found by cookie, or by addresses
 * and ports from the other side. When there are too many, those without a
 * transition for the longest time are forgotten; chosen ones, and their other
 * sides, only if there are no others.
 *
 * Knows nothing of how they are drawn.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "conn/sides.h"

#define BUCKETS 16384

/*
 * The child of a listener may be created a moment after the side that connected
 * to it has aborted.
 */
#define GAP_NS (2 * NS_PER_S)

/**
 * struct node - a side in the table
 * @side: the side; first, so that a pointer to it is one to the node
 * @by_cookie: next in the bucket of its cookie
 * @by_tuple: next in the bucket of its addresses and ports
 * @newer: next in the list, with a later transition
 * @older: the one before, with an earlier transition
 * @wanted: chosen, or the other side of a chosen one
 * @hash: of addresses and ports, the same for both sides
 */
struct node {
	struct side side;
	struct node *by_cookie;
	struct node *by_tuple;
	struct node *newer;
	struct node *older;
	bool wanted;
	uint32_t hash;
};

struct list {
	struct node *newest;
	struct node *oldest;
};

/**
 * struct sides - a table of sides
 * @seed: for the hashes in @by_cookie and @by_tuple
 * @by_cookie: buckets
 * @by_tuple: buckets
 * @lists: by struct node.wanted
 * @count: number of sides
 * @steps: number of transitions that they keep
 * @forgotten: number of chosen sides that were dropped to make room
 */
struct sides {
	uint64_t seed;
	struct node *by_cookie[BUCKETS];
	struct node *by_tuple[BUCKETS];
	struct list lists[2];
	unsigned int count;
	unsigned int steps;
	uint64_t forgotten;
};

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
		struct node *node = sides->lists[i].oldest;

		while (node) {
			struct node *newer = node->newer;

			free(node->side.steps);
			free(node);
			node = newer;
		}
	}
	free(sides);
}

static struct node **cookie_bucket(struct sides *sides, uint64_t cookie)
{
	return &sides->by_cookie[hash_mix(sides->seed, cookie, 0) % BUCKETS];
}

static uint32_t hash_half(const struct sides *sides, const uint8_t addr[16],
			  uint16_t port)
{
	uint64_t words[2];

	memcpy(words, addr, sizeof(words));
	return (uint32_t)hash_mix(sides->seed, hash_mix(sides->seed, words[0], words[1]),
				  port);
}

/* The same from both sides. */
static uint32_t hash_tuple(const struct sides *sides, const struct side_tuple *t)
{
	return hash_half(sides, t->laddr, t->lport) +
	       hash_half(sides, t->raddr, t->rport);
}

static void list_remove(struct sides *sides, struct node *node)
{
	struct list *list = &sides->lists[node->wanted];

	*(node->newer ? &node->newer->older : &list->newest) = node->older;
	*(node->older ? &node->older->newer : &list->oldest) = node->newer;
}

static void list_add(struct sides *sides, struct node *node)
{
	struct list *list = &sides->lists[node->wanted];

	node->newer = NULL;
	node->older = list->newest;
	*(list->newest ? &list->newest->newer : &list->oldest) = node;
	list->newest = node;
}

static void tuple_remove(struct sides *sides, struct node *node)
{
	struct node **at = &sides->by_tuple[node->hash % BUCKETS];

	while (*at && *at != node)
		at = &(*at)->by_tuple;
	if (*at)
		*at = node->by_tuple;
}

static void tuple_add(struct sides *sides, struct node *node)
{
	struct node **at;

	node->hash = hash_tuple(sides, &node->side.tuple);
	at = &sides->by_tuple[node->hash % BUCKETS];
	node->by_tuple = *at;
	*at = node;
}

static void forget(struct sides *sides, struct node *node)
{
	struct node **at = cookie_bucket(sides, node->side.cookie);

	while (*at != node)
		at = &(*at)->by_cookie;
	*at = node->by_cookie;
	tuple_remove(sides, node);
	list_remove(sides, node);
	sides->forgotten += node->side.chosen;
	sides->count--;
	sides->steps -= node->side.count;
	free(node->side.steps);
	free(node);
}

static void make_room(struct sides *sides)
{
	while (sides->count >= SIDES_MAX || sides->steps >= SIDES_STEPS_MAX)
		forget(sides, sides->lists[0].oldest ? sides->lists[0].oldest :
						       sides->lists[1].oldest);
}

/* The latest life of the socket with this cookie. */
static struct node *find(struct sides *sides, uint64_t cookie)
{
	struct node *node = *cookie_bucket(sides, cookie);

	while (node && node->side.cookie != cookie)
		node = node->by_cookie;
	return node;
}

static struct node *add(struct sides *sides, uint64_t cookie)
{
	struct node **bucket = cookie_bucket(sides, cookie);
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->side.cookie = cookie;
	node->by_cookie = *bucket;
	*bucket = node;
	sides->count++;
	list_add(sides, node);
	tuple_add(sides, node);
	return node;
}

/* The other side of a chosen one is wanted, whichever of them came first. */
static void relate(struct sides *sides, struct node *node)
{
	struct node *other;

	tuple_remove(sides, node);
	tuple_add(sides, node);
	other = sides->by_tuple[node->hash % BUCKETS];
	for (; other; other = other->by_tuple) {
		if (!side_tuples_match(&other->side.tuple, &node->side.tuple))
			continue;
		node->wanted |= other->side.chosen;
		if (!node->side.chosen || other->wanted)
			continue;
		list_remove(sides, other);
		other->wanted = true;
		list_add(sides, other);
	}
}

/* It has a new transition: it is the newest now. */
static void renew(struct sides *sides, struct node *node, bool chosen)
{
	bool more = chosen && !node->side.chosen;

	list_remove(sides, node);
	node->side.chosen |= chosen;
	node->wanted |= chosen;
	/* Not each time: thousands may have had the same ports. */
	if (more || node->side.count == 1 ||
	    node->hash != hash_tuple(sides, &node->side.tuple))
		relate(sides, node);
	list_add(sides, node);
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
	struct node *node = find(sides, e->cookie);
	unsigned int before;
	int ret;

	if (!node || side_begins_anew(&node->side, e)) {
		make_room(sides);
		node = add(sides, e->cookie);
		if (!node)
			return -ENOMEM;
	}
	before = node->side.count;
	ret = side_add(&node->side, e);
	if (ret)
		return ret;
	sides->steps += node->side.count - before;
	renew(sides, node, chosen);
	*side = &node->side;
	return 0;
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
	    !side_tuples_match(&a->tuple, &b->tuple))
		return false;
	if (a->netns_inode != b->netns_inode &&
	    (is_loopback(a->tuple.laddr) || is_loopback(a->tuple.raddr)))
		return false;
	return overlap_ns(a, b) > -(int64_t)GAP_NS;
}

/* One of the same namespace, else the one that existed longest with it. */
static enum sides_pairing find_peer(const struct sides *sides,
				    const struct side *side,
				    const struct side **peer)
{
	uint32_t hash = hash_tuple(sides, &side->tuple);
	const struct node *node = sides->by_tuple[hash % BUCKETS];
	unsigned int foreign = 0;
	bool best_home = false;
	int64_t best = 0;

	*peer = NULL;
	for (; node; node = node->by_tuple) {
		bool home = node->side.netns_inode == side->netns_inode;
		int64_t overlap;

		if (!could_be_peer(side, &node->side))
			continue;
		overlap = overlap_ns(side, &node->side);
		foreign += !home && overlap > 0;
		if (*peer && (best_home > home ||
			      (best_home == home && best >= overlap)))
			continue;
		*peer = &node->side;
		best_home = home;
		best = overlap;
	}
	if (!*peer)
		return SIDES_ALONE;
	return !best_home && foreign > 1 ? SIDES_DOUBTFUL : SIDES_PAIRED;
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
	pairing = find_peer(sides, side, &other);
	if (pairing != SIDES_PAIRED)
		return pairing;
	/* One that fits another side better is the peer of that one. */
	pairing = find_peer(sides, other, &back);
	if (pairing != SIDES_PAIRED || back != side)
		return pairing == SIDES_PAIRED ? SIDES_ALONE : pairing;
	*peer = (struct side *)other;
	return SIDES_PAIRED;
}

/**
 * sides_walk() - visit each chosen side, the latest transition first
 * @sides: the table
 * @visit: returns whether to go on
 * @context: for @visit
 */
void sides_walk(const struct sides *sides, sides_visit *visit, void *context)
{
	struct node *node = sides->lists[true].newest;

	for (; node; node = node->older)
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
