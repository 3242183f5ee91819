/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of this machine's network namespaces: those of ip-netns(8).
 */
#ifndef TCPCLOSE_SYS_NETNS_NAMES_H
#define TCPCLOSE_SYS_NETNS_NAMES_H

#include <stdint.h>

#include "base/hashtable.h"
#include "sys/netns_table.h"

#define NETNS_NAMES_DIR "/run/netns"

/**
 * struct netns_names - the names as they were a moment ago
 * @by_inode: names, by the inode of their namespace
 * @listed_ns: when they were listed, CLOCK_MONOTONIC; 0: not yet
 * @due_ns: not listed again before; this bounds the share of time that it takes
 * @listings: how often they were listed
 */
struct netns_names {
	struct hashtable by_inode;
	uint64_t listed_ns;
	uint64_t due_ns;
	uint64_t listings;
};

void netns_names_refresh(struct netns_names *n, uint64_t before_ns);
const char *netns_names_find(struct netns_names *n, uint64_t cookie,
			     uint32_t inode);
void netns_names_free(struct netns_names *n);

#endif /* TCPCLOSE_SYS_NETNS_NAMES_H */
