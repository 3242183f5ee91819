/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A directory by its name in another one.
 */
#ifndef TCPCLOSE_SYS_DIRECTORY_H
#define TCPCLOSE_SYS_DIRECTORY_H

#include <dirent.h>

DIR *directory_open(int parent, const char *name);

#endif /* TCPCLOSE_SYS_DIRECTORY_H */
