// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long TIME_WAIT takes, what restarts it, and closes without it. For what ends
 * it see minisocket.c.
 *
 * vm: --icount --smp 1
 */
#include "lib/lab_fixture.h"
#include "lib/procfile.h"

LAB_FIXTURE(timewait);

#define S	1000000000ULL
#define MS	1000000ULL

#define EXPECT_SECONDS(low, high, ns) do { \
	EXPECT_LE((low) * S, (__u64)(ns)); \
	EXPECT_GE((high) * S, (__u64)(ns)); \
} while (0)

/* An old segment: data that the kernel has acknowledged already. */
static int old_duplicate(struct peer *peer)
{
	return peer_send_at(peer, PUPPET_PSH | PUPPET_ACK, peer->seq - 10, peer->ack, "old", 3);
}

/* ---- its length */

/*
 * The timer wheel rounds up by 512 jiffies at most at this distance, and it may
 * be a jiffy late (kernel/time/timer.c; HZ is 250).
 */
#define EXPECT_TIMEWAIT_LEN(dwell_ns)                      \
	do {                                               \
		EXPECT_LE(60000000000ULL, (dwell_ns));     \
		EXPECT_GE(62052000000ULL, (dwell_ns));     \
	} while (0)

TEST_F_TIMEOUT(timewait, lasts_sixty_seconds, 150)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 5, 100000));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!EXPIRED");
	EXPECT_TIMEWAIT_LEN(EVENT(4)->r.dwell_ns);
	EXPECT_EQ(EVENT(4)->r.ts_ns - EVENT(3)->r.ts_ns, EVENT(4)->r.dwell_ns);
	EXPECT_BY(4, TIMER, LOCAL);
	EXPECT_EQ(0, EVENT(4)->r.rearms);
	EXPECT_EQ(0, EVENT(4)->r.flags);
	EXPECT_EQ(0U, EVENT(4)->detail.pid);
}

TEST_F_TIMEOUT(timewait, lasts_sixty_seconds_from_the_full_socket_too, 150)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 4, 100000));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>TIME_WAIT[CLOSE]=FIN tw:TIME_WAIT>CLOSE!EXPIRED");
	EXPECT_TIMEWAIT_LEN(EVENT(3)->r.dwell_ns);
	/* The mini-socket is made before the tracepoint reports the hand-over */
	EXPECT_LE(EVENT(3)->r.ts_ns - EVENT(2)->r.ts_ns, EVENT(3)->r.dwell_ns);
	EXPECT_GE(EVENT(3)->r.ts_ns - EVENT(2)->r.ts_ns + MS, EVENT(3)->r.dwell_ns);
}

/* The last ACK is sent at once; the wait starts after it. */
TEST_F(timewait, last_ack_does_not_wait)
{
	uint64_t cookie;

	ASSERT_EQ(0, peer_connect(&self->peer));
	cookie = self->peer.cookie;
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	EXPECT_EQ(self->peer.seq, self->peer.last.ack);
	PATH(TO_TIME_WAIT);
	EXPECT_EQ(cookie, EVENT(3)->r.cookie);
}

/* ---- re-arming */

TEST_F_TIMEOUT(timewait, old_duplicate_rearms_the_timer, 150)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	sleep(20);
	ASSERT_EQ(0, old_duplicate(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	PATH(TO_TIME_WAIT REARM);
	EXPECT_SECONDS(20, 21, EVENT(4)->r.dwell_ns);
	EXPECT_EQ(TCPCLOSE_FLAG_PSH | TCPCLOSE_FLAG_ACK, EVENT(4)->r.flags);
	EXPECT_EQ(TCPCLOSE_CONTEXT_SOFTIRQ, event_context(EVENT(4)));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 6, 100000));
	PATH(TO_TIME_WAIT REARM " tw:TIME_WAIT>CLOSE!EXPIRED");
	EXPECT_SECONDS(80, 83, EVENT(5)->r.dwell_ns);
	EXPECT_EQ(1, EVENT(5)->r.rearms);
}

