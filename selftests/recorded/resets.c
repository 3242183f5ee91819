// SPDX-License-Identifier: GPL-2.0-only
/*
 * RSTs, sent and received, with a socket, with a mini-socket and without any: each
 * has its record, with the reason that the kernel has for it, or would have if it
 * were newer. That none is missing is checked at the end of each test in the lab.
 *
 * vm: --icount --smp 1
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/lab_fixture.h"
#include "lib/names.h"
#include "lib/patience.h"
#include "lib/procfile.h"
#include "lib/start.h"

LAB_FIXTURE(resets);

/* The RSTs of a connection, once there are as many as expected. */
static const char *rsts_of(struct lab *lab, const struct peer *peer, const char *expected)
{
	struct flow flow = lab_flow(lab, peer->lport, peer->rport);
	uint64_t end_ns = now_ns() + patience_ms(LAB_TIMEOUT_MS) * 1000000ULL;

	while (stream_words(stream_rsts(&lab->stream, &flow)) < stream_words(expected) &&
	       now_ns() < end_ns) {
		if (stream_poll(&lab->stream, 10))
			return "the device gives no records";
	}
	if (lab_sync(lab))
		return "the device gives no records";
	return stream_rsts(&lab->stream, &flow);
}

#define RSTS(expected) \
	EXPECT_STREQ(expected, rsts_of(&self->lab, &self->peer, expected))

static const struct tcpclose_rst *rst_of(struct lab *lab, const struct peer *peer, size_t n)
{
	struct flow flow = lab_flow(lab, peer->lport, peer->rport);

	return stream_rst(&lab->stream, &flow, n);
}

#define RST(n) rst_of(&self->lab, &self->peer, n)

/* The module finds out what the kernel says, if it says anything. */
#define EXPECT_DERIVED(n) EXPECT_EQ(RST(n)->reason, RST(n)->derived)

static bool is_at(const struct tcpclose_rst *rst, const struct lab *lab)
{
	const void *local = &lab->puppet.local.in.sin_addr;
	const void *remote = &lab->puppet.remote.in.sin_addr;
	size_t len = 4;

	if (lab->family == AF_INET6) {
		local = &lab->puppet.local.in6.sin6_addr;
		remote = &lab->puppet.remote.in6.sin6_addr;
		len = 16;
	}
	return !memcmp(rst->laddr, local, len) && !memcmp(rst->raddr, remote, len) &&
	       !!(rst->mark & TCPCLOSE_RST_MARK_IPV6) == (lab->family == AF_INET6) &&
	       rst->netns == lab->netns;
}

/* ---- no socket */

TEST_F(resets, segment_that_meets_no_socket)
{
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_PSH | PUPPET_ACK, 1000, 2000, "data", 4));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	RSTS("none:>NO_SOCKET");
	EXPECT_TRUE(is_at(RST(0), &self->lab));
	EXPECT_EQ(TCPCLOSE_FLAG_PSH | TCPCLOSE_FLAG_ACK, RST(0)->segment_flags);
	EXPECT_EQ(1000, RST(0)->segment_seq);
	EXPECT_EQ(2000, RST(0)->segment_ack);
	EXPECT_EQ(4, RST(0)->segment_length);
	EXPECT_EQ(0, RST(0)->state);
	EXPECT_EQ(0, RST(0)->cookie);
	EXPECT_EQ(TCPCLOSE_UNKNOWN_UID, RST(0)->uid);
	EXPECT_EQ(TCPCLOSE_CONTEXT_SOFTIRQ, RST(0)->context);
	EXPECT_EQ(0, RST(0)->pid);
	EXPECT_DERIVED(0);
}

TEST_F(resets, syn_that_meets_no_socket)
{
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, 1000, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST | PUPPET_ACK));
	RSTS("none:>NO_SOCKET");
	EXPECT_EQ(TCPCLOSE_FLAG_SYN, RST(0)->segment_flags);
	EXPECT_EQ(0, RST(0)->segment_length);
}

