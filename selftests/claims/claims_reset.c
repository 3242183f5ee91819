// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims on the uses of RST: C11 of Documentation/claims.rst.
 *
 * vm: --icount --smp 1 --include Documentation/claims.rst:selftests/claims.rst --slow
 */
#include <linux/tcp.h>

#include "lib/claims_fixture.h"
#include "lib/device.h"
#include "lib/procfile.h"

CLAIMS_FIXTURE(claims);
CLAIMS_BY_HAND_FIXTURE(claims_by_hand);

#define FIN_ACK	(PUPPET_FIN | PUPPET_ACK)
#define PSH_ACK	(PUPPET_PSH | PUPPET_ACK)
#define OPENING	"SYN> <SYN+ACK ACK>"

static unsigned int count_resets(struct stage *stage)
{
	const struct capture *wire = &stage->client.wire;
	unsigned int count = 0;
	size_t i;

	capture_poll(&stage->client.wire, 2 * STAGE_DELAY_NS / MS);
	for (i = 0; i < wire->count; i++)
		count += !!(wire->seen[i].segment.flags & PUPPET_RST);
	return count;
}

/* ---- C11 a: a segment reaches a connection that does not exist */

/*
 * The server times out while the network is down, and no segment reports it; then
 * the client sends on a half-open connection (RFC 9293, 3.5.1).
 */
TEST_F(claims, c11a_a_segment_for_no_connection_is_answered_with_rst)
{
	struct stage *stage = &self->stage;
	char c;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_lose_all(stage));
	ASSERT_EQ(0, net_tcp_option(stage->server.fd, TCP_USER_TIMEOUT, 1000));
	ASSERT_EQ(1, write(stage->server.fd, "x", 1));
	ASSERT_EQ(0, net_wait(stage->server.fd, POLLHUP, 20000));
	SERVER("ESTABLISHED>CLOSE=USER_TIMEOUT");
	ASSERT_EQ(0, stage_mend(stage));
	WIRE(OPENING);
	ASSERT_EQ(1, write(stage->client.fd, "x", 1));
	WIRE(OPENING " PSH+ACK(1)> <RST");
	CLIENT("ESTABLISHED>CLOSE=RST");
	EXPECT_EQ(TCPCLOSE_FLAG_RST, CLIENT_EVENT(0)->r.flags);
	EXPECT_EQ(-1, read(stage->client.fd, &c, 1));
	EXPECT_EQ(ECONNRESET, errno);
}

/* RFC 9293, 3.10.7.1: the RST has numbers that the sender accepts. */
TEST_F(claims_by_hand, c11a_every_segment_but_a_rst_is_answered_with_rst)
{
	static const __u16 flags[] = {
		PUPPET_ACK, FIN_ACK, PSH_ACK, PUPPET_SYN | PUPPET_ACK, PUPPET_SYN, PUPPET_FIN, 0,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		const bool ack = flags[i] & PUPPET_ACK;
		struct segment segment = peer_segment(&self->peer, flags[i], 1000, 2000);

		ASSERT_EQ(0, puppet_send(&self->lab.puppet, &segment));
		ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
		EXPECT_EQ(ack ? PUPPET_RST : PUPPET_RST | PUPPET_ACK, self->peer.last.flags);
		EXPECT_EQ(ack ? 2000 : 0, self->peer.last.seq);
		if (!ack)
			EXPECT_EQ(segment_end(&segment), self->peer.last.ack);
	}
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, 1000, 0, NULL, 0));
	EXPECT_TRUE(peer_silent(&self->peer, 100));
	PATH("");
}

/* ---- C11 b: a segment with a bad header */

struct errors {
	long header;
	long checksum;
};

static struct errors errors_now(void)
{
	struct errors errors = {
		.header = procfile_tcp("InErrs"),
		.checksum = procfile_tcp("InCsumErrors"),
	};

	return errors;
}

