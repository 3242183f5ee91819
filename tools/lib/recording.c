// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings: makes and opens the files, makes and checks their header.
 *
 * Knows the file format only; what the records mean is the source's business.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/recording.h"

static_assert(sizeof(struct recording_header) == 128, "header size");
static_assert(sizeof(struct recording_marker) == TCPCLOSE_RECORD_SIZE,
	      "marker size");
static_assert(sizeof(struct recording_owner) == TCPCLOSE_RECORD_SIZE, "owner size");
static_assert(offsetof(struct recording_owner, kind) ==
		      offsetof(struct recording_marker, kind),
	      "kind has the same place in every marker");
static_assert(offsetof(struct recording_marker, kind) ==
		      offsetof(struct tcpclose_record, kind),
	      "kind has the same place in every record");

/**
 * recording_header_init() - make a header for this machine and moment
 * @h: result; @h->own_netns, its cookie, @h->visible and @h->cpus are left 0
 */
void recording_header_init(struct recording_header *h)
{
	struct utsname uts;

	memset(h, 0, sizeof(*h));
	memcpy(h->magic, RECORDING_MAGIC, sizeof(h->magic));
	h->version = RECORDING_VERSION;
	h->header_size = sizeof(*h);
	h->abi_major = TCPCLOSE_ABI_MAJOR;
	h->abi_minor = TCPCLOSE_ABI_MINOR;
	h->record_size = TCPCLOSE_RECORD_SIZE;
	h->byte_order = RECORDING_BYTE_ORDER;
	h->realtime_offset_ns = clock_realtime_offset_ns();
	h->start_ns = clock_monotonic_ns();
	if (!uname(&uts))
		snprintf(h->release, sizeof(h->release), "%.*s",
			 (int)sizeof(h->release) - 1, uts.release);
}

/**
 * recording_header_check() - check that this tool can read a recording
 * @h: its header, in this machine's byte order
 * @len: how many bytes of it there are
 * @why: why not
 *
 * Return: 0, -ENODATA if it is incomplete, or -EPROTO if it is no header or of a
 * kind that this tool can't read
 */
int recording_header_check(const struct recording_header *h, size_t len,
			   struct error *why)
{
	static const char other_abi[] =
		"holds records of ABI %u, this tool reads ABI %u: use the tcpclose that made it";
	static const char other_size[] =
		"header of %u, records of %u bytes, not %zu and %u: use the tcpclose that made it";
	size_t magic = len < sizeof(h->magic) ? len : sizeof(h->magic);

	if (!len)
		return error_set(why, -ENODATA, "is empty: record again");
	if (memcmp(h->magic, RECORDING_MAGIC, magic))
		return error_set(why, -EPROTO, "not a recording: %s",
				 "make one with `tcpclose record FILE`");
	if (len < sizeof(*h))
		return error_set(why, -ENODATA,
				 "ends after %zu of %zu header bytes: %s",
				 len, sizeof(*h), "record again");
	if (h->byte_order != RECORDING_BYTE_ORDER)
		return error_set(why, -EPROTO, "has a damaged header: %s",
				 "record again");
	if (h->version > RECORDING_VERSION)
		return error_set(why, -EPROTO,
				 "has format %u, this tool reads up to %u: %s",
				 h->version, RECORDING_VERSION,
				 "use a newer tcpclose");
	if (h->abi_major != TCPCLOSE_ABI_MAJOR)
		return error_set(why, -EPROTO, other_abi, h->abi_major,
				 TCPCLOSE_ABI_MAJOR);
	if (h->version < 1 || h->header_size != sizeof(*h) ||
	    h->record_size != TCPCLOSE_RECORD_SIZE)
		return error_set(why, -EPROTO, other_size, h->header_size,
				 h->record_size, sizeof(*h),
				 TCPCLOSE_RECORD_SIZE);
	return 0;
}

/* A recording holds what only root may see: it is always a new file. */
static int create_new(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

/* A device is used as it is, a FIFO only if no other user reads from it. */
static bool is_wanted(const struct stat *st, bool force)
{
	if (S_ISREG(st->st_mode))
		return false;
	return force || !S_ISFIFO(st->st_mode) ||
	       (st->st_uid == geteuid() && !(st->st_mode & 077));
}

/* Open a pipe or device, which loses no data by that. Return: it, or -errno */
static int open_special(const char *path, bool force, struct stat *st)
{
	int fd;

	/* To open a FIFO may take long: not if it is not wanted. */
	if (stat(path, st))
		return -errno;
	if (!is_wanted(st, force))
		return -EEXIST;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, st) && is_wanted(st, force))
		return fd;
	close(fd);
	return -EEXIST;
}

/* The target of a symbolic link is not replaced: it may be anything. */
static int replace(const char *path, struct error *why)
{
	struct stat st;
	int ret;

	if (!lstat(path, &st) && S_ISLNK(st.st_mode))
		return error_set(why, -EEXIST, "%s: %s", path,
				 "a symbolic link to a file: name the file itself");
	ret = unlink(path) ? -errno : create_new(path);
	return ret < 0 ? error_set(why, ret, "%s: cannot be replaced: %s",
				   path, strerror(-ret)) :
			 ret;
}

/**
 * recording_create() - create a file for a recording
 * @path: its name, "-" for standard output
 * @force: replace a file that exists, write to a FIFO whoever may read it
 * @why: why it failed
 *
 * A file of that name is removed, not written to: its owner and mode might show
 * the recording to others than root.
 *
 * Return: a file descriptor, or -errno
 */
int recording_create(const char *path, int force, struct error *why)
{
	struct stat st = { 0 };
	int fd;

	if (!strcmp(path, "-")) {
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		return fd < 0 ? error_set(why, -errno, "standard output: %s",
					  strerror(errno)) :
				fd;
	}
	fd = create_new(path);
	if (fd == -EEXIST)
		fd = open_special(path, force, &st);
	if (fd >= 0)
		return fd;
	if (fd == -EEXIST && S_ISFIFO(st.st_mode))
		return error_set(why, -EEXIST, "%s: a FIFO that others may read: %s",
				 path, "give it mode 600, or add --force");
	if (fd == -EEXIST && force)
		return replace(path, why);
	if (fd == -EEXIST)
		return error_set(why, -EEXIST, "%s: exists already: %s", path,
				 "choose another name, or add --force");
	return error_set(why, fd, "%s: cannot be written: %s", path,
			 strerror(-fd));
}

/**
 * recording_open() - open a recording for reading
 * @path: its name, "-" for standard input
 * @why: why it failed
 *
 * Return: a file descriptor, or -errno
 */
int recording_open(const char *path, struct error *why)
{
	struct stat st;
	int fd;

	if (!strcmp(path, "-"))
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_set(why, -errno, "%s: cannot be read: %s", path,
				 strerror(errno));
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		close(fd);
		return error_set(why, -EISDIR,
				 "%s: is a directory, not a recording", path);
	}
	return fd;
}