/* As scanners send it */
TEST_F(resets, segment_without_control_bits)
{
	ASSERT_EQ(0, peer_send_at(&self->peer, 0, 1000, 0, "x", 1));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST | PUPPET_ACK));
	RSTS("none:>NO_SOCKET");
	EXPECT_TRUE(RST(0)->mark & TCPCLOSE_RST_MARK_SEGMENT);
	EXPECT_EQ(0, RST(0)->segment_flags);
	EXPECT_EQ(1, RST(0)->segment_length);
}

TEST_F(resets, rst_that_meets_no_socket)
{
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, 1000, 0, NULL, 0));
	RSTS("none:<no-socket");
	EXPECT_TRUE(is_at(RST(0), &self->lab));
	EXPECT_EQ(TCPCLOSE_FLAG_RST, RST(0)->segment_flags);
	EXPECT_TRUE(peer_silent(&self->peer, 50));
}

/* Whether the kernel answers depends on keys, of which there is none. */
TEST_F(resets, signed_segment_is_not_said_to_be_answered)
{
	struct segment segment = peer_segment(&self->peer, PUPPET_ACK, 1000, 2000);

	segment.options[0] = TCPOPT_NOP;
	segment.options[1] = TCPOPT_NOP;
	segment.options[2] = 19;
	segment.options[3] = 18;
	segment.options_len = 20;
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &segment));
	RSTS("none:>NO_SOCKET");
	EXPECT_TRUE(RST(0)->mark & TCPCLOSE_RST_MARK_UNSURE);
	EXPECT_TRUE(peer_silent(&self->peer, 50));
	EXPECT_EQ(0, procfile_tcp("OutRsts") - 1 /* of lab_sync() */);
}

/* A newer kernel does not answer it. */
TEST_F(resets, segment_with_malformed_options)
{
	struct segment segment = peer_segment(&self->peer, PUPPET_ACK, 1000, 2000);

	segment.options[0] = TCPOPT_NOP;
	segment.options[1] = 100;
	segment.options[2] = 40;
	segment.options_len = 4;
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &segment));
	RSTS("none:>NO_SOCKET");
	EXPECT_TRUE(RST(0)->mark & TCPCLOSE_RST_MARK_UNSURE);
}

/* IPv4 counts it as sent nevertheless. */
TEST_F(resets, answer_without_a_route)
{
	struct tcpclose_stats before, after;
	long counted = procfile_tcp("OutRsts");
	bool ipv6 = variant->family == AF_INET6;

	ASSERT_EQ(0, device_stats(self->lab.stream.fd, &before));
	ASSERT_EQ(0, net_run("ip route add unreachable %s",
			     ipv6 ? "2001:db8::2/128" : "192.0.2.2/32"));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, 1000, 0, NULL, 0));
	RSTS("none:>NO_SOCKET");
	ASSERT_EQ(0, device_stats(self->lab.stream.fd, &after));
	EXPECT_EQ(ipv6, after.rsts_failed - before.rsts_failed);
	/* That of lab_sync() */
	EXPECT_EQ(counted + 1 + !ipv6, procfile_tcp("OutRsts"));
	EXPECT_EQ(0, peer_count(&self->peer, PUPPET_RST));
}

/* ---- on a socket's own account */

#define EXPECT_OWN(n) do { \
	EXPECT_TRUE(is_at(RST(n), &self->lab)); \
	EXPECT_FALSE(RST(n)->mark & TCPCLOSE_RST_MARK_SEGMENT); \
	EXPECT_EQ(0, RST(n)->segment_flags); \
	EXPECT_EQ(self->peer.cookie, RST(n)->cookie); \
	EXPECT_DERIVED(n); \
} while (0)

#define EXPECT_MINE(n) do { \
	EXPECT_EQ(TCPCLOSE_CONTEXT_PROCESS, RST(n)->context); \
	EXPECT_EQ((__u32)getpid(), RST(n)->pid); \
	EXPECT_STREQ("resets", RST(n)->comm); \
} while (0)

TEST_F(resets, close_with_unread_data)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "unread", 6));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLIN, LAB_TIMEOUT_MS));
	ASSERT_EQ(0, peer_close(&self->peer));
	RSTS(">TCP_ABORT_ON_CLOSE");
	EXPECT_OWN(0);
	EXPECT_MINE(0);
	EXPECT_EQ(getuid(), RST(0)->uid);
}

