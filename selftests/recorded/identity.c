// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owner of a connection and the process that acted on it, compared with the
 * socket itself, the file system and the acting thread.
 *
 * vm: --icount --smp 1
 */
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/device.h"
#include "lib/lab_fixture.h"
#include "lib/procfile.h"

LAB_FIXTURE(identity);

/* ---- the owner */

TEST_F(identity, uid_is_the_owners)
{
	ASSERT_EQ(0, seteuid(4242));
	EXPECT_EQ(0, peer_socket(&self->peer));
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	EXPECT_EQ(4242U, EVENT(0)->r.uid);
	EXPECT_EQ(4242U, EVENT(3)->r.uid);
}

TEST_F(identity, inode_is_the_sockets_file)
{
	struct stat stat;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, fstat(self->peer.fd, &stat));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>TIME_WAIT[CLOSE]=FIN tw:TIME_WAIT>CLOSE!RST");
	EXPECT_EQ(stat.st_ino, EVENT(0)->r.inode);
	EXPECT_EQ(stat.st_ino, EVENT(1)->r.inode);
	EXPECT_EQ(stat.st_ino, EVENT(3)->r.inode);
}

TEST_F(identity, orphan_has_no_inode)
{
	struct stat stat;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, fstat(self->peer.fd, &stat));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	EXPECT_EQ(stat.st_ino, EVENT(0)->r.inode);
	EXPECT_EQ(0U, EVENT(1)->r.inode);
	EXPECT_EQ(0U, EVENT(3)->r.inode);
}

/* ---- who opened it: by a RST, and by whom, is in processes.c */

#define ACCEPTED(i) (!!(EVENT(i)->detail.mark & TCPCLOSE_DETAIL_ACCEPTED))

#define EXPECT_ACCEPTED(i, who, name) do { \
	EXPECT_EQ(0U, EVENT(i)->detail.pid); \
	EXPECT_EQ((__u32)(who), EVENT(i)->detail.opener); \
	EXPECT_TRUE(ACCEPTED(i)); \
	EXPECT_STREQ(name, EVENT(i)->detail.comm); \
} while (0)

TEST_F(identity, acceptor_is_named_when_the_peer_is_silent)
{
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, net_keep_alive(self->peer.fd, 1));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLHUP, 20000));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>CLOSE=KEEPALIVE");
	EXPECT_ACCEPTED(0, getpid(), "identity");
}

/* ---- in an accept queue, no process has it */

#define UNACCEPTED(i) (!!(EVENT(i)->r.mark & TCPCLOSE_MARK_UNACCEPTED))
#define ANY_ADDRESS(i) (!!(EVENT(i)->r.mark & TCPCLOSE_MARK_ANY_ADDRESS))

static uint32_t inode_of(int fd)
{
	struct stat stat;

	return fstat(fd, &stat) ? 0 : stat.st_ino;
}

TEST_F(identity, unaccepted_until_accept)
{
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_knock(&self->peer));
	ASSERT_EQ(0, net_wait(self->peer.listener, POLLIN, LAB_TIMEOUT_MS));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>CLOSE_WAIT");
	EXPECT_TRUE(UNACCEPTED(0));
	EXPECT_EQ(inode_of(self->peer.listener), EVENT(0)->r.inode);
	EXPECT_FALSE(ANY_ADDRESS(0));
	self->peer.fd = accept(self->peer.listener, NULL, NULL);
	ASSERT_LE(0, self->peer.fd);
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
	EXPECT_FALSE(UNACCEPTED(1));
	EXPECT_EQ((__u32)getpid(), EVENT(1)->detail.opener);
	EXPECT_TRUE(ACCEPTED(1));
	EXPECT_FALSE(UNACCEPTED(2));
	EXPECT_NE(EVENT(0)->r.inode, EVENT(1)->r.inode);
}

