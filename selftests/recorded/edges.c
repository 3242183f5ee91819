// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every edge that a full socket can take while it is torn down, and the process
 * that its record names as the cause. For why connections end see causes.c.
 *
 * vm: --icount --smp 1
 */
#include <sys/wait.h>

#include "lib/lab_fixture.h"

LAB_FIXTURE(edges);

#define EXPECT_FLAGS(n, context, closer, flags_) do { \
	EXPECT_BY(n, context, closer); \
	EXPECT_EQ(flags_, EVENT(n)->r.flags); \
} while (0)

#define FIN	TCPCLOSE_FLAG_FIN
#define SYN	TCPCLOSE_FLAG_SYN
#define RST	TCPCLOSE_FLAG_RST
#define PSH	TCPCLOSE_FLAG_PSH
#define ACK	TCPCLOSE_FLAG_ACK

/* ---- the closer's side */

TEST_F(edges, close_goes_to_fin_wait1)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	PATH("ESTABLISHED>FIN_WAIT1");
	EXPECT_FLAGS(0, PROCESS, LOCAL, 0);
	EXPECT_EQ(2, EVENT(0)->r.index);
}

TEST_F(edges, shutdown_goes_to_fin_wait1)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	PATH("ESTABLISHED>FIN_WAIT1");
	EXPECT_FLAGS(0, PROCESS, LOCAL, 0);
}

TEST_F(edges, ack_of_fin_goes_to_fin_wait2)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2");
	EXPECT_FLAGS(1, SOFTIRQ, LOCAL, ACK);
	EXPECT_EQ(0U, EVENT(1)->detail.pid);
}

TEST_F(edges, fin_after_shutdown_goes_to_time_wait)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>TIME_WAIT[CLOSE]=FIN");
	EXPECT_FLAGS(2, SOFTIRQ, LOCAL, FIN | ACK);
}

TEST_F(edges, orphan_continues_as_fin_wait2_mini_socket)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH(TO_FIN_WAIT2);
	EXPECT_FLAGS(1, SOFTIRQ, LOCAL, ACK);
	EXPECT_FLAGS(2, SOFTIRQ, LOCAL, ACK);
}

TEST_F(edges, fin_reaches_the_fin_wait2_mini_socket)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	EXPECT_FLAGS(3, SOFTIRQ, LOCAL, FIN | ACK);
	EXPECT_EQ(5, EVENT(3)->r.index);
}

/* The RFC's FIN_WAIT_1 to TIME_WAIT takes Linux two steps, at one instant. */
TEST_F(edges, fin_with_ack_goes_through_fin_wait2_to_time_wait)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>TIME_WAIT[CLOSE]=FIN");
	EXPECT_FLAGS(1, SOFTIRQ, LOCAL, FIN | ACK);
	EXPECT_FLAGS(2, SOFTIRQ, LOCAL, FIN | ACK);
}

/* ---- simultaneous close */

static int cross_fins(struct peer *peer)
{
	int err = peer_expect(peer, PUPPET_FIN);

	if (!err)
		err = peer_send_at(peer, PUPPET_FIN | PUPPET_ACK, peer->seq, peer->ack - 1,
				   NULL, 0);
	peer->seq++;
	return err;
}

TEST_F(edges, crossing_fin_goes_to_closing)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, cross_fins(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSING");
	EXPECT_FLAGS(1, SOFTIRQ, BOTH, FIN | ACK);
}

TEST_F(edges, ack_in_closing_goes_to_time_wait)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, cross_fins(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSING CLOSING>TIME_WAIT[CLOSE]=FIN");
	EXPECT_FLAGS(2, SOFTIRQ, BOTH, ACK);
}

/* ---- the other side */

TEST_F(edges, fin_goes_to_close_wait)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>CLOSE_WAIT");
	EXPECT_FLAGS(0, SOFTIRQ, REMOTE, FIN | ACK);
}

TEST_F(edges, fin_behind_data_goes_to_close_wait)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_PSH | PUPPET_ACK, "end", 3));
	PATH("ESTABLISHED>CLOSE_WAIT");
	EXPECT_FLAGS(0, SOFTIRQ, REMOTE, FIN | PSH | ACK);
}

TEST_F(edges, fin_that_came_early_counts_when_the_gap_is_filled)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_FIN | PUPPET_ACK, self->peer.seq + 3,
				  self->peer.ack, NULL, 0));
	PATH("");
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "gap", 3));
	PATH("ESTABLISHED>CLOSE_WAIT");
	EXPECT_FLAGS(0, SOFTIRQ, REMOTE, PSH | ACK);
}

TEST_F(edges, passive_close_goes_to_last_ack_and_close)
{
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
	EXPECT_FLAGS(0, SOFTIRQ, REMOTE, FIN | ACK);
	EXPECT_FLAGS(1, PROCESS, REMOTE, 0);
	EXPECT_FLAGS(2, SOFTIRQ, REMOTE, ACK);
	EXPECT_EQ(2, EVENT(0)->r.index);
	EXPECT_EQ(4, EVENT(2)->r.index);
}

/* ---- self-loops: close() after shutdown() stores the same state again */

TEST_F(edges, close_in_fin_wait1_is_a_loop)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT1");
	EXPECT_FLAGS(1, PROCESS, LOCAL, 0);
}

TEST_F(edges, close_in_fin_wait2_is_a_loop_and_a_hand_over)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2[CLOSE]");
	EXPECT_FLAGS(2, PROCESS, LOCAL, 0);
	EXPECT_FLAGS(3, PROCESS, LOCAL, 0);
}

