/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cgroup (version 2) of its own for a command and its children.
 */
#ifndef TCPCLOSE_SYS_CGROUP_OWN_H
#define TCPCLOSE_SYS_CGROUP_OWN_H

#include <limits.h>

#include "base/error.h"
#include "sys/cgroup_below.h"

/**
 * struct cgroup_own - the cgroup
 * @parent: directory of this process's own cgroup, open; -1: none
 * @dir: directory of the cgroup that was made below it, open; -1: none
 * @name: its name
 * @path: where @parent is, for a person
 * @below: it, and those below it
 */
struct cgroup_own {
	int parent;
	int dir;
	char name[40];
	char path[PATH_MAX];
	struct cgroup_below below;
};

int cgroup_own_make(struct cgroup_own *c, struct error *why);
int cgroup_own_remove(struct cgroup_own *c, unsigned int *left, struct error *why);

#endif /* TCPCLOSE_SYS_CGROUP_OWN_H */