/* Each in the queue of its own */
TEST_F(identity, unaccepted_of_listeners_that_share_a_port)
{
	union net_addr any = { .sa.sa_family = variant->family };
	int listeners[3], on = 1, accepted = 0, guests = 8, i, j;
	struct peer peers[8];

	any.in.sin_port = htons(5000);
	for (i = 0; i < 3; i++) {
		listeners[i] = socket(variant->family, SOCK_STREAM, 0);
		ASSERT_LE(0, listeners[i]);
		ASSERT_EQ(0, setsockopt(listeners[i], SOL_SOCKET, SO_REUSEPORT, &on,
					sizeof(on)));
		ASSERT_EQ(0, bind(listeners[i], &any.sa, net_addr_len(&any)));
		ASSERT_EQ(0, listen(listeners[i], 16));
	}
	for (i = 0; i < guests; i++) {
		peer_init(&peers[i], &self->lab.puppet);
		ASSERT_EQ(0, peer_knock(&peers[i]));
		ASSERT_EQ(0, peer_send(&peers[i], PUPPET_FIN | PUPPET_ACK, NULL, 0));
		EXPECT_PEER_PATH(&self->lab, &peers[i], "ESTABLISHED>CLOSE_WAIT");
	}
	for (i = 0; i < 3; i++) {
		int fd;

		ASSERT_EQ(0, net_nonblock(listeners[i]));
		while ((fd = accept(listeners[i], NULL, NULL)) >= 0) {
			for (j = 0; peers[j].rport != net_remote_port(fd); j++)
				ASSERT_LT(j, guests - 1);
			EXPECT_EQ(inode_of(listeners[i]),
				  lab_event(&self->lab, &peers[j], 0)->r.inode);
			EXPECT_EQ(TCPCLOSE_MARK_UNACCEPTED | TCPCLOSE_MARK_ANY_ADDRESS,
				  lab_event(&self->lab, &peers[j], 0)->r.mark);
			close(fd);
			accepted++;
		}
		close(listeners[i]);
	}
	EXPECT_EQ(guests, accepted);
}

TEST_F(identity, unaccepted_when_reset)
{
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_knock(&self->peer));
	ASSERT_EQ(0, net_wait(self->peer.listener, POLLIN, LAB_TIMEOUT_MS));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("ESTABLISHED>CLOSE=RST");
	EXPECT_TRUE(UNACCEPTED(0));
	EXPECT_EQ(0U, EVENT(0)->detail.opener);
	EXPECT_FALSE(ACCEPTED(0));
}

#define CGROUP "/sys/fs/cgroup/tcpclose-selftest"

