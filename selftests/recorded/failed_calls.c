// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that fail at once: bind(), listen() and connect(), each with its error, what was
 * wanted and who wanted it; and how many connections failed to open, by error.
 *
 * vm: --icount --smp 1
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/namespace.h"
#include "lib/net.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

/* Of 100 ms each: the hooks are detached within 10 s */
#define UNHOOKED_TRIES	150

FIXTURE(failed_calls)
{
	int fd;
	uint64_t netns;
	struct device_log log;
	struct tcpclose_stats before;
	struct tcpclose_stats after;
	int family;
};

FIXTURE_VARIANT(failed_calls)
{
	int family;
};

FIXTURE_VARIANT_ADD(failed_calls, ipv4)
{
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(failed_calls, ipv6)
{
	.family = AF_INET6,
};

FIXTURE_SETUP(failed_calls)
{
	int fd;

	self->family = variant->family;
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, device_stats(self->fd, &self->before));
	ASSERT_EQ(0, net_enter());
	fd = socket(AF_INET, SOCK_STREAM, 0);
	self->netns = net_netns_cookie(fd);
	close(fd);
}

FIXTURE_TEARDOWN(failed_calls)
{
	EXPECT_EQ(0, device_stats(self->fd, &self->after));
	EXPECT_EQ(self->before.missed, self->after.missed);
	device_log_free(&self->log);
	close(self->fd);
}

/* The @n-th failed call of this namespace; one of zeros if there are not so many. */
static const struct tcpclose_failed_call *call_of(FIXTURE_DATA(failed_calls) * self, size_t n)
{
	static const struct tcpclose_failed_call none;
	size_t i;

	for (i = 0; i < self->log.count; i++) {
		const struct tcpclose_failed_call *call = (const void *)&self->log.records[i];

		if (call->kind == TCPCLOSE_KIND_FAILED_CALL && call->netns == self->netns &&
		    !n--)
			return call;
	}
	return &none;
}

#define CALL(n) call_of(self, n)

static size_t count_calls(FIXTURE_DATA(failed_calls) * self)
{
	size_t count = 0;

	if (device_log_drain(&self->log, self->fd))
		return (size_t)-1;
	while (CALL(count)->kind)
		count++;
	return count;
}

/* How many calls failed with @error since the test began */
#define COUNTED(which, error) \
	(device_stats(self->fd, &self->after), \
	 self->after.which[error] - self->before.which[error])

#define EXPECT_COUNTED(which, error, number) \
	EXPECT_EQ((__u64)(number), COUNTED(which, error))

static const char *foreign(FIXTURE_DATA(failed_calls) * self)
{
	return self->family == AF_INET ? "198.51.100.1" : "2001:db8:5::1";
}

static const char *foreign_net(FIXTURE_DATA(failed_calls) * self)
{
	return self->family == AF_INET ? "198.51.100.0/24" : "2001:db8:5::/64";
}

static const void *bytes_of(const union net_addr *addr)
{
	return addr->sa.sa_family == AF_INET ? (const void *)&addr->in.sin_addr :
					       (const void *)&addr->in6.sin6_addr;
}

/* Whether a record has the address */
static bool is_at(const __u8 *there, const union net_addr *addr)
{
	size_t len = addr->sa.sa_family == AF_INET ? 4 : 16;
	static const __u8 zeros[16];

	return !memcmp(there, bytes_of(addr), len) && !memcmp(there + len, zeros, 16 - len);
}

static bool is_any(const __u8 *there)
{
	static const __u8 zeros[16];

	return !memcmp(there, zeros, sizeof(zeros));
}

static int bind_to(int fd, const union net_addr *addr)
{
	return bind(fd, &addr->sa, net_addr_len(addr)) ? errno : 0;
}

static int connect_to(int fd, const union net_addr *addr)
{
	return connect(fd, &addr->sa, net_addr_len(addr)) ? errno : 0;
}

static int connect_foreign(FIXTURE_DATA(failed_calls) * self, int *fd)
{
	union net_addr to = net_address(self->family, foreign(self), 80);

	*fd = socket(self->family, SOCK_STREAM, 0);
	return connect_to(*fd, &to);
}

