// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file that others see whole: written under another name, then renamed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic_file.h"

/* Everybody may read it, as far as the umask lets them. */
static int set_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0644 & ~mask) ? -errno : 0;
}

static int fail(struct atomic_file *f, int error, struct error *why)
{
	return error_set(why, error, "%s: cannot be written: %s", f->path, strerror(-error));
}

/**
 * atomic_file_begin() - begin the new content of a file
 * @f: the file; @f->fd is where to write
 * @path: its name, valid until the end; a symbolic link is replaced, not followed
 * @why: why it failed
 *
 * The other name ends in six letters that are different each time, so that no program
 * that looks for files of the suffix of @path finds it.
 *
 * Return: 0, or -errno
 */
int atomic_file_begin(struct atomic_file *f, const char *path, struct error *why)
{
	int ret;

	f->path = path;
	f->fd = -1;
	if (snprintf(f->name, sizeof(f->name), "%s.XXXXXX", path) >= (int)sizeof(f->name))
		return fail(f, -ENAMETOOLONG, why);
	f->fd = mkostemp(f->name, O_CLOEXEC);
	if (f->fd < 0)
		return fail(f, -errno, why);
	ret = set_mode(f->fd);
	if (!ret)
		return 0;
	atomic_file_abandon(f);
	return fail(f, ret, why);
}

/**
 * atomic_file_commit() - put the new content in the place of the old one
 * @f: the file, closed afterwards
 * @why: why it failed; then the old content is still there
 *
 * It is on the disk before it has the file's name: a power failure leaves one or the other.
 *
 * Return: 0, or -errno
 */
int atomic_file_commit(struct atomic_file *f, struct error *why)
{
	int ret = 0;

	if (fsync(f->fd) && errno != EINVAL)
		ret = -errno;
	if (!ret && rename(f->name, f->path))
		ret = -errno;
	if (ret) {
		atomic_file_abandon(f);
		return fail(f, ret, why);
	}
	close(f->fd);
	f->fd = -1;
	return 0;
}

/**
 * atomic_file_abandon() - leave the file as it is
 * @f: the file, closed afterwards
 */
void atomic_file_abandon(struct atomic_file *f)
{
	unlink(f->name);
	close(f->fd);
	f->fd = -1;
}
