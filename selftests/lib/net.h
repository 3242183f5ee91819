/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network a test runs in: its own namespace, sysctls, sockets.
 *
 * Knows nothing of tcpclose. Every function returns -errno on failure and
 * prints nothing.
 */
#ifndef _SELFTESTS_LIB_NET_H
#define _SELFTESTS_LIB_NET_H

#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/**
 * union net_addr - address and port of either family
 */
union net_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage ss;
};

/* Enter a new network namespace; its loopback device is up. */
int net_enter(void);

/* Run @call in the network namespace of the first process, then come back. */
int net_in_init(int (*call)(const char *name, const char *value),
		const char *name, const char *value);

/* Set a sysctl below net, such as "ipv4.tcp_rfc1337", of the caller's namespace. */
int net_sysctl(const char *name, const char *value);

/* Run a shell command; its exit status, or -errno. Output is dropped. */
int net_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An address: loopback of @family, or parsed from text. */
union net_addr net_loopback(int family, uint16_t port);
union net_addr net_address(int family, const char *text, uint16_t port);
socklen_t net_addr_len(const union net_addr *addr);
uint16_t net_addr_port(const union net_addr *addr);

/* Listen on @addr (port 0: any), with SO_REUSEADDR; returns the socket. */
int net_listen(const union net_addr *addr, int backlog);
/* Connect to @addr, from @from if that is not NULL; returns the socket. */
int net_connect(const union net_addr *from, const union net_addr *addr);
/* Two connected sockets on loopback: first the connecting, then the accepted one. */
int net_pair(int family, int pair[2]);

/* Properties of a socket; 0 on failure. */
uint16_t net_local_port(int fd);
uint16_t net_remote_port(int fd);
uint64_t net_cookie(int fd);
uint64_t net_netns_cookie(int fd);
/* tcpi_state */
int net_state(int fd);

int net_nonblock(int fd);
int net_tcp_option(int fd, int option, int value);
/* Send keepalive probes each second; give up when @probes have no answer. */
int net_keep_alive(int fd, int probes);
/* close() that sends a RST */
int net_abort(int fd);
/* connect(AF_UNSPEC) */
int net_disconnect(int fd);

/* Wait until poll() reports one of @events; -ETIMEDOUT. */
int net_wait(int fd, short events, int timeout_ms);

#endif /* _SELFTESTS_LIB_NET_H */