/* What each record has in common: who called, by which socket */
#define EXPECT_CALLER(n, socket_fd) do { \
	struct stat its; \
	EXPECT_EQ(0, fstat(socket_fd, &its)); \
	EXPECT_EQ((__u32)its.st_ino, CALL(n)->inode); \
	EXPECT_EQ(net_cookie(socket_fd), CALL(n)->cookie); \
	EXPECT_EQ((__u32)getpid(), CALL(n)->pid); \
	EXPECT_EQ((__u32)syscall(SYS_gettid), CALL(n)->tid); \
	EXPECT_STREQ("failed_calls", CALL(n)->comm); \
	EXPECT_EQ(getuid(), CALL(n)->uid); \
	EXPECT_EQ(self->family == AF_INET6, CALL(n)->mark & TCPCLOSE_FAILED_IPV6); \
} while (0)

/* ---- bind() and listen() */

TEST_F(failed_calls, bind_to_a_port_in_use)
{
	union net_addr at = net_loopback(self->family, 0);
	int listener = net_listen(&at, 1), fd;

	ASSERT_LE(0, listener);
	at = net_loopback(self->family, net_local_port(listener));
	fd = socket(self->family, SOCK_STREAM, 0);
	EXPECT_EQ(EADDRINUSE, bind_to(fd, &at));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_CALLER(0, fd);
	EXPECT_EQ(TCPCLOSE_CALL_BIND, CALL(0)->call);
	EXPECT_EQ(EADDRINUSE, CALL(0)->error);
	EXPECT_TRUE(is_at(CALL(0)->laddr, &at));
	EXPECT_EQ(net_local_port(listener), CALL(0)->lport);
	EXPECT_TRUE(is_any(CALL(0)->raddr));
	EXPECT_EQ(0, CALL(0)->rport);
	EXPECT_FALSE(CALL(0)->mark & TCPCLOSE_FAILED_RANGE);
	EXPECT_EQ(0, CALL(0)->port_low);
	EXPECT_COUNTED(bind_errors, EADDRINUSE, 1);
	close(fd);
	close(listener);
}

