/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sums of connections that have something in common.
 */
#ifndef TCPCLOSE_CONN_GROUPS_H
#define TCPCLOSE_CONN_GROUPS_H

#include <stdint.h>

#include "base/hashtable.h"
#include "conn/conn.h"

/* Most groups that are told apart; the rest is in one that is called "others". */
#define GROUPS_MAX 4096
#define GROUP_KEY_SIZE 128

/**
 * enum groups_by - what connections of a group have in common
 * @GROUPS_PROCESS: the name of the process whose they are, or that opened them
 * @GROUPS_CONTAINER: the container, or the unit
 * @GROUPS_REMOTE: the remote address and port, of what this end opened; else the address
 * @GROUPS_LPORT: the local port
 * @GROUPS_CAUSE: why they ended
 * @GROUPS_BY: number of these
 */
enum groups_by {
	GROUPS_PROCESS,
	GROUPS_CONTAINER,
	GROUPS_REMOTE,
	GROUPS_LPORT,
	GROUPS_CAUSE,
	GROUPS_BY,
};

/**
 * struct group - connections with the same key
 * @node: found by a hash of @key
 * @key: what they have in common; empty: unknown
 * @count: number of connections
 * @causes: by &enum tcpclose_cause
 * @age: how old they were
 * @closing: how long closing took
 * @bytes_sent: payload of all
 * @bytes_received: likewise
 */
struct group {
	struct hashtable_node node;
	char key[GROUP_KEY_SIZE];
	uint64_t count;
	uint64_t causes[TCPCLOSE_CAUSES];
	struct tcpclose_histogram age;
	struct tcpclose_histogram closing;
	uint64_t bytes_sent;
	uint64_t bytes_received;
};

/**
 * struct groups - all groups; zeroed
 * @by: what makes a group
 * @table: groups by key
 * @seed: of the hashes
 * @sorted: the same by number of connections, after groups_finish()
 * @count: number of these
 * @first_ns: CLOCK_MONOTONIC of the first end
 * @last_ns: of the last one
 */
struct groups {
	enum groups_by by;
	struct hashtable table;
	uint64_t seed;
	struct group **sorted;
	size_t count;
	uint64_t first_ns;
	uint64_t last_ns;
};

int groups_add(struct groups *g, const struct conn *c);
int groups_finish(struct groups *g);
void groups_free(struct groups *g);

#endif /* TCPCLOSE_CONN_GROUPS_H */
