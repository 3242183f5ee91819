/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cgroups (version 2) there are, and were, below one.
 */
#ifndef TCPCLOSE_SYS_CGROUP_BELOW_H
#define TCPCLOSE_SYS_CGROUP_BELOW_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/recent.h"
#include "sys/lookout.h"

/**
 * struct cgroup_below - a cgroup and those below it
 * @dir: its directory, open; -1: none
 * @id: its id, which is its inode
 * @known: ids that were looked for: of cgroups below it, and of others
 * @lock: of @known
 * @lookout: waits until one is made below it (inotify)
 */
struct cgroup_below {
	int dir;
	uint64_t id;
	struct recent known;
	pthread_mutex_t lock;
	struct lookout lookout;
};

void cgroup_below_start(struct cgroup_below *b, int dir, uint64_t id);
void cgroup_below_look(struct cgroup_below *b);
bool cgroup_below_has(struct cgroup_below *b, uint64_t id);
void cgroup_below_stop(struct cgroup_below *b);

#endif /* TCPCLOSE_SYS_CGROUP_BELOW_H */
