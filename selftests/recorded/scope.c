// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is recorded: the teardown by default, everything with scope=all, and never
 * another protocol that shares TCP's tracepoint.
 *
 * vm: --icount --smp 1
 */
#include "lib/device.h"
#include "lib/lab_fixture.h"
#include "lib/procfile.h"

LAB_FIXTURE(scope);

TEST_F(scope, teardown_leaves_the_opening_out)
{
	struct peer passive;

	ASSERT_EQ(0, peer_connect(&self->peer));
	PATH("");
	peer_init(&passive, &self->lab.puppet);
	passive.lport = 6000;
	ASSERT_EQ(0, peer_accept(&passive));
	EXPECT_PEER_PATH(&self->lab, &passive, "");
}

TEST_F(scope, all_shows_an_active_opening)
{
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_abort(self->peer.fd));
	PATH("CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>CLOSE=LINGER");
	EXPECT_EQ(0, EVENT(0)->r.index);
	EXPECT_EQ(1, EVENT(1)->r.index);
	EXPECT_EQ(2, EVENT(2)->r.index);
	EXPECT_EQ(TCPCLOSE_CONTEXT_PROCESS, event_context(EVENT(0)));
	EXPECT_EQ(TCPCLOSE_CONTEXT_SOFTIRQ, event_context(EVENT(1)));
	EXPECT_EQ(TCPCLOSE_FLAG_SYN | TCPCLOSE_FLAG_ACK, EVENT(1)->r.flags);
	EXPECT_EQ(TCPCLOSE_CLOSER_NONE, event_closer(EVENT(1)));
}

TEST_F(scope, all_shows_a_passive_opening)
{
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, net_abort(self->peer.fd));
	PATH("LISTEN>SYN_RECV SYN_RECV>ESTABLISHED ESTABLISHED>CLOSE=LINGER");
	EXPECT_EQ(0, EVENT(0)->r.index);
	EXPECT_EQ(2, EVENT(2)->r.index);
	EXPECT_EQ(self->peer.cookie, EVENT(0)->r.cookie);
	EXPECT_EQ(self->peer.cookie, EVENT(2)->r.cookie);
	EXPECT_EQ(TCPCLOSE_FLAG_ACK, EVENT(1)->r.flags);
}

TEST_F(scope, all_shows_a_passive_opening_by_syn_cookie)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_syncookies", "2"));
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, net_abort(self->peer.fd));
	PATH("LISTEN>SYN_RECV SYN_RECV>ESTABLISHED ESTABLISHED>CLOSE=LINGER");
	EXPECT_EQ(0, EVENT(0)->r.index);
	EXPECT_EQ(self->peer.cookie, EVENT(0)->r.cookie);
}

TEST_F(scope, all_shows_syns_that_cross)
{
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, peer_crossed(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	PATH("CLOSE>SYN_SENT SYN_SENT>SYN_RECV SYN_RECV>ESTABLISHED");
}

TEST_F(scope, changes_while_a_connection_lives)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, device_scope("teardown"));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK");
	EXPECT_EQ(2, EVENT(0)->r.index);
	EXPECT_EQ(3, EVENT(1)->r.index);
}

TEST_F(scope, another_word_is_refused)
{
	char scope[32];

	EXPECT_EQ(-EINVAL, device_scope("everything"));
	ASSERT_LT(0, procfile_read("/sys/module/tcpclose/parameters/scope", scope,
				   sizeof(scope)));
	EXPECT_STREQ("teardown", scope);
}

/* ---- listeners */

TEST_F(scope, teardown_leaves_listeners_out)
{
	struct flow listener = { 0 };

	ASSERT_EQ(0, peer_listen(&self->peer));
	listener.cookie = net_cookie(self->peer.listener);
	ASSERT_EQ(0, close(self->peer.listener));
	EXPECT_PATH(&self->lab, &listener, "");
}

TEST_F(scope, all_shows_a_listener)
{
	struct flow listener = { 0 };

	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, peer_listen(&self->peer));
	listener.cookie = net_cookie(self->peer.listener);
	ASSERT_EQ(0, close(self->peer.listener));
	EXPECT_PATH(&self->lab, &listener, "CLOSE>LISTEN LISTEN>CLOSE=LISTENER");
}

TEST_F(scope, all_shows_a_listener_that_shuts_down)
{
	struct flow listener = { 0 };

	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, peer_listen(&self->peer));
	listener.cookie = net_cookie(self->peer.listener);
	ASSERT_EQ(0, shutdown(self->peer.listener, SHUT_RD));
	EXPECT_PATH(&self->lab, &listener, "CLOSE>LISTEN LISTEN>CLOSE=LISTENER");
}

/* ---- protocols that share the tracepoint */

