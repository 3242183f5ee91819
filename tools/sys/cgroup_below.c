// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which cgroups (version 2) there are, and were, below one.
 *
 * One that is gone is never found again, and it may be gone soon: a thread waits for new
 * ones, and looks at them at once.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/cgroup_below.h"
#include "sys/directory.h"

/* Ids that are remembered. */
#define KNOWN_MAX 65536
/* As far as a look goes down. */
#define DEPTH_MAX 64

/**
 * struct cgroup_below_entry - a cgroup that was looked for
 * @recent: by its id, and 0
 * @inside: it is below the one
 */
struct cgroup_below_entry {
	struct recent_entry recent;
	bool inside;
};

/* From now on what is made in the directory is reported. */
static void watch(int made, int dir)
{
	char path[32];

	if (made < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	/* Without room for another watch, the looks at intervals have to do. */
	inotify_add_watch(made, path, IN_CREATE | IN_ONLYDIR);
}

static void look_below(struct cgroup_below *b, int parent, unsigned int depth);

static void look_at(struct cgroup_below *b, int parent, const struct dirent *entry,
		    unsigned int depth)
{
	struct cgroup_below_entry *known;
	bool is_new;
	int fd;

	if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
	    !strcmp(entry->d_name, ".."))
		return;
	known = recent_take(&b->known, entry->d_ino, 0);
	is_new = known && !known->inside;
	if (known)
		known->inside = true;
	fd = openat(parent, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	/* Before a look at what was made in it already */
	if (is_new)
		watch(b->lookout.fd, fd);
	look_below(b, fd, depth + 1);
	close(fd);
}

/* The directory has a link for each one below it. */
static void look_below(struct cgroup_below *b, int parent, unsigned int depth)
{
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (depth > DEPTH_MAX || fstat(parent, &st) || st.st_nlink <= 2)
		return;
	dir = directory_open(parent, ".");
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		look_at(b, dirfd(dir), entry, depth);
	closedir(dir);
}

/**
 * cgroup_below_look() - notice which cgroups there are
 * @b: the cgroups
 *
 * For one that the thread has not noticed yet, or if there is no thread. One that is gone
 * is never found again, but its id stays known.
 */
void cgroup_below_look(struct cgroup_below *b)
{
	pthread_mutex_lock(&b->lock);
	look_below(b, b->dir, 0);
	pthread_mutex_unlock(&b->lock);
}

/**
 * cgroup_below_has() - whether a cgroup is the one, or below that
 * @b: the cgroups
 * @id: id of the other one
 */
bool cgroup_below_has(struct cgroup_below *b, uint64_t id)
{
	struct cgroup_below_entry *known;
	bool inside;

	if (id == b->id)
		return true;
	pthread_mutex_lock(&b->lock);
	known = recent_find(&b->known, id, 0);
	if (!known) {
		/* As it has been recorded, it was there before. */
		look_below(b, b->dir, 0);
		known = recent_take(&b->known, id, 0);
	}
	inside = known && known->inside;
	pthread_mutex_unlock(&b->lock);
	return inside;
}

static void look(void *below)
{
	cgroup_below_look(below);
}

/**
 * cgroup_below_start() - begin to watch
 * @b: result
 * @dir: directory of a cgroup that nobody uses yet, open until cgroup_below_stop()
 * @id: its id
 *
 * Without memory for a thread, cgroup_below_look() alone notices new ones.
 */
void cgroup_below_start(struct cgroup_below *b, int dir, uint64_t id)
{
	int made = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	memset(b, 0, sizeof(*b));
	pthread_mutex_init(&b->lock, NULL);
	recent_init(&b->known, sizeof(struct cgroup_below_entry), KNOWN_MAX);
	b->dir = dir;
	b->id = id;
	watch(made, dir);
	lookout_start(&b->lookout, made, look, b);
}

/**
 * cgroup_below_stop() - stop watching, free everything
 * @b: the cgroups
 */
void cgroup_below_stop(struct cgroup_below *b)
{
	lookout_stop(&b->lookout);
	recent_free(&b->known);
	pthread_mutex_destroy(&b->lock);
}
