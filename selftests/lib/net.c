// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network a test runs in: its own namespace, sysctls, sockets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/namespace.h"
#include "lib/net.h"
#include "lib/procfile.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

int net_enter(void)
{
	if (unshare(CLONE_NEWNET))
		return -errno;
	return namespace_loopback_up();
}

int net_in_init(int (*call)(const char *name, const char *value),
		const char *name, const char *value)
{
	int here = namespace_enter_init(), err, ret;

	if (here < 0)
		return here;
	err = call(name, value);
	ret = namespace_leave(here);
	return ret ? ret : err;
}

int net_sysctl(const char *name, const char *value)
{
	char path[256], *at;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	for (at = path + strlen("/proc/sys/net/"); *at; at++)
		if (*at == '.')
			*at = '/';
	return procfile_write(path, value);
}

int net_run(const char *format, ...)
{
	char command[1024];
	va_list args;
	int status;
	size_t len;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	len = strlen(command);
	snprintf(command + len, sizeof(command) - len, " >/dev/null 2>&1");
	status = system(command);
	if (status < 0)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

union net_addr net_address(int family, const char *text, uint16_t port)
{
	union net_addr addr = { .sa.sa_family = family };

	if (family == AF_INET) {
		addr.in.sin_port = htons(port);
		inet_pton(family, text, &addr.in.sin_addr);
	} else {
		addr.in6.sin6_port = htons(port);
		inet_pton(family, text, &addr.in6.sin6_addr);
	}
	return addr;
}

union net_addr net_loopback(int family, uint16_t port)
{
	return net_address(family, family == AF_INET ? "127.0.0.1" : "::1", port);
}

socklen_t net_addr_len(const union net_addr *addr)
{
	return addr->sa.sa_family == AF_INET ? sizeof(addr->in) : sizeof(addr->in6);
}

uint16_t net_addr_port(const union net_addr *addr)
{
	/* Both families have the port at the same offset */
	return ntohs(addr->in.sin_port);
}

static int bound_socket(const union net_addr *addr)
{
	int fd, err, one = 1;

	fd = socket(addr->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, &addr->sa, net_addr_len(addr))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int net_listen(const union net_addr *addr, int backlog)
{
	int fd, err;

	fd = bound_socket(addr);
	if (fd < 0)
		return fd;
	if (listen(fd, backlog)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int net_connect(const union net_addr *from, const union net_addr *addr)
{
	int fd, err;

	if (from)
		fd = bound_socket(from);
	else
		fd = socket(addr->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return from ? fd : -errno;
	if (connect(fd, &addr->sa, net_addr_len(addr))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int net_pair(int family, int pair[2])
{
	union net_addr addr = net_loopback(family, 0);
	socklen_t len = sizeof(addr);
	int listener, err = 0;

	listener = net_listen(&addr, 1);
	if (listener < 0)
		return listener;
	getsockname(listener, &addr.sa, &len);
	pair[0] = net_connect(NULL, &addr);
	if (pair[0] < 0) {
		err = pair[0];
		goto close_listener;
	}
	pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (pair[1] < 0) {
		err = -errno;
		close(pair[0]);
	}
close_listener:
	close(listener);
	return err;
}

uint16_t net_local_port(int fd)
{
	union net_addr addr = { 0 };
	socklen_t len = sizeof(addr);

	return getsockname(fd, &addr.sa, &len) ? 0 : net_addr_port(&addr);
}

uint16_t net_remote_port(int fd)
{
	union net_addr addr = { 0 };
	socklen_t len = sizeof(addr);

	return getpeername(fd, &addr.sa, &len) ? 0 : net_addr_port(&addr);
}

static uint64_t cookie_option(int fd, int option)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, option, &cookie, &len) ? 0 : cookie;
}

uint64_t net_cookie(int fd)
{
	return cookie_option(fd, SO_COOKIE);
}

/* Before Linux 5.12 there is none, and the module gives the inode in its place. */
uint64_t net_netns_cookie(int fd)
{
	uint64_t cookie = cookie_option(fd, SO_NETNS_COOKIE);
	struct stat st;
	int namespace;

	if (cookie)
		return cookie;
	namespace = ioctl(fd, SIOCGSKNS);
	if (namespace < 0)
		return 0;
	if (!fstat(namespace, &st))
		cookie = st.st_ino;
	close(namespace);
	return cookie;
}

int net_state(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -errno;
	return info.tcpi_state;
}

int net_nonblock(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK) ? -errno : 0;
}

int net_tcp_option(int fd, int option, int value)
{
	return setsockopt(fd, IPPROTO_TCP, option, &value, sizeof(value)) ? -errno : 0;
}

int net_keep_alive(int fd, int probes)
{
	int err, on = 1;

	err = net_tcp_option(fd, TCP_KEEPIDLE, 1);
	if (!err)
		err = net_tcp_option(fd, TCP_KEEPINTVL, 1);
	if (!err)
		err = net_tcp_option(fd, TCP_KEEPCNT, probes);
	if (!err && setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)))
		err = -errno;
	return err;
}

int net_abort(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		return -errno;
	return close(fd) ? -errno : 0;
}

int net_disconnect(int fd)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	return connect(fd, &nobody, sizeof(nobody)) ? -errno : 0;
}

int net_wait(int fd, short events, int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int ready = poll(&pfd, 1, timeout_ms);

	if (ready < 0)
		return -errno;
	return ready ? 0 : -ETIMEDOUT;
}