TEST_F(resets, linger_of_no_time)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_abort(self->peer.fd));
	RSTS(">TCP_STATE");
	EXPECT_OWN(0);
	EXPECT_MINE(0);
}

TEST_F(resets, disconnecting)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_disconnect(self->peer.fd));
	RSTS(">TCP_STATE");
	EXPECT_OWN(0);
	EXPECT_MINE(0);
}

/* Unsent data behind a window of 0 in LAST_ACK */
TEST_F(resets, disconnecting_with_data)
{
	struct segment fin;

	ASSERT_EQ(0, peer_connect(&self->peer));
	fin = peer_segment(&self->peer, PUPPET_FIN | PUPPET_ACK, self->peer.seq,
			   self->peer.ack);
	fin.window = 0;
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &fin));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLIN, LAB_TIMEOUT_MS));
	ASSERT_EQ(4, write(self->peer.fd, "data", 4));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(TCPCLOSE_LAST_ACK, net_state(self->peer.fd));
	ASSERT_EQ(0, net_disconnect(self->peer.fd));
	RSTS(">TCP_DISCONNECT_WITH_DATA");
	EXPECT_OWN(0);
}

TEST_F(resets, destroyed_by_an_administrator)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_destroy(&self->peer));
	RSTS(">TCP_STATE");
	EXPECT_OWN(0);
	EXPECT_MINE(0);
}

TEST_F(resets, negative_linger2)
{
	ASSERT_EQ(0, starts[FIN_WAIT2].reach(&self->peer));
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_LINGER2, -1));
	ASSERT_EQ(0, peer_close(&self->peer));
	RSTS(">TCP_ABORT_ON_LINGER");
	EXPECT_OWN(0);
	EXPECT_MINE(0);
}

TEST_F(resets, too_many_orphans)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, net_in_init(net_sysctl, "ipv4.tcp_max_orphans", "0"));
	EXPECT_EQ(0, lab_wait(&self->lab, &self->peer, 2, LAB_TIMEOUT_MS));
	ASSERT_EQ(0, net_in_init(net_sysctl, "ipv4.tcp_max_orphans", "8192"));
	RSTS(">TCP_ABORT_ON_MEMORY");
	EXPECT_OWN(0);
	EXPECT_EQ(TCPCLOSE_CONTEXT_TIMER, RST(0)->context);
	EXPECT_EQ(0, RST(0)->pid);
}

TEST_F(resets, keepalive)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_keep_alive(self->peer.fd, 1));
	EXPECT_EQ(0, net_wait(self->peer.fd, POLLERR, 20000));
	RSTS(">TCP_KEEPALIVE_TIMEOUT");
	EXPECT_OWN(0);
	EXPECT_EQ(TCPCLOSE_CONTEXT_TIMER, RST(0)->context);
	close(self->peer.fd);
}

TEST_F(resets, listener_closes_before_accept)
{
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_knock(&self->peer));
	ASSERT_EQ(0, net_wait(self->peer.listener, POLLIN, LAB_TIMEOUT_MS));
	ASSERT_EQ(0, close(self->peer.listener));
	RSTS(">TCP_STATE");
	EXPECT_EQ(0, RST(0)->inode);
	EXPECT_MINE(0);
	EXPECT_DERIVED(0);
}

/* ---- answers to a segment that a socket does not accept */

TEST_F(resets, data_after_close)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_PSH | PUPPET_ACK, self->peer.seq,
				  self->peer.ack - 1, "late", 4));
	RSTS(">TCP_ABORT_ON_DATA");
	EXPECT_EQ(self->peer.cookie, RST(0)->cookie);
	EXPECT_EQ(4, RST(0)->segment_length);
	EXPECT_EQ(TCPCLOSE_CONTEXT_SOFTIRQ, RST(0)->context);
	EXPECT_DERIVED(0);
}

