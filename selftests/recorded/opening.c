// SPDX-License-Identifier: GPL-2.0-only
/*
 * Passive openings that do not reach ESTABLISHED in the ordinary way: data in the
 * SYN (TCP Fast Open), a route that disappears, an invalid MPTCP join.
 *
 * vm: --icount --smp 1
 */
#include <linux/mptcp.h>
#include <linux/tcp.h>

#include "lib/lab_fixture.h"
#include "lib/procfile.h"

LAB_FIXTURE(opening);

/* ---- Fast Open: a full socket in SYN_RECV that a process may have accepted */

/* Server, no cookie needed, every listener */
#define FAST_OPEN "1538"

static int fast_open(struct peer *peer)
{
	int err = net_sysctl("ipv4.tcp_fastopen", FAST_OPEN);

	if (!err)
		err = peer_listen(peer);
	if (!err)
		err = peer_knock_fast(peer);
	if (err)
		return err;
	peer->fd = accept(peer->listener, NULL, NULL);
	return peer->fd < 0 ? -errno : 0;
}

TEST_F(opening, of_fast_open_is_closed_in_syn_recv)
{
	char data[4];

	ASSERT_EQ(0, fast_open(&self->peer));
	ASSERT_EQ(4, read(self->peer.fd, data, 4));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("SYN_RECV>FIN_WAIT1");
	EXPECT_FROM(0, PROCESS, LOCAL, 0);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("SYN_RECV>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>TIME_WAIT[CLOSE]=FIN");
}

/* The segment causes both, but shutdown() happens after it was received. */
TEST_F(opening, of_fast_open_ends_in_the_order_of_time)
{
	char data[4];

	ASSERT_EQ(0, fast_open(&self->peer));
	ASSERT_EQ(4, read(self->peer.fd, data, 4));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSING");
	EXPECT_LE(EVENT(0)->r.ts_ns, EVENT(1)->r.ts_ns);
	EXPECT_EQ(EVENT(1)->r.ts_ns - EVENT(0)->r.ts_ns, EVENT(1)->r.dwell_ns);
}

TEST_F(opening, of_fast_open_is_closed_with_unread_data)
{
	ASSERT_EQ(0, fast_open(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("SYN_RECV>CLOSE=UNREAD");
	EXPECT_FROM(0, PROCESS, LOCAL, 0);
	EXPECT_EQ(4U, EVENT(0)->detail.unread_bytes);
}

TEST_F(opening, of_fast_open_is_reset)
{
	ASSERT_EQ(0, fast_open(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("SYN_RECV>CLOSE=RST");
	EXPECT_FROM(0, SOFTIRQ, REMOTE, ECONNRESET);
	EXPECT_EQ(TCPCLOSE_FLAG_RST, EVENT(0)->r.flags);
}

TEST_F(opening, of_fast_open_is_never_acknowledged)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_synack_retries", "1"));
	ASSERT_EQ(0, fast_open(&self->peer));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 1, 20000));
	PATH("SYN_RECV>CLOSE=TIMEOUT");
	EXPECT_FROM(0, TIMER, LOCAL, ETIMEDOUT);
}

/* The edge SYN_RECV to CLOSE_WAIT would need such a segment. */
TEST_F(opening, with_syn_and_fin_in_one_is_ignored)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_fastopen", FAST_OPEN));
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_SYN | PUPPET_FIN, "data", 4));
	EXPECT_TRUE(peer_silent(&self->peer, 100));
	PATH("");
}

/* ---- failures */

/*
 * The route back is gone when the handshake completes. IPv6 looks up the route
 * before it makes the socket, so there is no socket to end.
 */
TEST_F(opening, fails_without_a_route_back)
{
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_SYN, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_SYN | PUPPET_ACK));
	ASSERT_EQ(0, net_run("ip route add unreachable %s",
			     variant->family == AF_INET ? "192.0.2.2" : "2001:db8::2"));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	if (variant->family == AF_INET) {
		PATH("SYN_RECV>CLOSE=OPEN_FAILED");
		EXPECT_FROM(0, SOFTIRQ, NONE, 0);
		EXPECT_EQ(1, EVENT(0)->r.index);
	} else {
		PATH("");
	}
}

