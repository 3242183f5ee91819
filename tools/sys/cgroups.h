/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths of cgroups (version 2) by their ids.
 */
#ifndef TCPCLOSE_SYS_CGROUPS_H
#define TCPCLOSE_SYS_CGROUPS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/allowance.h"

/**
 * struct cgroups - the cgroups that this process can see
 * @root: their root, open; -1: there is none
 * @prefix: path of @root
 * @allowance: time for walks
 * @cost_ns: of the latest walk
 * @refused: the kernel opens none by its id for this process
 */
struct cgroups {
	int root;
	char prefix[PATH_MAX];
	struct allowance allowance;
	uint64_t cost_ns;
	bool refused;
};

void cgroups_open(struct cgroups *c, const char *root);
int cgroups_path(struct cgroups *c, uint64_t id, char path[PATH_MAX]);
void cgroups_close(struct cgroups *c);

#endif /* TCPCLOSE_SYS_CGROUPS_H */
