// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims on what TIME_WAIT protects against: C7 and C8 of Documentation/claims.rst.
 *
 * vm: --icount --smp 1 --include Documentation/claims.rst:selftests/claims.rst --slow
 */
#include "lib/claims_fixture.h"
#include "lib/device.h"
#include "lib/namespace.h"

CLAIMS_FIXTURE(claims);
CLAIMS_BY_HAND_FIXTURE(claims_by_hand);

#define LAST_ACK_BEGINS		"ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK"
#define HALF			"ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2"
#define FIN_ACK			(PUPPET_FIN | PUPPET_ACK)
#define PSH_ACK			(PUPPET_PSH | PUPPET_ACK)

/* ---- C7 */

static const char order[] = "pay 100";

#define ORDER_LEN (sizeof(order) - 1)

/* The kernel sends, the puppet acknowledges each segment. */
static int download(struct peer *peer, uint32_t len)
{
	static char block[65536];
	const uint32_t end = peer->ack + len;
	int err = 0;

	while (!err && (int32_t)(end - peer->ack) > 0) {
		while (len) {
			ssize_t written = write(peer->fd, block,
						len < sizeof(block) ? len : sizeof(block));

			if (written < 0)
				break;
			len -= written;
		}
		err = peer_expect(peer, PUPPET_ACK);
		if (!err)
			err = peer_send(peer, PUPPET_ACK, NULL, 0);
	}
	return err;
}

/*
 * A connection over which this end sends @len bytes and receives an order, and
 * which it closes first.
 * @duplicate: a copy of the segment with the order, delayed in the network
 */
static int old_connection(struct peer *peer, uint32_t len, struct segment *duplicate)
{
	char buffer[ORDER_LEN];
	int err = peer_accept(peer);

	if (!err)
		err = download(peer, len);
	if (err)
		return err;
	*duplicate = peer_segment(peer, PSH_ACK, peer->seq, peer->ack);
	memcpy(duplicate->data, order, ORDER_LEN);
	duplicate->data_len = ORDER_LEN;
	err = peer_send(peer, PSH_ACK, order, ORDER_LEN);
	if (err)
		return err;
	if (read(peer->fd, buffer, ORDER_LEN) != ORDER_LEN || shutdown(peer->fd, SHUT_WR))
		return -EPROTO;
	err = peer_expect(peer, PUPPET_FIN);
	if (!err)
		err = peer_send(peer, PUPPET_ACK, NULL, 0);
	if (!err)
		err = peer_send(peer, FIN_ACK, NULL, 0);
	if (!err)
		err = peer_expect(peer, PUPPET_ACK);
	return err ? err : peer_close(peer);
}

TEST_F_TIMEOUT(claims_by_hand, c07_an_old_duplicate_is_acknowledged_and_rearms, 200)
{
	struct segment duplicate;

	ASSERT_EQ(0, old_connection(&self->peer, 0, &duplicate));
	sleep(20);
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &duplicate));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	EXPECT_EQ(PUPPET_ACK, self->peer.last.flags);
	EXPECT_EQ(self->peer.seq, self->peer.last.ack);
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 5, 100000));
	PATH(HALF " FIN_WAIT2>TIME_WAIT[CLOSE]=FIN" REARM " tw:TIME_WAIT>CLOSE!EXPIRED");
	EXPECT_EQ(duplicate.flags, EVENT(3)->r.flags);
	EXPECT_BETWEEN(20 * S, 21 * S, EVENT(3)->r.dwell_ns);
	EXPECT_TIME_WAIT(EVENT(3)->r.dwell_ns, EVENT(4)->r.dwell_ns);
	claim_duration(&self->claim, "age of TIME_WAIT when the duplicate came",
		       EVENT(3)->r.dwell_ns);
	claim_duration(&self->claim, "length of TIME_WAIT, restarted",
		       EVENT(4)->r.dwell_ns);
}

/*
 * The failure that TIME_WAIT prevents. Both numbers of the old segment must fit.
 * The peer may choose its initial number; this end's grows by one every 64 ns
 * (secure_tcp_seq()). So the old acknowledgment number is one that the new
 * connection has sent only if the old one was faster than 125 Mbit/s.
 */