TEST_F(identity, cgroup_is_the_sockets)
{
	struct stat stat;

	ASSERT_TRUE(!mkdir(CGROUP, 0755) || errno == EEXIST);
	ASSERT_EQ(0, lstat(CGROUP, &stat));
	ASSERT_EQ(0, procfile_write(CGROUP "/cgroup.procs", "0"));
	EXPECT_EQ(0, peer_socket(&self->peer));
	ASSERT_EQ(0, procfile_write("/sys/fs/cgroup/cgroup.procs", "0"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	EXPECT_EQ(stat.st_ino, EVENT(0)->r.cgroup);
	EXPECT_EQ(stat.st_ino, EVENT(0)->detail.cgroup);
	EXPECT_EQ(stat.st_ino, EVENT(3)->r.cgroup);
	rmdir(CGROUP);
}

TEST_F(identity, netns_is_the_sockets)
{
	struct stat netns;

	ASSERT_EQ(0, stat("/proc/thread-self/ns/net", &netns));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	EXPECT_EQ(self->lab.netns, EVENT(0)->r.netns);
	EXPECT_EQ(self->lab.netns, EVENT(0)->detail.netns);
	EXPECT_EQ(self->lab.netns, EVENT(3)->r.netns);
	EXPECT_EQ(netns.st_ino, EVENT(0)->r.netns_inode);
	EXPECT_EQ(netns.st_ino, EVENT(3)->r.netns_inode);
}

TEST_F(identity, cookie_is_the_sockets_in_every_record)
{
	int i;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(self->peer.cookie, EVENT(i)->r.cookie);
	EXPECT_EQ(self->peer.cookie, EVENT(0)->detail.cookie);
}

TEST_F(identity, cookie_is_there_even_if_nobody_asked_before)
{
	struct flow client;
	int pair[2];

	ASSERT_EQ(0, net_pair(variant->family, pair));
	client = lab_flow(&self->lab, net_local_port(pair[0]), net_remote_port(pair[0]));
	ASSERT_EQ(0, shutdown(pair[0], SHUT_WR));
	EXPECT_PATH(&self->lab, &client, "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2");
	EXPECT_EQ(net_cookie(pair[0]), stream_event(&self->lab.stream, &client, 0)->r.cookie);
	EXPECT_EQ(net_cookie(pair[0]), stream_event(&self->lab.stream, &client, 1)->r.cookie);
}

TEST_F(identity, addresses_and_ports_are_the_sockets)
{
	const struct puppet *puppet = &self->lab.puppet;
	__u8 laddr[16] = { 0 }, raddr[16] = { 0 };
	int i;

	if (variant->family == AF_INET) {
		memcpy(laddr, &puppet->local.in.sin_addr, 4);
		memcpy(raddr, &puppet->remote.in.sin_addr, 4);
	} else {
		memcpy(laddr, &puppet->local.in6.sin6_addr, 16);
		memcpy(raddr, &puppet->remote.in6.sin6_addr, 16);
	}
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, memcmp(laddr, EVENT(i)->r.laddr, 16));
		EXPECT_EQ(0, memcmp(raddr, EVENT(i)->r.raddr, 16));
		EXPECT_EQ(5000, EVENT(i)->r.lport);
		EXPECT_EQ(self->peer.rport, EVENT(i)->r.rport);
		EXPECT_EQ(variant->family == AF_INET6, TCPCLOSE_HOW_IPV6(EVENT(i)->r.how));
	}
}

/* An IPv6 socket that uses IPv4 stays an IPv6 socket, its mini-socket too. */
TEST_F(identity, mapped_address_is_shown_as_the_socket_has_it)
{
	const __u8 mapped[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 };
	union net_addr any = net_address(AF_INET6, "::", 0);
	union net_addr to = net_address(AF_INET6, "::ffff:127.0.0.1", 0);
	socklen_t len = sizeof(any);
	int i, listener, client, server;
	struct flow flow;

	listener = net_listen(&any, 1);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, getsockname(listener, &any.sa, &len));
	to.in6.sin6_port = any.in6.sin6_port;
	client = net_connect(NULL, &to);
	ASSERT_LE(0, client);
	server = accept(listener, NULL, NULL);
	ASSERT_LE(0, server);
	flow = lab_flow(&self->lab, net_local_port(client), net_remote_port(client));
	ASSERT_EQ(0, close(client));
	EXPECT_PATH(&self->lab, &flow, TO_FIN_WAIT2);
	ASSERT_EQ(0, close(server));
	EXPECT_PATH(&self->lab, &flow, TO_TIME_WAIT);
	for (i = 0; i < 4; i++) {
		const struct event *event = stream_event(&self->lab.stream, &flow, i);

		EXPECT_EQ(1, TCPCLOSE_HOW_IPV6(event->r.how));
		EXPECT_EQ(0, memcmp(mapped, event->r.laddr, 16));
		EXPECT_EQ(0, memcmp(mapped, event->r.raddr, 16));
	}
}

/*
 * A listener has no addresses to copy, so those of its new socket are the request's
 * at first.
 */
