/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/tcpclose: opening it, and its ioctls.
 */
#ifndef TCPCLOSE_LIB_DEVNODE_H
#define TCPCLOSE_LIB_DEVNODE_H

#include <tcpclose.h>

#include "base/error.h"

int devnode_open(const char *path, struct error *why);
int devnode_geometry(int fd, struct tcpclose_geometry *geometry);
int devnode_cursor(int fd, unsigned int cpu, struct tcpclose_cursor *cursor);
int devnode_wakeup(int fd, unsigned int delay_us);
int devnode_version(int fd, struct tcpclose_version *version);

#endif /* TCPCLOSE_LIB_DEVNODE_H */
