// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ends of connections seen in a stream: found by cookie, or by addresses
 * and ports from the other side. When there are too many, those that were not
 * heard of for the longest time are forgotten; chosen ones, and their other
 * ends, only if there are no others.
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
 * The child of a listener may be born a moment after the end that connected to
 * it has aborted already.
 */
#define GAP_NS (2 * NS_PER_S)

/**
 * struct node - an end and its place
 * @end: the end; first, so that one is the other
 * @by_cookie: next in the bucket of its cookie
 * @by_tuple: next in the bucket of its addresses and ports
 * @newer: heard of after it
 * @older: heard of before it
 * @wanted: chosen, or the other end of a chosen one
 * @hash: of addresses and ports, the same for both ends
 */
struct node {
	struct end end;
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
 * struct ends - all of them
 * @seed: of the places in @by_cookie and @by_tuple
 * @by_cookie: buckets
 * @by_tuple: buckets
 * @lists: by struct node.wanted
 * @count: how many there are
 * @steps: transitions that they keep
 * @forgotten: chosen ones that had to make room
 */
struct ends {
	uint64_t seed;
	struct node *by_cookie[BUCKETS];
	struct node *by_tuple[BUCKETS];
	struct list lists[2];
	unsigned int count;
	unsigned int steps;
	uint64_t forgotten;
};

/**
 * ends_new() - a table without any
 *
 * Return: the table, or NULL if there is no memory
 */
struct ends *ends_new(void)
{
	struct ends *ends = calloc(1, sizeof(*ends));

	if (ends)
		ends->seed = mix_seed();
	return ends;
}

/**
 * ends_free() - free a table and all ends in it
 * @ends: the table, or NULL
 */
void ends_free(struct ends *ends)
{
	unsigned int i;

	if (!ends)
		return;
	for (i = 0; i < 2; i++) {
		struct node *node = ends->lists[i].oldest;

		while (node) {
			struct node *newer = node->newer;

			free(node->end.steps);
			free(node);
			node = newer;
		}
	}
	free(ends);
}

static struct node **cookie_bucket(struct ends *ends, uint64_t cookie)
{
	return &ends->by_cookie[mix(ends->seed, cookie, 0) % BUCKETS];
}

static uint32_t hash_half(const struct ends *ends, const uint8_t addr[16],
			  uint16_t port)
{
	uint64_t words[2];

	memcpy(words, addr, sizeof(words));
	return (uint32_t)mix(ends->seed, mix(ends->seed, words[0], words[1]),
			     port);
}

/* The same from both ends. */
static uint32_t hash_tuple(const struct ends *ends, const struct end_tuple *t)
{
	return hash_half(ends, t->laddr, t->lport) +
	       hash_half(ends, t->raddr, t->rport);
}

static void list_remove(struct ends *ends, struct node *node)
{
	struct list *list = &ends->lists[node->wanted];

	*(node->newer ? &node->newer->older : &list->newest) = node->older;
	*(node->older ? &node->older->newer : &list->oldest) = node->newer;
}

static void list_add(struct ends *ends, struct node *node)
{
	struct list *list = &ends->lists[node->wanted];

	node->newer = NULL;
	node->older = list->newest;
	*(list->newest ? &list->newest->newer : &list->oldest) = node;
	list->newest = node;
}

static void tuple_remove(struct ends *ends, struct node *node)
{
	struct node **at = &ends->by_tuple[node->hash % BUCKETS];

	while (*at && *at != node)
		at = &(*at)->by_tuple;
	if (*at)
		*at = node->by_tuple;
}

static void tuple_add(struct ends *ends, struct node *node)
{
	struct node **at;

	node->hash = hash_tuple(ends, &node->end.tuple);
	at = &ends->by_tuple[node->hash % BUCKETS];
	node->by_tuple = *at;
	*at = node;
}

static void forget(struct ends *ends, struct node *node)
{
	struct node **at = cookie_bucket(ends, node->end.cookie);

	while (*at != node)
		at = &(*at)->by_cookie;
	*at = node->by_cookie;
	tuple_remove(ends, node);
	list_remove(ends, node);
	ends->forgotten += node->end.chosen;
	ends->count--;
	ends->steps -= node->end.count;
	free(node->end.steps);
	free(node);
}

static void make_room(struct ends *ends)
{
	while (ends->count >= ENDS_MAX || ends->steps >= ENDS_STEPS_MAX)
		forget(ends, ends->lists[0].oldest ? ends->lists[0].oldest :
						     ends->lists[1].oldest);
}

/* The latest life of the socket with this cookie. */
static struct node *find(struct ends *ends, uint64_t cookie)
{
	struct node *node = *cookie_bucket(ends, cookie);

