// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network namespaces by descriptor: create, enter, read counters.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/namespace.h"
#include "lib/procfile.h"

static int current_namespace(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int namespace_loopback_up(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCSIFFLAGS, &lo))
		ret = -errno;
	close(fd);
	return ret;
}

int namespace_new(void)
{
	int before = current_namespace(), fd, ret;

	if (before < 0)
		return before;
	if (unshare(CLONE_NEWNET)) {
		ret = -errno;
		close(before);
		return ret;
	}
	fd = current_namespace();
	ret = namespace_loopback_up();
	if (ret && fd >= 0) {
		close(fd);
		fd = ret;
	}
	ret = namespace_leave(before);
	return ret ? ret : fd;
}

int namespace_enter(int namespace)
{
	int before = current_namespace(), ret;

	if (before >= 0 && setns(namespace, CLONE_NEWNET)) {
		ret = -errno;
		close(before);
		return ret;
	}
	return before;
}

int namespace_enter_init(void)
{
	int init = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC), before;

	if (init < 0)
		return -errno;
	before = namespace_enter(init);
	close(init);
	return before;
}

int namespace_leave(int before)
{
	int ret = setns(before, CLONE_NEWNET) ? -errno : 0;

	close(before);
	return ret;
}

unsigned int namespace_inode(void)
{
	struct stat status;

	return stat("/proc/thread-self/ns/net", &status) ? 0 : status.st_ino;
}

int namespace_write(int namespace, const char *path, const char *text)
{
	int before = namespace_enter(namespace), ret;

	if (before < 0)
		return before;
	ret = procfile_write(path, text);
	namespace_leave(before);
	return ret;
}

int namespace_counters(const int *namespaces, int count,
		       struct namespace_counters *sum)
{
	int i, before;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < count; i++) {
		before = namespace_enter(namespaces[i]);
		if (before < 0)
			return before;
		sum->tw += procfile_tcpext("TW") + procfile_tcpext("TWKilled");
		sum->overflow += procfile_tcpext("TCPTimeWaitOverflow");
		sum->recycled += procfile_tcpext("TWRecycled");
		sum->alive += procfile_sockstat("tw");
		namespace_leave(before);
	}
	return 0;
}
