// SPDX-License-Identifier: GPL-2.0-only
/*
 * RSTs of one side, in bounded memory: anybody can send any number of them.
 *
 * Knows nothing of transitions, nor which RST belongs to which side.
 */
#include <errno.h>
#include <stdlib.h>

#include "conn/side_rsts.h"

/**
 * side_rst_of() - what is kept of a RST
 * @e: the RST
 */
struct side_rst side_rst_of(const struct event *e)
{
	return (struct side_rst){
		.ts_ns = e->ts_ns,
		.flags = e->flags,
		.state = e->old,
		.rst = e->rst,
	};
}

/**
 * side_rst_ends() - whether it ends its socket or mini-socket, as one RST can
 * @rst: the RST
 *
 * Of a RST that reached a mini-socket the record does not say so.
 */
bool side_rst_ends(const struct side_rst *rst)
{
	if (!side_rst_is_sent(rst))
		return rst->rst.effect == TCPCLOSE_RST_ENDED;
	if (rst->rst.owner == TCPCLOSE_RST_OWNER_MINI)
		return true;
	return rst->rst.owner == TCPCLOSE_RST_OWNER_SOCKET &&
	       (!rst->rst.segment || rst->state == TCPCLOSE_CLOSE);
}

/**
 * side_rsts_add() - keep a RST, or count it
 * @rsts: those of its side
 * @rst: the RST
 *
 * Return: 0, or -ENOMEM
 */
int side_rsts_add(struct side_rsts *rsts, const struct side_rst *rst)
{
	if (!rsts->kept)
		rsts->kept = calloc(SIDE_RSTS_MAX, sizeof(*rsts->kept));
	if (!rsts->kept)
		return -ENOMEM;
	if (rsts->count < SIDE_RSTS_MAX) {
		rsts->kept[rsts->count++] = *rst;
		return 0;
	}
	/* The one that ends the connection comes last, whatever came before. */
	if (side_rst_ends(rst))
		rsts->kept[SIDE_RSTS_MAX - 1] = *rst;
	rsts->dropped++;
	return 0;
}

/**
 * side_rsts_take() - add all of others
 * @rsts: those of a side
 * @from: the others; none are left
 *
 * Return: 0, or -ENOMEM
 */
int side_rsts_take(struct side_rsts *rsts, struct side_rsts *from)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < from->count && !ret; i++)
		ret = side_rsts_add(rsts, &from->kept[i]);
	rsts->dropped += from->dropped;
	side_rsts_free(from);
	return ret;
}

/**
 * side_rsts_free() - forget them
 * @rsts: those of a side
 */
void side_rsts_free(struct side_rsts *rsts)
{
	free(rsts->kept);
	*rsts = (struct side_rsts){ 0 };
}
