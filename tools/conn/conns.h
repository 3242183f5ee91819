/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections that end in a stream, one after the other.
 */
#ifndef TCPCLOSE_CONN_CONNS_H
#define TCPCLOSE_CONN_CONNS_H

#include <stdbool.h>
#include <stdint.h>

#include "conn/conn.h"

/* Most that are followed at a time: those that close, or are in TIME_WAIT. */
#define CONNS_MAX 262144

/**
 * struct conns - connections that are followed; zeroed by conns_init()
 * @wait: tell of a connection only when its mini-socket is over, too
 * @lives: which records belong together
 * @list: all, in the order of their latest record
 * @count: number of these
 * @first: those that have closed, the first to have closed first
 * @last: the last of them
 * @forgotten: number that was given up to make room for others
 */
struct conns {
	bool wait;
	struct lives lives;
	struct life_list list;
	unsigned int count;
	struct conn *first;
	struct conn *last;
	uint64_t forgotten;
};

void conns_init(struct conns *c);
int conns_add(struct conns *c, const struct event *e, uint64_t words);
struct conn *conns_take(struct conns *c, uint64_t now_ns);
const struct conn *conns_find(const struct conns *c, uint64_t cookie, uint32_t netns);
const struct conn *conns_next(const struct conns *c, const struct conn *conn);
void conns_free(struct conns *c);

#endif /* TCPCLOSE_CONN_CONNS_H */
