// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole lives of connections that open, or open again, in uncommon ways: TCP Fast
 * Open, SYN cookies, repair mode, listeners that share a port, sockets used twice.
 *
 * vm: --icount --smp 1
 */
#include <netinet/tcp.h>
#include <unistd.h>

#include "lib/odd_fixture.h"

ODD_FIXTURE(odd_openings, "all");

#define CONNECTED	"CLOSE>SYN_SENT SYN_SENT>ESTABLISHED"
#define ACCEPTED	"LISTEN>SYN_RECV SYN_RECV>ESTABLISHED"

#define EXPECT_PEER_CLOSER(who) do { \
	struct flow _flow = lab_peer_flow(&self->lab, &self->peer); \
	EXPECT_CLOSER(&self->lab, &_flow, who); \
} while (0)

/* ---- TCP Fast Open */

/* Client and server; neither needs a cookie, every listener takes part */
#define FAST_OPEN "1543"

/* The kernel listens, the puppet sends a SYN with data. */
static int fast_request(struct peer *peer)
{
	int err = net_sysctl("ipv4.tcp_fastopen", FAST_OPEN);

	if (!err)
		err = peer_listen(peer);
	return err ? err : peer_knock_fast(peer);
}

static int fast_connecting(struct peer *peer)
{
	union net_addr remote = peer->puppet->remote;
	int err = net_sysctl("ipv4.tcp_fastopen", FAST_OPEN);

	if (!err)
		err = peer_socket(peer);
	if (err)
		return err;
	remote.in.sin_port = htons(peer->rport);
	if (sendto(peer->fd, "data", 4, MSG_FASTOPEN, &remote.sa, net_addr_len(&remote)) < 0 &&
	    errno != EINPROGRESS)
		return -errno;
	return peer_expect(peer, PUPPET_SYN);
}

ODD_TEST(odd_openings, fast_open_on_both_ends)
{
	union net_addr addr = net_loopback(variant->family, 0);
	socklen_t len = net_addr_len(&addr);
	struct flow client = { 0 }, server;
	int listener, fd, accepted;
	char data[8];

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_fastopen", FAST_OPEN));
	listener = net_listen(&addr, 1);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, getsockname(listener, &addr.sa, &len));
	fd = socket(variant->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(4, sendto(fd, "data", 4, MSG_FASTOPEN, &addr.sa, len));
	accepted = accept(listener, NULL, NULL);
	ASSERT_LE(0, accepted);
	ASSERT_EQ(4, read(accepted, data, sizeof(data)));
	/* Its first transition was before it had a port. */
	client.cookie = net_cookie(fd);
	server = lab_flow(&self->lab, net_remote_port(fd), net_local_port(fd));
	ASSERT_EQ(0, close(fd));
	EXPECT_PATH(&self->lab, &client, CONNECTED " " TO_FIN_WAIT2);
	ASSERT_EQ(0, close(accepted));
	EXPECT_PATH(&self->lab, &client, CONNECTED " " TO_TIME_WAIT);
	EXPECT_PATH(&self->lab, &server, ACCEPTED " " PASSIVE_CLOSE);
	EXPECT_EQ(4, event_sent(stream_event(&self->lab.stream, &client, 2)));
	EXPECT_EQ(4, event_received(stream_event(&self->lab.stream, &server, 4)));
	close(listener);
}

