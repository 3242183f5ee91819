// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network namespace by a file that stands for it.
 *
 * Knows nsfs; knows no names and no records.
 */
#include <sys/stat.h>

#include "sys/netns.h"

#define NETNS_OWN "/proc/self/ns/net"

/**
 * netns_inode() - the inode of the namespace that a file stands for
 * @path: /run/netns/NAME, /proc/PID/ns/net or the like
 *
 * Return: the inode, or 0
 */
uint32_t netns_inode(const char *path)
{
	struct stat own, st;

	/* Without its namespace a name is a plain file of another filesystem. */
	if (stat(NETNS_OWN, &own) || stat(path, &st) || st.st_dev != own.st_dev)
		return 0;
	return (uint32_t)st.st_ino;
}

/**
 * netns_own_inode() - the inode of this process's namespace
 *
 * Return: the inode, or 0
 */
uint32_t netns_own_inode(void)
{
	return netns_inode(NETNS_OWN);
}