TEST_F(resets, wrong_answer_to_a_syn)
{
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_ACK, 1000, self->peer.ack + 7, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	RSTS(">TCP_INVALID_ACK_SEQUENCE");
	EXPECT_EQ(TCPCLOSE_SYN_SENT, RST(0)->state);
	EXPECT_DERIVED(0);
	/* A RST of that kind is not answered. */
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST | PUPPET_ACK, 1000,
				  self->peer.ack + 7, NULL, 0));
	RSTS(">TCP_INVALID_ACK_SEQUENCE <ignored");
	EXPECT_EQ(TCPCLOSE_SYN_SENT, net_state(self->peer.fd));
}

TEST_F(resets, wrong_acks_while_syns_crossed)
{
	ASSERT_EQ(0, peer_crossed(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_ACK, self->peer.seq,
				  self->peer.ack + 7, NULL, 0));
	RSTS(">TCP_ACK_UNSENT_DATA");
	EXPECT_DERIVED(0);
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_ACK, self->peer.seq,
				  self->peer.ack - 1000, NULL, 0));
	RSTS(">TCP_ACK_UNSENT_DATA >TCP_TOO_OLD_ACK");
	EXPECT_DERIVED(1);
	EXPECT_EQ(TCPCLOSE_SYN_RECV, RST(1)->state);
}

/* ---- listeners and their requests */

TEST_F(resets, listener)
{
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_ACK, 1000, 2000, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	RSTS("listener:>TCP_FLAGS");
	EXPECT_EQ(TCPCLOSE_LISTEN, RST(0)->state);
	EXPECT_EQ(net_cookie(self->peer.listener), RST(0)->cookie);
	EXPECT_NE(0, RST(0)->inode);
	EXPECT_TRUE(is_at(RST(0), &self->lab));
	EXPECT_DERIVED(0);

	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST | PUPPET_ACK, 1000, 2000, NULL, 0));
	RSTS("listener:>TCP_FLAGS listener:<ignored");
	/* The kernel does not say on whose behalf it drops this one, or says it (6.11). */
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, 1000, 0, NULL, 0));
	rsts_of(&self->lab, &self->peer, "1 2 3");
	EXPECT_EQ(TCPCLOSE_RST_IGNORED, RST(2)->effect);
	EXPECT_TRUE(RST(2)->owner == TCPCLOSE_RST_OWNER_UNKNOWN ||
		    RST(2)->owner == TCPCLOSE_RST_OWNER_LISTENER);
}

TEST_F(resets, request)
{
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, 1000, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_SYN | PUPPET_ACK));
	/* In its window */
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, 1001, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	RSTS("request:>INVALID_SYN");
	EXPECT_EQ(TCPCLOSE_NEW_SYN_RECV, RST(0)->state);
	EXPECT_NE(0, RST(0)->inode);
	EXPECT_DERIVED(0);

	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, 5000, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_SYN | PUPPET_ACK));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, 5001, 0, NULL, 0));
	RSTS("request:>INVALID_SYN unknown:<other");
}

/* ---- received with a socket */

TEST_F(resets, received)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	/* In the window, but not the next number: answered with an ACK. */
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, self->peer.seq + 10, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	/* Out of the window */
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, self->peer.seq - 10000000, 0,
				  NULL, 0));
	rsts_of(&self->lab, &self->peer, "1 2");
	EXPECT_EQ(TCPCLOSE_RST_IGNORED, RST(0)->effect);
	EXPECT_EQ(self->peer.seq + 10, RST(0)->segment_seq);
	EXPECT_EQ(TCPCLOSE_RST_IGNORED, RST(1)->effect);
	EXPECT_TRUE(is_at(RST(0), &self->lab));
	EXPECT_TRUE(is_at(RST(1), &self->lab));
	EXPECT_TRUE(RST(0)->owner == TCPCLOSE_RST_OWNER_UNKNOWN ||
		    (RST(0)->owner == TCPCLOSE_RST_OWNER_SOCKET &&
		     RST(0)->cookie == self->peer.cookie &&
		     RST(0)->state == TCPCLOSE_ESTABLISHED));
	EXPECT_EQ(TCPCLOSE_ESTABLISHED, net_state(self->peer.fd));

	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, self->peer.seq, 0, NULL, 0));
	rsts_of(&self->lab, &self->peer, "1 2 3");
	EXPECT_EQ(TCPCLOSE_RST_ENDED, RST(2)->effect);
	EXPECT_EQ(TCPCLOSE_RST_OWNER_SOCKET, RST(2)->owner);
	EXPECT_EQ(TCPCLOSE_ESTABLISHED, RST(2)->state);
	EXPECT_EQ(self->peer.cookie, RST(2)->cookie);
	PATH("ESTABLISHED>CLOSE=RST");
}

