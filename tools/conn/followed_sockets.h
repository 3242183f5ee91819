/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sockets of connections that are followed; for inclusion in conn/followed*.c only.
 */
#ifndef TCPCLOSE_CONN_FOLLOWED_SOCKETS_H
#define TCPCLOSE_CONN_FOLLOWED_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hashtable.h"
#include "conn/side.h"
#include "lib/event.h"

/**
 * struct followed_socket - a socket of a connection that is followed
 * @by_cookie: found by cookie and network namespace
 * @by_tuple: found by addresses and ports, from either end, if they are known
 * @newer: the one that had its latest event next
 * @older: the one that had it before
 * @tuple: addresses and ports
 * @cookie: socket cookie
 * @netns: inode of its network namespace
 * @born_ns: when the connection began; 0: unknown
 * @over_ns: when its last event was; UINT64_MAX: not yet
 * @last_ns: time of its latest event
 * @srtt_ns: round-trip time; 0: unknown
 * @state: its state; 0: unknown
 * @own: it was made by the command, else it is the other end
 * @paired: both ends are known
 * @cut_short: it ended without a FIN of the other end
 */
struct followed_socket {
	struct hashtable_node by_cookie;
	struct hashtable_node by_tuple;
	struct followed_socket *newer;
	struct followed_socket *older;
	struct side_tuple tuple;
	uint64_t cookie;
	uint32_t netns;
	uint64_t born_ns;
	uint64_t over_ns;
	uint64_t last_ns;
	uint64_t srtt_ns;
	uint8_t state;
	bool own;
	bool paired;
	bool cut_short;
};

/**
 * struct followed_sockets - all that are known
 * @seed: of all keys; set by the caller
 * @by_cookie: table of &struct followed_socket.by_cookie
 * @by_tuple: table of &struct followed_socket.by_tuple
 * @oldest: the one without an event for the longest time
 * @newest: the one with the latest event
 * @count: number of them
 */
struct followed_sockets {
	uint64_t seed;
	struct hashtable by_cookie;
	struct hashtable by_tuple;
	struct followed_socket *oldest;
	struct followed_socket *newest;
	size_t count;
};

uint64_t followed_key(const struct followed_sockets *t, const struct side_tuple *tuple);
struct followed_socket *followed_sockets_find(const struct followed_sockets *t,
					      const struct event *e);
struct followed_socket *followed_sockets_add(struct followed_sockets *t,
					     const struct event *e, bool own);
void followed_sockets_remove(struct followed_sockets *t, struct followed_socket *s);
int followed_sockets_move(struct followed_sockets *t, struct followed_socket *s,
			  const struct side_tuple *tuple);
void followed_sockets_update(struct followed_sockets *t, struct followed_socket *s,
			     const struct event *e);
bool followed_socket_has(const struct followed_socket *s, const struct event *e,
			 const struct side_tuple *tuple);
struct followed_socket *followed_sockets_find_own(const struct followed_sockets *t,
						  const struct event *e,
						  const struct side_tuple *tuple);
void followed_sockets_free(struct followed_sockets *t);

#endif /* TCPCLOSE_CONN_FOLLOWED_SOCKETS_H */