TEST_F(claims_by_hand, c07_without_time_wait_old_data_is_taken_for_new)
{
	const uint32_t len = 8 << 20;
	struct segment duplicate;
	char got[ORDER_LEN + 1] = "";

	if (patience_is_needed())
		SKIP(return, "this kernel receives less than 125 Mbit/s");
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_tw_buckets", "0"));
	self->peer.window_shift = 14;
	ASSERT_EQ(0, old_connection(&self->peer, len, &duplicate));
	PATH(HALF " FIN_WAIT2>CLOSE=FIN!OVERFLOW");
	self->peer.seq = duplicate.seq - 1;
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_GE(0, (int32_t)(self->peer.ack - duplicate.ack));
	ASSERT_EQ(0, download(&self->peer, len));
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &duplicate));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLIN, LAB_TIMEOUT_MS));
	EXPECT_EQ((ssize_t)ORDER_LEN, read(self->peer.fd, got, ORDER_LEN));
	EXPECT_STREQ(order, got);
	claim_figure(&self->claim, "order of the old connection that the new one read",
		     "\"%s\"", got);
	ASSERT_EQ(0, net_abort(self->peer.fd));
	PATH(HALF " FIN_WAIT2>CLOSE=FIN!OVERFLOW ESTABLISHED>CLOSE=LINGER");
}

/* tcp_ack(): "do not accept ACK for bytes we never sent". */
TEST_F(claims_by_hand, c07_without_time_wait_the_old_ack_must_fit_as_well)
{
	struct segment duplicate;
	char c;

	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_tw_buckets", "0"));
	self->peer.window_shift = 14;
	ASSERT_EQ(0, old_connection(&self->peer, 0, &duplicate));
	self->peer.seq = duplicate.seq - 1;
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &duplicate));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	EXPECT_EQ(duplicate.seq, self->peer.last.ack);
	EXPECT_EQ(-1, read(self->peer.fd, &c, 1));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, net_abort(self->peer.fd));
	PATH(HALF " FIN_WAIT2>CLOSE=FIN!OVERFLOW ESTABLISHED>CLOSE=LINGER");
}

TEST_F(claims_by_hand, c07_with_time_wait_no_new_connection_takes_old_data)
{
	struct segment duplicate;
	uint64_t old;
	char c;

	ASSERT_EQ(0, old_connection(&self->peer, 0, &duplicate));
	old = self->peer.cookie;
	/* Numbers in which the old data would fit: refused, TIME_WAIT stays */
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, duplicate.seq - 1, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	EXPECT_EQ(PUPPET_ACK, self->peer.last.flags);
	PATH(HALF " FIN_WAIT2>TIME_WAIT[CLOSE]=FIN");
	/* Numbers beyond all old ones: accepted, and the old data is out of window */
	self->peer.seq += 100000;
	ASSERT_EQ(0, peer_accept(&self->peer));
	EXPECT_NE(old, self->peer.cookie);
	ASSERT_EQ(0, puppet_send(&self->lab.puppet, &duplicate));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	EXPECT_EQ(self->peer.seq, self->peer.last.ack);
	EXPECT_EQ(-1, read(self->peer.fd, &c, 1));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, net_abort(self->peer.fd));
	PATH(HALF " FIN_WAIT2>TIME_WAIT[CLOSE]=FIN tw:TIME_WAIT>CLOSE!SYN ESTABLISHED>CLOSE=LINGER");
}

/* ---- C8 */

/* Only the client's segments that are a bare ACK */
#define ACK_OF_CLIENT "tcp sport 5000 tcp flags & (fin | syn | rst | ack) == ack"

static int wait_for_loss(struct stage *stage)
{
	uint64_t give_up = now_ns() + 5 * S;

	while (stage_lost(stage) < 1)
		if (now_ns() > give_up)
			return -ETIMEDOUT;
	return 0;
}

TEST_F_TIMEOUT(claims, c08_time_wait_acknowledges_again_when_the_last_ack_is_lost, 150)
{
	struct stage *stage = &self->stage;

	if (patience_is_needed())
		SKIP(return, "this kernel is slower than its retransmission timer");
	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_close_end(&stage->client));
	CLIENT(TO_FIN_WAIT2);
	ASSERT_EQ(0, stage_lose(stage, ACK_OF_CLIENT));
	ASSERT_EQ(0, stage_close_end(&stage->server));
	ASSERT_EQ(0, wait_for_loss(stage));
	ASSERT_EQ(0, stage_mend(stage));
	WIRE("SYN> <SYN+ACK ACK> FIN+ACK> <ACK <FIN+ACK ACK> <FIN+ACK ACK>");
	SERVER(LAST_ACK_BEGINS " LAST_ACK>CLOSE=FIN");
	ASSERT_EQ(0, stage_wait(stage, &stage->client, 6, 70000));
	CLIENT(TO_TIME_WAIT REARM " tw:TIME_WAIT>CLOSE!EXPIRED");
	EXPECT_EQ(FIN_ACK, CLIENT_EVENT(4)->r.flags);
	claim_duration(&self->claim, "LAST_ACK, with the last ACK lost once",
		       SERVER_EVENT(2)->r.dwell_ns);
}

