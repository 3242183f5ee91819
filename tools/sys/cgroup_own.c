// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cgroup (version 2) of its own for a command: the kernel puts each child of a process
 * into the cgroup of that process, whatever becomes of the process, and each socket
 * remembers the cgroup in which it was made.
 *
 * It is made below the cgroup of this process, so that all limits and rules that the
 * command would have without it go on. Knows cgroupfs; knows no sockets.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "sys/cgroup_own.h"
#include "sys/directory.h"

/* Names that are tried. */
#define NAMES 64
/* Processes that are about to end are in it for a moment. */
#define REMOVE_NS NS_PER_S

/* ---- where it is made */

static int open_if_cgroups(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0 || (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC))
		return fd;
	close(fd);
	return -1;
}

/* Attached nowhere: nobody else sees it, and it is gone with the last of its files. */
static int mount_privately(void)
{
	int context = fsopen("cgroup2", FSOPEN_CLOEXEC), fd, ret;

	if (context < 0)
		return -errno;
	fd = fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (!fd)
		fd = fsmount(context, FSMOUNT_CLOEXEC, 0);
	ret = fd < 0 ? -errno : fd;
	close(context);
	return ret;
}

/* Return: the root of the cgroups, open, or -errno */
static int open_root(struct error *why)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	unsigned int i;
	int fd;

	for (i = 0; i < 2; i++) {
		fd = open_if_cgroups(places[i]);
		if (fd >= 0)
			return fd;
	}
	fd = mount_privately();
	if (fd < 0)
		return error_set(why, fd,
				 "no cgroups (version 2) are mounted, and they cannot be: %s: run it as root",
				 strerror(-fd));
	return fd;
}

/* The path of this process's cgroup from the root on. Return: 0, or -errno */
static int read_own_path(char path[PATH_MAX])
{
	char line[PATH_MAX];
	int ret = -ENOENT;
	FILE *f = fopen("/proc/self/cgroup", "re");

	if (!f)
		return -errno;
	while (ret && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "0::/", 4))
			continue;
		snprintf(path, PATH_MAX, "%s", line + 3);
		ret = 0;
	}
	fclose(f);
	return ret;
}

/* Return: 0, or -errno with @why set */
static int open_parent(struct cgroup_own *c, struct error *why)
{
	int root, ret = read_own_path(c->path);

	if (ret)
		return error_set(why, ret, "/proc/self/cgroup has no cgroup of version 2: %s",
				 "boot with cgroups, or mount /proc");
	root = open_root(why);
	if (root < 0)
		return root;
	c->parent = openat(root, c->path[1] ? c->path + 1 : ".",
			   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = c->parent < 0 ? -errno : 0;
	close(root);
	return ret ? error_set(why, ret, "its own cgroup %.200s cannot be opened: %s",
			       c->path, strerror(-ret)) :
		     0;
}

/* ---- making it */

/* A lock shows that who made it lives, whichever PID namespace that is in. */
static void remove_if_stale(int parent, const char *name)
{
	int pid, number, fd;

	if (sscanf(name, "tcpclose-%d-%d", &pid, &number) != 2)
		return;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* One with processes in it is not removed: EBUSY. */
	if (!flock(fd, LOCK_EX | LOCK_NB))
		unlinkat(parent, name, AT_REMOVEDIR);
	close(fd);
}

static void remove_stale(int parent)
{
	DIR *dir = directory_open(parent, ".");
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		remove_if_stale(parent, entry->d_name);
	closedir(dir);
}

/* Return: 0, -EEXIST if the name is taken, or another -errno */
static int try_name(struct cgroup_own *c)
{
	if (mkdirat(c->parent, c->name, 0755))
		return -errno;
	c->dir = openat(c->parent, c->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Another process may have removed it before it was locked. */
	if (c->dir >= 0 && !flock(c->dir, LOCK_SH | LOCK_NB) &&
	    !faccessat(c->dir, "cgroup.procs", F_OK, 0))
		return 0;
	if (c->dir < 0 && errno != ENOENT)
		return -errno;
	if (c->dir >= 0)
		close(c->dir);
	c->dir = -1;
	return -EEXIST;
}

static const char *advice(int error)
{
	if (error == -EROFS)
		return ": run it where cgroups may be made, outside of the container";
	if (error == -EACCES || error == -EPERM)
		return ": run it as root, or in a cgroup that is delegated to you";
	if (error == -EAGAIN)
		return ": cgroup.max.descendants or cgroup.max.depth allow no more";
	return "";
}

/**
 * cgroup_own_make() - make the cgroup
 * @c: result
 * @why: why there is none, and what to do
 *
 * Return: 0, or -errno
 */
int cgroup_own_make(struct cgroup_own *c, struct error *why)
{
	struct stat st = { 0 };
	unsigned int i;
	int ret;

	memset(c, 0, sizeof(*c));
	c->parent = -1;
	c->dir = -1;
	ret = open_parent(c, why);
	if (ret)
		return ret;
	remove_stale(c->parent);
	ret = -EEXIST;
	for (i = 0; ret == -EEXIST && i < NAMES; i++) {
		snprintf(c->name, sizeof(c->name), "tcpclose-%d-%u", (int)getpid(), i);
		ret = try_name(c);
	}
	if (!ret && fstat(c->dir, &st))
		ret = -errno;
	if (c->dir >= 0)
		cgroup_below_start(&c->below, c->dir, st.st_ino);
	return ret ? error_set(why, ret, "no cgroup can be made below %.200s: %s%s",
			       c->path, strerror(-ret), advice(ret)) :
		     0;
}

/* ---- removing it */

/* Return: how many processes went to the cgroup above */
static unsigned int move_up(struct cgroup_own *c, int to)
{
	int fd = openat(c->dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *from = fd < 0 ? NULL : fdopen(fd, "r");
	unsigned int count = 0;
	char line[32];

	if (!from) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (fgets(line, sizeof(line), from))
		count += write(to, line, strlen(line)) > 0;
	fclose(from);
	return count;
}

static int remove_directory(struct cgroup_own *c, int to, unsigned int *left)
{
	const struct timespec nap = { .tv_nsec = NS_PER_MS };
	uint64_t until_ns = clock_monotonic_ns() + REMOVE_NS;

	while (unlinkat(c->parent, c->name, AT_REMOVEDIR) && errno != ENOENT) {
		if (errno != EBUSY)
			return -errno;
		if (clock_monotonic_ns() > until_ns)
			return -EBUSY;
		/* They may fork meanwhile. */
		if (to >= 0)
			*left += move_up(c, to);
		nanosleep(&nap, NULL);
	}
	return 0;
}

/**
 * cgroup_own_remove() - remove the cgroup, and free what is known of those below it
 * @c: the cgroup
 * @left: how many processes were still in it, and are in the cgroup above now, where
 *	they would be without this one
 * @why: why it could not be removed
 *
 * Cgroups that the command has made below it are not touched: with them it stays.
 *
 * Return: 0, or -errno
 */
int cgroup_own_remove(struct cgroup_own *c, unsigned int *left, struct error *why)
{
	int ret = 0, to;

	*left = 0;
	if (c->dir >= 0) {
		to = openat(c->parent, "cgroup.procs", O_WRONLY | O_CLOEXEC);
		cgroup_below_stop(&c->below);
		ret = remove_directory(c, to, left);
		if (to >= 0)
			close(to);
		close(c->dir);
	}
	if (c->parent >= 0)
		close(c->parent);
	return ret ? error_set(why, ret, "the cgroup %.200s/%s is left behind: %s",
			       c->path[1] ? c->path : "", c->name, strerror(-ret)) :
		     0;
}
