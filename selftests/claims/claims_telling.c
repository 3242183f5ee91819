// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims on what can be observed: the control bits of a segment, and whether a close
 * is graceful or abrupt; C10 and C12 of Documentation/claims.rst.
 *
 * vm: --icount --smp 1 --include Documentation/claims.rst:selftests/claims.rst --slow
 */
#include "lib/claims_fixture.h"
#include "lib/device.h"
#include "lib/manner.h"

CLAIMS_FIXTURE(claims);
CLAIMS_BY_HAND_FIXTURE(claims_by_hand);

#define FIN_ACK	(PUPPET_FIN | PUPPET_ACK)

/* ---- C10 */

static const char *bit_names(__u16 bits)
{
	static const char *const names[] = {
		"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "NS",
	};
	static char text[64];
	size_t i;

	text[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (bits & 1 << i)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				 *text ? "," : "", names[i]);
	return text;
}

TEST_F(claims_by_hand, c10_nine_control_bits_are_in_the_records)
{
	const __u16 fin = PUPPET_FIN | PUPPET_PSH | PUPPET_ACK | PUPPET_URG | PUPPET_ECE |
			  PUPPET_CWR | PUPPET_NS;
	__u16 all = 0;
	int i;

	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, fin, "all", 3));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>CLOSE=RST");
	EXPECT_EQ(0, EVENT(0)->r.flags);
	EXPECT_EQ(PUPPET_SYN | PUPPET_ACK, EVENT(1)->r.flags);
	EXPECT_EQ(fin, EVENT(2)->r.flags);
	EXPECT_EQ(PUPPET_RST, EVENT(3)->r.flags);
	for (i = 0; i < 4; i++)
		all |= EVENT(i)->r.flags;
	EXPECT_EQ(0x1ff, all);
	claim_figure(&self->claim, "in the records of one connection", "%s",
		     bit_names(all));
	EXPECT_EQ(0, peer_close(&self->peer));
}

TEST_F(claims_by_hand, c10_each_bit_stands_for_itself)
{
	static const __u16 bits[] = {
		PUPPET_PSH, PUPPET_URG, PUPPET_ECE, PUPPET_CWR, PUPPET_NS,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		peer_init(&self->peer, &self->lab.puppet);
		self->peer.rport = self->claim.port;
		self->peer.lport = 5000 + i;
		ASSERT_EQ(0, peer_connect(&self->peer));
		ASSERT_EQ(0, peer_send(&self->peer, FIN_ACK | bits[i], NULL, 0));
		PATH("ESTABLISHED>CLOSE_WAIT");
		EXPECT_EQ(FIN_ACK | bits[i], EVENT(0)->r.flags);
		ASSERT_EQ(0, net_abort(self->peer.fd));
	}
}

/* The segment that arrived right before a transition of this end. */
static uint16_t flags_on_the_wire(const struct capture *wire, uint64_t ts_ns)
{
	uint16_t flags = 0;
	size_t i;

	for (i = 0; i < wire->count; i++)
		if (!wire->seen[i].sent && wire->seen[i].ts_ns <= ts_ns)
			flags = wire->seen[i].segment.flags;
	return flags;
}

static unsigned int count_wrong_bits(struct stage *stage, struct stage_end *end,
				     unsigned int *checked)
{
	struct flow flow = stage_flow(stage, end);
	unsigned int wrong = 0;
	size_t i;

	capture_poll(&end->wire, 0);
	for (i = 0; i < stream_count(&stage->stream, &flow); i++) {
		const struct event *event = stage_event(stage, end, i);

		/* By a system call, or of a socket just cloned: no segment is processed */
		if (!event->r.flags)
			continue;
		*checked += 1;
		wrong += event->r.flags != flags_on_the_wire(&end->wire, event->r.ts_ns);
	}
	return wrong;
}

TEST_F(claims, c10_the_bits_are_those_of_the_segment_on_the_wire)
{
	struct stage *stage = &self->stage;
	unsigned int checked = 0;

	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, stage_establish(stage));
	ASSERT_EQ(0, stage_close_end(&stage->client));
	CLIENT("CLOSE>SYN_SENT SYN_SENT>ESTABLISHED " TO_FIN_WAIT2);
	ASSERT_EQ(0, stage_close_end(&stage->server));
	CLIENT("CLOSE>SYN_SENT SYN_SENT>ESTABLISHED " TO_TIME_WAIT);
	SERVER("LISTEN>SYN_RECV SYN_RECV>ESTABLISHED ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
	EXPECT_EQ(0U, count_wrong_bits(stage, &stage->client, &checked));
	EXPECT_EQ(0U, count_wrong_bits(stage, &stage->server, &checked));
	/* SYN+ACK, ACK and its hand-over, FIN; ACK, FIN, ACK */
	EXPECT_EQ(7U, checked);
	EXPECT_EQ(0, SERVER_EVENT(0)->r.flags);
	claim_figure(&self->claim, "transitions with a segment in hand, of 11", "%u", checked);
}

/* ---- C12 */

/* Longer than the ACK is delayed */
static int leave(struct stage_end *end)
{
	char c;

	usleep(100000);
	while (read(end->fd, &c, 1) > 0)
		;
	return stage_close_end(end);
}

