/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of what has local ports: found or made by what they are. For the files of
 * ports only.
 */
#ifndef TCPCLOSE_ANSWER_PORTS_TABLES_H
#define TCPCLOSE_ANSWER_PORTS_TABLES_H

#include <string.h>

#include "answer/ports.h"
#include "base/compiler.h"

/**
 * struct ports_who - whose it is
 * @pid: process; 0: unknown
 * @comm: its name; empty: unknown
 * @cgroup: names of its cgroup; NULL: unknown
 */
struct ports_who {
	uint32_t pid;
	const char *comm;
	const struct cgroup_names *cgroup;
};

/**
 * struct ports_place - where something was seen, in the form that events, connections and
 *	sockets have
 * @netns: ports_netns_id() of the network namespace
 * @ipv6: addresses are 16 bytes, else 4
 * @laddr: local address
 * @raddr: remote address
 * @rport: remote port
 */
struct ports_place {
	uint64_t netns;
	bool ipv6;
	const uint8_t *laddr;
	const uint8_t *raddr;
	uint16_t rport;
};

void ports_set_ends(struct ports_ends *ends, const struct ports_place *place);
struct ports_netns *ports_take_netns(struct ports *p, uint64_t id);
void ports_name_netns(struct ports_netns *n, uint64_t cookie, uint32_t inode,
		      const char *name);
int ports_take_destination(struct ports *p, const struct ports_ends *ends, bool bounded,
			   struct ports_destination **result);
int ports_take_failure(struct ports *p, const struct ports_failure *like,
		       struct ports_failure **result);
int ports_count(struct ports_sum *s, enum ports_what what, const struct ports_who *who);
void ports_sort_processes(struct ports_sum *s);

/* What the files of ports need of each other. */
bool ports_is_available(const struct ports_netns *n, uint16_t port);
bool ports_is_passive(const struct item *i);
enum ports_what ports_what_of(const struct sockets_entry *s);
int ports_find_addresses(struct ports *p, const struct inventory *inv,
			 const struct filter *filter);
bool ports_is_reusable(const struct ports *p, const struct ports_netns *n,
		       const struct item *i);
bool ports_would_be_reusable(const struct ports *p, const struct ports_netns *n,
			     const struct item *i);
int ports_list(struct ports *p);
int ports_find_growth(struct ports *p, const struct inventory *inv);
struct ports_destination *ports_destination_of_item(struct ports *p, const struct item *i);

static inline uint64_t ports_netns_of_item(const struct item *i)
{
	return ports_netns_id(i->netns->cookie, i->netns->inode);
}

static inline bool ports_has(const uint8_t *map, uint16_t port)
{
	return map[port / 8] >> port % 8 & 1;
}

static inline uint32_t ports_count_bits(const uint8_t *map)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; i <= UINT16_MAX / 8; i++)
		count += (uint32_t)__builtin_popcount(map[i]);
	return count;
}

static inline void ports_mark(uint8_t *map, uint16_t port)
{
	map[port / 8] |= (uint8_t)(1 << port % 8);
}

static inline struct ports_netns *ports_netns_of(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct ports_netns, node);
}

static inline struct ports_destination *ports_destination_of(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct ports_destination, node);
}

static inline struct ports_failure *ports_failure_of(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct ports_failure, node);
}

#endif /* TCPCLOSE_ANSWER_PORTS_TABLES_H */