	while (node && node->end.cookie != cookie)
		node = node->by_cookie;
	return node;
}

static struct node *add(struct ends *ends, uint64_t cookie)
{
	struct node **bucket = cookie_bucket(ends, cookie);
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->end.cookie = cookie;
	node->by_cookie = *bucket;
	*bucket = node;
	ends->count++;
	list_add(ends, node);
	tuple_add(ends, node);
	return node;
}

/* Whoever belongs to a chosen end is wanted, whichever of them came first. */
static void relate(struct ends *ends, struct node *node)
{
	struct node *other;

	tuple_remove(ends, node);
	tuple_add(ends, node);
	other = ends->by_tuple[node->hash % BUCKETS];
	for (; other; other = other->by_tuple) {
		if (!end_tuples_match(&other->end.tuple, &node->end.tuple))
			continue;
		node->wanted |= other->end.chosen;
		if (!node->end.chosen || other->wanted)
			continue;
		list_remove(ends, other);
		other->wanted = true;
		list_add(ends, other);
	}
}

/* It was heard of: it is the newest now. */
static void renew(struct ends *ends, struct node *node, bool chosen)
{
	bool more = chosen && !node->end.chosen;

	list_remove(ends, node);
	node->end.chosen |= chosen;
	node->wanted |= chosen;
	/* Not each time: thousands may have had the same ports. */
	if (more || node->end.count == 1 ||
	    node->hash != hash_tuple(ends, &node->end.tuple))
		relate(ends, node);
	list_add(ends, node);
}

/**
 * ends_add() - take a transition
 * @ends: the table
 * @e: the transition, with a cookie
 * @chosen: it makes its end one that the user asked for
 * @end: gets its end; forgotten with a later ends_add(), maybe
 *
 * Return: 0, or -ENOMEM
 */
int ends_add(struct ends *ends, const struct event *e, bool chosen,
	     struct end **end)
{
	struct node *node = find(ends, e->cookie);
	unsigned int before;
	int ret;

	if (!node || end_begins_anew(&node->end, e)) {
		make_room(ends);
		node = add(ends, e->cookie);
		if (!node)
			return -ENOMEM;
	}
	before = node->end.count;
	ret = end_add(&node->end, e);
	if (ret)
		return ret;
	ends->steps += node->end.count - before;
	renew(ends, node, chosen);
	*end = &node->end;
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

/* How long both were there, nanoseconds; below 0: how long one was late. */
static int64_t overlap_ns(const struct end *a, const struct end *b)
{
	uint64_t from = a->born_ns > b->born_ns ? a->born_ns : b->born_ns;
	uint64_t to_a = end_closed_ns(a), to_b = end_closed_ns(b);
	uint64_t to = to_a < to_b ? to_a : to_b;

	if (to >= from)
		return to - from > INT64_MAX ? INT64_MAX : (int64_t)(to - from);
	return from - to > INT64_MAX ? INT64_MIN : -(int64_t)(from - to);
}

static bool could_be_peer(const struct end *a, const struct end *b)
{
	if (a == b || a->cookie == b->cookie ||
	    !end_tuples_match(&a->tuple, &b->tuple))
		return false;
	if (a->netns_inode != b->netns_inode &&
	    (is_loopback(a->tuple.laddr) || is_loopback(a->tuple.raddr)))
		return false;
	return overlap_ns(a, b) > -(int64_t)GAP_NS;
}

/* One of the same namespace, else the one that was there the longest. */
static enum ends_pairing find_peer(const struct ends *ends,
				   const struct end *end,
				   const struct end **peer)
{
	uint32_t hash = hash_tuple(ends, &end->tuple);
	const struct node *node = ends->by_tuple[hash % BUCKETS];
	unsigned int foreign = 0;
	bool best_home = false;
	int64_t best = 0;

	*peer = NULL;
	for (; node; node = node->by_tuple) {
		bool home = node->end.netns_inode == end->netns_inode;
		int64_t overlap;

		if (!could_be_peer(end, &node->end))
			continue;
		overlap = overlap_ns(end, &node->end);
		foreign += !home && overlap > 0;
		if (*peer && (best_home > home ||
			      (best_home == home && best >= overlap)))
			continue;
		*peer = &node->end;
		best_home = home;
		best = overlap;
	}
	if (!*peer)
		return ENDS_ALONE;
	return !best_home && foreign > 1 ? ENDS_DOUBTFUL : ENDS_PAIRED;
}

/**
 * ends_peer() - the other end of the same connection
 * @ends: the table
 * @end: one end, of the table
 * @peer: gets the other, if it is sure to be that
 */
enum ends_pairing ends_peer(const struct ends *ends, const struct end *end,
			    struct end **peer)
{
	const struct end *other, *back;
	enum ends_pairing pairing;

	*peer = NULL;
	if (!end_tuple_is_known(&end->tuple))
		return ENDS_ALONE;
	pairing = find_peer(ends, end, &other);
	if (pairing != ENDS_PAIRED)
		return pairing;
	/* One that suits another end better is the peer of that one. */
	pairing = find_peer(ends, other, &back);
	if (pairing != ENDS_PAIRED || back != end)
		return pairing == ENDS_PAIRED ? ENDS_ALONE : pairing;
	*peer = (struct end *)other;
	return ENDS_PAIRED;
}

/**
 * ends_walk() - look at each chosen end, the one last heard of first
 * @ends: the table
 * @visit: returns whether to go on
 * @context: for @visit
 */
void ends_walk(const struct ends *ends, ends_visit *visit, void *context)
{
	struct node *node = ends->lists[true].newest;

	for (; node; node = node->older)
		if (node->end.chosen && !visit(context, &node->end))
			return;
}

/**
 * ends_forgotten() - how many chosen ends had to make room
 * @ends: the table
 */
uint64_t ends_forgotten(const struct ends *ends)
{
	return ends->forgotten;
}
