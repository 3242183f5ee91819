// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections with another protocol between the application and TCP: kTLS and MPTCP,
 * which close TCP's sockets in their own ways.
 *
 * vm: --icount --smp 1
 */
#include <linux/mptcp.h>
#include <linux/tls.h>
#include <netinet/tcp.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/actor.h"
#include "lib/odd_fixture.h"

#ifndef TCP_ULP
#define TCP_ULP 31
#endif
#ifndef SOL_TLS
#define SOL_TLS 282
#endif

ODD_FIXTURE(odd_layers, "teardown");

/**
 * struct layered - a way in which a process, "actor", ends a connection
 * @act: done by the actor, which alone has the connecting socket; then it exits
 * @client: transitions of its end, while the other one is open
 * @who: name of the thread that closes there, a pattern
 * @server: transitions of the other end, which the test closes
 * @whole: transitions of the actor's end, in the end
 */
struct layered {
	const char *how;
	int (*act)(int fd);
	const char *client;
	const char *who;
	const char *server;
	const char *whole;
};

static int closes(int fd)
{
	return close(fd);
}

static int exits(int fd)
{
	return 0;
}

/* Sends its FIN, and gets the ACK. */
static int half_closes(int fd)
{
	return shutdown(fd, SHUT_WR) || usleep(300000);
}

static int shuts_down(int fd)
{
	return half_closes(fd) || close(fd);
}

static int lingers(int fd)
{
	return net_abort(fd);
}

static int disconnects(int fd)
{
	return net_disconnect(fd) || close(fd);
}

static int is_destroyed(int fd)
{
	return net_run("ss -K -t sport = :%u", net_local_port(fd)) || usleep(300000);
}

/* Waits for data, and leaves it. */
static int leaves_data(int fd)
{
	return net_wait(fd, POLLIN, LAB_TIMEOUT_MS) || close(fd);
}

/* The other end delays its ACK of the FIN. */
static int shuts_down_and_lingers(int fd)
{
	return shutdown(fd, SHUT_WR) || lingers(fd);
}

static int shuts_down_and_disconnects(int fd)
{
	return shutdown(fd, SHUT_WR) || disconnects(fd);
}

static int half_closes_and_lingers(int fd)
{
	return half_closes(fd) || lingers(fd);
}

static int half_closes_and_disconnects(int fd)
{
	return half_closes(fd) || disconnects(fd);
}

/* The actor has the first socket; the second one closes when the first has. */
static void end(struct __test_metadata *_metadata, struct lab *lab, int pair[2],
		const struct layered *layered)
{
	struct flow client = lab_flow(lab, net_local_port(pair[0]), net_remote_port(pair[0]));
	struct flow server = lab_flow(lab, client.rport, client.lport);
	struct actor actor;

	TH_LOG("%s", layered->how);
	ASSERT_EQ(0, actor_start(&actor, "actor", layered->act, pair[0]));
	ASSERT_EQ(0, close(pair[0]));
	ASSERT_EQ(0, actor_go(&actor));
	if (layered->act == leaves_data)
		ASSERT_EQ(4, write(pair[1], "left", 4));
	EXPECT_EQ(0, actor_wait(&actor));
	EXPECT_PATH(lab, &client, layered->client);
	EXPECT_CLOSER(lab, &client, layered->who);
	ASSERT_EQ(0, close(pair[1]));
	EXPECT_PATH(lab, &server, layered->server);
	EXPECT_PATH(lab, &client, layered->whole);
}

/* ---- kTLS */

/* Both directions, with a key that is no secret. */
static int start_tls(int fd)
{
	const struct tls12_crypto_info_aes_gcm_128 keys = {
		.info.version = TLS_1_2_VERSION,
		.info.cipher_type = TLS_CIPHER_AES_GCM_128,
	};

	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")) ||
	    setsockopt(fd, SOL_TLS, TLS_TX, &keys, sizeof(keys)) ||
	    setsockopt(fd, SOL_TLS, TLS_RX, &keys, sizeof(keys)))
		return -errno;
	return 0;
}

#define RESET_BY	"ESTABLISHED>CLOSE="

