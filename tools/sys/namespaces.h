/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network namespaces of this machine that can be reached: the own one, those
 * with a name, and those of processes.
 */
#ifndef TCPCLOSE_SYS_NAMESPACES_H
#define TCPCLOSE_SYS_NAMESPACES_H

#include <stdint.h>

#include "base/error.h"

/**
 * struct namespace - one of them
 * @inode: its inode
 * @error: why it cannot be entered, -errno, or 0
 * @path: a file that stands for it
 */
struct namespace {
	uint32_t inode;
	int error;
	char path[320];
};

int namespaces_visit(void (*visit)(void *ctx, const struct namespace *ns),
		     void *ctx, struct error *why);

#endif /* TCPCLOSE_SYS_NAMESPACES_H */