/* The process has the socket locked while the segment arrives. */
TEST_F(resets, received_by_the_backlog)
{
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	RSTS("<ended");
	EXPECT_EQ(TCPCLOSE_SYN_SENT, RST(0)->state);
}

/* ---- mini-sockets */

TEST_F(resets, mini_socket)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "late", 4));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	RSTS("tw:>TCP_TIMEWAIT_SOCKET");
	EXPECT_EQ(TCPCLOSE_FIN_WAIT2, RST(0)->state);
	EXPECT_EQ(self->peer.cookie, RST(0)->cookie);
	EXPECT_DERIVED(0);
}

TEST_F(resets, received_in_time_wait)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	/* Out of its window */
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, self->peer.seq - 10000000, 0,
				  NULL, 0));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	RSTS("tw:<mini-socket tw:<mini-socket");
	EXPECT_EQ(TCPCLOSE_TIME_WAIT, RST(0)->state);
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!RST");
}

/* ---- the kernel's own trace */

#define INSTANCE "/sys/kernel/tracing/instances/resets/"

/**
 * struct told - RSTs as somebody tells them
 * @sent: number sent
 * @reasons: by reason; [0]: those without
 */
struct told {
	unsigned int sent;
	unsigned int reasons[TCPCLOSE_RST_REASONS];
};

static void add_line(struct told *told, const char *line)
{
	const char *reason = strstr(line, "reason=");
	unsigned int i;

	told->sent++;
	for (i = 1; reason && i < TCPCLOSE_RST_REASONS; i++) {
		const char *name = names_rst_reason(i);
		size_t len = name ? strlen(name) : 0;

		if (name && !strncmp(reason + 7, name, len) &&
		    strcspn(reason + 7, " \n") == len)
			break;
	}
	told->reasons[reason && i < TCPCLOSE_RST_REASONS ? i : 0]++;
}

static int trace_event(const char *event, bool on)
{
	char path[128];

	snprintf(path, sizeof(path), INSTANCE "events/tcp/%s/enable", event);
	return procfile_write(path, on ? "1" : "0");
}

static int trace_begin(const char *event)
{
	return mkdir(INSTANCE, 0700) ? -errno : trace_event(event, true);
}

static int trace_end(const char *event)
{
	int ret = trace_event(event, false);

	return rmdir(INSTANCE) ? -errno : ret;
}

/* Return: the trace, or NULL */
static char *trace_text(void)
{
	static char text[1 << 18];

	return procfile_read(INSTANCE "trace", text, sizeof(text)) < 0 ? NULL : text;
}

/* Return: the line of the next call of an event, or NULL */
static const char *next_call(char **trace, const char *event)
{
	char name[64], *line;

	snprintf(name, sizeof(name), ": %s:", event);
	while ((line = strsep(trace, "\n")))
		if (strstr(line, name))
			return line;
	return NULL;
}

static int read_trace(struct told *told)
{
	char *trace = trace_text();
	const char *line;

	memset(told, 0, sizeof(*told));
	if (!trace)
		return -EIO;
	while ((line = next_call(&trace, "tcp_send_reset")))
		add_line(told, line);
	return 0;
}

/* The sockets of the calls of an event. Return: their number, at most @room are stored */
static size_t read_cookies(const char *event, uint64_t *cookies, size_t room)
{
	char *trace = trace_text();
	const char *line, *cookie;
	size_t count = 0;

	while ((line = next_call(&trace, event))) {
		cookie = strstr(line, "sock_cookie=");
		if (cookie && count++ < room)
			cookies[count - 1] = strtoull(cookie + 12, NULL, 16);
	}
	return count;
}

