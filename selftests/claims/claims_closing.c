// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims on how a connection opens and closes: C1 to C6, C13 of
 * Documentation/claims.rst.
 *
 * vm: --icount --smp 1 --include Documentation/claims.rst:selftests/claims.rst --slow
 */
#include "lib/claims_fixture.h"
#include "lib/device.h"
#include "lib/namespace.h"
#include "lib/procfile.h"

CLAIMS_FIXTURE(claims);

#define TO_TIME_WAIT_END	TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!EXPIRED"
#define TO_LAST_ACK		"ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK"
#define PASSIVE			TO_LAST_ACK " LAST_ACK>CLOSE=FIN"
#define HALF			"ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2"
#define HALF_TO_TIME_WAIT	HALF " FIN_WAIT2>TIME_WAIT[CLOSE]=FIN"
#define TIME_WAIT_END		" tw:TIME_WAIT>CLOSE!EXPIRED"
#define CLOSED			" CLOSING>TIME_WAIT[CLOSE]=FIN" TIME_WAIT_END

#define OPENING			"SYN> <SYN+ACK ACK>"
#define FIN_ACK			(PUPPET_FIN | PUPPET_ACK)

/* ---- C1 */

TEST_F_TIMEOUT(claims, c01_three_segments_open_and_four_close, 150)
{
	static const char opened[] = "CLOSE>SYN_SENT SYN_SENT>ESTABLISHED";
	struct stage *stage = &self->stage;

	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, stage_establish(stage));
	WIRE(OPENING);
	CLIENT(opened);
	SERVER("LISTEN>SYN_RECV SYN_RECV>ESTABLISHED");
	ASSERT_EQ(0, stage_close_end(&stage->client));
	CLIENT("CLOSE>SYN_SENT SYN_SENT>ESTABLISHED " TO_FIN_WAIT2);
	ASSERT_EQ(0, stage_close_end(&stage->server));
	WIRE(OPENING " FIN+ACK> <ACK <FIN+ACK ACK>");
	SERVER("LISTEN>SYN_RECV SYN_RECV>ESTABLISHED " PASSIVE);
	ASSERT_EQ(0, stage_wait(stage, &stage->client, 7, 70000));
	CLIENT("CLOSE>SYN_SENT SYN_SENT>ESTABLISHED " TO_TIME_WAIT_END);
}

/*
 * The server closes while its ACK is still delayed: its FIN carries the ACK. The
 * kernel computes the delay from data that arrived: without data it ends at the next
 * tick of its timer.
 */
TEST_F_TIMEOUT(claims, c01_three_segments_close_when_fin_and_ack_combine, 150)
{
	struct stage *stage = &self->stage;
	char hello[5];

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(5, write(stage->client.fd, "hello", 5));
	ASSERT_EQ(5, read(stage->server.fd, hello, 5));
	WIRE(OPENING " PSH+ACK(5)> <ACK");
	ASSERT_EQ(0, stage_close_end(&stage->client));
	ASSERT_EQ(0, net_wait(stage->server.fd, POLLIN, STAGE_TIMEOUT_MS));
	ASSERT_EQ(0, stage_close_end(&stage->server));
	WIRE(OPENING " PSH+ACK(5)> <ACK FIN+ACK> <FIN+ACK ACK>");
	SERVER(PASSIVE);
	ASSERT_EQ(0, stage_wait(stage, &stage->client, 4, 70000));
	CLIENT(HALF_TO_TIME_WAIT TIME_WAIT_END);
	/* One segment, two steps */
	EXPECT_EQ(FIN_ACK, CLIENT_EVENT(1)->r.flags);
	EXPECT_EQ(FIN_ACK, CLIENT_EVENT(2)->r.flags);
}

