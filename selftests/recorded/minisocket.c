// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that can end a mini-socket in TIME_WAIT or FIN_WAIT2 before its timer
 * does, with real connections, and segments that do not end it.
 *
 * vm: --icount --smp 1
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "lib/lab_fixture.h"
#include "lib/procfile.h"

LAB_FIXTURE(minisocket);

/* ---- a RST */

TEST_F(minisocket, rst_ends_time_wait)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!RST");
	EXPECT_EQ(TCPCLOSE_CONTEXT_SOFTIRQ, event_context(EVENT(4)));
	EXPECT_EQ(TCPCLOSE_FLAG_RST | TCPCLOSE_FLAG_ACK, EVENT(4)->r.flags);
	EXPECT_EQ(0, EVENT(4)->r.strays);
	EXPECT_EQ(0U, EVENT(4)->detail.pid);
}

TEST_F(minisocket, rst_out_of_window_ends_nothing)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, self->peer.seq + 1, 0, NULL, 0));
	PATH(TO_TIME_WAIT);
	ASSERT_EQ(0, peer_destroy(&self->peer));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!DESTROYED");
	EXPECT_EQ(1, EVENT(4)->r.strays);
}

TEST_F(minisocket, rfc1337_ignores_rst)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_rfc1337", "1"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH(TO_TIME_WAIT);
	ASSERT_EQ(0, peer_destroy(&self->peer));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!DESTROYED");
	EXPECT_EQ(1, EVENT(4)->r.strays);
}

TEST_F(minisocket, rst_ends_fin_wait2)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=RST!RST");
	EXPECT_EQ(TCPCLOSE_FLAG_RST, EVENT(3)->r.flags);
}

/* ---- a new SYN */

TEST_F(minisocket, new_syn_takes_its_place)
{
	struct flow old = { 0 };

	ASSERT_EQ(0, peer_accept(&self->peer));
	old.cookie = self->peer.cookie;
	ASSERT_EQ(0, peer_close_active(&self->peer));
	self->peer.seq += 100000;
	ASSERT_EQ(0, peer_accept(&self->peer));
	EXPECT_NE(old.cookie, self->peer.cookie);
	EXPECT_PATH(&self->lab, &old, TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!SYN");
	EXPECT_EQ(TCPCLOSE_FLAG_SYN, EVENT(4)->r.flags);
	EXPECT_EQ(TCPCLOSE_CONTEXT_SOFTIRQ, event_context(EVENT(4)));
}

TEST_F(minisocket, new_syn_without_listener_ends_nothing)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, self->peer.seq + 100000, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	PATH(TO_TIME_WAIT);
}

/* A transparent proxy takes segments to port 5000. */
static int open_proxy(int family)
{
	const bool ipv4 = family == AF_INET;
	union net_addr any = net_address(family, ipv4 ? "0.0.0.0" : "::", 6000);
	int proxy = net_listen(&any, 1), one = 1;

	if (proxy < 0)
		return proxy;
	if (setsockopt(proxy, ipv4 ? SOL_IP : SOL_IPV6,
		       ipv4 ? IP_TRANSPARENT : IPV6_TRANSPARENT, &one, sizeof(one)))
		return -errno;
	return net_run("nft 'add table inet proxy; add chain inet proxy pre { type filter hook prerouting priority mangle; }; add rule inet proxy pre tcp dport 5000 tproxy %s to :6000 accept'",
		       ipv4 ? "ip" : "ip6");
}

TEST_F(minisocket, new_syn_that_a_transparent_proxy_takes)
{
	struct flow old = { 0 };

	ASSERT_EQ(0, peer_accept(&self->peer));
	old.cookie = self->peer.cookie;
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, open_proxy(variant->family));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, self->peer.seq + 100000, 0, NULL, 0));
	EXPECT_PATH(&self->lab, &old, TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!SYN");
}

TEST_F(minisocket, new_syn_for_fin_wait2_that_a_transparent_proxy_takes)
{
	struct flow old = { 0 };

	ASSERT_EQ(0, peer_accept(&self->peer));
	old.cookie = self->peer.cookie;
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, open_proxy(variant->family));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, self->peer.seq + 100000, 0, NULL, 0));
	EXPECT_PATH(&self->lab, &old, TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=REPLACED!SYN");
}

TEST_F(minisocket, syn_into_fin_wait2_is_answered_with_rst)
{
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, self->peer.seq + 1000, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=REPLACED!RST_SENT");
	EXPECT_EQ(TCPCLOSE_FLAG_SYN, EVENT(3)->r.flags);
}

TEST_F(minisocket, data_into_fin_wait2_is_answered_with_rst)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "late", 4));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=DATA_AFTER_CLOSE!RST_SENT");
	EXPECT_EQ(TCPCLOSE_FLAG_PSH | TCPCLOSE_FLAG_ACK, EVENT(3)->r.flags);
	EXPECT_EQ(TCPCLOSE_CONTEXT_SOFTIRQ, event_context(EVENT(3)));
}