/* Before 6.10 the trace has no reasons, and full sockets only, listeners included. */
static void read_records(const struct lab *lab, bool reasons, struct told *told)
{
	size_t i;

	memset(told, 0, sizeof(*told));
	for (i = 0; i < lab->stream.rst_count; i++) {
		const struct tcpclose_rst *rst = &lab->stream.rsts[i];

		if (rst->effect != TCPCLOSE_RST_SENT ||
		    (!reasons && (rst->owner == TCPCLOSE_RST_OWNER_NONE ||
				  rst->owner == TCPCLOSE_RST_OWNER_MINI)))
			continue;
		told->sent++;
		told->reasons[reasons ? rst->reason : 0]++;
	}
}

TEST_F(resets, are_those_of_the_kernels_trace)
{
	struct told traced, recorded;
	struct peer second;

	ASSERT_EQ(0, trace_begin("tcp_send_reset"));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_ACK, 1000, 2000, NULL, 0));
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_ACK, 1000, 2000, NULL, 0));
	ASSERT_EQ(0, peer_knock(&self->peer));
	ASSERT_EQ(0, close(self->peer.listener));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	peer_init(&second, &self->lab.puppet);
	second.lport++;
	ASSERT_EQ(0, peer_connect(&second));
	ASSERT_EQ(0, peer_close_half(&second));
	ASSERT_EQ(0, peer_send(&second, PUPPET_PSH | PUPPET_ACK, "late", 4));
	peer_init(&second, &self->lab.puppet);
	second.lport += 2;
	ASSERT_EQ(0, peer_connect(&second));
	ASSERT_EQ(0, peer_close(&second));
	ASSERT_EQ(0, peer_expect(&second, PUPPET_FIN));
	ASSERT_EQ(0, peer_send_at(&second, PUPPET_PSH | PUPPET_ACK, second.seq,
				  second.ack - 1, "late", 4));
	ASSERT_EQ(0, peer_expect(&second, PUPPET_RST));
	ASSERT_EQ(0, lab_sync(&self->lab));
	EXPECT_EQ(0, read_trace(&traced));
	read_records(&self->lab, traced.reasons[TCPCLOSE_RST_NO_SOCKET], &recorded);
	EXPECT_LT(2, traced.sent);
	EXPECT_EQ(0, memcmp(&recorded, &traced, sizeof(traced)))
	TH_LOG("%u traced, %u recorded", traced.sent, recorded.sent);
	EXPECT_EQ(0, trace_end("tcp_send_reset"));
}

/* One call of tcp_reset() each, in the same order; what a socket ignores is no such. */
TEST_F(resets, received_are_those_of_the_kernels_trace)
{
	uint64_t traced[8];
	size_t count, i, ended = 0;
	struct peer second;

	ASSERT_EQ(0, trace_begin("tcp_receive_reset"));
	ASSERT_EQ(0, peer_connecting(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	peer_init(&second, &self->lab.puppet);
	second.lport++;
	ASSERT_EQ(0, peer_connect(&second));
	ASSERT_EQ(0, peer_send_at(&second, PUPPET_RST, second.seq - 10000000, 0, NULL, 0));
	ASSERT_EQ(0, peer_send(&second, PUPPET_RST, NULL, 0));
	peer_init(&second, &self->lab.puppet);
	second.lport += 2;
	ASSERT_EQ(0, peer_connect(&second));
	ASSERT_EQ(0, peer_close(&second));
	ASSERT_EQ(0, peer_expect(&second, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&second, PUPPET_RST, NULL, 0));
	ASSERT_EQ(0, lab_sync(&self->lab));
	count = read_cookies("tcp_receive_reset", traced, 8);
	/* lab_sync() may have its own. */
	EXPECT_LE(3, count);
	for (i = 0; i < self->lab.stream.rst_count; i++) {
		const struct tcpclose_rst *rst = &self->lab.stream.rsts[i];

		if (rst->effect != TCPCLOSE_RST_ENDED)
			continue;
		EXPECT_LT(ended, count);
		EXPECT_EQ(traced[ended % 8], rst->cookie);
		ended++;
	}
	EXPECT_EQ(count, ended);
	EXPECT_EQ(0, trace_end("tcp_receive_reset"));
}

TEST_HARNESS_MAIN
