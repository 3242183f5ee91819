// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same connections with each kind of hook, ftrace and kprobe: the records say the
 * same, of every argument of every hooked function.
 *
 * vm: --icount --smp 1 --disruptive
 */
#include <fcntl.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/lab.h"
#include "lib/lab_fixture.h"
#include "lib/module.h"

FIXTURE(hooked)
{
	struct lab lab;
	struct peer peer;
};

FIXTURE_VARIANT(hooked)
{
	const char *parameters;
	bool ftrace;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(hooked, by_ftrace) {
	.parameters = "hooks=ftrace",
	.ftrace = true,
};

FIXTURE_VARIANT_ADD(hooked, by_kprobe) {
	.parameters = "hooks=kprobe",
	.ftrace = false,
};

/* clang-format on */

FIXTURE_SETUP(hooked)
{
	if (variant->ftrace && !module_can_use_ftrace())
		SKIP(return, "no ftrace in this kernel");
	ASSERT_EQ(0, module_keep(variant->parameters));
	ASSERT_EQ(0, lab_open(&self->lab, AF_INET));
	peer_init(&self->peer, &self->lab.puppet);
}

FIXTURE_TEARDOWN(hooked)
{
	if (variant->ftrace && !module_can_use_ftrace())
		return;
	lab_close(&self->lab);
}

/*
 * tcp_rcv_state_process(sk, skb): ACK; tcp_time_wait(sk, state, …) and
 * inet_twsk_hashdance(tw, sk, …): hand-over; tcp_timewait_state_process(tw, skb, th)
 * and __inet_twsk_schedule(tw, timeo, rearm): FIN
 */
TEST_F(hooked, active_close)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	EXPECT_EQ(TCPCLOSE_FLAG_ACK, EVENT(1)->r.flags);
	EXPECT_EQ(TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK, EVENT(3)->r.flags);
	EXPECT_EQ(self->peer.cookie, EVENT(3)->r.cookie);
	EXPECT_EQ(0, EVENT(3)->r.mark);
	/* rearm is the argument that tells the two apart */
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_FIN | PUPPET_ACK, self->peer.seq - 1,
				  self->peer.ack, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	PATH(TO_TIME_WAIT REARM);
	EXPECT_EQ(TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK, EVENT(4)->r.flags);
	/* inet_twsk_deschedule_put(tw), inet_twsk_kill(tw): the end, and its reason */
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH(TO_TIME_WAIT REARM " tw:TIME_WAIT>CLOSE!RST");
	EXPECT_EQ(TCPCLOSE_FLAG_RST | TCPCLOSE_FLAG_ACK, EVENT(5)->r.flags);
}

/* tcp_time_wait() without inet_twsk_hashdance(): no state that begins */
TEST_F(hooked, overflow)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_tw_buckets", "0"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=FIN!OVERFLOW");
}

/* The state that tcp_time_wait(sk, state, …) is called with, for a close in two steps */
TEST_F(hooked, half_close)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH(TO_FIN_WAIT2);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=RST!RST");
	EXPECT_EQ(TCPCLOSE_FLAG_RST, EVENT(3)->r.flags);
}

/* tcp_data_queue(sk, skb): FIN; tcp_rcv_state_process(sk, skb): last ACK */
TEST_F(hooked, passive_close)
{
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK | PUPPET_PSH, "x", 1));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	PATH("ESTABLISHED>CLOSE_WAIT");
	EXPECT_EQ(TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK | TCPCLOSE_FLAG_PSH,
		  EVENT(0)->r.flags);
}

/* tcp_reset(sk, skb) */
TEST_F(hooked, reset)
{
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>CLOSE=RST");
	EXPECT_EQ(TCPCLOSE_FLAG_RST | TCPCLOSE_FLAG_ACK, EVENT(0)->r.flags);
}

/*
 * tcp_v4_send_reset(sk, skb, reason), without a socket and with one;
 * tcp_send_active_reset(sk, …)
 */
TEST_F(hooked, resets_sent)
{
	struct flow flow = lab_flow(&self->lab, 0, self->peer.rport);

	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_ACK, 1000, 2000, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_ACK, 1000, self->peer.ack + 7, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	close(self->peer.fd);
	self->peer.lport++;
	self->peer.fd = -1;
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_abort(self->peer.fd));
	PATH("ESTABLISHED>CLOSE=LINGER");
	EXPECT_STREQ("none:>NO_SOCKET >TCP_INVALID_ACK_SEQUENCE >TCP_STATE",
		     stream_rsts(&self->lab.stream, &flow));
	EXPECT_EQ(2000, stream_rst(&self->lab.stream, &flow, 0)->segment_ack);
	EXPECT_EQ(TCPCLOSE_SYN_SENT, stream_rst(&self->lab.stream, &flow, 1)->state);
	EXPECT_EQ(self->peer.cookie, stream_rst(&self->lab.stream, &flow, 2)->cookie);
	EXPECT_RSTS_TOLD(&self->lab);
}

/* inet_csk_clone_lock(sk, req, …): the request's cookie */
TEST_F(hooked, passive_opening)
{
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH("LISTEN>SYN_RECV SYN_RECV>ESTABLISHED ESTABLISHED>CLOSE=RST");
	EXPECT_EQ(self->peer.cookie, EVENT(0)->r.cookie);
	EXPECT_EQ(self->peer.rport, EVENT(0)->r.rport);
}

/* The callers of inet_twsk_deschedule_put() and inet_twsk_kill() */
TEST_F_TIMEOUT(hooked, ends_of_mini_sockets, 150)
{
	struct flow old = { 0 }, destroyed = { 0 };

	ASSERT_EQ(0, peer_accept(&self->peer));
	old.cookie = self->peer.cookie;
	ASSERT_EQ(0, peer_close_active(&self->peer));
	self->peer.seq += 100000;
	ASSERT_EQ(0, peer_accept(&self->peer));
	EXPECT_PATH(&self->lab, &old, TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!SYN");
	ASSERT_EQ(0, peer_close_active(&self->peer));
	destroyed.cookie = self->peer.cookie;
	ASSERT_EQ(0, peer_destroy(&self->peer));
	EXPECT_PATH(&self->lab, &destroyed, TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!DESTROYED");
	peer_init(&self->peer, &self->lab.puppet);
	self->peer.lport += 5;
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 5, 70000));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!EXPIRED");
}

TEST_HARNESS_MAIN
