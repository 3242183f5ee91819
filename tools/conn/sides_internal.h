/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the parts of the table of sides; for inclusion in conn/sides*.c only.
 */
#ifndef TCPCLOSE_CONN_SIDES_INTERNAL_H
#define TCPCLOSE_CONN_SIDES_INTERNAL_H

#include "base/compiler.h"
#include "conn/lives.h"
#include "conn/sides.h"
#include "conn/waiting.h"

/*
 * Sides with the same addresses and ports that are looked at, in each direction of
 * time: both sides of a connection are seen at nearly the same time.
 */
#define SIDES_LOOK_MAX 64

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
 * @waiting: RSTs of sides that are not in the table yet
 */
struct sides {
	uint64_t seed;
	struct lives lives;
	struct hashtable by_tuple;
	struct life_list lists[2];
	unsigned int count;
	unsigned int steps;
	uint64_t forgotten;
	struct waiting waiting;
};

static inline struct node *node_of_life(struct life *life)
{
	return CONTAINER_OR_NULL(life, struct node, life);
}

static inline struct node *node_of_tuple(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct node, by_tuple);
}

bool sides_is_loopback(const uint8_t addr[16]);
uint64_t sides_tuple_key(const struct sides *sides, const struct side_tuple *t,
			 uint32_t netns);

#endif /* TCPCLOSE_CONN_SIDES_INTERNAL_H */