/* The socket can still be accepted, and its data read. */
ODD_TEST(odd_openings, fast_open_is_reset_before_accept)
{
	char data[8];

	ASSERT_EQ(0, fast_request(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("LISTEN>SYN_RECV SYN_RECV>CLOSE=RST");
	EXPECT_PEER_CLOSER("nobody");
	self->peer.fd = accept(self->peer.listener, NULL, NULL);
	ASSERT_LE(0, self->peer.fd);
	EXPECT_EQ(4, read(self->peer.fd, data, sizeof(data)));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("LISTEN>SYN_RECV SYN_RECV>CLOSE=RST");
}

ODD_TEST(odd_openings, fast_open_is_reset_after_accept)
{
	ASSERT_EQ(0, fast_request(&self->peer));
	self->peer.fd = accept(self->peer.listener, NULL, NULL);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("LISTEN>SYN_RECV SYN_RECV>CLOSE=RST");
	EXPECT_PEER_CLOSER("nobody");
}

ODD_TEST(odd_openings, fast_open_is_refused)
{
	ASSERT_EQ(0, fast_connecting(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH("CLOSE>SYN_SENT SYN_SENT>CLOSE=REFUSED");
	EXPECT_PEER_CLOSER("nobody");
}

ODD_TEST(odd_openings, fast_open_is_closed_before_an_answer)
{
	ASSERT_EQ(0, fast_connecting(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("CLOSE>SYN_SENT SYN_SENT>CLOSE=CONNECT_ABORTED");
	EXPECT_PEER_CLOSER("odd_openings close");
}

/* The answer acknowledges the SYN only: the data is sent again. */
ODD_TEST(odd_openings, fast_open_data_is_not_taken)
{
	ASSERT_EQ(0, fast_connecting(&self->peer));
	self->peer.ack -= 4;
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_SYN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(CONNECTED " " TO_TIME_WAIT);
	EXPECT_EQ(4, event_sent(EVENT(4)));
}

/* ---- SYN cookies: nothing is kept until the last ACK */

static int always_cookies(void)
{
	return net_sysctl("ipv4.tcp_syncookies", "2");
}

ODD_TEST(odd_openings, by_syn_cookie)
{
	ASSERT_EQ(0, always_cookies());
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(ACCEPTED " " TO_TIME_WAIT);
	EXPECT_PEER_CLOSER("odd_openings close");
	EXPECT_EQ(self->peer.cookie, EVENT(0)->r.cookie);
}

ODD_TEST(odd_openings, by_syn_cookie_and_reset)
{
	ASSERT_EQ(0, always_cookies());
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_knock(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH(ACCEPTED " ESTABLISHED>CLOSE=RST");
}

ODD_TEST(odd_openings, by_syn_cookie_and_not_accepted)
{
	ASSERT_EQ(0, always_cookies());
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_knock(&self->peer));
	PATH(ACCEPTED);
	ASSERT_EQ(0, close(self->peer.listener));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH(ACCEPTED " ESTABLISHED>CLOSE=NOT_ACCEPTED");
	EXPECT_PEER_CLOSER("odd_openings close");
}

/* The other end forgot the answer, so its RST meets no connection. */
ODD_TEST(odd_openings, syn_cookie_that_never_comes_back)
{
	ASSERT_EQ(0, always_cookies());
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_SYN, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_SYN | PUPPET_ACK));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("");
}

/* ---- repair mode */

static int repair(int fd, int mode)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &mode, sizeof(mode)) ? -errno : 0;
}

/* As a program that restores connections does: no SYN is sent. */
ODD_TEST(odd_openings, restored_in_repair_mode)
{
	union net_addr remote = self->lab.puppet.remote;
	int queues[] = { TCP_RECV_QUEUE, TCP_SEND_QUEUE }, i;
	uint32_t numbers[] = { 1000000, 2000000 };

	ASSERT_EQ(0, peer_socket(&self->peer));
	ASSERT_EQ(0, repair(self->peer.fd, TCP_REPAIR_ON));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, setsockopt(self->peer.fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queues[i],
					sizeof(int)));
		ASSERT_EQ(0, setsockopt(self->peer.fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &numbers[i],
					sizeof(int)));
	}
	remote.in.sin_port = htons(self->peer.rport);
	ASSERT_EQ(0, connect(self->peer.fd, &remote.sa, net_addr_len(&remote)));
	EXPECT_TRUE(peer_silent(&self->peer, 100));
	ASSERT_EQ(0, repair(self->peer.fd, TCP_REPAIR_OFF_NO_WP));
	PATH(CONNECTED);
	self->peer.seq = numbers[0];
	self->peer.ack = numbers[1];
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "data", 4));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH(CONNECTED " ESTABLISHED>CLOSE=UNREAD");
	EXPECT_PEER_CLOSER("odd_openings close");
	EXPECT_EQ(4, event_received(EVENT(2)));
}

/* ---- listeners that share a port */

static int listen_shared(const union net_addr *addr)
{
	int fd = socket(addr->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) ||
	    bind(fd, &addr->sa, net_addr_len(addr)) || listen(fd, 8))
		return -errno;
	return fd;
}

/* The listener of the two in whose queue the puppet's connection is. */
static int queued_at(const int listeners[2])
{
	int tries, i;

	for (tries = 0; tries < 100; tries++)
		for (i = 0; i < 2; i++)
			if (!net_wait(listeners[i], POLLIN, 10))
				return i;
	return -ETIMEDOUT;
}

static int share_port(struct lab *lab, struct peer *peer, int listeners[2])
{
	union net_addr local = lab->puppet.local;

	local.in.sin_port = htons(peer->lport);
	listeners[0] = listen_shared(&local);
	listeners[1] = listen_shared(&local);
	if (listeners[0] < 0 || listeners[1] < 0)
		return -EIO;
	return peer_knock(peer);
}

ODD_TEST(odd_openings, group_of_listeners_shrinks)
{
	int listeners[2], first;

	ASSERT_EQ(0, share_port(&self->lab, &self->peer, listeners));
	first = queued_at(listeners);
	ASSERT_LE(0, first);
	ASSERT_EQ(0, close(listeners[first]));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH(ACCEPTED " ESTABLISHED>CLOSE=NOT_ACCEPTED");
	EXPECT_PEER_CLOSER("odd_openings close");
	/* The other listener opens connections. */
	self->peer.rport += 1000;
	ASSERT_EQ(0, peer_knock(&self->peer));
	EXPECT_EQ(0, net_wait(listeners[!first], POLLIN, LAB_TIMEOUT_MS));
	PATH(ACCEPTED);
	close(listeners[!first]);
}

