// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network namespace by a file that stands for it.
 *
 * Knows nsfs; knows no names and no records.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/signals.h"
#include "sys/netns.h"

#define NETNS_OWN "/proc/self/ns/net"
#define NETNS_OF_THREAD "/proc/thread-self/ns/net"

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

/* What the module gives as the cookie there, see compat_netns_cookie(). */
static int inode_as_cookie(uint64_t *cookie)
{
	*cookie = netns_inode(NETNS_OF_THREAD);
	return *cookie ? 0 : -ENOENT;
}

/**
 * netns_cookie_of() - the cookie of a socket's namespace
 * @fd: a socket that this thread made in the namespace that it is in
 * @cookie: result; no other namespace ever has it until the machine starts again, but
 *          before Linux 5.12, where it is the inode
 *
 * Return: 0, or -errno
 */
int netns_cookie_of(int fd, uint64_t *cookie)
{
	socklen_t size = sizeof(*cookie);

	if (!getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size))
		return 0;
	return errno == ENOPROTOOPT ? inode_as_cookie(cookie) : -errno;
}

/**
 * netns_own_cookie() - the cookie of this thread's namespace
 * @cookie: result, as of netns_cookie_of()
 *
 * Return: 0, or -errno
 */
int netns_own_cookie(uint64_t *cookie)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return -errno;
	ret = netns_cookie_of(fd, cookie);
	close(fd);
	return ret;
}

/**
 * struct visit - a namespace to be entered
 * @fd: its file
 * @cookie: result
 * @error: why it has none, -errno, or 0
 */
struct visit {
	int fd;
	uint64_t *cookie;
	int error;
};

static void *visit(void *arg)
{
	struct visit *v = arg;

	v->error = setns(v->fd, CLONE_NEWNET) ? -errno :
						netns_own_cookie(v->cookie);
	return NULL;
}

/* No other thread changes its namespace: this one ends. */
static int enter(int fd, uint64_t *cookie)
{
	struct visit v = { .fd = fd, .cookie = cookie };
	pthread_t thread;
	int ret = signals_start_thread(&thread, visit, &v);

	if (ret)
		return ret;
	pthread_join(thread, NULL);
	return v.error;
}

/**
 * netns_cookie() - the cookie of the namespace that a file stands for
 * @path: as for netns_inode()
 * @cookie: result
 *
 * Needs the right to enter it, unless it is this process's.
 *
 * Return: 0, -ENOENT if @path stands for none, or another -errno
 */
int netns_cookie(const char *path, uint64_t *cookie)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;
	struct stat own, st;

	if (fd < 0)
		return -errno;
	if (stat(NETNS_OWN, &own) || fstat(fd, &st) || st.st_dev != own.st_dev)
		ret = -ENOENT;
	else if (st.st_ino == own.st_ino)
		ret = netns_own_cookie(cookie);
	else
		ret = enter(fd, cookie);
	close(fd);
	return ret;
}
