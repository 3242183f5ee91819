/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network namespaces of a stream, and their names.
 */
#ifndef TCPCLOSE_SYS_NETNS_TABLE_H
#define TCPCLOSE_SYS_NETNS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hashtable.h"

#define NETNS_NAME_SIZE 96

/* Namespaces that a stream remembers: 64 MiB. A busy machine has thousands. */
#define NETNS_TABLE_MAX (1U << 18)

/**
 * struct netns_entry - one namespace and its name
 * @node: in the table; the first member
 * @next: the one that was added after it
 * @cookie: never reused; 0: unknown
 * @looked_ns: as of when @name is empty, CLOCK_MONOTONIC; 0: not looked for yet
 * @inode: reused soon after the namespace is gone
 * @used: found since it was added, or since it was spared
 * @name: empty: it has none
 */
struct netns_entry {
	struct hashtable_node node;
	struct netns_entry *next;
	uint64_t cookie;
	uint64_t looked_ns;
	uint32_t inode;
	bool used;
	char name[NETNS_NAME_SIZE];
};

/**
 * struct netns_table - namespaces seen so far
 * @entries: by cookie and inode
 * @seed: of their keys, so that no two namespaces can be made to have one key
 * @max: number of entries, at least 1; one that was not found for long makes room for a new one,
 *	so that many namespaces cannot fill the memory
 * @oldest: the one that was added first
 * @link: where the next one is added
 */
struct netns_table {
	struct hashtable entries;
	uint64_t seed;
	size_t max;
	struct netns_entry *oldest;
	struct netns_entry **link;
};

void netns_table_init(struct netns_table *t, size_t max);
struct netns_entry *netns_table_find(struct netns_table *t, uint64_t cookie,
				     uint32_t inode);
struct netns_entry *netns_table_take(struct netns_table *t, uint64_t cookie,
				     uint32_t inode);
void netns_table_free(struct netns_table *t);

#endif /* TCPCLOSE_SYS_NETNS_TABLE_H */
