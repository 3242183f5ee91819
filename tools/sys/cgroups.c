// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths of cgroups (version 2) by their ids.
 *
 * Knows cgroupfs; knows nothing of what a path means. The kernel never gives an id to
 * another cgroup, so a path that was found stays right when the cgroup is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sys/cgroups.h"
#include "sys/directory.h"

/* Of the handle of a file of cgroupfs: enum fid_type in linux/exportfs.h. */
#define FILEID_KERNFS 0xfe

/* As far as a walk goes down. */
#define DEPTH_MAX 64

static int open_root(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0 || (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC))
		return fd;
	close(fd);
	return -1;
}

/* Return: 0, or -errno */
static int read_link(int fd, char path[PATH_MAX])
{
	char link[32];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX);
	if (len < 0 || len == PATH_MAX)
		return len < 0 ? -errno : -ENAMETOOLONG;
	path[len] = '\0';
	return 0;
}

/**
 * cgroups_open() - find the root of the cgroups
 * @c: result
 * @root: a directory that holds cgroups, for tests; NULL: where the system has them
 */
void cgroups_open(struct cgroups *c, const char *root)
{
	memset(c, 0, sizeof(*c));
	if (root) {
		c->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	} else {
		c->root = open_root("/sys/fs/cgroup");
		/* Beside version 1. */
		if (c->root < 0)
			c->root = open_root("/sys/fs/cgroup/unified");
	}
	if (c->root >= 0 && read_link(c->root, c->prefix)) {
		close(c->root);
		c->root = -1;
	}
}

/**
 * cgroups_close() - close what cgroups_open() opened
 * @c: the cgroups
 */
void cgroups_close(struct cgroups *c)
{
	if (c->root >= 0)
		close(c->root);
}

/* From the root on. One that lies outside of this process's namespace has no path. */
static int cut_prefix(const struct cgroups *c, char path[PATH_MAX])
{
	static const char deleted[] = " (deleted)";
	size_t prefix = strlen(c->prefix), len = strlen(path);

	if (len < prefix || memcmp(path, c->prefix, prefix) ||
	    (path[prefix] && path[prefix] != '/'))
		return -ENOENT;
	len -= prefix;
	memmove(path, path + prefix, len + 1);
	if (len >= sizeof(deleted) &&
	    !strcmp(path + len - (sizeof(deleted) - 1), deleted))
		path[len - (sizeof(deleted) - 1)] = '\0';
	return 0;
}

/* Needs CAP_DAC_READ_SEARCH. Return: 0, or -errno */
static int open_by_id(const struct cgroups *c, uint64_t id, char path[PATH_MAX])
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} file = {
		.handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS },
	};
	int fd, ret;

	memcpy(file.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(c->root, &file.handle, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = read_link(fd, path);
	close(fd);
	return ret ? ret : cut_prefix(c, path);
}

/**
 * struct walk - a search for a cgroup
 * @id: its id, which is its inode
 * @path: where the search is, and its result
 * @len: length of @path
 * @depth: directories below the root
 * @until_ns: given up then, CLOCK_MONOTONIC
 */
struct walk {
	uint64_t id;
	char *path;
	size_t len;
	unsigned int depth;
	uint64_t until_ns;
};

static bool walk_directory(struct walk *w, int parent, const char *name);

static bool walk_entry(struct walk *w, int parent, const struct dirent *entry)
{
	size_t before = w->len, len = strlen(entry->d_name);

	if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
	    !strcmp(entry->d_name, "..") || before + 1 + len >= PATH_MAX)
		return false;
	w->path[before] = '/';
	memcpy(w->path + before + 1, entry->d_name, len + 1);
	w->len = before + 1 + len;
	if (entry->d_ino == w->id || walk_directory(w, parent, entry->d_name))
		return true;
	w->len = before;
	w->path[before] = '\0';
	return false;
}

static bool walk_directory(struct walk *w, int parent, const char *name)
{
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	if (w->depth == DEPTH_MAX || clock_monotonic_ns() > w->until_ns)
		return false;
	dir = directory_open(parent, name);
	if (!dir)
		return false;
	w->depth++;
	while (!found && (entry = readdir(dir)))
		found = walk_entry(w, dirfd(dir), entry);
	w->depth--;
	closedir(dir);
	return found;
}

/* Return: 0, or -errno */
static int walk(struct cgroups *c, uint64_t id, char path[PATH_MAX])
{
	uint64_t begin_ns = clock_monotonic_ns();
	struct walk w = {
		.id = id,
		.path = path,
		.until_ns = begin_ns + ALLOWANCE_BURST_NS,
	};
	bool found;

	if (!allowance_permits(&c->allowance, begin_ns, c->cost_ns))
		return -EAGAIN;
	path[0] = '\0';
	found = walk_directory(&w, c->root, ".");
	c->cost_ns = allowance_spend(&c->allowance, begin_ns, clock_monotonic_ns());
	return found ? 0 : -ENOENT;
}

/**
 * cgroups_path() - the path of a cgroup
 * @c: the cgroups
 * @id: its id
 * @path: result, from the root of the hierarchy on
 *
 * Without the right to open it by its id, it is searched for, which takes a bounded
 * part of the time.
 *
 * Return: 0; -ENOENT if it is gone or cannot be seen; -EAGAIN if there was no time; or
 * another -errno
 */
int cgroups_path(struct cgroups *c, uint64_t id, char path[PATH_MAX])
{
	int ret;

	if (c->root < 0)
		return -ENOENT;
	if (!c->refused) {
		ret = open_by_id(c, id, path);
		if (ret != -EPERM && ret != -EOPNOTSUPP)
			return ret == -ESTALE ? -ENOENT : ret;
		c->refused = true;
	}
	return walk(c, id, path);
}
