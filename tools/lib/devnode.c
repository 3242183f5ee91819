// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/tcpclose: opening it, and its ioctls.
 *
 * Knows why it cannot be opened and what to do about it; knows no records.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/devnode.h"

static int open_error(const char *path, int error, struct error *why)
{
	static const char not_loaded[] =
		"no %s: module not loaded: run `modprobe tcpclose` (or `insmod tcpclose.ko`)";
	static const char no_permission[] =
		"%s: permission denied: needs CAP_NET_ADMIN: run it as root, or with sudo";
	static const char busy[] =
		"%s: busy: run `fuser -v %s` to see which process has it open";

	switch (error) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return error_set(why, -error, not_loaded, path);
	case EACCES:
	case EPERM:
		return error_set(why, -error, no_permission, path);
	case EBUSY:
		return error_set(why, -error, busy, path, path);
	default:
		return error_set(why, -error, "%s: cannot be opened: %s", path,
				 strerror(error));
	}
}

static int check_version(int fd, const char *path, struct error *why)
{
	static const char no_device[] =
		"%s: not a tcpclose device: to read a recording, use --input";
	static const char older[] =
		"%s: module %s has ABI %u, this tool has ABI %u: load this tool's module";
	static const char newer[] =
		"%s: module %s has ABI %u, this tool has ABI %u: use that module's tool";
	struct tcpclose_version v;
	int ret = devnode_version(fd, &v);

	if (ret)
		return error_set(why, ret, no_device, path);
	if (v.abi_major < TCPCLOSE_ABI_MAJOR)
		return error_set(why, -EPROTO, older, path, v.module,
				 v.abi_major, TCPCLOSE_ABI_MAJOR);
	if (v.abi_major > TCPCLOSE_ABI_MAJOR)
		return error_set(why, -EPROTO, newer, path, v.module,
				 v.abi_major, TCPCLOSE_ABI_MAJOR);
	return 0;
}

/**
 * devnode_open() - open the device for non-blocking reads and check its ABI
 * @path: its name
 * @why: why it failed
 *
 * From then on clock_monotonic_ns() is the clock of the records.
 *
 * Return: a file descriptor, or -errno
 */
int devnode_open(const char *path, struct error *why)
{
	int fd, ret;

	ret = clock_begin(why);
	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return open_error(path, errno, why);
	ret = check_version(fd, path, why);
	if (ret) {
		close(fd);
		return ret;
	}
	return fd;
}

/**
 * devnode_version() - ask for the module's version
 * @fd: the device
 * @version: result
 *
 * Return: 0, or -errno
 */
int devnode_version(int fd, struct tcpclose_version *version)
{
	if (ioctl(fd, TCPCLOSE_IOC_VERSION, version))
		return -errno;
	version->module[sizeof(version->module) - 1] = '\0';
	return 0;
}

/**
 * devnode_geometry() - ask how many rings there are and what this file sees
 * @fd: the device
 * @geometry: result
 *
 * Return: 0, or -errno
 */
int devnode_geometry(int fd, struct tcpclose_geometry *geometry)
{
	return ioctl(fd, TCPCLOSE_IOC_GEOMETRY, geometry) ? -errno : 0;
}

/**
 * devnode_cursor() - ask where this file stands in one ring
 * @fd: the device
 * @cpu: which ring
 * @cursor: result
 *
 * Return: 0, or -errno
 */
int devnode_cursor(int fd, unsigned int cpu, struct tcpclose_cursor *cursor)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->cpu = cpu;
	return ioctl(fd, TCPCLOSE_IOC_CURSOR, cursor) ? -errno : 0;
}

/**
 * devnode_wakeup() - have this file woken in batches
 * @fd: the device
 * @delay_us: at the latest that long after the first new record, microseconds
 *
 * Return: 0, or -errno
 */
int devnode_wakeup(int fd, unsigned int delay_us)
{
	struct tcpclose_wakeup wakeup = { .delay_us = delay_us };

	return ioctl(fd, TCPCLOSE_IOC_WAKEUP, &wakeup) ? -errno : 0;
}
