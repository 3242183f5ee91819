// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends by silence: no answer to a SYN, data, a FIN or a keepalive, and no FIN
 * in FIN_WAIT2.
 *
 * vm: --icount --smp 1
 */
#include <netinet/tcp.h>

#include "lib/lab_fixture.h"

LAB_FIXTURE(silence);

/* ---- no answer */

TEST_F(silence, no_answer_to_syn)
{
	ASSERT_EQ(0, peer_socket(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_SYNCNT, 1));
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLHUP, 20000));
	PATH("SYN_SENT>CLOSE=TIMEOUT");
	EXPECT_FROM(0, TIMER, LOCAL, ETIMEDOUT);
	/* peer_connecting() has received the first one */
	EXPECT_EQ(peer_count(&self->peer, PUPPET_SYN), EVENT(0)->r.retransmits);
	EXPECT_EQ(0U, EVENT(0)->detail.segments_received);
}

TEST_F(silence, no_answer_to_syn_within_the_users_timeout)
{
	ASSERT_EQ(0, peer_socket(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_USER_TIMEOUT, 1000));
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLHUP, 20000));
	PATH("SYN_SENT>CLOSE=USER_TIMEOUT");
	EXPECT_FROM(0, TIMER, LOCAL, ETIMEDOUT);
}

/* As a TIME_WAIT of the peer does: each SYN is answered with an old ACK. */
TEST_F(silence, is_broken_by_answers_to_syn_that_fit_nothing)
{
	ASSERT_EQ(0, peer_socket(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_SYNCNT, 1));
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_ACK, 1000, self->peer.ack - 1000, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLHUP, 20000));
	PATH("SYN_SENT>CLOSE=TIMEOUT");
	EXPECT_EQ(1U, EVENT(0)->detail.segments_received);
}

TEST_F(silence, no_answer_to_data)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_USER_TIMEOUT, 1000));
	ASSERT_EQ(1, write(self->peer.fd, "x", 1));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLHUP, 20000));
	PATH("ESTABLISHED>CLOSE=USER_TIMEOUT");
	EXPECT_FROM(0, TIMER, LOCAL, ETIMEDOUT);
}

TEST_F(silence, no_answer_to_fin)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_orphan_retries", "1"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE=TIMEOUT");
	EXPECT_FROM(1, TIMER, LOCAL, ETIMEDOUT);
}

TEST_F(silence, no_answer_to_fin_in_last_ack)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_orphan_retries", "1"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=TIMEOUT");
	EXPECT_FROM(2, TIMER, REMOTE, ETIMEDOUT);
}

TEST_F(silence, no_answer_to_keepalive)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_keep_alive(self->peer.fd, 1));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLHUP, 20000));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>CLOSE=KEEPALIVE");
	EXPECT_FROM(0, TIMER, LOCAL, ETIMEDOUT);
}

/* The socket's error is that of ICMP; the recorded cause is the timeout. */
TEST_F(silence, no_answer_to_data_but_icmp)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_USER_TIMEOUT, 1000));
	ASSERT_EQ(1, write(self->peer.fd, "x", 1));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	/* Host, or address, unreachable */
	ASSERT_EQ(0, puppet_icmp(&self->lab.puppet, variant->family == AF_INET ? 1 : 3,
				 self->peer.packet, self->peer.packet_len));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLHUP, 20000));
	PATH("ESTABLISHED>CLOSE=USER_TIMEOUT");
	EXPECT_FROM(0, TIMER, LOCAL, EHOSTUNREACH);
}

TEST_F(silence, no_window_for_data)
{
	struct segment closed;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_USER_TIMEOUT, 1000));
	closed = peer_segment(&self->peer, PUPPET_ACK, self->peer.seq, self->peer.ack);
	closed.window = 0;
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &closed));
	ASSERT_EQ(1, write(self->peer.fd, "x", 1));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLHUP, 20000));
	PATH("ESTABLISHED>CLOSE=USER_TIMEOUT");
	EXPECT_FROM(0, TIMER, LOCAL, ETIMEDOUT);
	EXPECT_EQ(0U, event_sent(EVENT(0)));
}

TEST_F(silence, no_window_for_the_data_of_an_orphan)
{
	struct segment closed;

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_orphan_retries", "1"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	closed = peer_segment(&self->peer, PUPPET_ACK, self->peer.seq, self->peer.ack);
	closed.window = 0;
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &closed));
	ASSERT_EQ(1, write(self->peer.fd, "x", 1));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE=TIMEOUT");
	EXPECT_FROM(1, TIMER, LOCAL, ETIMEDOUT);
}

/* Close the peer's window: what is written from now on is not sent. */
static int close_window(struct peer *peer, struct segment *closed)
{
	*closed = peer_segment(peer, PUPPET_ACK, peer->seq, peer->ack);
	closed->window = 0;
	return puppet_send(peer->puppet, closed);
}

