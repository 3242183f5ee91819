// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why connections end: by the other end, a process, an administrator, the machine,
 * each with real connections. For silence see silence.c, for openings that fail
 * opening.c, for mini-sockets minisocket.c, for listeners scope.c.
 *
 * vm: --icount --smp 1
 */
#include <netinet/tcp.h>

#include "lib/lab_fixture.h"

LAB_FIXTURE(causes);

/* ---- the other end */

TEST_F(causes, both_fins_are_graceful)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
	EXPECT_FROM(2, SOFTIRQ, REMOTE, 0);
}

TEST_F(causes, rst_of_the_peer)
{
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>CLOSE=RST");
	EXPECT_FROM(0, SOFTIRQ, REMOTE, ECONNRESET);
}

TEST_F(causes, syn_was_refused)
{
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH("SYN_SENT>CLOSE=REFUSED");
	EXPECT_FROM(0, SOFTIRQ, REMOTE, ECONNREFUSED);
}

TEST_F(causes, data_after_close_in_fin_wait1)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_PSH | PUPPET_ACK, self->peer.seq,
				  self->peer.ack - 1, "late", 4));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE=DATA_AFTER_CLOSE");
	EXPECT_BY(1, SOFTIRQ, LOCAL);
	EXPECT_EQ(TCPCLOSE_FLAG_PSH | TCPCLOSE_FLAG_ACK, EVENT(1)->r.flags);
}

TEST_F(causes, data_after_close_with_the_ack_of_the_fin)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "late", 4));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=DATA_AFTER_CLOSE");
}

TEST_F(causes, data_after_shutdown_of_both_directions)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_RDWR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "late", 4));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=DATA_AFTER_CLOSE");
}

/* ---- a process of this end */

TEST_F(causes, close_with_unread_data)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "unread", 6));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLIN, LAB_TIMEOUT_MS));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>CLOSE=UNREAD");
	EXPECT_FROM(0, PROCESS, LOCAL, 0);
}

TEST_F(causes, close_with_unread_data_after_the_peers_fin)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_PSH | PUPPET_ACK, "unread", 6));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>CLOSE=UNREAD");
	EXPECT_FROM(1, PROCESS, REMOTE, 0);
}

TEST_F(causes, linger_of_no_time)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_abort(self->peer.fd));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>CLOSE=LINGER");
	EXPECT_BY(0, PROCESS, LOCAL);
}

TEST_F(causes, connect_to_nowhere_disconnects)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_disconnect(self->peer.fd));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>CLOSE=DISCONNECT");
	EXPECT_BY(0, PROCESS, LOCAL);
}

TEST_F(causes, close_while_connecting)
{
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("SYN_SENT>CLOSE=CONNECT_ABORTED");
	EXPECT_FROM(0, PROCESS, LOCAL, 0);
}

TEST_F(causes, shutdown_while_connecting)
{
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_RDWR));
	PATH("SYN_SENT>CLOSE=CONNECT_ABORTED");
	EXPECT_EQ(TCPCLOSE_CONTEXT_PROCESS, event_context(EVENT(0)));
}

/* The port pair is in use: connect() enters SYN_SENT and fails. */
TEST_F(causes, connect_fails_on_this_machine)
{
	union net_addr remote = self->lab.puppet.remote;
	struct flow flow = { 0 };
	struct peer second;

	ASSERT_EQ(0, peer_connect(&self->peer));
	peer_init(&second, &self->lab.puppet);
	ASSERT_EQ(0, peer_socket(&second));
	remote.in.sin_port = htons(self->peer.rport);
	ASSERT_EQ(-1, connect(second.fd, &remote.sa, net_addr_len(&remote)));
	ASSERT_EQ(EADDRNOTAVAIL, errno);
	flow.cookie = second.cookie;
	EXPECT_PATH(&self->lab, &flow, "SYN_SENT>CLOSE=NO_PORT");
	EXPECT_EQ(0U, stream_event(&self->lab.stream, &flow, 0)->detail.segments_sent);
	EXPECT_EQ(TCPCLOSE_CALL_CONNECT,
		  stream_event(&self->lab.stream, &flow, 0)->detail.call);
	EXPECT_EQ(TCPCLOSE_ESTABLISHED, net_state(self->peer.fd));
}

TEST_F(causes, listener_closes_before_accept)
{
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_knock(&self->peer));
	ASSERT_EQ(0, net_wait(self->peer.listener, POLLIN, LAB_TIMEOUT_MS));
	PATH("");
	ASSERT_EQ(0, close(self->peer.listener));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>CLOSE=NOT_ACCEPTED");
	EXPECT_BY(0, PROCESS, LOCAL);
	EXPECT_EQ(TCPCLOSE_MARK_UNACCEPTED, EVENT(0)->r.mark);
}

TEST_F(causes, listener_closes_before_accept_of_a_closed_connection)
{
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_knock(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>CLOSE_WAIT");
	ASSERT_EQ(0, close(self->peer.listener));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>CLOSE=NOT_ACCEPTED");
	EXPECT_EQ(TCPCLOSE_CLOSER_REMOTE, event_closer(EVENT(1)));
	EXPECT_EQ(TCPCLOSE_MARK_UNACCEPTED, EVENT(0)->r.mark);
	EXPECT_EQ(TCPCLOSE_MARK_UNACCEPTED, EVENT(1)->r.mark);
}

TEST_F(causes, close_with_unread_data_after_shutdown)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "unread", 6));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=UNREAD");
	EXPECT_FROM(2, PROCESS, LOCAL, 0);
}