TEST_F_TIMEOUT(claims, c01_fins_that_cross_close_through_closing, 150)
{
	static const char path[] = "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSING" CLOSED;
	struct stage *stage = &self->stage;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_close_end(&stage->client));
	ASSERT_EQ(0, stage_close_end(&stage->server));
	WIRE(OPENING " FIN+ACK> <FIN+ACK ACK> <ACK");
	ASSERT_EQ(0, stage_wait(stage, &stage->client, 4, 70000));
	CLIENT(path);
	ASSERT_EQ(0, stage_wait(stage, &stage->server, 4, 10000));
	SERVER(path);
	EXPECT_EQ(TCPCLOSE_CLOSER_BOTH, event_closer(CLIENT_EVENT(3)));
	EXPECT_EQ(TCPCLOSE_CLOSER_BOTH, event_closer(SERVER_EVENT(3)));
}

/* ---- C2 */

TEST_F(claims, c02_the_closer_sends_fin_and_enters_fin_wait1)
{
	struct stage *stage = &self->stage;
	const struct sighting *fin;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_close_end(&stage->client));
	/* The FIN is on its way, and has not arrived yet */
	EXPECT_EQ(TCPCLOSE_ESTABLISHED, net_state(stage->server.fd));
	CLIENT("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2[CLOSE]");
	SERVER("ESTABLISHED>CLOSE_WAIT");
	WIRE(OPENING " FIN+ACK> <ACK");
	fin = capture_find(&stage->client.wire, true, FIN_ACK, 0);
	EXPECT_EQ(TCPCLOSE_CONTEXT_PROCESS, event_context(CLIENT_EVENT(0)));
	EXPECT_EQ((__u32)getpid(), CLIENT_EVENT(0)->detail.pid);
	EXPECT_EQ(TCPCLOSE_CLOSER_LOCAL, event_closer(CLIENT_EVENT(0)));
	/* The state changes first, then the segment is sent */
	EXPECT_BETWEEN(CLIENT_EVENT(0)->r.ts_ns, CLIENT_EVENT(0)->r.ts_ns + AT_ONCE, fin->ts_ns);
	EXPECT_BETWEEN(fin->ts_ns + STAGE_DELAY_NS, fin->ts_ns + STAGE_DELAY_NS + AT_ONCE,
		       SERVER_EVENT(0)->r.ts_ns);
	EXPECT_EQ(fin->segment.flags, SERVER_EVENT(0)->r.flags);
	claim_duration(&self->claim, "from FIN_WAIT1 to the FIN on the wire",
		       fin->ts_ns - CLIENT_EVENT(0)->r.ts_ns);
	claim_duration(&self->claim, "from the FIN on the wire to the peer's CLOSE_WAIT",
		       SERVER_EVENT(0)->r.ts_ns - fin->ts_ns);
	ASSERT_EQ(0, stage_close_end(&stage->server));
	CLIENT(TO_TIME_WAIT);
}

/* ---- C3 */

static long sockstat_of(const struct stage_end *end, const char *name)
{
	int before = namespace_enter(end->netns);
	long number;

	if (before < 0)
		return before;
	number = procfile_sockstat(name);
	namespace_leave(before);
	return number;
}

TEST_F(claims, c03_the_peer_acknowledges_and_nothing_is_released)
{
	struct stage *stage = &self->stage;
	const struct sighting *ack;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, shutdown(stage->client.fd, SHUT_WR));
	CLIENT(HALF);
	SERVER("ESTABLISHED>CLOSE_WAIT");
	WIRE(OPENING " FIN+ACK> <ACK");
	ack = capture_find(&stage->client.wire, false, PUPPET_ACK, 0);
	EXPECT_BETWEEN(ack->ts_ns, ack->ts_ns + AT_ONCE, CLIENT_EVENT(1)->r.ts_ns);
	EXPECT_EQ(TCPCLOSE_FLAG_ACK, CLIENT_EVENT(1)->r.flags);
	EXPECT_EQ(TCPCLOSE_FIN_WAIT2, net_state(stage->client.fd));
	EXPECT_EQ(TCPCLOSE_CLOSE_WAIT, net_state(stage->server.fd));
	EXPECT_EQ(0, sockstat_of(&stage->client, "tw"));
	/* The ACK is delayed, since a FIN of the application could carry it */
	claim_duration(&self->claim, "the ACK of the FIN is delayed by",
		       CLIENT_EVENT(1)->r.ts_ns - SERVER_EVENT(0)->r.ts_ns - STAGE_DELAY_NS);
	ASSERT_EQ(0, stage_close_end(&stage->server));
	CLIENT(HALF_TO_TIME_WAIT);
}