/* Answer each probe of the window, until there are no more. */
static int answer_probes(struct peer *peer, const struct segment *closed)
{
	int err = 0, probes = 0;

	while (!err && !peer_expect(peer, PUPPET_ACK)) {
		probes++;
		err = puppet_send(peer->puppet, closed);
	}
	return err ? err : probes;
}

TEST_F(silence, is_broken_by_a_peer_that_opens_no_window)
{
	struct segment closed;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_USER_TIMEOUT, 3000));
	ASSERT_EQ(0, close_window(&self->peer, &closed));
	ASSERT_EQ(10, write(self->peer.fd, "0123456789", 10));
	EXPECT_LT(1, answer_probes(&self->peer, &closed));
	PATH("ESTABLISHED>CLOSE=ZERO_WINDOW");
	EXPECT_FROM(0, TIMER, LOCAL, ETIMEDOUT);
	EXPECT_EQ(10U, EVENT(0)->detail.unacked_bytes);
	EXPECT_EQ(10U, EVENT(0)->detail.unsent_bytes);
}

/* Its limit of probes counts once they are as far apart as they can be. */
TEST_F_TIMEOUT(silence, is_broken_for_an_orphan_by_a_peer_that_opens_no_window, 600)
{
	struct segment closed;
	int tries;

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_orphan_retries", "2"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, close_window(&self->peer, &closed));
	ASSERT_EQ(10, write(self->peer.fd, "0123456789", 10));
	ASSERT_EQ(0, peer_close(&self->peer));
	for (tries = 0; tries < 100 && lab_wait(&self->lab, &self->peer, 2, 0); tries++)
		EXPECT_LE(0, answer_probes(&self->peer, &closed));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE=ZERO_WINDOW");
	EXPECT_EQ(10U, EVENT(0)->detail.unsent_bytes);
	EXPECT_EQ(10U, EVENT(1)->detail.unsent_bytes);
	EXPECT_EQ(TCPCLOSE_DETAIL_TRAFFIC | TCPCLOSE_DETAIL_FIN_UNSENT | TCPCLOSE_DETAIL_IDLE,
		  EVENT(1)->detail.mark);
}

/* The window closes over data in flight; each retransmission is answered. */
TEST_F(silence, is_broken_by_a_peer_that_closes_its_window_over_data)
{
	struct segment closed;
	int probes = 0;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_USER_TIMEOUT, 3000));
	closed = peer_segment(&self->peer, PUPPET_ACK, self->peer.seq, self->peer.ack);
	closed.window = 0;
	ASSERT_EQ(1, write(self->peer.fd, "x", 1));
	while (!peer_expect(&self->peer, PUPPET_ACK)) {
		ASSERT_EQ(0, puppet_send(&self->lab.puppet, &closed));
		probes++;
	}
	EXPECT_LT(1, probes);
	PATH("ESTABLISHED>CLOSE=ZERO_WINDOW");
	EXPECT_EQ(1U, EVENT(0)->detail.unacked_bytes);
	EXPECT_EQ(0U, EVENT(0)->detail.unsent_bytes);
}

/* ---- the peer's FIN does not come */

TEST_F(silence, fin_wait2_times_out_in_a_mini_socket)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_fin_timeout", "2"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=FIN_WAIT2_TIMEOUT!EXPIRED");
	EXPECT_EQ(TCPCLOSE_CONTEXT_TIMER, event_context(EVENT(3)));
	EXPECT_LE(1900000000ULL, EVENT(3)->r.dwell_ns);
	EXPECT_GE(3000000000ULL, EVENT(3)->r.dwell_ns);
}

/* Longer than TIME_WAIT: the full socket waits for the difference. */
TEST_F(silence, long_fin_wait2_becomes_a_mini_socket_by_timer)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_LINGER2, 62));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH(TO_FIN_WAIT2);
	EXPECT_EQ(TCPCLOSE_CONTEXT_TIMER, event_context(EVENT(2)));
	EXPECT_LE(1900000000ULL, EVENT(2)->r.dwell_ns);
}

/*
 * A FIN with an old sequence number makes the orphan wait as a full socket, on its
 * keepalive timer; no mini-socket is made.
 */
TEST_F(silence, fin_wait2_times_out_in_the_full_socket)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_fin_timeout", "2"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_FIN | PUPPET_ACK, self->peer.seq - 1,
				  self->peer.ack, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=FIN_WAIT2_TIMEOUT");
	EXPECT_FROM(2, TIMER, LOCAL, 0);
}

TEST_F(silence, negative_linger2_waits_for_no_fin)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_LINGER2, -1));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=FIN_WAIT2_TIMEOUT");
	EXPECT_FROM(2, SOFTIRQ, LOCAL, 0);
}

TEST_F(silence, negative_linger2_after_shutdown_ends_in_close)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_LINGER2, -1));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2 FIN_WAIT2>CLOSE=FIN_WAIT2_TIMEOUT");
	EXPECT_FROM(3, PROCESS, LOCAL, 0);
}

TEST_HARNESS_MAIN
