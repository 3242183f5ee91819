/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets that sit in a state for longer than they should, by whose they are.
 */
#ifndef TCPCLOSE_ANSWER_STUCK_H
#define TCPCLOSE_ANSWER_STUCK_H

#include "answer/inventory.h"

/* States in which a socket may be stuck. */
#define STUCK_STATES \
	(1U << TCPCLOSE_CLOSE_WAIT | 1U << TCPCLOSE_FIN_WAIT1 | 1U << TCPCLOSE_FIN_WAIT2 | \
	 1U << TCPCLOSE_CLOSING | 1U << TCPCLOSE_LAST_ACK | 1U << TCPCLOSE_SYN_RECV)

/**
 * struct stuck_group - sockets of one state, process, container and remote end
 * @first: one of them; the oldest
 * @count: how many
 * @receive_queue: bytes not read, of all
 * @send_queue: bytes not acknowledged, of all
 */
struct stuck_group {
	const struct item *first;
	size_t count;
	uint64_t receive_queue;
	uint64_t send_queue;
};

/**
 * struct stuck - the sockets that are; zeroed by stuck_init()
 * @inventory: all sockets
 * @older_ns: by state: those that are in it for so long; one whose time is unknown is
 *	taken to be
 * @items: those that are stuck, the oldest first
 * @count: how many
 * @counts: by state
 * @groups: their groups, the largest first
 * @group_count: how many
 */
struct stuck {
	const struct inventory *inventory;
	uint64_t older_ns[TCPCLOSE_STATES];
	const struct item **items;
	size_t count;
	size_t counts[TCPCLOSE_STATES];
	struct stuck_group *groups;
	size_t group_count;
};

void stuck_init(struct stuck *s);
int stuck_find(struct stuck *s, const struct inventory *inv, const struct filter *filter);
void stuck_free(struct stuck *s);

#endif /* TCPCLOSE_ANSWER_STUCK_H */