TEST_F(edges, close_in_closing_is_a_loop)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, cross_fins(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSING CLOSING>CLOSING");
	EXPECT_FLAGS(2, PROCESS, BOTH, 0);
}

TEST_F(edges, close_in_last_ack_is_a_loop)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>LAST_ACK");
	EXPECT_FLAGS(2, PROCESS, REMOTE, 0);
}

/* ---- an opening that is closed before it is complete (SYNs that crossed) */

TEST_F(edges, close_in_syn_recv_goes_to_fin_wait1)
{
	ASSERT_EQ(0, peer_crossed(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("SYN_RECV>FIN_WAIT1");
	EXPECT_FLAGS(0, PROCESS, LOCAL, 0);
	EXPECT_EQ(2, EVENT(0)->r.index);
}

/* The kernel delays the FIN until the opening is complete. */
TEST_F(edges, shutdown_in_syn_recv_waits_for_established)
{
	ASSERT_EQ(0, peer_crossed(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	PATH("");
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1");
	EXPECT_BY(0, SOFTIRQ, LOCAL);
	EXPECT_EQ(0U, EVENT(0)->detail.pid);
}

/*
 * tcp_fin() knows SYN_RECV to CLOSE_WAIT, but the ACK that comes with any
 * acceptable FIN completes the opening first.
 */
TEST_F(edges, fin_in_syn_recv_goes_through_established)
{
	ASSERT_EQ(0, peer_crossed(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>CLOSE_WAIT");
	EXPECT_FLAGS(0, SOFTIRQ, REMOTE, FIN | ACK);
	EXPECT_EQ(3, EVENT(0)->r.index);
}

/* ---- straight to CLOSE, from each state */

TEST_F(edges, rst_ends_syn_sent)
{
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH("SYN_SENT>CLOSE=REFUSED");
	EXPECT_FLAGS(0, SOFTIRQ, REMOTE, RST | ACK);
	EXPECT_EQ(ECONNREFUSED, EVENT(0)->r.sk_err);
	EXPECT_EQ(1, EVENT(0)->r.index);
}

TEST_F(edges, rst_ends_syn_recv)
{
	ASSERT_EQ(0, peer_crossed(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH("SYN_RECV>CLOSE=RST");
	EXPECT_FLAGS(0, SOFTIRQ, REMOTE, RST | ACK);
}

TEST_F(edges, rst_ends_established)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("ESTABLISHED>CLOSE=RST");
	EXPECT_FLAGS(0, SOFTIRQ, REMOTE, RST);
	EXPECT_EQ(ECONNRESET, EVENT(0)->r.sk_err);
}

TEST_F(edges, rst_ends_fin_wait1)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE=RST");
	EXPECT_FLAGS(1, SOFTIRQ, LOCAL, RST | ACK);
}

TEST_F(edges, rst_ends_fin_wait2)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=RST");
	EXPECT_FLAGS(2, SOFTIRQ, LOCAL, RST);
}

TEST_F(edges, rst_ends_closing)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, cross_fins(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSING CLOSING>CLOSE=RST");
	EXPECT_FLAGS(2, SOFTIRQ, BOTH, RST);
}

TEST_F(edges, rst_ends_close_wait)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>CLOSE=RST");
	EXPECT_FLAGS(1, SOFTIRQ, REMOTE, RST);
	EXPECT_EQ(EPIPE, EVENT(1)->r.sk_err);
}

TEST_F(edges, rst_ends_last_ack)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=RST");
	EXPECT_FLAGS(2, SOFTIRQ, REMOTE, RST);
}

/*
 * The last ACK was lost, and the client connects again: its SYN gets a challenge
 * ACK (RFC 5961 section 4), its RST ends the old connection, its next SYN opens.
 */
TEST_F(edges, syn_in_last_ack_is_challenged_and_then_succeeds)
{
	struct flow old = { 0 };

	ASSERT_EQ(0, peer_accept(&self->peer));
	old.cookie = self->peer.cookie;
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, self->peer.seq + 100000, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	EXPECT_EQ(PUPPET_ACK, self->peer.last.flags);
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK");
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, self->peer.last.ack, 0, NULL, 0));
	EXPECT_PATH(&self->lab, &old,
		    "ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=RST");
	self->peer.seq += 100000;
	EXPECT_EQ(0, peer_accept(&self->peer));
}

/* ---- segments that change nothing */

TEST_F(edges, segment_for_no_connection_is_reset_and_no_transition)
{
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("");
}

/* A segment with a wrong checksum is only dropped: nothing is reset. */
TEST_F(edges, bad_checksum_changes_nothing)
{
	struct segment segment;

	ASSERT_EQ(0, peer_connect(&self->peer));
	segment = peer_segment(&self->peer, PUPPET_FIN | PUPPET_ACK, self->peer.seq,
			       self->peer.ack);
	segment.bad_checksum = true;
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &segment));
	PATH("");
	EXPECT_TRUE(peer_silent(&self->peer, 100));
}

/* ---- exit: the kernel closes what a process leaves open */

TEST_F(edges, exit_closes_in_the_process_own_name)
{
	int go[2];
	pid_t pid;
	char c;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, pipe(go));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(go[1]);
		if (read(go[0], &c, 1))
			_exit(1);
		_exit(0);
	}
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("");
	close(go[1]);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1");
	EXPECT_FLAGS(0, PROCESS, LOCAL, 0);
	EXPECT_EQ((__u32)pid, EVENT(0)->detail.pid);
}

TEST_HARNESS_MAIN