/* Token of an MPTCP connection that @listener has just accepted. */
static int mptcp_token(int listener, int *client, int *server, uint32_t *token)
{
	union net_addr addr = { 0 };
	struct mptcp_info info = { 0 };
	socklen_t len = sizeof(addr);
	char c;

	getsockname(listener, &addr.sa, &len);
	addr = net_loopback(addr.sa.sa_family, net_addr_port(&addr));
	*client = socket(addr.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (connect(*client, &addr.sa, net_addr_len(&addr)))
		return -errno;
	*server = accept(listener, NULL, NULL);
	/* A connection is joined only after data */
	if (write(*client, "x", 1) != 1 || read(*server, &c, 1) != 1)
		return -EPROTO;
	len = sizeof(info);
	if (getsockopt(*server, SOL_MPTCP, MPTCP_INFO, &info, &len))
		return -errno;
	*token = info.mptcpi_token;
	return 0;
}

TEST_F(opening, of_an_mptcp_subflow_fails_without_its_key)
{
	const bool ipv4 = variant->family == AF_INET;
	union net_addr any = net_address(variant->family, ipv4 ? "0.0.0.0" : "::", 5000);
	struct {
		uint8_t kind, len, subtype, id;
		uint32_t token, nonce;
	} join = { .kind = 30, .len = sizeof(join), .subtype = 1 << 4, .id = 1 };
	int listener, client, server;
	struct segment syn;
	uint32_t token;

	listener = socket(variant->family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (listener < 0)
		SKIP(return, "no MPTCP in this kernel");
	ASSERT_EQ(0, bind(listener, &any.sa, net_addr_len(&any)));
	ASSERT_EQ(0, listen(listener, 5));
	ASSERT_EQ(0, mptcp_token(listener, &client, &server, &token));
	join.token = htonl(token);
	syn = peer_segment(&self->peer, PUPPET_SYN, self->peer.seq++, 0);
	memcpy(syn.options + syn.options_len, &join, sizeof(join));
	syn.options_len += sizeof(join);
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &syn));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_SYN | PUPPET_ACK));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	PATH("SYN_RECV>CLOSE=OPEN_FAILED");
	EXPECT_FROM(0, SOFTIRQ, NONE, 0);
}

/* ---- the memory of another socket */

static int set_scope(const char *value)
{
	return procfile_write("/sys/module/tcpclose/parameters/scope", value);
}

/*
 * An orphan is reset, and its memory is reused at once for the socket that the
 * next segment opens. The new socket must not show control bits of the old one.
 */
TEST_F(opening, in_the_memory_of_a_reset_socket_has_no_control_bits)
{
	struct flow flow;
	struct peer orphan;
	int i;

	ASSERT_EQ(0, set_scope("all"));
	self->peer.lport = 5001;
	ASSERT_EQ(0, peer_listen(&self->peer));
	for (i = 0; i < 10; i++) {
		peer_init(&orphan, &self->lab.puppet);
		ASSERT_EQ(0, peer_connect(&orphan));
		ASSERT_EQ(0, peer_close(&orphan));
		ASSERT_EQ(0, peer_expect(&orphan, PUPPET_FIN));
		self->peer.rport = 20000 + i;
		ASSERT_EQ(0, peer_send(&self->peer, PUPPET_SYN, NULL, 0));
		ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_SYN | PUPPET_ACK));
		ASSERT_EQ(0, peer_send(&orphan, PUPPET_RST, NULL, 0));
		ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
		flow = lab_flow(&self->lab, 5001, self->peer.rport);
		EXPECT_PATH(&self->lab, &flow, "LISTEN>SYN_RECV SYN_RECV>ESTABLISHED");
		EXPECT_EQ(0, stream_event(&self->lab.stream, &flow, 0)->r.flags);
		EXPECT_EQ(TCPCLOSE_FLAG_ACK,
			  stream_event(&self->lab.stream, &flow, 1)->r.flags);
	}
	ASSERT_EQ(0, set_scope("teardown"));
}

/* ---- the accept queue */

/* Neither its opening, nor what it does afterwards. */
TEST_F(opening, accepted_is_not_marked_as_unaccepted)
{
	size_t i;

	ASSERT_EQ(0, set_scope("all"));
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH("LISTEN>SYN_RECV SYN_RECV>ESTABLISHED " TO_TIME_WAIT);
	for (i = 0; i < 6; i++)
		EXPECT_EQ(0, EVENT(i)->r.mark & TCPCLOSE_MARK_UNACCEPTED);
	ASSERT_EQ(0, set_scope("teardown"));
}

TEST_HARNESS_MAIN