/* Both may be bound there (SO_REUSEADDR), but only one may listen. */
TEST_F(failed_calls, listen_on_a_port_in_use)
{
	union net_addr at = net_loopback(self->family, 0);
	int first, second, one = 1;

	first = socket(self->family, SOCK_STREAM, 0);
	second = socket(self->family, SOCK_STREAM, 0);
	ASSERT_EQ(0, setsockopt(first, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	ASSERT_EQ(0, setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	ASSERT_EQ(0, bind_to(first, &at));
	at = net_loopback(self->family, net_local_port(first));
	ASSERT_EQ(0, bind_to(second, &at));
	ASSERT_EQ(0, listen(first, 1));
	ASSERT_EQ(-1, listen(second, 1));
	EXPECT_EQ(EADDRINUSE, errno);
	ASSERT_EQ(1, count_calls(self));
	EXPECT_CALLER(0, second);
	EXPECT_EQ(TCPCLOSE_CALL_LISTEN, CALL(0)->call);
	EXPECT_EQ(EADDRINUSE, CALL(0)->error);
	EXPECT_TRUE(is_at(CALL(0)->laddr, &at));
	EXPECT_EQ(net_local_port(first), CALL(0)->lport);
	EXPECT_FALSE(CALL(0)->mark & TCPCLOSE_FAILED_RANGE);
	EXPECT_COUNTED(bind_errors, EADDRINUSE, 1);
	close(second);
	close(first);
}

TEST_F(failed_calls, bind_without_a_free_port)
{
	union net_addr at = net_loopback(self->family, 0);
	int fds[3], i;

	ASSERT_EQ(0, net_sysctl("ipv4.ip_local_port_range", "40000 40001"));
	for (i = 0; i < 3; i++) {
		fds[i] = socket(self->family, SOCK_STREAM, 0);
		EXPECT_EQ(i < 2 ? 0 : EADDRINUSE, bind_to(fds[i], &at));
	}
	ASSERT_EQ(1, count_calls(self));
	EXPECT_CALLER(0, fds[2]);
	EXPECT_EQ(TCPCLOSE_CALL_BIND, CALL(0)->call);
	EXPECT_EQ(0, CALL(0)->lport);
	EXPECT_TRUE(CALL(0)->mark & TCPCLOSE_FAILED_RANGE);
	EXPECT_EQ(40000, CALL(0)->port_low);
	EXPECT_EQ(40001, CALL(0)->port_high);
	for (i = 0; i < 3; i++)
		close(fds[i]);
}

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

TEST_F(failed_calls, bind_without_a_free_port_in_the_range_of_the_socket)
{
	union net_addr at = net_loopback(self->family, 0);
	uint32_t range = 40051U << 16 | 40050;
	int fds[3], i;

	ASSERT_EQ(0, net_sysctl("ipv4.ip_local_port_range", "40000 40100"));
	for (i = 0; i < 3; i++) {
		fds[i] = socket(self->family, SOCK_STREAM, 0);
		if (setsockopt(fds[i], IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof(range)) &&
		    errno == ENOPROTOOPT)
			SKIP(return, "sockets have no range of their own in this kernel");
		EXPECT_EQ(i < 2 ? 0 : EADDRINUSE, bind_to(fds[i], &at));
	}
	ASSERT_EQ(1, count_calls(self));
	EXPECT_EQ(TCPCLOSE_CALL_BIND, CALL(0)->call);
	EXPECT_TRUE(CALL(0)->mark & TCPCLOSE_FAILED_RANGE);
	EXPECT_EQ(40050, CALL(0)->port_low);
	EXPECT_EQ(40051, CALL(0)->port_high);
	for (i = 0; i < 3; i++)
		close(fds[i]);
}

/* listen() takes a port if there was no bind(). */
TEST_F(failed_calls, listen_without_a_free_port)
{
	int first = socket(self->family, SOCK_STREAM, 0);
	int second = socket(self->family, SOCK_STREAM, 0);

	ASSERT_EQ(0, net_sysctl("ipv4.ip_local_port_range", "40000 40000"));
	ASSERT_EQ(0, listen(first, 1));
	ASSERT_EQ(-1, listen(second, 1));
	EXPECT_EQ(EADDRINUSE, errno);
	ASSERT_EQ(1, count_calls(self));
	EXPECT_EQ(TCPCLOSE_CALL_LISTEN, CALL(0)->call);
	EXPECT_TRUE(CALL(0)->mark & TCPCLOSE_FAILED_RANGE);
	EXPECT_EQ(40000, CALL(0)->port_low);
	EXPECT_EQ(40000, CALL(0)->port_high);
	EXPECT_TRUE(is_any(CALL(0)->laddr));
	close(second);
	close(first);
}

TEST_F(failed_calls, bind_to_a_foreign_address)
{
	union net_addr at = net_address(self->family, foreign(self), 8080);
	int fd = socket(self->family, SOCK_STREAM, 0);

	EXPECT_EQ(EADDRNOTAVAIL, bind_to(fd, &at));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_CALLER(0, fd);
	EXPECT_EQ(EADDRNOTAVAIL, CALL(0)->error);
	EXPECT_TRUE(is_at(CALL(0)->laddr, &at));
	EXPECT_EQ(8080, CALL(0)->lport);
	EXPECT_COUNTED(bind_errors, EADDRNOTAVAIL, 1);
	close(fd);
}

/* Likewise without a port: it is not for want of one that it fails. */
TEST_F(failed_calls, bind_to_a_foreign_address_and_any_port)
{
	union net_addr at = net_address(self->family, foreign(self), 0);
	int fd = socket(self->family, SOCK_STREAM, 0);

	EXPECT_EQ(EADDRNOTAVAIL, bind_to(fd, &at));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_FALSE(CALL(0)->mark & TCPCLOSE_FAILED_RANGE);
	close(fd);
}

TEST_F(failed_calls, bind_to_a_privileged_port)
{
	union net_addr at = net_loopback(self->family, 80);
	int fd;

	ASSERT_EQ(0, seteuid(4242));
	fd = socket(self->family, SOCK_STREAM, 0);
	EXPECT_EQ(EACCES, bind_to(fd, &at));
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_EQ(EACCES, CALL(0)->error);
	EXPECT_EQ(80, CALL(0)->lport);
	EXPECT_EQ(4242, CALL(0)->uid);
	EXPECT_COUNTED(bind_errors, EACCES, 1);
	close(fd);
}

TEST_F(failed_calls, bind_a_second_time)
{
	union net_addr at = net_loopback(self->family, 0);
	int fd = socket(self->family, SOCK_STREAM, 0);

	EXPECT_EQ(0, bind_to(fd, &at));
	EXPECT_EQ(EINVAL, bind_to(fd, &at));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_EQ(EINVAL, CALL(0)->error);
	close(fd);
}

/* Its first subflow is bound. */
TEST_F(failed_calls, bind_of_an_mptcp_socket)
{
	union net_addr at = net_loopback(self->family, 0);
	int listener = net_listen(&at, 1), fd;

	at = net_loopback(self->family, net_local_port(listener));
	fd = socket(self->family, SOCK_STREAM, IPPROTO_MPTCP);
	if (fd < 0)
		SKIP(return, "the kernel has no MPTCP");
	EXPECT_EQ(EADDRINUSE, bind_to(fd, &at));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_EQ(EADDRINUSE, CALL(0)->error);
	EXPECT_EQ((__u32)getpid(), CALL(0)->pid);
	close(fd);
	close(listener);
}

TEST_F(failed_calls, others_are_not_of_tcp)
{
	union net_addr at = net_address(self->family, foreign(self), 8080);
	int fd = socket(self->family, SOCK_DGRAM, 0);

	EXPECT_EQ(EADDRNOTAVAIL, bind_to(fd, &at));
	EXPECT_EQ(0, count_calls(self));
	close(fd);
}

/* ---- connect() */

TEST_F(failed_calls, connect_without_a_free_port)
{
	union net_addr at = net_loopback(self->family, 0);
	int listener = net_listen(&at, 2), fds[2];

	at = net_loopback(self->family, net_local_port(listener));
	ASSERT_EQ(0, net_sysctl("ipv4.ip_local_port_range", "40000 40000"));
	fds[0] = socket(self->family, SOCK_STREAM, 0);
	fds[1] = socket(self->family, SOCK_STREAM, 0);
	ASSERT_EQ(0, connect_to(fds[0], &at));
	EXPECT_EQ(EADDRNOTAVAIL, connect_to(fds[1], &at));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_CALLER(0, fds[1]);
	EXPECT_EQ(TCPCLOSE_CALL_CONNECT, CALL(0)->call);
	EXPECT_EQ(EADDRNOTAVAIL, CALL(0)->error);
	EXPECT_TRUE(is_at(CALL(0)->raddr, &at));
	EXPECT_EQ(net_local_port(listener), CALL(0)->rport);
	EXPECT_EQ(0, CALL(0)->lport);
	EXPECT_TRUE(CALL(0)->mark & TCPCLOSE_FAILED_RANGE);
	EXPECT_EQ(40000, CALL(0)->port_low);
	EXPECT_EQ(40000, CALL(0)->port_high);
	EXPECT_COUNTED(connect_errors, EADDRNOTAVAIL, 1);
	close(fds[1]);
	close(fds[0]);
	close(listener);
}

/* The port that it is bound to is connected there already. */
TEST_F(failed_calls, connect_from_a_port_in_use)
{
	union net_addr at = net_loopback(self->family, 0), from;
	int listener = net_listen(&at, 2), fds[2], i, one = 1;

	at = net_loopback(self->family, net_local_port(listener));
	from = net_loopback(self->family, 40007);
	for (i = 0; i < 2; i++) {
		fds[i] = socket(self->family, SOCK_STREAM, 0);
		setsockopt(fds[i], SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		ASSERT_EQ(0, bind_to(fds[i], &from));
		EXPECT_EQ(i ? EADDRNOTAVAIL : 0, connect_to(fds[i], &at));
	}
	ASSERT_EQ(1, count_calls(self));
	EXPECT_EQ(EADDRNOTAVAIL, CALL(0)->error);
	EXPECT_EQ(40007, CALL(0)->lport);
	EXPECT_FALSE(CALL(0)->mark & TCPCLOSE_FAILED_RANGE);
	EXPECT_TRUE(is_at(CALL(0)->laddr, &from));
	EXPECT_TRUE(is_at(CALL(0)->raddr, &at));
	close(fds[1]);
	close(fds[0]);
	close(listener);
}

TEST_F(failed_calls, connect_without_a_route)
{
	union net_addr to = net_address(self->family, foreign(self), 80);
	int fd;

	EXPECT_EQ(ENETUNREACH, connect_foreign(self, &fd));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_CALLER(0, fd);
	EXPECT_EQ(TCPCLOSE_CALL_CONNECT, CALL(0)->call);
	EXPECT_EQ(ENETUNREACH, CALL(0)->error);
	EXPECT_TRUE(is_at(CALL(0)->raddr, &to));
	EXPECT_EQ(80, CALL(0)->rport);
	EXPECT_TRUE(is_any(CALL(0)->laddr));
	EXPECT_COUNTED(connect_errors, ENETUNREACH, 1);
	close(fd);
}

static void expect_route(struct __test_metadata *_metadata, FIXTURE_DATA(failed_calls) * self,
			 const char *type, int error)
{
	int fd;

	ASSERT_EQ(0, net_run("ip route add %s %s", type, foreign_net(self)));
	EXPECT_EQ(error, connect_foreign(self, &fd));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_CALLER(0, fd);
	EXPECT_EQ(error, CALL(0)->error);
	EXPECT_COUNTED(connect_errors, error, 1);
	close(fd);
}

TEST_F(failed_calls, connect_by_a_route_that_prohibits_it)
{
	expect_route(_metadata, self, "prohibit", EACCES);
}

TEST_F(failed_calls, connect_by_a_route_that_says_unreachable)
{
	expect_route(_metadata, self, "unreachable", EHOSTUNREACH);
}

/* A send that connects (Fast Open) */
TEST_F(failed_calls, send_without_a_route)
{
	union net_addr to = net_address(self->family, foreign(self), 80);
	int fd = socket(self->family, SOCK_STREAM, 0);

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_fastopen", "1"));
	ASSERT_EQ(-1, sendto(fd, "x", 1, MSG_FASTOPEN, &to.sa, net_addr_len(&to)));
	EXPECT_EQ(ENETUNREACH, errno);
	ASSERT_EQ(1, count_calls(self));
	EXPECT_CALLER(0, fd);
	EXPECT_EQ(TCPCLOSE_CALL_SEND, CALL(0)->call);
	EXPECT_EQ(ENETUNREACH, CALL(0)->error);
	close(fd);
}

/* An address that is too short has nothing behind it that could be recorded. */
TEST_F(failed_calls, connect_to_half_an_address)
{
	union net_addr to = net_address(self->family, foreign(self), 80);
	int fd = socket(self->family, SOCK_STREAM, 0);

	ASSERT_EQ(-1, connect(fd, &to.sa, 6));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_EQ(1, count_calls(self));
	EXPECT_EQ(EINVAL, CALL(0)->error);
	EXPECT_TRUE(is_any(CALL(0)->raddr));
	EXPECT_EQ(0, CALL(0)->rport);
	close(fd);
}

/* tcp_v6_connect() calls tcp_v4_connect(). */
TEST_F(failed_calls, connect_to_a_mapped_address_fails_once)
{
	union net_addr to = net_address(AF_INET6, "::ffff:198.51.100.1", 80);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	EXPECT_EQ(ENETUNREACH, connect_to(fd, &to));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_EQ(ENETUNREACH, CALL(0)->error);
	EXPECT_TRUE(CALL(0)->mark & TCPCLOSE_FAILED_IPV6);
	EXPECT_TRUE(is_at(CALL(0)->raddr, &to));
	EXPECT_COUNTED(connect_errors, ENETUNREACH, 1);
	close(fd);
}

/* ---- connections that end in SYN_SENT: transitions, no failed calls */

TEST_F(failed_calls, refused_is_counted)
{
	union net_addr to = net_loopback(self->family, 9);
	int fd = socket(self->family, SOCK_STREAM, 0);

	EXPECT_EQ(ECONNREFUSED, connect_to(fd, &to));
	EXPECT_EQ(0, count_calls(self));
	EXPECT_EQ(1, device_log_edges(&self->log, TCPCLOSE_SYN_SENT, TCPCLOSE_CLOSE));
	EXPECT_COUNTED(connect_errors, ECONNREFUSED, 1);
	close(fd);
}

/* SYNs are sent, and nothing comes back. */
static int prepare_silence(FIXTURE_DATA(failed_calls) * self)
{
	return net_run("ip link add silent type dummy; ip link set silent up; ip route add %s dev silent",
		       foreign_net(self)) ||
	       net_run("ip addr add %s dev silent%s",
		       self->family == AF_INET ? "203.0.113.1/32" : "2001:db8:6::1/128",
		       self->family == AF_INET ? "" : " nodad") ||
	       net_run("ip neigh add %s dev silent lladdr 02:00:00:00:00:01", foreign(self));
}

TEST_F(failed_calls, timeout_is_counted)
{
	union net_addr to = net_address(self->family, foreign(self), 80);
	int fd = socket(self->family, SOCK_STREAM, 0);

	ASSERT_EQ(0, prepare_silence(self));
	ASSERT_EQ(0, net_tcp_option(fd, TCP_SYNCNT, 1));
	EXPECT_EQ(ETIMEDOUT, connect_to(fd, &to));
	EXPECT_EQ(0, count_calls(self));
	EXPECT_COUNTED(connect_errors, ETIMEDOUT, 1);
	close(fd);
}

TEST_F(failed_calls, what_the_process_ends_itself_is_no_error)
{
	union net_addr to = net_address(self->family, foreign(self), 80);
	int fd = socket(self->family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	ASSERT_EQ(0, prepare_silence(self));
	EXPECT_EQ(EINPROGRESS, connect_to(fd, &to));
	close(fd);
	EXPECT_EQ(0, count_calls(self));
	EXPECT_COUNTED(connect_errors, 0, 1);
	EXPECT_COUNTED(connect_errors, ECONNRESET, 0);
}

/* ---- who */

TEST_F(failed_calls, child_is_named)
{
	int fd, status;
	pid_t pid = fork();

	if (!pid)
		_exit(connect_foreign(self, &fd) != ENETUNREACH);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	ASSERT_EQ(1, count_calls(self));
	EXPECT_EQ((__u32)pid, CALL(0)->pid);
	EXPECT_EQ((__u32)pid, CALL(0)->tid);
}

static void *connect_in_thread(void *arg)
{
	int fd;

	connect_foreign(arg, &fd);
	close(fd);
	return (void *)syscall(SYS_gettid);
}

TEST_F(failed_calls, thread_is_told_from_its_process)
{
	pthread_t thread;
	void *tid;

	ASSERT_EQ(0, pthread_create(&thread, NULL, connect_in_thread, self));
	ASSERT_EQ(0, pthread_join(thread, &tid));
	ASSERT_EQ(1, count_calls(self));
	EXPECT_EQ((__u32)getpid(), CALL(0)->pid);
	EXPECT_EQ((__u32)(long)tid, CALL(0)->tid);
	EXPECT_NE((__u32)getpid(), CALL(0)->tid);
}

/* ---- who sees it, and when */

/* What is not in its file: the number of records of failed calls read from @fd */
static size_t count_read(int fd)
{
	struct device_log log = {};
	size_t count = 0, i;

	if (device_log_drain(&log, fd))
		return (size_t)-1;
	for (i = 0; i < log.count; i++)
		count += log.records[i].kind == TCPCLOSE_KIND_FAILED_CALL;
	device_log_free(&log);
	return count;
}

TEST_F(failed_calls, confined_reader_sees_its_own_namespace)
{
	int mine = device_open_at_end(), other, fd;

	ASSERT_LE(0, mine);
	EXPECT_EQ(ENETUNREACH, connect_foreign(self, &fd));
	close(fd);
	ASSERT_EQ(0, net_enter());
	other = device_open_at_end();
	ASSERT_LE(0, other);
	EXPECT_EQ(1, count_calls(self));
	EXPECT_EQ(1, count_read(mine));
	EXPECT_EQ(0, count_read(other));
	close(other);
	close(mine);
}

static unsigned int attached_via(int fd, const char *function)
{
	struct tcpclose_hook hook = {};

	while (!device_ioctl(fd, TCPCLOSE_IOC_HOOK, &hook) && strcmp(hook.name, function))
		hook.index++;
	return strcmp(hook.name, function) || hook.error ? ~0U : hook.via;
}

static int open_in_init(void)
{
	int home = namespace_enter_init(), fd, ret;

	if (home < 0)
		return home;
	fd = device_open(O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ret = namespace_leave(home);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/* Without a reader of the whole machine, connect() has no hook, after a while. */
TEST_F(failed_calls, connect_without_a_route_needs_a_reader)
{
	int fd, mine, tries;

	ASSERT_EQ(0, net_in_init(net_sysctl, "ipv4.ip_forward", "0"));
	mine = device_open_at_end();
	ASSERT_LE(0, mine);
	close(self->fd);
	/* A file that is open for the statistics only. */
	self->fd = open_in_init();
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(TCPCLOSE_HOOK_KRETPROBE, attached_via(self->fd, "tcp_v4_connect"));
	for (tries = 0; tries < UNHOOKED_TRIES; tries++) {
		if (attached_via(self->fd, "tcp_v4_connect") == TCPCLOSE_HOOK_OFF)
			break;
		usleep(100000);
	}
	EXPECT_EQ(TCPCLOSE_HOOK_OFF, attached_via(self->fd, "tcp_v6_connect"));
	EXPECT_EQ(ENETUNREACH, connect_foreign(self, &fd));
	close(fd);
	EXPECT_EQ(0, count_read(mine));
	close(mine);
	EXPECT_COUNTED(connect_errors, ENETUNREACH, 0);
	EXPECT_EQ(TCPCLOSE_HOOK_OFF, attached_via(self->fd, "tcp_v4_connect"));
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_END));
	EXPECT_EQ(TCPCLOSE_HOOK_KRETPROBE, attached_via(self->fd, "tcp_v4_connect"));
}

/* ---- a flood */

TEST_F(failed_calls, flood_is_counted_and_leaves_history_in_the_ring)
{
	const unsigned int number = 3000;
	union net_addr at = net_address(self->family, foreign(self), 8080);
	int fd = socket(self->family, SOCK_STREAM, 0);
	__u64 records, left_out = 0;
	unsigned int i;

	for (i = 0; i < number; i++)
		ASSERT_EQ(EADDRNOTAVAIL, bind_to(fd, &at));
	/* The number of those left out comes after a second. */
	sleep(2);
	records = count_calls(self);
	for (i = 0; i < self->log.count; i++) {
		const struct tcpclose_left_out *r = (const void *)&self->log.records[i];

		if (r->kind == TCPCLOSE_KIND_LEFT_OUT)
			left_out += r->calls;
	}
	EXPECT_LT(0, records);
	EXPECT_GT(number / 2, records);
	EXPECT_EQ(number, records + left_out);
	EXPECT_COUNTED(bind_errors, EADDRNOTAVAIL, number);
	EXPECT_EQ(left_out, self->after.calls_left_out - self->before.calls_left_out);
	close(fd);
}

TEST_HARNESS_MAIN