TEST_F(identity, mapped_addresses_are_right_from_the_first_transition)
{
	const __u8 server[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 };
	const __u8 client[16] = { [10] = 0xff, 0xff, 127, 0, 0, 2 };
	union net_addr from = net_address(AF_INET, "127.0.0.2", 0), to;
	union net_addr any = net_address(AF_INET6, "::", 0);
	int i, listener, fd;
	struct flow flow;

	ASSERT_EQ(0, device_scope("all"));
	listener = net_listen(&any, 1);
	ASSERT_LE(0, listener);
	to = net_loopback(AF_INET, net_local_port(listener));
	fd = net_connect(&from, &to);
	ASSERT_LE(0, fd);
	flow = lab_flow(&self->lab, net_remote_port(fd), net_local_port(fd));
	EXPECT_PATH(&self->lab, &flow, "LISTEN>SYN_RECV SYN_RECV>ESTABLISHED");
	for (i = 0; i < 2; i++) {
		const struct event *event = stream_event(&self->lab.stream, &flow, i);

		EXPECT_EQ(1, TCPCLOSE_HOW_IPV6(event->r.how));
		EXPECT_EQ(0, memcmp(server, event->r.laddr, 16));
		EXPECT_EQ(0, memcmp(client, event->r.raddr, 16));
	}
	ASSERT_EQ(0, device_scope("teardown"));
}

/* ---- the process that acted */

struct closer {
	int fd;
	pid_t tid;
};

static void *close_in_thread(void *arg)
{
	struct closer *closer = arg;

	prctl(PR_SET_NAME, "the-closer");
	closer->tid = syscall(SYS_gettid);
	shutdown(closer->fd, SHUT_WR);
	return NULL;
}

TEST_F(identity, task_is_the_thread_that_closed)
{
	struct closer closer;
	pthread_t thread;

	ASSERT_EQ(0, peer_connect(&self->peer));
	closer.fd = self->peer.fd;
	ASSERT_EQ(0, pthread_create(&thread, NULL, close_in_thread, &closer));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	PATH("ESTABLISHED>FIN_WAIT1");
	EXPECT_EQ((__u32)getpid(), EVENT(0)->detail.pid);
	EXPECT_EQ((__u32)closer.tid, EVENT(0)->detail.tid);
	EXPECT_STREQ("identity", EVENT(0)->detail.comm);
	EXPECT_STREQ("the-closer", EVENT(0)->detail.thread);
	EXPECT_EQ(TCPCLOSE_CALL_SHUTDOWN, EVENT(0)->detail.call);
}

TEST_F(identity, task_counts_what_was_not_read)
{
	char two[2];

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_PSH | PUPPET_ACK, "unread", 6));
	ASSERT_EQ(2, read(self->peer.fd, two, sizeof(two)));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>CLOSE=UNREAD");
	EXPECT_EQ(4U, EVENT(1)->detail.unread_bytes);
	EXPECT_EQ(0U, EVENT(1)->detail.unacked_bytes);
}

TEST_F(identity, an_end_by_the_peer_counts_what_was_lost)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "unread", 6));
	ASSERT_EQ(7, write(self->peer.fd, "unacked", 7));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("ESTABLISHED>CLOSE=RST");
	EXPECT_EQ(TCPCLOSE_DETAIL_TRAFFIC | TCPCLOSE_DETAIL_FILE | TCPCLOSE_DETAIL_IDLE,
		  EVENT(0)->detail.mark);
	EXPECT_EQ(6U, EVENT(0)->detail.unread_bytes);
	EXPECT_EQ(7U, EVENT(0)->detail.unacked_bytes);
	EXPECT_EQ(0U, EVENT(0)->detail.unsent_bytes);
	EXPECT_EQ(0U, EVENT(0)->detail.pid);
	EXPECT_EQ(TCPCLOSE_CALL_NONE, EVENT(0)->detail.call);
	/* SYN,ACK, data, RST; of what it sent, at least the SYN, an ACK, the data. */
	EXPECT_EQ(3U, EVENT(0)->detail.segments_received);
	EXPECT_LE(3U, EVENT(0)->detail.segments_sent);
}

TEST_F(identity, task_counts_what_was_not_acknowledged)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(7, write(self->peer.fd, "unacked", 7));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1");
	EXPECT_EQ(7U, EVENT(0)->detail.unacked_bytes);
	EXPECT_EQ(0U, EVENT(0)->detail.unread_bytes);
}

TEST_HARNESS_MAIN
