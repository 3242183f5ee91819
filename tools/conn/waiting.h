/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RSTs whose side has made no transition yet.
 */
#ifndef TCPCLOSE_CONN_WAITING_H
#define TCPCLOSE_CONN_WAITING_H

#include "conn/side.h"

/* Connections; the oldest is forgotten first. */
#define WAITING_MAX 256

/**
 * struct waiting_entry - RSTs of one connection
 * @tuple: its addresses and ports
 * @netns: inode of its network namespace
 * @cookie: socket cookie; 0: the records have none
 * @rsts: the RSTs; none: the entry is free
 */
struct waiting_entry {
	struct side_tuple tuple;
	uint32_t netns;
	uint64_t cookie;
	struct side_rsts rsts;
};

/**
 * struct waiting - those of all connections; all zero: none
 * @entries: a ring
 * @next: which entry is used next
 * @used: how many are not free
 */
struct waiting {
	struct waiting_entry entries[WAITING_MAX];
	unsigned int next;
	unsigned int used;
};

int waiting_add(struct waiting *w, const struct event *e);
int waiting_take(struct waiting *w, struct side *side);
void waiting_free(struct waiting *w);

#endif /* TCPCLOSE_CONN_WAITING_H */