ODD_TEST(odd_layers, tls)
{
	static const struct layered ways[] = {
		{ "close()", closes, TO_FIN_WAIT2, "actor close", PASSIVE_CLOSE, TO_TIME_WAIT },
		{ "exit", exits, TO_FIN_WAIT2, "actor exit", PASSIVE_CLOSE, TO_TIME_WAIT },
		{ "SO_LINGER", lingers, RESET_BY "LINGER", "actor close", RESET_BY "RST",
		  RESET_BY "LINGER" },
		{ "unread data", leaves_data, RESET_BY "UNREAD", "actor close", RESET_BY "RST",
		  RESET_BY "UNREAD" },
		{ "ss -K", is_destroyed, RESET_BY "DESTROYED", "ss send", RESET_BY "RST",
		  RESET_BY "DESTROYED" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		char data[8];
		int pair[2], ret;

		ASSERT_EQ(0, net_pair(variant->family, pair));
		ret = start_tls(pair[0]);
		if (ret == -ENOENT)
			SKIP(return, "no kTLS in this kernel");
		ASSERT_EQ(0, ret);
		ASSERT_EQ(0, start_tls(pair[1]));
		ASSERT_EQ(4, write(pair[0], "data", 4));
		ASSERT_EQ(4, read(pair[1], data, sizeof(data)));
		end(_metadata, &self->lab, pair, &ways[i]);
	}
}

/* ---- MPTCP */

/*
 * @protocol: of the listener; IPPROTO_TCP: the connection falls back to TCP
 * @listener: its socket, at which more subflows join; NULL: is closed
 */
static int mptcp_pair(int family, int protocol, int pair[2], int *listening)
{
	union net_addr addr = net_loopback(family, 0);
	socklen_t len = net_addr_len(&addr);
	int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	char data[8];

	if (listener < 0)
		return -errno;
	pair[0] = socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (bind(listener, &addr.sa, len) || listen(listener, 1) ||
	    getsockname(listener, &addr.sa, &len) || connect(pair[0], &addr.sa, len))
		return -errno;
	pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (pair[1] < 0)
		return -errno;
	if (listening)
		*listening = listener;
	else
		close(listener);
	/* Only then more subflows may join */
	if (write(pair[0], "data", 4) != 4 || read(pair[1], data, 4) != 4 ||
	    write(pair[1], "back", 4) != 4 || read(pair[0], data, 4) != 4)
		return -EIO;
	return 0;
}

/* Whether an end has sent its FIN, and got its ACK unless that is too much to ask. */
static bool is_finished(struct lab *lab, const struct flow *flow, bool acknowledged)
{
	const char *path = stream_path(&lab->stream, flow);

	return strstr(path, "=FIN") || (!acknowledged && strstr(path, "LAST_ACK"));
}

/* Wait until both ends are finished, whichever was first. */
static int finished(struct lab *lab, const struct flow *client, const struct flow *server,
		    bool acknowledged)
{
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (lab_sync(lab))
			return -EIO;
		if (is_finished(lab, client, acknowledged) &&
		    is_finished(lab, server, acknowledged))
			return 0;
		usleep(50000);
	}
	stream_dump(&lab->stream, client, stdout);
	stream_dump(&lab->stream, server, stdout);
	return -ETIMEDOUT;
}

/* Wait until the session is closed. */
static bool is_closed(struct lab *lab, uint64_t session)
{
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (!lab_sync(lab) &&
		    strstr(stream_sessions(&lab->stream, session), ">CLOSE"))
			return true;
		usleep(50000);
	}
	return false;
}

#define EXPECT_SESSION(lab, session, begin) do { \
	const char *_path; \
	EXPECT_TRUE(is_closed(lab, session)); \
	_path = stream_sessions(&(lab)->stream, session); \
	EXPECT_EQ(0, strncmp(begin, _path, strlen(begin))) \
	TH_LOG("%s", _path); \
} while (0)

/*
 * close() only tells the peer's MPTCP (DATA_FIN). When both have done so, the
 * kernel's workers close the subflows of both ends. The sessions say who it was.
 */
ODD_TEST(odd_layers, mptcp_closes)
{
	static int (*const ways[])(int fd) = { closes, exits, shuts_down };
	static const char *const sessions[] = {
		"ESTABLISHED>FIN_WAIT1/actor:close FIN_WAIT1>FIN_WAIT2/worker FIN_WAIT2>CLOSE",
		"ESTABLISHED>FIN_WAIT1/actor:exit FIN_WAIT1>FIN_WAIT2/worker FIN_WAIT2>CLOSE",
		"ESTABLISHED>FIN_WAIT1/actor:shutdown FIN_WAIT1>FIN_WAIT2/worker FIN_WAIT2>FIN_WAIT2/actor:close FIN_WAIT2>CLOSE",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		struct flow client, server;
		uint64_t ours, others;
		struct actor actor;
		int pair[2], ret;

		ret = mptcp_pair(variant->family, IPPROTO_MPTCP, pair, NULL);
		if (ret == -EPROTONOSUPPORT || ret == -ENOPROTOOPT)
			SKIP(return, "no MPTCP in this kernel");
		ASSERT_EQ(0, ret);
		ours = net_cookie(pair[0]);
		others = net_cookie(pair[1]);
		client = lab_flow(&self->lab, net_local_port(pair[0]), net_remote_port(pair[0]));
		server = lab_flow(&self->lab, client.rport, client.lport);
		ASSERT_EQ(0, actor_start(&actor, "actor", ways[i], pair[0]));
		ASSERT_EQ(0, close(pair[0]));
		ASSERT_EQ(0, actor_go(&actor));
		EXPECT_EQ(0, actor_wait(&actor));
		EXPECT_PATH(&self->lab, &client, "");
		ASSERT_EQ(0, close(pair[1]));
		EXPECT_EQ(0, finished(&self->lab, &client, &server, true));
		EXPECT_CLOSER(&self->lab, &client, "kernel*");
		EXPECT_CLOSER(&self->lab, &server, "kernel*");
		EXPECT_SESSION(&self->lab, ours, sessions[i]);
		EXPECT_SESSION(&self->lab, others,
			       "ESTABLISHED>CLOSE_WAIT/worker CLOSE_WAIT>LAST_ACK/odd_layers:close LAST_ACK>CLOSE/worker");
	}
}