/* A close() ends both streams, and also the socket: see the [CLOSE]. */
TEST_F(claims, c03_a_closed_socket_is_released_and_a_mini_socket_waits)
{
	struct stage *stage = &self->stage;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_close_end(&stage->client));
	EXPECT_EQ(0, sockstat_of(&stage->client, "tw"));
	EXPECT_EQ(1, sockstat_of(&stage->client, "orphan"));
	CLIENT(TO_FIN_WAIT2);
	EXPECT_EQ(1, sockstat_of(&stage->client, "tw"));
	EXPECT_EQ(0, sockstat_of(&stage->client, "orphan"));
	claim_duration(&self->claim, "the closer's socket lives on after close()",
		       CLIENT_EVENT(2)->r.ts_ns - CLIENT_EVENT(0)->r.ts_ns);
	ASSERT_EQ(0, stage_close_end(&stage->server));
	CLIENT(TO_TIME_WAIT);
}

/* ---- C4 */

TEST_F_TIMEOUT(claims, c04_the_fin_of_the_peer_waits_for_its_application, 150)
{
	struct stage *stage = &self->stage;
	const struct sighting *fin;
	uint64_t closed;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_close_end(&stage->client));
	SERVER("ESTABLISHED>CLOSE_WAIT");
	CLIENT(TO_FIN_WAIT2);
	sleep(5);
	WIRE(OPENING " FIN+ACK> <ACK");
	closed = now_ns();
	ASSERT_EQ(0, stage_close_end(&stage->server));
	WIRE(OPENING " FIN+ACK> <ACK <FIN+ACK ACK>");
	SERVER(PASSIVE);
	fin = capture_find(&stage->client.wire, false, FIN_ACK, 0);
	/* The application's call makes the transition, and sends the FIN */
	EXPECT_EQ(TCPCLOSE_CONTEXT_PROCESS, event_context(SERVER_EVENT(1)));
	EXPECT_EQ((__u32)getpid(), SERVER_EVENT(1)->detail.pid);
	EXPECT_BETWEEN(closed, closed + AT_ONCE, SERVER_EVENT(1)->r.ts_ns);
	EXPECT_BETWEEN(closed + STAGE_DELAY_NS, closed + STAGE_DELAY_NS + AT_ONCE, fin->ts_ns);
	EXPECT_BETWEEN(5 * S, 5 * S + 200 * MS, SERVER_EVENT(1)->r.dwell_ns);
	/* The network's part takes a round trip */
	EXPECT_BETWEEN(2 * STAGE_DELAY_NS, 2 * STAGE_DELAY_NS + AT_ONCE,
		       SERVER_EVENT(2)->r.dwell_ns);
	CLIENT(TO_TIME_WAIT);
	EXPECT_BETWEEN(fin->ts_ns, fin->ts_ns + AT_ONCE, CLIENT_EVENT(3)->r.ts_ns);
	claim_duration(&self->claim, "CLOSE_WAIT, with an application that takes 5 s",
		       SERVER_EVENT(1)->r.dwell_ns);
	claim_duration(&self->claim, "LAST_ACK, with a round trip of 20 ms",
		       SERVER_EVENT(2)->r.dwell_ns);
	ASSERT_EQ(0, stage_wait(stage, &stage->client, 5, 70000));
}

/* ---- C5 */

