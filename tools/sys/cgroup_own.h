/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cgroup (version 2) of its own for a command and its children.
 */
#ifndef TCPCLOSE_SYS_CGROUP_OWN_H
#define TCPCLOSE_SYS_CGROUP_OWN_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/recent.h"

/**
 * struct cgroup_own - the cgroup
 * @parent: directory of this process's own cgroup, open; -1: none
 * @dir: directory of the cgroup that was made below it, open; -1: none
 * @id: its id, which is its inode
 * @name: its name
 * @path: where @parent is, for a person
 * @known: ids that were looked for: of cgroups below it, and of others
 */
struct cgroup_own {
	int parent;
	int dir;
	uint64_t id;
	char name[40];
	char path[PATH_MAX];
	struct recent known;
};

int cgroup_own_make(struct cgroup_own *c, struct error *why);
void cgroup_own_look(struct cgroup_own *c);
bool cgroup_own_has(struct cgroup_own *c, uint64_t id);
int cgroup_own_remove(struct cgroup_own *c, unsigned int *left, struct error *why);

#endif /* TCPCLOSE_SYS_CGROUP_OWN_H */
