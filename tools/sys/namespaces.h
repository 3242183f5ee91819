/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network namespaces of this machine that can be found: that of this process,
 * those with a name, and those of other processes.
 */
#ifndef TCPCLOSE_SYS_NAMESPACES_H
#define TCPCLOSE_SYS_NAMESPACES_H

#include <stdint.h>

#include "base/error.h"

/**
 * struct namespace - a network namespace
 * @inode: its inode
 * @error: why it cannot be entered, -errno, or 0
 * @path: a file by which it can be entered
 */
struct namespace {
	uint32_t inode;
	int error;
	char path[320];
};

int namespaces_visit(void (*visit)(void *ctx, const struct namespace *ns),
		     void *ctx, struct error *why);

#endif /* TCPCLOSE_SYS_NAMESPACES_H */
