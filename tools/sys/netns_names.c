// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of this machine's network namespaces: those of ip-netns(8), listed all at
 * once.
 *
 * Knows a directory; knows no records.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "sys/netns.h"
#include "sys/netns_names.h"

/* Listing takes at most one part in so many of the time. */
#define SHARE 10

/**
 * struct name - one name
 * @node: by inode; the first member
 * @cookie: of its namespace; 0: unknown
 * @asked: @cookie was asked for
 * @text: the name
 */
struct name {
	struct hashtable_node node;
	uint64_t cookie;
	bool asked;
	char text[NETNS_NAME_SIZE];
};

static void free_name(struct hashtable_node *node)
{
	free(node);
}

/* Without memory for it, a namespace has no name. */
static void add(struct netns_names *n, uint32_t inode, const char *text)
{
	struct name *name;

	/* Of several names of one namespace the first one is used. */
	if (hashtable_find(&n->by_inode, inode))
		return;
	name = calloc(1, sizeof(*name));
	if (!name)
		return;
	snprintf(name->text, sizeof(name->text), "%.*s",
		 (int)sizeof(name->text) - 1, text);
	if (hashtable_add(&n->by_inode, &name->node, inode))
		free(name);
}

static void list(struct netns_names *n)
{
	struct stat own, st;
	struct dirent *entry;
	DIR *dir;

	netns_names_free(n);
	if (stat("/proc/self/ns/net", &own))
		return;
	dir = opendir(NETNS_NAMES_DIR);
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		/* Without its namespace a name is a plain file of another filesystem. */
		if (!fstatat(dirfd(dir), entry->d_name, &st, 0) &&
		    st.st_dev == own.st_dev)
			add(n, (uint32_t)st.st_ino, entry->d_name);
	closedir(dir);
}

/**
 * netns_names_refresh() - list the names, unless that was done a moment ago
 * @n: the names; all zero at first
 * @before_ns: names that were listed after this moment are not listed again,
 *	CLOCK_MONOTONIC
 */
void netns_names_refresh(struct netns_names *n, uint64_t before_ns)
{
	uint64_t begin_ns;

	if (n->listed_ns > before_ns)
		return;
	begin_ns = clock_monotonic_ns();
	if (begin_ns < n->due_ns)
		return;
	list(n);
	n->listed_ns = clock_monotonic_ns();
	n->due_ns = n->listed_ns + SHARE * (n->listed_ns - begin_ns);
	n->listings++;
}

/* Only a few of the names may be asked for: to enter all would take long. */
static void ask(struct name *name)
{
	char path[sizeof(NETNS_NAMES_DIR "/") + NETNS_NAME_SIZE];

	name->asked = true;
	snprintf(path, sizeof(path), NETNS_NAMES_DIR "/%s", name->text);
	if (netns_cookie(path, &name->cookie))
		name->cookie = 0;
}

/**
 * netns_names_find() - the name of a namespace
 * @n: the names
 * @cookie: its cookie
 * @inode: its inode, which may be another namespace's by now
 *
 * A namespace that must not be entered has no name.
 *
 * Return: the name, valid until the names are listed again; NULL: it has none
 */
const char *netns_names_find(struct netns_names *n, uint64_t cookie,
			     uint32_t inode)
{
	struct name *name = (struct name *)hashtable_find(&n->by_inode, inode);

	if (!name)
		return NULL;
	if (!name->asked)
		ask(name);
	return cookie && name->cookie == cookie ? name->text : NULL;
}

/**
 * netns_names_free() - forget all names
 * @n: the names
 */
void netns_names_free(struct netns_names *n)
{
	hashtable_free(&n->by_inode, free_name);
}
