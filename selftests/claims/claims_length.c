// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims on the length of TIME_WAIT: C9 of Documentation/claims.rst.
 *
 * vm: --icount --smp 1 --include Documentation/claims.rst:selftests/claims.rst --slow
 */
#include <sys/wait.h>

#include "lib/claims_fixture.h"

CLAIMS_BY_HAND_FIXTURE(claims);

#define FIN_ACK	(PUPPET_FIN | PUPPET_ACK)

TEST_F_TIMEOUT(claims, c09_sixty_seconds_and_the_timers_granularity, 300)
{
	const int count = 20;
	__u64 length, shortest = UINT64_MAX, longest = 0;
	struct flow flow;
	struct peer peer;
	int i;

	/* Another setting has no influence */
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_fin_timeout", "5"));
	for (i = 0; i < count; i++) {
		peer_init(&peer, &self->lab.puppet);
		peer.rport = self->claim.port;
		peer.lport = self->peer.lport + i;
		ASSERT_EQ(0, peer_connect(&peer));
		ASSERT_EQ(0, peer_close_active(&peer));
		usleep(131000);
	}
	for (i = 0; i < count; i++) {
		flow = lab_flow(&self->lab, self->peer.lport + i, self->claim.port);
		ASSERT_EQ(0, stream_wait(&self->lab.stream, &flow, 5, 100000));
		EXPECT_PATH(&self->lab, &flow, TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!EXPIRED");
		length = stream_event(&self->lab.stream, &flow, 4)->r.dwell_ns;
		EXPECT_TIME_WAIT(0, length);
		shortest = length < shortest ? length : shortest;
		longest = length > longest ? length : longest;
	}
	claim_duration(&self->claim, "shortest of 20 TIME_WAITs that expired", shortest);
	claim_duration(&self->claim, "longest of 20 TIME_WAITs that expired", longest);
}

TEST_F_TIMEOUT(claims, c09_longer_when_the_peers_fin_comes_again, 200)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	sleep(30);
	ASSERT_EQ(0, peer_send_at(&self->peer, FIN_ACK, self->peer.seq - 1, self->peer.ack,
				  NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 6, 100000));
	PATH(TO_TIME_WAIT REARM " tw:TIME_WAIT>CLOSE!EXPIRED");
	EXPECT_TIME_WAIT(EVENT(4)->r.dwell_ns, EVENT(5)->r.dwell_ns);
	claim_duration(&self->claim, "TIME_WAIT when the FIN came again after 30 s",
		       EVENT(5)->r.dwell_ns);
}

/* "old" ends before its timer, when it is 5 s old. */
#define SHORTER(end, how) do { \
	__u64 _length; \
	EXPECT_PATH(&self->lab, &old, TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!" end); \
	_length = stream_event(&self->lab.stream, &old, 4)->r.dwell_ns; \
	EXPECT_BETWEEN(5 * S, 6 * S, _length); \
	claim_duration(&self->claim, "TIME_WAIT " how " after 5 s", _length); \
} while (0)

static int five_seconds_old(struct peer *peer, int (*open)(struct peer *), struct flow *flow)
{
	int err = open(peer);

	flow->cookie = peer->cookie;
	if (!err)
		err = peer_close_active(peer);
	sleep(5);
	return err;
}

TEST_F(claims, c09_shorter_when_bind_and_connect_recycle_it)
{
	struct flow old = { 0 };

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_tw_reuse", "0"));
	self->peer.timestamps = true;
	ASSERT_EQ(0, five_seconds_old(&self->peer, peer_connect, &old));
	ASSERT_EQ(0, peer_connecting(&self->peer));
	SHORTER("RECYCLED", "recycled by bind() and connect()");
	ASSERT_EQ(0, peer_close(&self->peer));
}

TEST_F(claims, c09_shorter_when_connect_reuses_it)
{
	struct flow old = { 0 };

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_tw_reuse", "1"));
	ASSERT_EQ(0, net_sysctl("ipv4.ip_local_port_range", "5000 5000"));
	self->peer.timestamps = true;
	self->peer.lport = 0;
	ASSERT_EQ(0, five_seconds_old(&self->peer, peer_connect, &old));
	self->peer.lport = 0;
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(5000, self->peer.lport);
	SHORTER("RECYCLED", "reused by connect(), tcp_tw_reuse=1,");
	ASSERT_EQ(0, peer_close(&self->peer));
}

TEST_F(claims, c09_shorter_when_a_new_syn_replaces_it)
{
	struct flow old = { 0 };

	ASSERT_EQ(0, five_seconds_old(&self->peer, peer_accept, &old));
	self->peer.seq += 100000;
	ASSERT_EQ(0, peer_accept(&self->peer));
	SHORTER("SYN", "replaced by a new SYN");
	ASSERT_EQ(0, net_abort(self->peer.fd));
}

TEST_F(claims, c09_shorter_when_a_rst_ends_it)
{
	struct flow old = { 0 };

	ASSERT_EQ(0, five_seconds_old(&self->peer, peer_connect, &old));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	SHORTER("RST", "ended by a RST");
}

TEST_F(claims, c09_shorter_when_an_administrator_destroys_it)
{
	struct flow old = { 0 };

	ASSERT_EQ(0, five_seconds_old(&self->peer, peer_connect, &old));
	ASSERT_EQ(0, peer_destroy(&self->peer));
	SHORTER("DESTROYED", "destroyed by an administrator");
}

TEST_F(claims, c09_shorter_when_its_namespace_is_purged)
{
	struct flow old = { 0 };
	int cookie[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(cookie));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		struct puppet puppet;
		struct peer peer;

		if (net_enter() || puppet_open(&puppet, variant->family))
			_exit(1);
		peer_init(&peer, &puppet);
		peer.rport = self->claim.port;
		if (five_seconds_old(&peer, peer_connect, &old) ||
		    write(cookie[1], &old.cookie, sizeof(old.cookie)) != sizeof(old.cookie))
			_exit(1);
		_exit(0);
	}
	ASSERT_EQ(sizeof(old.cookie), read(cookie[0], &old.cookie, sizeof(old.cookie)));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	ASSERT_EQ(0, stream_wait(&self->lab.stream, &old, 5, 20000));
	SHORTER("NETNS", "purged with its namespace");
}

TEST_F(claims, c09_none_when_there_are_too_many)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_tw_buckets", "0"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, FIN_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=FIN!OVERFLOW");
}

TEST_HARNESS_MAIN