/* A FIN with one error, and then the same FIN without it. */
#define BROKEN_FIN_IS_DROPPED(breakage, errors_more, checksums_more) do { \
	struct errors _before, _after; \
	struct segment _fin; \
	ASSERT_EQ(0, peer_connect(&self->peer)); \
	_fin = peer_segment(&self->peer, FIN_ACK, self->peer.seq, self->peer.ack); \
	_fin.breakage; \
	_before = errors_now(); \
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &_fin)); \
	EXPECT_TRUE(peer_silent(&self->peer, 100)); \
	_after = errors_now(); \
	EXPECT_EQ(errors_more, _after.header - _before.header); \
	EXPECT_EQ(checksums_more, _after.checksum - _before.checksum); \
	PATH(""); \
	EXPECT_EQ(TCPCLOSE_ESTABLISHED, net_state(self->peer.fd)); \
	ASSERT_EQ(0, peer_send(&self->peer, FIN_ACK, NULL, 0)); \
	ASSERT_EQ(0, peer_close_half(&self->peer)); \
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN"); \
} while (0)

TEST_F(claims_by_hand, c11b_a_bad_checksum_is_dropped_not_reset)
{
	BROKEN_FIN_IS_DROPPED(bad_checksum = true, 1, 1);
}

/* A header shorter than the minimum, and one longer than the segment. */
TEST_F(claims_by_hand, c11b_a_bad_header_is_dropped_not_reset)
{
	BROKEN_FIN_IS_DROPPED(bad_offset = 4, 1, 0);
}

TEST_F(claims_by_hand, c11b_a_header_that_is_cut_is_dropped_not_reset)
{
	BROKEN_FIN_IS_DROPPED(bad_offset = 15, 0, 0);
}

/* The numbers are wrong, the header is valid: the answer has the right numbers. */
TEST_F(claims_by_hand, c11b_bad_numbers_are_answered_with_ack)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, FIN_ACK, self->peer.seq + 1000000,
				  self->peer.ack, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	EXPECT_EQ(PUPPET_ACK, self->peer.last.flags);
	EXPECT_EQ(self->peer.seq, self->peer.last.ack);
	PATH("");
	ASSERT_EQ(0, net_abort(self->peer.fd));
}

/* ---- C11 c: to end a connection that exists */

TEST_F(claims, c11c_a_rst_ends_an_existing_connection)
{
	struct stage *stage = &self->stage;
	char c;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, net_abort(stage->client.fd));
	WIRE(OPENING " RST+ACK>");
	CLIENT("ESTABLISHED>CLOSE=LINGER");
	SERVER("ESTABLISHED>CLOSE=RST");
	EXPECT_EQ(TCPCLOSE_FLAG_RST | TCPCLOSE_FLAG_ACK, SERVER_EVENT(0)->r.flags);
	EXPECT_EQ(-1, read(stage->server.fd, &c, 1));
	EXPECT_EQ(ECONNRESET, errno);
	/* Neither end waits for a segment or a timer */
	claim_duration(&self->claim, "from the close at one end to that at the other",
		       SERVER_EVENT(0)->r.ts_ns - CLIENT_EVENT(0)->r.ts_ns);
}

/* ---- C11 d: the remote host is unreachable or silent */

TEST_F_TIMEOUT(claims, c11d_a_silent_host_ends_in_timeout_without_rst, 2000)
{
	struct stage *stage = &self->stage;
	uint64_t began;
	char c;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_lose_all(stage));
	began = now_ns();
	ASSERT_EQ(1, write(stage->client.fd, "x", 1));
	ASSERT_EQ(0, net_wait(stage->client.fd, POLLHUP, 1500000));
	CLIENT("ESTABLISHED>CLOSE=TIMEOUT");
	EXPECT_EQ(-1, read(stage->client.fd, &c, 1));
	EXPECT_EQ(ETIMEDOUT, errno);
	EXPECT_EQ(0U, count_resets(stage));
	/* tcp_retries2, 15, of timeouts from 200 ms up to 120 s: no less than 924.6 s */
	EXPECT_BETWEEN(924600 * MS, 1100 * S, CLIENT_EVENT(0)->r.ts_ns - began);
	claim_duration(&self->claim, "unacknowledged data, until ETIMEDOUT",
		       CLIENT_EVENT(0)->r.ts_ns - began);
	claim_figure(&self->claim, "retransmissions meanwhile", "%u",
		     CLIENT_EVENT(0)->r.retransmits);
	/* The server's connection is unchanged: no segment reached it */
	EXPECT_EQ(TCPCLOSE_ESTABLISHED, net_state(stage->server.fd));
	ASSERT_EQ(0, net_abort(stage->server.fd));
}

