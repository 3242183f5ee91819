/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/tcpclose: opening it, and its ioctls.
 */
#ifndef TCPCLOSE_DEVICE_H
#define TCPCLOSE_DEVICE_H

#include <tcpclose.h>

#include "reason.h"

int device_open(const char *path, struct reason *why);
int device_geometry(int fd, struct tcpclose_geometry *geometry);
int device_cursor(int fd, unsigned int cpu, struct tcpclose_cursor *cursor);
int device_version(int fd, struct tcpclose_version *version);

#endif /* TCPCLOSE_DEVICE_H */