static int both_close(struct stage *stage)
{
	int err = stage_close_end(&stage->client);

	return err ? err : leave(&stage->server);
}

static int both_close_at_once(struct stage *stage)
{
	int err = stage_close_end(&stage->client);

	return err ? err : stage_close_end(&stage->server);
}

static int half_close(struct stage *stage)
{
	if (shutdown(stage->client.fd, SHUT_WR) || leave(&stage->server))
		return -EPROTO;
	return leave(&stage->client);
}

static int linger(struct stage *stage)
{
	int err = net_abort(stage->client.fd);

	return err ? err : leave(&stage->server);
}

static int unread(struct stage *stage)
{
	if (write(stage->client.fd, "x", 1) != 1 ||
	    net_wait(stage->server.fd, POLLIN, STAGE_TIMEOUT_MS) ||
	    stage_close_end(&stage->server))
		return -EPROTO;
	return leave(&stage->client);
}

static int data_after_close(struct stage *stage)
{
	char c;

	if (stage_close_end(&stage->client) || read(stage->server.fd, &c, 1))
		return -EPROTO;
	usleep(100000);
	if (write(stage->server.fd, "x", 1) != 1)
		return -EPROTO;
	return leave(&stage->server);
}

/* Both ends would wait for ever, so both must send data and time out. */
static int silence(struct stage *stage)
{
	int err;

	if (stage_lose_all(stage) || write(stage->client.fd, "x", 1) != 1)
		return -EPROTO;
	/* One end after the other, always in the same order */
	sleep(60);
	if (write(stage->server.fd, "x", 1) != 1)
		return -EPROTO;
	err = net_wait(stage->client.fd, POLLHUP, 2000000);
	if (!err)
		err = net_wait(stage->server.fd, POLLHUP, 2000000);
	if (!err)
		err = both_close_at_once(stage);
	return err ? err : stage_mend(stage);
}

static const struct way {
	const char *name;
	int (*act)(struct stage *stage);
	bool graceful;
} ways[] = {
	{ "one closes, then the other", both_close, true },
	{ "both close at once", both_close_at_once, true },
	{ "half-close, then close", half_close, true },
	{ "SO_LINGER with time 0", linger, false },
	{ "close() with unread data", unread, false },
	{ "data for a closed socket", data_after_close, false },
	{ "the network goes silent", silence, false },
};

static bool is_over(const struct stage *stage, const struct stage_end *end)
{
	struct flow flow = stage_flow(stage, end);
	size_t count = stream_count(&stage->stream, &flow);

	return count && TCPCLOSE_EDGE_TO(stage_event(stage, end, count - 1)->r.edge) ==
				TCPCLOSE_CLOSE;
}

static int wait_until_over(struct stage *stage)
{
	uint64_t give_up = now_ns() + 100 * S;

	while (!is_over(stage, &stage->client) || !is_over(stage, &stage->server)) {
		if (now_ns() > give_up)
			return -ETIMEDOUT;
		stream_poll(&stage->stream, 100);
	}
	return 0;
}

/* By the model: no transition of this end was abrupt. */
static enum manner manner_of_end(const struct stage *stage, const struct stage_end *end)
{
	struct flow flow = stage_flow(stage, end);
	enum manner manner = MANNER_NONE, of_step;
	size_t i;

	for (i = 0; i < stream_count(&stage->stream, &flow); i++) {
		of_step = manner_of(&stage_event(stage, end, i)->r);
		if (of_step == MANNER_NONE)
			return MANNER_NONE;
		manner = of_step > manner ? of_step : manner;
	}
	return manner;
}

/* On the wire: both FINs, and no reset. */
static bool graceful_on_the_wire(struct capture *wire)
{
	bool sent = false, received = false;
	size_t i;

	capture_poll(wire, 0);
	for (i = 0; i < wire->count; i++) {
		const struct sighting *s = &wire->seen[i];

		if (s->segment.flags & PUPPET_RST)
			return false;
		sent |= s->sent && s->segment.flags & PUPPET_FIN;
		received |= !s->sent && s->segment.flags & PUPPET_FIN;
	}
	return sent && received;
}

TEST_F_TIMEOUT(claims, c12_every_close_is_graceful_or_abrupt, 6000)
{
	struct stage *stage = &self->stage;
	enum manner expected;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		TH_LOG("%s", ways[i].name);
		stage->client.addr.in.sin_port = htons(5000 + i);
		ASSERT_EQ(0, stage_establish(stage));
		stage->client.wire.count = 0;
		ASSERT_EQ(0, ways[i].act(stage));
		ASSERT_EQ(0, wait_until_over(stage));
		expected = ways[i].graceful ? MANNER_GRACEFUL : MANNER_ABRUPT;
		EXPECT_EQ(expected, manner_of_end(stage, &stage->client));
		EXPECT_EQ(expected, manner_of_end(stage, &stage->server));
		EXPECT_EQ(ways[i].graceful, graceful_on_the_wire(&stage->client.wire));
		claim_figure(&self->claim, ways[i].name, "%s",
			     ways[i].graceful ? "graceful" : "abrupt");
		ASSERT_EQ(0, close(stage->listener));
	}
}

TEST_HARNESS_MAIN