TEST_F(timewait, rearms_are_counted_exactly)
{
	int i;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, old_duplicate(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH(TO_TIME_WAIT REARM REARM REARM REARM REARM " tw:TIME_WAIT>CLOSE!RST");
	for (i = 0; i < 5; i++)
		EXPECT_EQ(i + 1, EVENT(4 + i)->r.rearms);
	EXPECT_EQ(5, EVENT(9)->r.rearms);
	/* Each is one of the connection's transitions */
	for (i = 0; i < 10; i++)
		EXPECT_EQ(EVENT(0)->r.index + i, EVENT(i)->r.index);
}

TEST_F(timewait, bare_ack_rearms_the_timer)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	PATH(TO_TIME_WAIT REARM);
	EXPECT_EQ(TCPCLOSE_FLAG_ACK, EVENT(4)->r.flags);
}

/* An old SYN may be a new connection's: it must not keep TIME_WAIT alive. */
TEST_F(timewait, old_syn_does_not_rearm_the_timer)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, self->peer.seq - 1000, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	PATH(TO_TIME_WAIT);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!RST");
	EXPECT_EQ(1, EVENT(4)->r.strays);
}

/* The kernel's own TCP repeats its FIN when nftables drops the last ACK. */
TEST_F(timewait, lost_last_ack_rearms_the_timer)
{
	struct flow client, server;
	uint16_t lport, rport;
	int pair[2];

	ASSERT_EQ(0, net_pair(variant->family, pair));
	lport = net_local_port(pair[0]);
	rport = net_remote_port(pair[0]);
	client = lab_flow(&self->lab, lport, rport);
	server = lab_flow(&self->lab, rport, lport);
	ASSERT_EQ(0, close(pair[0]));
	EXPECT_PATH(&self->lab, &server, "ESTABLISHED>CLOSE_WAIT");
	EXPECT_PATH(&self->lab, &client, TO_FIN_WAIT2);
	ASSERT_EQ(0, net_run("nft 'add table inet lost; add chain inet lost in { type filter hook input priority 0; }; add rule inet lost in tcp sport %u tcp flags & (fin | syn | rst | ack) == ack drop'",
			     lport));
	ASSERT_EQ(0, close(pair[1]));
	ASSERT_EQ(0, stream_wait(&self->lab.stream, &client, 5, 10000));
	EXPECT_PATH(&self->lab, &client, TO_TIME_WAIT REARM);
	EXPECT_PATH(&self->lab, &server, "ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK");
	EXPECT_EQ(TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK,
		  stream_event(&self->lab.stream, &client, 4)->r.flags);
	ASSERT_EQ(0, net_run("nft delete table inet lost"));
	EXPECT_PATH(&self->lab, &server,
		    "ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
}

/* ---- the mini-socket could not be made */

TEST_F(timewait, overflow_skips_time_wait)
{
	long overflow;

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_tw_buckets", "0"));
	overflow = procfile_tcpext("TCPTimeWaitOverflow");
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=FIN!OVERFLOW");
	EXPECT_EQ(overflow + 1, procfile_tcpext("TCPTimeWaitOverflow"));
}

TEST_F(timewait, overflow_in_closing)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_tw_buckets", "0"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_FIN | PUPPET_ACK, self->peer.seq,
				  self->peer.ack - 1, NULL, 0));
	self->peer.seq++;
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSING CLOSING>CLOSE=FIN!OVERFLOW");
	EXPECT_EQ(TCPCLOSE_CLOSER_BOTH, event_closer(EVENT(2)));
}

/* It stays unknown whether the peer would have sent its FIN. */
TEST_F(timewait, overflow_of_an_orphan_skips_fin_wait2)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_tw_buckets", "0"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=OVERFLOW!OVERFLOW");
}

TEST_HARNESS_MAIN