/* The kernel moves what is not accepted to the other listener: nothing ends. */
ODD_TEST(odd_openings, group_of_listeners_shrinks_and_hands_over)
{
	struct peer request;
	int listeners[2], first;

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_migrate_req", "1"));
	ASSERT_EQ(0, share_port(&self->lab, &self->peer, listeners));
	first = queued_at(listeners);
	ASSERT_LE(0, first);
	/* Likewise what has not got its last ACK */
	peer_init(&request, &self->lab.puppet);
	ASSERT_EQ(0, peer_send(&request, PUPPET_SYN, NULL, 0));
	ASSERT_EQ(0, peer_expect(&request, PUPPET_SYN | PUPPET_ACK));
	ASSERT_EQ(0, close(listeners[first]));
	self->peer.fd = accept(listeners[!first], NULL, NULL);
	ASSERT_LE(0, self->peer.fd);
	PATH(ACCEPTED);
	ASSERT_EQ(0, peer_send(&request, PUPPET_ACK, NULL, 0));
	request.fd = accept(listeners[!first], NULL, NULL);
	ASSERT_LE(0, request.fd);
	EXPECT_PEER_PATH(&self->lab, &request, ACCEPTED);
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(ACCEPTED " " TO_TIME_WAIT);
	ASSERT_EQ(0, net_abort(request.fd));
	EXPECT_PEER_PATH(&self->lab, &request, ACCEPTED " ESTABLISHED>CLOSE=LINGER");
	close(listeners[!first]);
}

/* ---- a second life: the socket keeps its cookie */

/* Its mini-socket lives on, with the same cookie. */
ODD_TEST(odd_openings, connects_again_while_its_mini_socket_lives)
{
	struct flow all = { 0 };

	ASSERT_EQ(0, peer_connect(&self->peer));
	all.cookie = self->peer.cookie;
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH(CONNECTED " ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>TIME_WAIT[CLOSE]=FIN");
	ASSERT_EQ(0, net_disconnect(self->peer.fd));
	self->peer.rport += 1000;
	self->peer.seq = 5000;
	ASSERT_EQ(0, peer_connect(&self->peer));
	EXPECT_EQ(all.cookie, net_cookie(self->peer.fd));
	PATH(CONNECTED);
	EXPECT_EQ(0, EVENT(0)->r.index);
	EXPECT_EQ(0, event_sent(EVENT(1)));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH(CONNECTED " ESTABLISHED>CLOSE=RST");
	EXPECT_PATH(&self->lab, &all,
		    CONNECTED " ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>TIME_WAIT[CLOSE]=FIN "
		    CONNECTED " ESTABLISHED>CLOSE=RST");
}

ODD_TEST(odd_openings, connects_again_after_it_disconnected)
{
	struct flow all = { 0 };

	ASSERT_EQ(0, peer_connect(&self->peer));
	all.cookie = self->peer.cookie;
	ASSERT_EQ(4, write(self->peer.fd, "data", 4));
	ASSERT_EQ(0, net_disconnect(self->peer.fd));
	self->peer.rport += 1000;
	self->peer.seq = 5000;
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(CONNECTED " " TO_TIME_WAIT);
	EXPECT_EQ(0, EVENT(0)->r.index);
	EXPECT_EQ(0, event_sent(EVENT(4)));
	EXPECT_PATH(&self->lab, &all,
		    CONNECTED " ESTABLISHED>CLOSE=DISCONNECT " CONNECTED " " TO_TIME_WAIT);
}

/* The port of the first life is not that of the second. */
ODD_TEST(odd_openings, connects_again_from_no_port_yet)
{
	struct flow all = { 0 };
	const struct stream *stream = &self->lab.stream;

	self->peer.lport = 0;
	ASSERT_EQ(0, peer_connect(&self->peer));
	all.cookie = self->peer.cookie;
	ASSERT_EQ(0, net_disconnect(self->peer.fd));
	self->peer.rport += 1000;
	self->peer.seq = 5000;
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	EXPECT_PATH(&self->lab, &all,
		    CONNECTED " ESTABLISHED>CLOSE=DISCONNECT " CONNECTED " ESTABLISHED>FIN_WAIT1");
	EXPECT_EQ(0, stream_event(stream, &all, 0)->r.lport);
	EXPECT_EQ(0, stream_event(stream, &all, 3)->r.lport);
	EXPECT_EQ(self->peer.lport, stream_event(stream, &all, 4)->r.lport);
}

ODD_TEST(odd_openings, listener_becomes_a_client)
{
	struct flow all = { 0 };

	ASSERT_EQ(0, peer_socket(&self->peer));
	all.cookie = self->peer.cookie;
	ASSERT_EQ(0, listen(self->peer.fd, 1));
	ASSERT_EQ(0, net_disconnect(self->peer.fd));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	EXPECT_PATH(&self->lab, &all,
		    "CLOSE>LISTEN LISTEN>CLOSE=LISTENER " CONNECTED " " TO_TIME_WAIT);
}

TEST_HARNESS_MAIN