/* As CRIU does with a connection that continues elsewhere: sends no segment. */
TEST_F(causes, close_in_repair_mode)
{
	int on = TCP_REPAIR_ON;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, setsockopt(self->peer.fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>CLOSE=REPAIR");
	EXPECT_FROM(0, PROCESS, LOCAL, 0);
	EXPECT_TRUE(peer_silent(&self->peer, 100));
}

/* ---- an administrator */

TEST_F(causes, destroyed_by_an_administrator)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_destroy(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>CLOSE=DESTROYED");
	EXPECT_FROM(0, PROCESS, LOCAL, ECONNABORTED);
	EXPECT_EQ((__u32)getpid(), EVENT(0)->detail.pid);
}

TEST_F(causes, destroyed_while_connecting)
{
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, peer_destroy(&self->peer));
	PATH("SYN_SENT>CLOSE=DESTROYED");
	EXPECT_FROM(0, PROCESS, LOCAL, ECONNABORTED);
}

/* ---- the network, the machine */

TEST_F(causes, icmp_unreachable_while_connecting)
{
	ASSERT_EQ(0, peer_connecting(&self->peer));
	/* Port unreachable */
	ASSERT_EQ(0, puppet_icmp(&self->lab.puppet, variant->family == AF_INET ? 3 : 4,
				 self->peer.packet, self->peer.packet_len));
	PATH("SYN_SENT>CLOSE=UNREACHABLE");
	EXPECT_FROM(0, SOFTIRQ, NONE, ECONNREFUSED);
}

/* Afterwards ICMP is only a hint: the connection lives. */
TEST_F(causes, icmp_unreachable_when_established_ends_nothing)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(1, write(self->peer.fd, "x", 1));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, puppet_icmp(&self->lab.puppet, variant->family == AF_INET ? 3 : 4,
				 self->peer.packet, self->peer.packet_len));
	PATH("");
	EXPECT_EQ(TCPCLOSE_ESTABLISHED, net_state(self->peer.fd));
}

/* The peer's FIN, and an ICMP error that stays pending (IP_RECVERR). */
static int finish_with_error(struct lab *lab, struct peer *peer, int family)
{
	bool ipv4 = family == AF_INET;
	int ret = peer_connect(peer), one = 1;

	if (!ret && setsockopt(peer->fd, ipv4 ? SOL_IP : SOL_IPV6,
			       ipv4 ? IP_RECVERR : IPV6_RECVERR, &one, sizeof(one)))
		ret = -errno;
	if (!ret)
		ret = peer_send(peer, PUPPET_FIN | PUPPET_ACK, NULL, 0);
	if (!ret && write(peer->fd, "x", 1) != 1)
		ret = -EIO;
	if (!ret)
		ret = peer_expect(peer, PUPPET_PSH);
	/* Host unreachable, address unreachable */
	return ret ? ret : puppet_icmp(&lab->puppet, ipv4 ? 1 : 3, peer->packet,
				       peer->packet_len);
}

/* A pending error is not the cause of a later end. */
TEST_F(causes, fin_after_an_icmp_error)
{
	ASSERT_EQ(0, finish_with_error(&self->lab, &self->peer, variant->family));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
	EXPECT_EQ(EHOSTUNREACH, EVENT(2)->r.sk_err);
	EXPECT_EQ(TCPCLOSE_FLAG_ACK, EVENT(2)->r.flags);
}

/* The same connection, reset instead. */
TEST_F(causes, rst_after_an_icmp_error)
{
	ASSERT_EQ(0, finish_with_error(&self->lab, &self->peer, variant->family));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=RST");
}

/* The kernel counts its orphans ten times a second; the first RTO is longer. */
#define ORPHANS_COUNTED_US	130000

static int max_orphans(const char *number)
{
	return net_in_init(net_sysctl, "ipv4.tcp_max_orphans", number);
}

TEST_F(causes, too_many_orphans)
{
	struct peer first;

	peer_init(&first, &self->lab.puppet);
	first.lport = 5001;
	ASSERT_EQ(0, peer_connect(&first));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, max_orphans("0"));
	EXPECT_EQ(0, peer_close(&first));
	usleep(ORPHANS_COUNTED_US);
	EXPECT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, max_orphans("8192"));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE=ORPHANS");
	EXPECT_FROM(1, PROCESS, LOCAL, 0);
}

TEST_F(causes, too_many_orphans_when_a_timer_looks)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, max_orphans("0"));
	EXPECT_EQ(0, lab_wait(&self->lab, &self->peer, 2, LAB_TIMEOUT_MS));
	ASSERT_EQ(0, max_orphans("8192"));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE=ORPHANS");
	EXPECT_EQ(TCPCLOSE_CONTEXT_TIMER, event_context(EVENT(1)));
}

TEST_HARNESS_MAIN
