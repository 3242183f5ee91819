// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which side sent or received a RST: the one of its socket or mini-socket; without
 * one, by addresses and ports, if only one side can have been it.
 */
#include "conn/sides_internal.h"

/*
 * Whether a life can be that of the socket or mini-socket: the record has the state
 * that the socket was in, and CLOSE has been recorded before.
 */
static bool fits(const struct life *life, const struct event *e)
{
	if (e->rst.owner == TCPCLOSE_RST_OWNER_MINI)
		return life->mini || !life->over;
	return life->over == (e->old == TCPCLOSE_CLOSE);
}

/* The latest that has these addresses and ports, as far as they are known. */
static struct node *find_owner(const struct sides *sides, const struct event *e,
			       const struct side_tuple *tuple)
{
	struct life *life = lives_find_latest(&sides->lives, e->cookie,
					      e->netns_inode);
	unsigned int i;

	for (i = 0; life && i < SIDES_LOOK_MAX; i++, life = life_before(life)) {
		struct node *node = node_of_life(life);

		if (fits(life, e) &&
		    (!side_tuple_is_known(&node->side.tuple) ||
		     side_tuples_equal(&node->side.tuple, tuple)))
			return node;
	}
	return NULL;
}

/* A segment with its addresses and ports meets its full socket. */
static bool is_full(const struct node *node)
{
	return !node->life.over && !node->life.mini;
}

/*
 * The only side that had these addresses and ports there, and whose full socket still
 * exists, or of which nothing is left; NULL: none, or several
 */
static struct node *find_only(const struct sides *sides, const struct event *e,
			      const struct side_tuple *tuple, bool full)
{
	uint64_t key = sides_tuple_key(sides, tuple, e->netns_inode);
	struct hashtable_node *at = hashtable_find(&sides->by_tuple, key);
	struct node *found = NULL;
	unsigned int i;

	for (i = 0; at; i++, at = hashtable_next(at)) {
		struct node *node = node_of_tuple(at);

		/* One of those that are not looked at could be it. */
		if (i == SIDES_LOOK_MAX)
			return NULL;
		if (node->side.netns_inode != e->netns_inode ||
		    !side_tuples_equal(&node->side.tuple, tuple) ||
		    (full && !is_full(node)))
			continue;
		if (found)
			return NULL;
		found = node;
	}
	return found && (full || found->life.over) ? found : NULL;
}

/* A full socket that the record does not name took it. */
static bool is_nameless(const struct event *e)
{
	return e->rst.owner == TCPCLOSE_RST_OWNER_UNKNOWN &&
	       (e->rst.effect == TCPCLOSE_RST_IGNORED ||
		e->rst.effect == TCPCLOSE_RST_OTHER);
}

/* It met no socket of a connection. A SYN is for a new connection, not for that one. */
static bool met_none(const struct event *e)
{
	return (e->rst.owner == TCPCLOSE_RST_OWNER_NONE ||
		e->rst.owner == TCPCLOSE_RST_OWNER_LISTENER) &&
	       e->rst.segment && !(e->flags & TCPCLOSE_FLAG_SYN);
}

static bool has_owner(const struct event *e)
{
	return (e->rst.owner == TCPCLOSE_RST_OWNER_SOCKET ||
		e->rst.owner == TCPCLOSE_RST_OWNER_MINI) &&
	       e->cookie;
}

/**
 * sides_add_rst() - take a RST
 * @sides: the table
 * @e: the RST
 *
 * It is left out if it is not sure whose it is.
 *
 * Return: 0, or -ENOMEM
 */
int sides_add_rst(struct sides *sides, const struct event *e)
{
	struct side_tuple tuple = side_tuple_of(e);
	struct side_rst rst = side_rst_of(e);
	struct node *node = NULL;

	if (!e->netns_inode || !side_tuple_is_known(&tuple))
		return 0;
	if (met_none(e)) {
		node = find_only(sides, e, &tuple, false);
		return node ? side_rsts_add(&node->side.rsts, &rst) : 0;
	}
	if (has_owner(e))
		node = find_owner(sides, e, &tuple);
	else if (is_nameless(e))
		node = find_only(sides, e, &tuple, true);
	else
		return 0;
	return node ? side_rsts_add(&node->side.rsts, &rst) :
		      waiting_add(&sides->waiting, e);
}
