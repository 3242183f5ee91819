/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom something is said of: a process and whom it talks to.
 */
#ifndef TCPCLOSE_ANSWER_SUBJECT_H
#define TCPCLOSE_ANSWER_SUBJECT_H

#include "answer/item.h"
#include "conn/conn.h"

/**
 * struct subject - a connection, or what asked for one
 * @ts_ns: when, CLOCK_MONOTONIC
 * @cookie: socket cookie; 0: unknown
 * @process: whose it is
 * @container: its container, or unit; empty: none, or unknown
 * @netns_inode: inode of its network namespace
 * @netns_name: name of that; empty: none
 * @lport: local port
 * @rport: remote port
 * @ipv6: addresses are 16 bytes, else 4
 * @passive: a peer connected to it: its remote port means nothing
 * @laddr: local address
 * @raddr: remote address
 */
struct subject {
	uint64_t ts_ns;
	uint64_t cookie;
	struct item_process process;
	char container[CGROUP_NAME_SIZE];
	uint32_t netns_inode;
	char netns_name[NETNS_NAME_SIZE];
	uint16_t lport;
	uint16_t rport;
	bool ipv6;
	bool passive;
	uint8_t laddr[16];
	uint8_t raddr[16];
};

void subject_of_conn(struct subject *s, const struct conn *c);
void subject_of_item(struct subject *s, const struct item *i, uint64_t now_ns);
void subject_of_event(struct subject *s, const struct event *e);
uint64_t subject_hash(const struct subject *s, uint64_t seed);
uint64_t subject_tuple_hash(const struct subject *s, uint64_t seed, bool reversed);

#endif /* TCPCLOSE_ANSWER_SUBJECT_H */
