/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which events of a stream are of the connections of one command, at either end.
 */
#ifndef TCPCLOSE_CONN_FOLLOWED_H
#define TCPCLOSE_CONN_FOLLOWED_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"

/* Sockets of followed connections that are known at a time, and events that wait. */
#define FOLLOWED_MAX 65536
#define FOLLOWED_HELD_MAX 32768

/* Whether a cgroup is the command's. */
typedef bool followed_has(void *context, uint64_t cgroup);

/**
 * enum followed_pending - what is not over yet
 * @FOLLOWED_CLOSING: a connection closes: FIN_WAIT1, FIN_WAIT2, CLOSING or LAST_ACK; or
 *	was cut, so that its other end may be a moment later
 * @FOLLOWED_TIME_WAIT: one is in TIME_WAIT
 */
enum followed_pending {
	FOLLOWED_CLOSING = 1,
	FOLLOWED_TIME_WAIT = 2,
};

struct followed;

struct followed *followed_new(followed_has *has, void *context);
void followed_free(struct followed *f);
int followed_add(struct followed *f, const struct event *e);
const struct event *followed_next(struct followed *f);
unsigned int followed_pending(const struct followed *f, uint64_t now_ns);
uint64_t followed_cut(const struct followed *f);

#endif /* TCPCLOSE_CONN_FOLLOWED_H */