TEST_F_TIMEOUT(claims, c05_the_last_ack_goes_out_at_once_and_the_wait_follows, 150)
{
	struct stage *stage = &self->stage;
	const struct sighting *fin, *ack;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_close_end(&stage->client));
	CLIENT(TO_FIN_WAIT2);
	ASSERT_EQ(0, stage_close_end(&stage->server));
	SERVER(PASSIVE);
	ASSERT_EQ(0, stage_wait(stage, &stage->client, 5, 70000));
	CLIENT(TO_TIME_WAIT_END);
	/* Nothing comes after the ACK, and nothing at the end of the wait */
	WIRE(OPENING " FIN+ACK> <ACK <FIN+ACK ACK>");
	fin = capture_find(&stage->client.wire, false, FIN_ACK, 0);
	ack = capture_find(&stage->client.wire, true, PUPPET_ACK, 1);
	EXPECT_BETWEEN(fin->ts_ns, fin->ts_ns + AT_ONCE, ack->ts_ns);
	EXPECT_BETWEEN(CLIENT_EVENT(3)->r.ts_ns, CLIENT_EVENT(3)->r.ts_ns + AT_ONCE, ack->ts_ns);
	EXPECT_TIME_WAIT(0, CLIENT_EVENT(4)->r.ts_ns - ack->ts_ns);
	/* The peer has closed soon after the wait began */
	EXPECT_BETWEEN(2 * STAGE_DELAY_NS, 2 * STAGE_DELAY_NS + AT_ONCE,
		       SERVER_EVENT(2)->r.dwell_ns);
	claim_duration(&self->claim, "from the peer's FIN to the last ACK",
		       ack->ts_ns - fin->ts_ns);
	claim_duration(&self->claim, "from the start of TIME_WAIT to the last ACK",
		       ack->ts_ns - CLIENT_EVENT(3)->r.ts_ns);
	claim_duration(&self->claim, "from the last ACK to the end of TIME_WAIT",
		       CLIENT_EVENT(4)->r.ts_ns - ack->ts_ns);
	claim_duration(&self->claim, "the peer waits for it in LAST_ACK",
		       SERVER_EVENT(2)->r.dwell_ns);
}

/* The full socket of a half-close sends the ACK before it is handed over. */
TEST_F_TIMEOUT(claims, c05_after_a_half_close_it_goes_out_even_before, 150)
{
	struct stage *stage = &self->stage;
	const struct sighting *fin, *ack;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, shutdown(stage->client.fd, SHUT_WR));
	CLIENT(HALF);
	ASSERT_EQ(0, stage_close_end(&stage->server));
	SERVER(PASSIVE);
	ASSERT_EQ(0, stage_wait(stage, &stage->client, 4, 70000));
	CLIENT(HALF_TO_TIME_WAIT TIME_WAIT_END);
	WIRE(OPENING " FIN+ACK> <ACK <FIN+ACK ACK>");
	fin = capture_find(&stage->client.wire, false, FIN_ACK, 0);
	ack = capture_find(&stage->client.wire, true, PUPPET_ACK, 1);
	EXPECT_BETWEEN(fin->ts_ns, fin->ts_ns + AT_ONCE, ack->ts_ns);
	/* The record has the time at which the FIN was received */
	EXPECT_BETWEEN(ack->ts_ns - AT_ONCE, ack->ts_ns + AT_ONCE, CLIENT_EVENT(2)->r.ts_ns);
	EXPECT_TIME_WAIT(0, CLIENT_EVENT(3)->r.ts_ns - ack->ts_ns);
	claim_duration(&self->claim, "after a half-close: from the FIN to the last ACK",
		       ack->ts_ns - fin->ts_ns);
}

/* ---- C6 */

static char message[1000];

static size_t receive(int fd, size_t len)
{
	size_t total = 0;

	while (total < len) {
		ssize_t got = read(fd, message, sizeof(message));

		if (got <= 0)
			break;
		total += got;
	}
	return total;
}