/* ---- connect() takes the port; that needs timestamps */

#define OLD_PATH(path) EXPECT_PATH(&self->lab, &old, path)

TEST_F(minisocket, bind_and_connect_recycle_time_wait)
{
	struct flow old = { 0 };
	long recycled;

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_tw_reuse", "0"));
	self->peer.timestamps = true;
	ASSERT_EQ(0, peer_connect(&self->peer));
	old.cookie = self->peer.cookie;
	ASSERT_EQ(0, peer_close_active(&self->peer));
	recycled = procfile_tcpext("TWRecycled");
	ASSERT_EQ(0, peer_connecting(&self->peer));
	OLD_PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!RECYCLED");
	EXPECT_EQ(TCPCLOSE_CONTEXT_PROCESS, event_context(EVENT(4)));
	EXPECT_EQ((__u32)getpid(), EVENT(4)->detail.pid);
	EXPECT_EQ(recycled + 1, procfile_tcpext("TWRecycled"));
}

TEST_F(minisocket, bind_and_connect_recycle_fin_wait2)
{
	struct flow old = { 0 };

	self->peer.timestamps = true;
	ASSERT_EQ(0, peer_connect(&self->peer));
	old.cookie = self->peer.cookie;
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, peer_connecting(&self->peer));
	OLD_PATH(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=REPLACED!RECYCLED");
}

TEST_F(minisocket, without_timestamps_connect_recycles_nothing)
{
	union net_addr remote;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_socket(&self->peer));
	remote = self->lab.puppet.remote;
	remote.in.sin_port = htons(self->peer.rport);
	ASSERT_EQ(-1, connect(self->peer.fd, &remote.sa, net_addr_len(&remote)));
	EXPECT_EQ(EADDRNOTAVAIL, errno);
	PATH(TO_TIME_WAIT " SYN_SENT>CLOSE=NO_PORT");
}

TEST_F(minisocket, tw_reuse_recycles_a_chosen_port)
{
	struct flow old = { 0 };

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_tw_reuse", "1"));
	ASSERT_EQ(0, net_sysctl("ipv4.ip_local_port_range", "5000 5000"));
	self->peer.timestamps = true;
	self->peer.lport = 0;
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(5000, self->peer.lport);
	old.cookie = self->peer.cookie;
	ASSERT_EQ(0, peer_close_active(&self->peer));
	/* It must be older than a second, in full seconds of the clock */
	sleep(2);
	self->peer.lport = 0;
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(5000, self->peer.lport);
	OLD_PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!RECYCLED");
	EXPECT_EQ(TCPCLOSE_CONTEXT_PROCESS, event_context(EVENT(4)));
}

/* ---- an administrator */

TEST_F(minisocket, destroyed_by_an_administrator)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_destroy(&self->peer));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!DESTROYED");
	EXPECT_EQ(TCPCLOSE_CONTEXT_PROCESS, event_context(EVENT(4)));
	EXPECT_EQ((__u32)getpid(), EVENT(4)->detail.pid);
}

TEST_F(minisocket, fin_wait2_destroyed_by_an_administrator)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, peer_destroy(&self->peer));
	PATH(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=DESTROYED!DESTROYED");
}

/* ---- its network namespace */

static uint32_t *shared_word(void)
{
	void *word = mmap(NULL, sizeof(uint32_t), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return word == MAP_FAILED ? NULL : word;
}

/* Close actively in a new namespace and leave it; returns the cookie, 0: failure. */
static uint32_t die_with_mini_socket(int family, int (*go)(struct peer *peer))
{
	uint32_t *netns = shared_word();
	pid_t pid = fork();

	if (!pid) {
		struct puppet puppet;
		struct peer peer;

		if (net_enter() || puppet_open(&puppet, family))
			_exit(1);
		peer_init(&peer, &puppet);
		if (peer_connect(&peer))
			_exit(1);
		*netns = net_netns_cookie(peer.fd);
		if (go(&peer))
			*netns = 0;
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return *netns;
}

TEST_F(minisocket, ends_with_its_network_namespace)
{
	struct flow flow = { 0 };

	flow.netns = die_with_mini_socket(variant->family, peer_close_active);
	ASSERT_NE(0U, flow.netns);
	ASSERT_EQ(0, stream_wait(&self->lab.stream, &flow, 5, 20000));
	EXPECT_PATH(&self->lab, &flow, TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!NETNS");
}

TEST_F(minisocket, fin_wait2_ends_with_its_network_namespace)
{
	struct flow flow = { 0 };

	flow.netns = die_with_mini_socket(variant->family, peer_close_half);
	ASSERT_NE(0U, flow.netns);
	ASSERT_EQ(0, stream_wait(&self->lab.stream, &flow, 4, 20000));
	EXPECT_PATH(&self->lab, &flow, TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=NETNS!NETNS");
}

TEST_HARNESS_MAIN
