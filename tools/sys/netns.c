// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of network namespaces: those of ip-netns(8), cached.
 *
 * Knows /run/netns and a table; knows no records.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sys/netns.h"

#define NETNS_DIR "/run/netns"
#define NETNS_OWN "/proc/self/ns/net"

static struct netns_entry *slot(struct netns_table *t, uint32_t inode)
{
	return &t->slots[inode % NETNS_SLOTS];
}

/**
 * netns_find() - find a namespace in the table
 * @t: the table
 * @cookie: its cookie
 * @inode: its inode
 *
 * Return: the entry, or NULL
 */
struct netns_entry *netns_find(struct netns_table *t, uint64_t cookie,
			       uint32_t inode)
{
	struct netns_entry *e = slot(t, inode);

	return e->inode == inode && e->cookie == cookie ? e : NULL;
}

/**
 * netns_take() - find a namespace in the table, or make room for it
 * @t: the table
 * @cookie: its cookie
 * @inode: its inode
 *
 * Return: the entry; without a name if it is new
 */
struct netns_entry *netns_take(struct netns_table *t, uint64_t cookie,
			       uint32_t inode)
{
	struct netns_entry *e = slot(t, inode);

	if (e->inode != inode || e->cookie != cookie) {
		memset(e, 0, sizeof(*e));
		e->cookie = cookie;
		e->inode = inode;
	}
	return e;
}

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

/**
 * netns_look_up() - look for the name of a namespace on this machine
 * @inode: its inode
 * @name: result, cut if it is longer; empty if it has none
 */
void netns_look_up(uint32_t inode, char name[NETNS_NAME_SIZE])
{
	struct stat own, st;
	struct dirent *entry;
	DIR *dir;

	name[0] = '\0';
	if (stat(NETNS_OWN, &own))
		return;
	dir = opendir(NETNS_DIR);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (fstatat(dirfd(dir), entry->d_name, &st, 0))
			continue;
		if (st.st_dev != own.st_dev || st.st_ino != inode)
			continue;
		snprintf(name, NETNS_NAME_SIZE, "%.*s", NETNS_NAME_SIZE - 1,
			 entry->d_name);
		break;
	}
	closedir(dir);
}
