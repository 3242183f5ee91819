// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sides of connections seen in a stream: found by their lives (lives.c), or by
 * addresses and ports from the other side (sides_pairs.c). When there are too many,
 * those without a transition for the longest time are forgotten; chosen ones, and
 * their other sides, only if there are no others.
 *
 * Knows nothing of how they are drawn.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "conn/sides_internal.h"

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
		struct node *node = node_of_life(sides->lists[i].oldest);

		while (node) {
			struct node *newer = node_of_life(node->life.newer);

			side_free(&node->side);
			free(node);
			node = newer;
		}
	}
	waiting_free(&sides->waiting);
	lives_free(&sides->lives);
	hashtable_free(&sides->by_tuple, NULL);
	free(sides);
}

/**
 * sides_is_loopback() - whether an address never leaves its namespace
 * @addr: the address
 */
bool sides_is_loopback(const uint8_t addr[16])
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

/**
 * sides_tuple_key() - what a side is found by
 * @sides: the table
 * @t: its addresses and ports
 * @netns: inode of its network namespace
 *
 * The same from both sides. Loopback never leaves its namespace.
 */
uint64_t sides_tuple_key(const struct sides *sides, const struct side_tuple *t,
			 uint32_t netns)
{
	bool stays = sides_is_loopback(t->laddr) || sides_is_loopback(t->raddr);

	return hash_half(sides, t->laddr, t->lport) +
	       hash_half(sides, t->raddr, t->rport) +
	       (stays ? hash_mix(sides->seed, netns, 0) : 0);
}

static uint64_t key_of(const struct sides *sides, const struct side *side)
{
	return sides_tuple_key(sides, &side->tuple, side->netns_inode);
}

static void forget(struct sides *sides, struct node *node)
{
	lives_remove(&sides->lives, &node->life);
	hashtable_remove(&sides->by_tuple, &node->by_tuple);
	life_list_remove(&sides->lists[node->wanted], &node->life);
	sides->forgotten += node->side.chosen;
	sides->count--;
	sides->steps -= node->side.count;
	side_free(&node->side);
	free(node);
}

static void make_room(struct sides *sides)
{
	while (sides->count >= SIDES_MAX || sides->steps >= SIDES_STEPS_MAX) {
		struct life *oldest = sides->lists[0].oldest;

		forget(sides, node_of_life(oldest ? oldest : sides->lists[1].oldest));
	}
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
	hashtable_add(&sides->by_tuple, at, key_of(sides, &node->side));
	for (i = 0; i < SIDES_LOOK_MAX && at; i++, at = hashtable_next(at)) {
		struct node *other = node_of_tuple(at);

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
	if (more || node->by_tuple.key != key_of(sides, &node->side))
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
	struct node *node = node_of_life(lives_find(&sides->lives, e));
	bool late, fresh = !node;
	unsigned int before;
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
	if (!ret && fresh)
		ret = waiting_take(&sides->waiting, &node->side);
	if (ret)
		return ret;
	sides->steps += node->side.count - before;
	renew(sides, node, chosen);
	*side = &node->side;
	return 0;
}

/**
 * sides_walk() - visit each chosen side, the latest transition first
 * @sides: the table
 * @visit: returns whether to go on
 * @context: for @visit
 */
void sides_walk(const struct sides *sides, sides_visit *visit, void *context)
{
	struct node *node = node_of_life(sides->lists[true].newest);

	for (; node; node = node_of_life(node->life.older))
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