TEST_F(claims, c08_without_time_wait_the_repeated_fin_is_answered_with_rst)
{
	struct stage *stage = &self->stage;

	ASSERT_EQ(0, namespace_write(stage->client.netns,
				     "/proc/sys/net/ipv4/tcp_max_tw_buckets", "0"));
	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, shutdown(stage->client.fd, SHUT_WR));
	CLIENT(HALF);
	ASSERT_EQ(0, stage_lose(stage, ACK_OF_CLIENT));
	ASSERT_EQ(0, stage_close_end(&stage->server));
	CLIENT(HALF " FIN_WAIT2>CLOSE=FIN!OVERFLOW");
	ASSERT_EQ(0, wait_for_loss(stage));
	ASSERT_EQ(0, stage_mend(stage));
	WIRE("SYN> <SYN+ACK ACK> FIN+ACK> <ACK <FIN+ACK ACK> <FIN+ACK RST>");
	SERVER(LAST_ACK_BEGINS " LAST_ACK>CLOSE=RST");
}

#define OPENED "CLOSE>SYN_SENT SYN_SENT>ESTABLISHED "
#define ACCEPTED "LISTEN>SYN_RECV SYN_RECV>ESTABLISHED "

/*
 * The client connects again from the same port, and the server is in LAST_ACK: the
 * SYN gets a challenge ACK (RFC 5961 section 4), the RST ends the old connection, the
 * next SYN opens the new one. connect() only takes longer.
 */
TEST_F_TIMEOUT(claims, c08_a_syn_in_last_ack_is_challenged_and_its_retry_succeeds, 150)
{
	struct stage *stage = &self->stage;
	const struct sighting *challenge, *retry;
	uint64_t began, took;

	if (patience_is_needed())
		SKIP(return, "this kernel is slower than its retransmission timer");
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_close_end(&stage->client));
	CLIENT(OPENED TO_FIN_WAIT2);
	ASSERT_EQ(0, stage_lose(stage, ACK_OF_CLIENT));
	ASSERT_EQ(0, stage_close_end(&stage->server));
	ASSERT_EQ(0, wait_for_loss(stage));
	CLIENT(OPENED TO_TIME_WAIT);
	SERVER(ACCEPTED LAST_ACK_BEGINS);
	/* TIME_WAIT would answer the repeated FIN: prevent that */
	ASSERT_EQ(0, stage_lose(stage, "tcp sport 8008 tcp flags & fin == fin"));
	began = now_ns();
	stage->client.fd = stage_connect(stage);
	took = now_ns() - began;
	ASSERT_LE(0, stage->client.fd);
	WIRE("SYN> <SYN+ACK ACK> FIN+ACK> <ACK <FIN+ACK ACK> SYN> <ACK RST> SYN> <SYN+ACK ACK>");
	challenge = capture_find(&stage->client.wire, false, PUPPET_ACK, 1);
	EXPECT_EQ(challenge->segment.ack,
		  capture_find(&stage->client.wire, true, PUPPET_RST, 0)->segment.seq);
	CLIENT(OPENED TO_TIME_WAIT " CLOSE>SYN_SENT tw:TIME_WAIT>CLOSE!RECYCLED SYN_SENT>ESTABLISHED");
	SERVER(ACCEPTED LAST_ACK_BEGINS " LAST_ACK>CLOSE=RST LISTEN>SYN_RECV SYN_RECV>ESTABLISHED");
	EXPECT_EQ(TCPCLOSE_FLAG_RST, SERVER_EVENT(4)->r.flags);
	/* Two round trips, and the shortest of timers between the two SYNs */
	EXPECT_BETWEEN(4 * STAGE_DELAY_NS, 4 * STAGE_DELAY_NS + 20 * MS, took);
	claim_duration(&self->claim, "connect() over a round trip of 20 ms, challenged", took);
	retry = capture_find(&stage->client.wire, true, PUPPET_SYN, 2);
	claim_duration(&self->claim, "from the challenge ACK to the second SYN",
		       retry->ts_ns - challenge->ts_ns);
	ASSERT_EQ(0, stage_mend(stage));
	stage->server.fd = accept(stage->listener, NULL, NULL);
	ASSERT_LE(0, stage->server.fd);
	ASSERT_EQ(0, net_abort(stage->client.fd));
	SERVER(ACCEPTED LAST_ACK_BEGINS " LAST_ACK>CLOSE=RST LISTEN>SYN_RECV SYN_RECV>ESTABLISHED ESTABLISHED>CLOSE=RST");
}

TEST_HARNESS_MAIN
