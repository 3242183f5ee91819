/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network namespace by a file that stands for it.
 */
#ifndef TCPCLOSE_SYS_NETNS_H
#define TCPCLOSE_SYS_NETNS_H

#include <stdint.h>

uint32_t netns_inode(const char *path);
uint32_t netns_own_inode(void);
int netns_cookie(const char *path, uint64_t *cookie);
int netns_own_cookie(uint64_t *cookie);
int netns_cookie_of(int fd, uint64_t *cookie);

#endif /* TCPCLOSE_SYS_NETNS_H */
