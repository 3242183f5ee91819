/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network namespaces of a stream, and their names: what a table of base/recent.h holds
 * of each.
 */
#ifndef TCPCLOSE_SYS_NETNS_TABLE_H
#define TCPCLOSE_SYS_NETNS_TABLE_H

#include "base/recent.h"

#define NETNS_NAME_SIZE 96

/* Namespaces that a stream remembers: 64 MiB. A busy machine has thousands. */
#define NETNS_TABLE_MAX (1U << 18)

/**
 * struct netns_entry - one namespace and its name
 * @recent: by its cookie, which is never reused (0: unknown), and its inode, which is
 *	reused soon after the namespace is gone
 * @looked_ns: as of when @name is empty, CLOCK_MONOTONIC; 0: not looked for yet
 * @name: empty: it has none
 */
struct netns_entry {
	struct recent_entry recent;
	uint64_t looked_ns;
	char name[NETNS_NAME_SIZE];
};

static inline void netns_table_init(struct recent *t)
{
	recent_init(t, sizeof(struct netns_entry), NETNS_TABLE_MAX);
}

#endif /* TCPCLOSE_SYS_NETNS_TABLE_H */