/* An application that gives up its whole session (RFC 8684 3.5). */
#define FASTCLOSE	RESET_BY "MPTCP"
#define IN_FIN_WAIT1	"ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE="
#define IN_FIN_WAIT2	"ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE="
#define PASSIVE_RESET	"ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>CLOSE=RST"

ODD_TEST(odd_layers, mptcp_gives_up)
{
	static const struct layered ways[] = {
		{ "SO_LINGER", lingers, FASTCLOSE, "actor close", RESET_BY "RST", FASTCLOSE },
		{ "unread data", leaves_data, FASTCLOSE, "actor close", RESET_BY "RST", FASTCLOSE },
		{ "disconnect", disconnects, FASTCLOSE, "actor connect", RESET_BY "RST",
		  FASTCLOSE },
		{ "ss -K", is_destroyed, RESET_BY "DESTROYED", "ss send", RESET_BY "RST",
		  RESET_BY "DESTROYED" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		int pair[2], ret;

		ret = mptcp_pair(variant->family, IPPROTO_MPTCP, pair, NULL);
		if (ret == -EPROTONOSUPPORT || ret == -ENOPROTOOPT)
			SKIP(return, "no MPTCP in this kernel");
		ASSERT_EQ(0, ret);
		end(_metadata, &self->lab, pair, &ways[i]);
	}
}

/*
 * In a connection that fell back to TCP, shutdown() sends the FIN: then the end is not
 * one that data after close() makes.
 */
ODD_TEST(odd_layers, mptcp_gives_up_half_closed)
{
	static const struct layered ways[] = {
		{ "SO_LINGER in FIN_WAIT1", shuts_down_and_lingers, IN_FIN_WAIT1 "LINGER",
		  "actor shutdown", PASSIVE_RESET, IN_FIN_WAIT1 "LINGER" },
		{ "disconnect in FIN_WAIT1", shuts_down_and_disconnects, IN_FIN_WAIT1 "MPTCP",
		  "actor shutdown", PASSIVE_RESET, IN_FIN_WAIT1 "MPTCP" },
		{ "SO_LINGER in FIN_WAIT2", half_closes_and_lingers, IN_FIN_WAIT2 "LINGER",
		  "actor shutdown", PASSIVE_RESET, IN_FIN_WAIT2 "LINGER" },
		{ "disconnect in FIN_WAIT2", half_closes_and_disconnects, IN_FIN_WAIT2 "MPTCP",
		  "actor shutdown", PASSIVE_RESET, IN_FIN_WAIT2 "MPTCP" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		int pair[2], ret;

		ret = mptcp_pair(variant->family, IPPROTO_TCP, pair, NULL);
		if (ret == -EPROTONOSUPPORT || ret == -ENOPROTOOPT)
			SKIP(return, "no MPTCP in this kernel");
		ASSERT_EQ(0, ret);
		end(_metadata, &self->lab, pair, &ways[i]);
	}
}

/* Wait until the connection to @port has two subflows. */
static int joined(uint16_t port)
{
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (!net_run("test $(ss -Htn state established dport = :%u | wc -l) = 2", port))
			return 0;
		usleep(50000);
	}
	return -ETIMEDOUT;
}

/* One of two subflows goes, the session stays. */
ODD_TEST(odd_layers, one_subflow_of_mptcp)
{
	const char *address = variant->family == AF_INET ? "127.0.0.2" : "2001:db8::1";
	/* The connecting ends of all subflows, the first of which stays */
	struct flow client = lab_flow(&self->lab, 0, 0), server = client;
	int pair[2], listener, ret;
	char data[8];

	ASSERT_EQ(0, net_run("ip mptcp limits set subflow 2 add_addr_accepted 2"));
	ASSERT_EQ(0, net_run("ip mptcp endpoint add %s id 2 subflow", address));
	ret = mptcp_pair(variant->family, IPPROTO_MPTCP, pair, &listener);
	if (ret == -EPROTONOSUPPORT || ret == -ENOPROTOOPT)
		SKIP(return, "no MPTCP in this kernel");
	ASSERT_EQ(0, ret);
	client.rport = net_remote_port(pair[0]);
	server.lport = client.rport;
	ASSERT_EQ(0, joined(client.rport));
	ASSERT_EQ(0, net_run("ip mptcp endpoint del id 2"));
	/* The address may be gone before the last ACK can reach it. */
	EXPECT_EQ(0, finished(&self->lab, &client, &server, false));
	EXPECT_CLOSER(&self->lab, &client, "ip send");
	EXPECT_CLOSER(&self->lab, &server, "kernel*");
	/* The session lives. */
	EXPECT_EQ(4, write(pair[0], "more", 4));
	EXPECT_EQ(4, read(pair[1], data, sizeof(data)));
	close(pair[0]);
	close(pair[1]);
	close(listener);
}

TEST_HARNESS_MAIN
