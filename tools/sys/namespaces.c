// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network namespaces of this machine that can be found.
 *
 * No namespace is kept alive: each is entered for the visit only, by a thread
 * that ends afterwards.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hashtable.h"
#include "sys/namespaces.h"
#include "sys/netns.h"
#include "sys/netns_names.h"

#define OWN "/proc/thread-self/ns/net"

/**
 * struct found - a namespace that was found
 * @node: in the table, by inode
 * @next: found after it
 * @ns: passed to the visitor
 */
struct found {
	struct hashtable_node node;
	struct found *next;
	struct namespace ns;
};

/**
 * struct walk - a walk through all namespaces
 * @by_inode: those found
 * @first: that of this process
 * @link: where the next one is appended
 */
struct walk {
	struct hashtable by_inode;
	struct found *first;
	struct found **link;
};

static int find(struct walk *w, const char *path)
{
	uint32_t inode = netns_inode(path);
	struct found *f;
	int ret;

	if (!inode || hashtable_find(&w->by_inode, inode))
		return 0;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->ns.inode = inode;
	snprintf(f->ns.path, sizeof(f->ns.path), "%s", path);
	ret = hashtable_add(&w->by_inode, &f->node, inode);
	if (ret) {
		free(f);
		return ret;
	}
	*w->link = f;
	w->link = &f->next;
	return 0;
}

static int find_named(struct walk *w)
{
	DIR *dir = opendir(NETNS_NAMES_DIR);
	struct dirent *entry;
	char path[320];
	int ret = 0;

	if (!dir)
		return 0;
	while (!ret && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), NETNS_NAMES_DIR "/%s", entry->d_name);
		ret = find(w, path);
	}
	closedir(dir);
	return ret;
}

static int find_threads(struct walk *w, const char *pid)
{
	char path[320];
	struct dirent *entry;
	DIR *dir;
	int ret = 0;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	dir = opendir(path);
	if (!dir)
		return 0;
	while (!ret && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%.16s/task/%.16s/ns/net",
			 pid, entry->d_name);
		ret = find(w, path);
	}
	closedir(dir);
	return ret;
}

static int find_processes(struct walk *w)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int ret = 0;

	if (!dir)
		return -errno;
	while (!ret && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			ret = find_threads(w, entry->d_name);
	closedir(dir);
	return ret;
}

static int enter(const struct namespace *ns)
{
	struct stat st;
	int fd, ret = 0;

	/* That of this process needs no permission. */
	if (netns_inode(OWN) == ns->inode)
		return 0;
	fd = open(ns->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* The process may have entered another one meanwhile. */
	if (fstat(fd, &st) || st.st_ino != ns->inode)
		ret = -ENOENT;
	else if (setns(fd, CLONE_NEWNET))
		ret = -errno;
	close(fd);
	return ret;
}

/**
 * namespaces_visit() - enter each namespace
 * @visit: called in the namespace, first in that of this process; called outside,
 *	with the error set, if it cannot be entered; not called for one that is
 *	gone meanwhile
 * @ctx: its first argument
 * @why: why there are none
 *
 * Leaves the calling thread in the last namespace: it should end.
 *
 * Return: 0, or -errno
 */
int namespaces_visit(void (*visit)(void *ctx, const struct namespace *ns),
		     void *ctx, struct error *why)
{
	struct walk w = { .link = &w.first };
	struct found *f, *next;
	int ret = find(&w, OWN);

	if (!ret)
		ret = find_named(&w);
	if (!ret)
		ret = find_processes(&w);
	if (!ret && !w.first)
		ret = -ENOENT;
	if (ret)
		error_set(why, ret, "network namespaces cannot be listed: %s",
			  strerror(-ret));
	for (f = ret ? NULL : w.first; f; f = f->next) {
		f->ns.error = enter(&f->ns);
		if (f->ns.error != -ENOENT)
			visit(ctx, &f->ns);
	}
	for (f = w.first; f; f = next) {
		next = f->next;
		free(f);
	}
	hashtable_free(&w.by_inode, NULL);
	return ret;
}
