/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A directory by its name in another one.
 */
#ifndef TCPCLOSE_SYS_DIRECTORY_H
#define TCPCLOSE_SYS_DIRECTORY_H

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

/**
 * directory_open() - open a directory for reading
 * @parent: descriptor of the one that it is in
 * @name: its name there; no symbolic link
 *
 * Return: the directory, to be closed with closedir(); or NULL
 */
static inline DIR *directory_open(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

#endif /* TCPCLOSE_SYS_DIRECTORY_H */