TEST_F_TIMEOUT(claims, c06_the_peer_sends_data_between_the_second_and_the_third, 150)
{
	struct stage *stage = &self->stage;
	const struct capture *wire = &stage->client.wire;
	uint64_t fin_acked, last_fin;
	unsigned int between = 0;
	size_t i;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, shutdown(stage->client.fd, SHUT_WR));
	CLIENT(HALF);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ((ssize_t)sizeof(message),
			  write(stage->server.fd, message, sizeof(message)));
		ASSERT_EQ(sizeof(message), receive(stage->client.fd, sizeof(message)));
	}
	ASSERT_EQ(0, stage_close_end(&stage->server));
	CLIENT(HALF_TO_TIME_WAIT);
	SERVER(PASSIVE);
	ASSERT_EQ(0, capture_poll(&stage->client.wire, 0));
	fin_acked = capture_find(wire, false, PUPPET_ACK, 0)->ts_ns;
	last_fin = capture_find(wire, false, FIN_ACK, 0)->ts_ns;
	ASSERT_NE(0U, fin_acked);
	ASSERT_NE(0U, last_fin);
	for (i = 0; i < wire->count; i++)
		if (!wire->seen[i].sent && wire->seen[i].ts_ns > fin_acked &&
		    wire->seen[i].ts_ns < last_fin)
			between += wire->seen[i].segment.data_len;
	EXPECT_EQ(3 * sizeof(message), between);
	EXPECT_EQ(0U, event_received(CLIENT_EVENT(1)));
	EXPECT_EQ(3 * sizeof(message), event_received(CLIENT_EVENT(2)));
	claim_figure(&self->claim, "received between the second segment and the third",
		     "%u bytes", between);
	ASSERT_EQ(0, stage_wait(stage, &stage->client, 4, 70000));
}

/* ---- C13 */

TEST_F_TIMEOUT(claims, c13_half_close_ends_one_stream_and_the_other_goes_on, 150)
{
	struct stage *stage = &self->stage;
	char c;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, shutdown(stage->client.fd, SHUT_WR));
	CLIENT(HALF);
	ASSERT_EQ(0, read(stage->server.fd, &c, 1));
	sleep(70);
	/* Longer than any timeout of FIN_WAIT2, which apply to closed sockets only */
	ASSERT_EQ(5, write(stage->server.fd, "still", 5));
	ASSERT_EQ(5U, receive(stage->client.fd, 5));
	ASSERT_EQ(-1, send(stage->client.fd, "no", 2, MSG_NOSIGNAL));
	ASSERT_EQ(EPIPE, errno);
	ASSERT_EQ(0, stage_close_end(&stage->server));
	ASSERT_EQ(0, read(stage->client.fd, &c, 1));
	CLIENT(HALF_TO_TIME_WAIT);
	SERVER(PASSIVE);
	/* One stream is shut, then both; the server's records mirror this */
	EXPECT_EQ(2, event_shutdown(CLIENT_EVENT(0)));
	EXPECT_EQ(2, event_shutdown(CLIENT_EVENT(1)));
	EXPECT_EQ(3, event_shutdown(CLIENT_EVENT(2)));
	EXPECT_EQ(1, event_shutdown(SERVER_EVENT(0)));
	EXPECT_EQ(3, event_shutdown(SERVER_EVENT(1)));
	EXPECT_EQ(5U, event_received(CLIENT_EVENT(2)));
	claim_duration(&self->claim, "half closed, and still in use",
		       CLIENT_EVENT(2)->r.dwell_ns);
	ASSERT_EQ(0, stage_wait(stage, &stage->client, 4, 70000));
}

TEST_F(claims, c13_a_full_close_resets_what_still_comes)
{
	struct stage *stage = &self->stage;
	char c;

	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_close_end(&stage->client));
	CLIENT(TO_FIN_WAIT2);
	ASSERT_EQ(0, read(stage->server.fd, &c, 1));
	ASSERT_EQ(5, write(stage->server.fd, "still", 5));
	WIRE(OPENING " FIN+ACK> <ACK <PSH+ACK(5) RST>");
	CLIENT(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=DATA_AFTER_CLOSE!RST_SENT");
	SERVER("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>CLOSE=RST");
	EXPECT_EQ(3, event_shutdown(CLIENT_EVENT(0)));
}

TEST_HARNESS_MAIN
