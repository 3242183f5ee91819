/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lives: which records belong to the same connection.
 *
 * A socket that is used again begins another life with the same cookie, while
 * mini-sockets of its earlier lives may still exist.
 */
#ifndef TCPCLOSE_CONN_LIVES_H
#define TCPCLOSE_CONN_LIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hashtable.h"
#include "lib/event.h"

/**
 * struct life - a connection, from its first transition to its last
 * @by_cookie: found by cookie and network namespace
 * @by_birth: found by these and @born_ns, if that is known
 * @newer: next in a list, see &struct life_list
 * @older: the one before
 * @cookie: socket cookie
 * @born_ns: time of its first transition; 0: unknown
 * @last_ns: time of its latest record
 * @netns: inode of its network namespace
 * @next: number of its next transition
 * @hole_index: number of the transition that is still to come
 * @state: state it is in
 * @hole_from: old state of the transition that is still to come; 0: it is a
 *	hand-over, from any
 * @hole_to: its new state
 * @mini: a mini-socket stands for it
 * @hole: one transition that came before the latest is still to come
 * @over: its end was seen
 */
struct life {
	struct hashtable_node by_cookie;
	struct hashtable_node by_birth;
	struct life *newer;
	struct life *older;
	uint64_t cookie;
	uint64_t born_ns;
	uint64_t last_ns;
	uint32_t netns;
	uint16_t next;
	uint16_t hole_index;
	uint8_t state;
	uint8_t hole_from;
	uint8_t hole_to;
	bool mini;
	bool hole;
	bool over;
};

/**
 * struct lives - all that are known; all zero: none
 * @by_cookie: table of &struct life.by_cookie
 * @by_birth: table of &struct life.by_birth
 */
struct lives {
	struct hashtable by_cookie;
	struct hashtable by_birth;
};

/**
 * struct life_list - lives in the order of their latest records; all zero: none
 * @newest: the latest record
 * @oldest: no record for the longest time
 */
struct life_list {
	struct life *newest;
	struct life *oldest;
};

static inline bool life_state_is_unborn(unsigned int state)
{
	return state == TCPCLOSE_CLOSE || state == TCPCLOSE_LISTEN;
}

uint64_t life_birth(const struct event *e);

int lives_add(struct lives *lives, struct life *life, uint64_t cookie,
	      uint32_t netns);
int lives_set_birth(struct lives *lives, struct life *life, uint64_t born_ns);
void lives_remove(struct lives *lives, struct life *life);
struct life *lives_find(const struct lives *lives, const struct event *e);
struct life *lives_find_socket(const struct lives *lives, uint64_t cookie,
			       uint32_t netns);
struct life *lives_find_latest(const struct lives *lives, uint64_t cookie,
			       uint32_t netns);
struct life *life_before(const struct life *life);
void life_advance(struct life *life, const struct event *e);
int lives_follow(struct lives *lives, struct life *life, const struct event *e,
		 bool *late);
void lives_free(struct lives *lives);

void life_hole_open(struct life *life, unsigned int index, unsigned int from,
		    unsigned int to);
bool life_hole_may_open(const struct life *life, const struct event *e);
bool life_hole_fits(const struct life *life, const struct event *e);

void life_list_add(struct life_list *list, struct life *life);
void life_list_remove(struct life_list *list, struct life *life);

#endif /* TCPCLOSE_CONN_LIVES_H */