/* A connection over loopback, opened and closed; its port, or -errno. */
static int other_protocol(int family, int type, int protocol, uint64_t *cookie)
{
	union net_addr addr = net_loopback(family, 0);
	socklen_t len = sizeof(addr);
	int listener, client, server, err = -EPROTO;

	listener = socket(family, type | SOCK_CLOEXEC, protocol);
	if (listener < 0)
		return -errno;
	client = socket(family, type | SOCK_CLOEXEC, protocol);
	*cookie = net_cookie(client);
	if (bind(listener, &addr.sa, len) || listen(listener, 1) ||
	    getsockname(listener, &addr.sa, &len) ||
	    connect(client, &addr.sa, net_addr_len(&addr)))
		goto close_sockets;
	server = accept(listener, NULL, NULL);
	if (server < 0)
		goto close_sockets;
	err = net_addr_port(&addr);
	close(client);
	client = -1;
	close(server);
close_sockets:
	if (client >= 0)
		close(client);
	close(listener);
	return err;
}

TEST_F(scope, mptcp_shows_its_subflows_and_its_sessions)
{
	struct flow client = lab_flow(&self->lab, 0, 0), server = client, whole = { 0 };
	const char *path;
	int port;

	port = other_protocol(variant->family, SOCK_STREAM, IPPROTO_MPTCP, &whole.cookie);
	if (port == -EPROTONOSUPPORT || port == -ENOPROTOOPT)
		SKIP(return, "no MPTCP in this kernel");
	ASSERT_LT(0, port);
	client.rport = port;
	server.lport = port;
	EXPECT_EQ(0, stream_wait(&self->lab.stream, &client, 3, LAB_TIMEOUT_MS));
	EXPECT_EQ(0, stream_wait(&self->lab.stream, &server, 1, LAB_TIMEOUT_MS));
	ASSERT_EQ(0, lab_sync(&self->lab));
	path = stream_path(&self->lab.stream, &client);
	EXPECT_NE(NULL, strstr(path, "ESTABLISHED>")) {
		TH_LOG("client: %s", path);
	}
	path = stream_path(&self->lab.stream, &server);
	EXPECT_NE(NULL, strstr(path, "ESTABLISHED>")) {
		TH_LOG("server: %s", path);
	}
	/* No transition of TCP, and none of the opening */
	EXPECT_EQ(0U, stream_count(&self->lab.stream, &whole));
	EXPECT_EQ(0, strncmp("ESTABLISHED>FIN_WAIT1/",
			     stream_sessions(&self->lab.stream, whole.cookie), 22));
}

TEST_F(scope, all_shows_how_a_session_begins)
{
	static const char opening[] = "CLOSE>SYN_SENT/";
	const char *path;
	uint64_t cookie;
	int port;

	ASSERT_EQ(0, device_scope("all"));
	port = other_protocol(variant->family, SOCK_STREAM, IPPROTO_MPTCP, &cookie);
	if (port == -EPROTONOSUPPORT || port == -ENOPROTOOPT)
		SKIP(return, "no MPTCP in this kernel");
	ASSERT_LT(0, port);
	ASSERT_EQ(0, lab_sync(&self->lab));
	path = stream_sessions(&self->lab.stream, cookie);
	EXPECT_EQ(0, strncmp(opening, path, strlen(opening)));
	EXPECT_NE(NULL, strstr(path, " SYN_SENT>ESTABLISHED "));
	EXPECT_NE(NULL, strstr(path, " ESTABLISHED>FIN_WAIT1/"));
	/* A listener gets no cookie: each session that it accepts would have it. */
	path = stream_sessions(&self->lab.stream, 0);
	EXPECT_NE(NULL, strstr(path, "CLOSE>LISTEN/"));
	EXPECT_NE(NULL, strstr(path, " LISTEN>CLOSE/"));
	EXPECT_EQ(NULL, strstr(path, "ESTABLISHED"));
}

TEST_F(scope, sctp_is_not_seen)
{
	struct flow all = lab_flow(&self->lab, 0, 0);
	uint64_t cookie;
	int port;

	ASSERT_EQ(0, device_scope("all"));
	port = other_protocol(variant->family, SOCK_STREAM, IPPROTO_SCTP, &cookie);
	if (port == -EPROTONOSUPPORT)
		SKIP(return, "no SCTP in this kernel");
	ASSERT_LT(0, port);
	ASSERT_EQ(0, device_scope("teardown"));
	/* The only record is lab_sync()'s */
	EXPECT_PATH(&self->lab, &all, "SYN_SENT>CLOSE=REFUSED");
}

TEST_F(scope, dccp_is_not_seen)
{
	struct flow all = lab_flow(&self->lab, 0, 0);
	uint64_t cookie;
	int port;

	/* Not loaded automatically: Debian disables that */
	if (net_run("modprobe dccp_ipv4") || net_run("modprobe dccp_ipv6"))
		SKIP(return, "no DCCP in this kernel");
	ASSERT_EQ(0, device_scope("all"));
	port = other_protocol(variant->family, SOCK_DCCP, IPPROTO_DCCP, &cookie);
	if (port == -EPROTONOSUPPORT || port == -ESOCKTNOSUPPORT)
		SKIP(return, "no DCCP in this kernel");
	ASSERT_LT(0, port);
	ASSERT_EQ(0, device_scope("teardown"));
	EXPECT_PATH(&self->lab, &all, "SYN_SENT>CLOSE=REFUSED");
}

TEST_HARNESS_MAIN
