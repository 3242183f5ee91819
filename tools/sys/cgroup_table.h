/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cgroups of a stream, and their names: what a table of base/recent.h holds of each.
 */
#ifndef TCPCLOSE_SYS_CGROUP_TABLE_H
#define TCPCLOSE_SYS_CGROUP_TABLE_H

#include "base/recent.h"
#include "sys/cgroup_names.h"

/* Cgroups that a stream remembers: 24 MiB. */
#define CGROUP_TABLE_MAX (1U << 16)

/**
 * struct cgroup_entry - one cgroup and its names
 * @recent: by its id, and 0
 * @looked_ns: as of when it has no path, CLOCK_MONOTONIC; 0: not looked for yet
 * @found: it has a path
 * @names: of the path
 */
struct cgroup_entry {
	struct recent_entry recent;
	uint64_t looked_ns;
	bool found;
	struct cgroup_names names;
};

static inline void cgroup_table_init(struct recent *t)
{
	recent_init(t, sizeof(struct cgroup_entry), CGROUP_TABLE_MAX);
}

#endif /* TCPCLOSE_SYS_CGROUP_TABLE_H */