TEST_F_TIMEOUT(claims, c11d_a_host_that_never_answers_a_syn_is_a_timeout, 300)
{
	struct stage *stage = &self->stage;
	uint64_t began = now_ns();

	ASSERT_EQ(0, stage_lose_all(stage));
	EXPECT_EQ(-ETIMEDOUT, stage_connect(stage));
	CLIENT("SYN_SENT>CLOSE=TIMEOUT");
	EXPECT_EQ(0U, count_resets(stage));
	EXPECT_EQ(self->stage.client.wire.count, CLIENT_EVENT(0)->r.retransmits + 1U);
	claim_duration(&self->claim, "unanswered SYNs, until ETIMEDOUT",
		       CLIENT_EVENT(0)->r.ts_ns - began);
	claim_figure(&self->claim, "SYNs", "%zu", self->stage.client.wire.count);
}

TEST_F(claims, c11d_an_unreachable_host_is_an_icmp_error)
{
	const bool ipv4 = variant->family == AF_INET;
	struct stage *stage = &self->stage;

	stage->server.addr = net_address(variant->family, ipv4 ? "10.0.3.1" : "fd00:3::1",
					 self->claim.port);
	/* ICMPv6 reports "no route", which is a different error */
	EXPECT_EQ(ipv4 ? -EHOSTUNREACH : -ENETUNREACH, stage_connect(stage));
	CLIENT("SYN_SENT>CLOSE=UNREACHABLE");
	EXPECT_EQ(TCPCLOSE_CONTEXT_SOFTIRQ, event_context(CLIENT_EVENT(0)));
	EXPECT_EQ(0, CLIENT_EVENT(0)->r.flags);
	WIRE("SYN>");
}

/* Later ICMP is only a hint: the connection lives, and continues. */
TEST_F(claims, c11d_an_established_connection_survives_the_icmp_error)
{
	const char *route = variant->family == AF_INET ? "10.0.2.1/32" : "fd00:2::1/128";
	struct stage *stage = &self->stage;
	char c;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_run(stage->router, "ip route add unreachable %s", route));
	ASSERT_EQ(1, write(stage->client.fd, "x", 1));
	sleep(5);
	CLIENT("");
	EXPECT_EQ(TCPCLOSE_ESTABLISHED, net_state(stage->client.fd));
	ASSERT_EQ(0, stage_run(stage->router, "ip route del unreachable %s", route));
	EXPECT_EQ(1, read(stage->server.fd, &c, 1));
	EXPECT_EQ(0U, count_resets(stage));
	ASSERT_EQ(0, net_abort(stage->client.fd));
}

/* The only RST to a silent host, which does not receive it. */
TEST_F(claims, c11d_keepalive_gives_up_with_a_rst)
{
	struct stage *stage = &self->stage;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_lose_all(stage));
	ASSERT_EQ(0, net_keep_alive(stage->client.fd, 2));
	ASSERT_EQ(0, net_wait(stage->client.fd, POLLHUP, 20000));
	CLIENT("ESTABLISHED>CLOSE=KEEPALIVE");
	WIRE(OPENING " ACK> ACK> RST+ACK>");
	ASSERT_EQ(0, net_abort(stage->server.fd));
}

TEST_HARNESS_MAIN
