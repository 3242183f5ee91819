/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of network namespaces.
 */
#ifndef TCPCLOSE_SYS_NETNS_H
#define TCPCLOSE_SYS_NETNS_H

#include <stddef.h>
#include <stdint.h>

#define NETNS_NAME_SIZE 96
#define NETNS_SLOTS 1024

/**
 * struct netns_entry - one namespace and its name
 * @cookie: never reused; 0: unknown
 * @inode: reused soon after the namespace is gone
 * @looked_ns: when its name was last looked for, CLOCK_MONOTONIC
 * @name: empty: it has none
 */
struct netns_entry {
	uint64_t cookie;
	uint64_t looked_ns;
	uint32_t inode;
	char name[NETNS_NAME_SIZE];
};

/**
 * struct netns_table - namespaces seen so far, the latest of each slot
 * @slots: fixed number, so that many namespaces cannot fill the memory
 */
struct netns_table {
	struct netns_entry slots[NETNS_SLOTS];
};

struct netns_entry *netns_find(struct netns_table *t, uint64_t cookie,
			       uint32_t inode);
struct netns_entry *netns_take(struct netns_table *t, uint64_t cookie,
			       uint32_t inode);
void netns_look_up(uint32_t inode, char name[NETNS_NAME_SIZE]);
uint32_t netns_inode(const char *path);
uint32_t netns_own_inode(void);

#endif /* TCPCLOSE_SYS_NETNS_H */
