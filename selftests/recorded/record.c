// SPDX-License-Identifier: GPL-2.0-only
/*
 * A connection's traffic, times and segments in its records, compared with the
 * socket, the clock and the wire. For its owner see identity.c.
 *
 * vm: --icount --smp 1
 */
#include <linux/tcp.h>

#include "lib/device.h"
#include "lib/lab_fixture.h"
#include "lib/machine.h"

LAB_FIXTURE(record);

/* ---- traffic */

static ssize_t read_all(int fd, size_t len)
{
	static char buffer[65536];
	size_t total = 0;

	while (total < len) {
		ssize_t got = read(fd, buffer, sizeof(buffer));

		if (got < 0 && errno == EAGAIN && !net_wait(fd, POLLIN, LAB_TIMEOUT_MS))
			continue;
		if (got <= 0)
			break;
		total += got;
	}
	return total;
}

TEST_F(record, bytes_are_exact)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(5, write(self->peer.fd, "hello", 5));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "goodbye", 7));
	ASSERT_EQ(7, read_all(self->peer.fd, 7));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
	EXPECT_EQ(5U, event_sent(EVENT(0)));
	EXPECT_EQ(7U, event_received(EVENT(0)));
	/* Neither FIN counts */
	EXPECT_EQ(7U, event_received(EVENT(1)));
	EXPECT_EQ(7U, event_received(EVENT(2)));
}

TEST_F(record, bytes_are_exact_in_bulk)
{
	static char block[1 << 20];
	struct flow client, server;
	int pair[2];
	pid_t pid;

	ASSERT_EQ(0, net_pair(variant->family, pair));
	client = lab_flow(&self->lab, net_local_port(pair[0]), net_remote_port(pair[0]));
	server = lab_flow(&self->lab, client.rport, client.lport);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(pair[1]);
		_exit(write(pair[0], block, sizeof(block)) != sizeof(block));
	}
	ASSERT_EQ(0, close(pair[0]));
	ASSERT_EQ((ssize_t)sizeof(block), read_all(pair[1], sizeof(block) + 1));
	ASSERT_EQ(0, close(pair[1]));
	EXPECT_PATH(&self->lab, &server,
		    "ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
	EXPECT_EQ(sizeof(block), event_received(stream_event(&self->lab.stream, &server, 2)));
	EXPECT_EQ(0U, event_sent(stream_event(&self->lab.stream, &server, 2)));
	EXPECT_EQ(sizeof(block), event_sent(stream_event(&self->lab.stream, &client, 1)));
}

#define TICK_MS	10	/* of the slowest clock that is configured anywhere */

#define EXPECT_MS(expected, ms) do { \
	EXPECT_LE((__u32)(expected) - TICK_MS, ms); \
	EXPECT_GE((__u32)(expected) + 2 * TICK_MS, ms); \
} while (0)

/* Milliseconds from a moment to a record: other work of the machine takes time, too */
static __u32 ms_until(const struct tcpclose_record *r, uint64_t begin_ns)
{
	return (__u32)((r->ts_ns - begin_ns) / 1000000);
}

/* How long a connection was idle: by its own close, and when the peer closed first */
TEST_F(record, idle_time_is_since_the_last_payload)
{
	const struct tcpclose_detail *detail;
	uint64_t sent, received, fin;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(5, write(self->peer.fd, "hello", 5));
	sent = now_ns();
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	sleep(3);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "goodbye", 7));
	ASSERT_EQ(7, read_all(self->peer.fd, 7));
	received = now_ns();
	sleep(2);
	fin = now_ns();
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	sleep(1);
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
	detail = &EVENT(1)->detail;
	EXPECT_TRUE(detail->mark & TCPCLOSE_DETAIL_IDLE);
	EXPECT_MS(ms_until(&EVENT(1)->r, sent), detail->last_sent_ms);
	EXPECT_MS(ms_until(&EVENT(1)->r, received), detail->last_received_ms);
	EXPECT_MS((fin - received) / 1000000,
		  detail->last_received_ms - (__u32)(EVENT(1)->r.dwell_ns / 1000000));
}

/* Since it was established, if there was no payload; before, unknown */
TEST_F(record, idle_time_without_payload)
{
	struct peer second;
	uint64_t established;

	ASSERT_EQ(0, peer_connect(&self->peer));
	established = now_ns();
	sleep(4);
	ASSERT_EQ(0, net_abort(self->peer.fd));
	PATH("ESTABLISHED>CLOSE=LINGER");
	EXPECT_TRUE(EVENT(0)->detail.mark & TCPCLOSE_DETAIL_IDLE);
	EXPECT_MS(ms_until(&EVENT(0)->r, established), EVENT(0)->detail.last_sent_ms);
	EXPECT_MS(ms_until(&EVENT(0)->r, established), EVENT(0)->detail.last_received_ms);

	peer_init(&second, &self->lab.puppet);
	second.rport++;
	ASSERT_EQ(0, peer_connecting(&second));
	ASSERT_EQ(0, peer_close(&second));
	EXPECT_PEER_PATH(&self->lab, &second, "SYN_SENT>CLOSE=CONNECT_ABORTED");
	EXPECT_FALSE(lab_event(&self->lab, &second, 0)->detail.mark & TCPCLOSE_DETAIL_IDLE);
	EXPECT_EQ(0U, lab_event(&self->lab, &second, 0)->detail.last_sent_ms);
}

/* A half-closed connection still receives; the records count the bytes. */
TEST_F(record, half_close_still_receives)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "more", 4));
	ASSERT_EQ(4, read_all(self->peer.fd, 4));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>TIME_WAIT[CLOSE]=FIN");
	EXPECT_EQ(0U, event_received(EVENT(1)));
	EXPECT_EQ(4U, event_received(EVENT(2)));
}

static struct tcp_info info_of(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	return info;
}

TEST_F(record, retransmits_are_counted)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(4, write(self->peer.fd, "lost", 4));
	/* The segment, and three retransmissions */
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	PATH("ESTABLISHED>FIN_WAIT1");
	EXPECT_EQ(3, EVENT(0)->r.retransmits);
	EXPECT_EQ(4U, event_sent(EVENT(0)));
}

TEST_F(record, retransmits_are_the_sockets_own_count)
{
	unsigned int retransmits = 0;
	struct flow client;
	int pair[2], tries;

	ASSERT_EQ(0, net_pair(variant->family, pair));
	client = lab_flow(&self->lab, net_local_port(pair[0]), net_remote_port(pair[0]));
	ASSERT_EQ(0, net_run("nft 'add table inet lost; add chain inet lost in { type filter hook input priority 0; }; add rule inet lost in tcp sport %u tcp flags & psh == psh drop'",
			     client.lport));
	ASSERT_EQ(4, write(pair[0], "lost", 4));
	for (tries = 0; retransmits < 2 && tries < 100; tries++) {
		usleep(50000);
		retransmits = info_of(pair[0]).tcpi_total_retrans;
	}
	ASSERT_EQ(0, net_run("nft delete table inet lost"));
	ASSERT_EQ(4, read_all(pair[1], 4));
	retransmits = info_of(pair[0]).tcpi_total_retrans;
	ASSERT_LE(2U, retransmits);
	ASSERT_EQ(0, shutdown(pair[0], SHUT_WR));
	EXPECT_PATH(&self->lab, &client, "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2");
	EXPECT_EQ(retransmits, stream_event(&self->lab.stream, &client, 0)->r.retransmits);
	EXPECT_EQ(4U, event_sent(stream_event(&self->lab.stream, &client, 0)));
}

/* More than fit into a byte */
TEST_F(record, many_retransmits_are_counted)
{
	static char block[400 * 1000];
	unsigned int retransmits;
	struct flow client;
	int pair[2], tries;

	ASSERT_EQ(0, net_run("ip link set lo mtu 1500"));
	ASSERT_EQ(0, net_pair(variant->family, pair));
	client = lab_flow(&self->lab, net_local_port(pair[0]), net_remote_port(pair[0]));
	ASSERT_EQ(0, net_nonblock(pair[0]));
	ASSERT_EQ(0, net_run("nft 'add table inet lost; add chain inet lost in { type filter hook input priority 0; }; add rule inet lost in tcp sport %u meta length > 1000 numgen inc mod 2 == 0 drop'",
			     client.lport));
	for (tries = 0; tries < 3000 && info_of(pair[0]).tcpi_total_retrans < 300; tries++) {
		write(pair[0], block, sizeof(block));
		while (recv(pair[1], block, sizeof(block), MSG_DONTWAIT) > 0)
			;
		usleep(10000);
	}
	ASSERT_EQ(0, net_run("nft delete table inet lost"));
	ASSERT_EQ(0, net_abort(pair[0]));
	EXPECT_PATH(&self->lab, &client, "ESTABLISHED>CLOSE=LINGER");
	retransmits = stream_event(&self->lab.stream, &client, 0)->r.retransmits;
	EXPECT_LE(300U, retransmits);
	close(pair[1]);
}

TEST_F(record, srtt_is_the_delay_of_the_path)
{
	struct flow client;
	unsigned int rtt;
	int pair[2];

	ASSERT_EQ(0, net_run("tc qdisc add dev lo root netem delay 20ms"));
	ASSERT_EQ(0, net_pair(variant->family, pair));
	client = lab_flow(&self->lab, net_local_port(pair[0]), net_remote_port(pair[0]));
	rtt = info_of(pair[0]).tcpi_rtt;
	ASSERT_EQ(0, shutdown(pair[0], SHUT_WR));
	ASSERT_EQ(0, stream_wait(&self->lab.stream, &client, 1, LAB_TIMEOUT_MS));
	EXPECT_EQ(rtt, stream_event(&self->lab.stream, &client, 0)->r.srtt_us);
	EXPECT_LE(40000U, rtt);
	EXPECT_GE(50000U, rtt);
}

/* ---- traffic that the kernel's own counters count wrongly */

/* Send a SYN with data (TCP Fast Open); the puppet receives it. */
static int open_fast(struct peer *peer, const char *data)
{
	union net_addr remote = peer->puppet->remote;
	int err = net_sysctl("ipv4.tcp_fastopen", "5");

	if (!err)
		err = peer_socket(peer);
	if (err)
		return err;
	remote.in.sin_port = htons(peer->rport);
	if (sendto(peer->fd, data, strlen(data), MSG_FASTOPEN, &remote.sa,
		   net_addr_len(&remote)) < 0 &&
	    errno != EINPROGRESS)
		return -errno;
	return peer_expect(peer, PUPPET_SYN);
}

static int answer_fast(struct peer *peer, const char *data)
{
	return peer_send(peer, PUPPET_SYN | PUPPET_ACK | PUPPET_FIN, data, strlen(data));
}

#define FAST_PATH "ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN"

/* The kernel does not count the FIN of that answer as received. */
TEST_F(record, fast_open_that_is_answered_with_a_fin)
{
	ASSERT_EQ(0, open_fast(&self->peer, "hello"));
	ASSERT_EQ(0, answer_fast(&self->peer, ""));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH(FAST_PATH);
	EXPECT_EQ(0U, event_received(EVENT(0)));
	EXPECT_EQ(0U, event_received(EVENT(1)));
	EXPECT_EQ(0U, event_received(EVENT(2)));
	EXPECT_EQ(5U, event_sent(EVENT(2)));
}

TEST_F(record, fast_open_that_is_answered_with_data_and_a_fin)
{
	ASSERT_EQ(0, open_fast(&self->peer, "hello"));
	ASSERT_EQ(0, answer_fast(&self->peer, "bye"));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	ASSERT_EQ(3, read_all(self->peer.fd, 3));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH(FAST_PATH);
	EXPECT_EQ(3U, event_received(EVENT(0)));
	EXPECT_EQ(3U, event_received(EVENT(1)));
	EXPECT_EQ(3U, event_received(EVENT(2)));
}

TEST_F(record, fast_open_that_ends_later)
{
	ASSERT_EQ(0, open_fast(&self->peer, "hello"));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_SYN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK | PUPPET_FIN, "bye", 3));
	ASSERT_EQ(3, read_all(self->peer.fd, 3));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	PATH(FAST_PATH);
	EXPECT_EQ(3U, event_received(EVENT(0)));
	EXPECT_EQ(3U, event_received(EVENT(2)));
	EXPECT_EQ(5U, event_sent(EVENT(0)));
	EXPECT_EQ(5U, event_sent(EVENT(2)));
}

/* The machine's own filter drops segments with data. */
static int refuse_data(void)
{
	return net_run("nft 'add table inet own; add chain inet own out { type filter hook output priority 0; }; add rule inet own out tcp flags & psh == psh drop'");
}

/* Payload that could not be sent does not count as sent, however many tries. */
TEST_F(record, tries_that_fail_are_not_sent)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(5, write(self->peer.fd, "hello", 5));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, refuse_data());
	ASSERT_EQ(4, write(self->peer.fd, "lost", 4));
	sleep(1);
	ASSERT_LT(9U, info_of(self->peer.fd).tcpi_bytes_sent);
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	sleep(1);
	ASSERT_EQ(0, net_run("nft delete table inet own"));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2");
	EXPECT_EQ(5U, event_sent(EVENT(0)));
	EXPECT_EQ(9U, event_sent(EVENT(1)));
}

TEST_F(record, tries_that_fail_are_not_sent_by_a_server)
{
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, refuse_data());
	ASSERT_EQ(4, write(self->peer.fd, "lost", 4));
	sleep(1);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_close(&self->peer));
	sleep(1);
	ASSERT_EQ(0, net_run("nft delete table inet own"));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
	EXPECT_EQ(0U, event_sent(EVENT(0)));
	EXPECT_EQ(0U, event_sent(EVENT(1)));
	EXPECT_EQ(4U, event_sent(EVENT(2)));
}

/* ---- which directions are shut down */

TEST_F(record, shutdown_bits_distinguish_half_close_and_close)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT1");
	EXPECT_EQ(2, event_shutdown(EVENT(0)));
	EXPECT_EQ(3, event_shutdown(EVENT(1)));
}

TEST_F(record, shutdown_bits_show_that_the_peer_has_finished)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>CLOSE_WAIT");
	EXPECT_EQ(1, event_shutdown(EVENT(0)));
}

/* ---- the segment */

#define ALL_BUT_SYN_AND_RST \
	(PUPPET_FIN | PUPPET_PSH | PUPPET_ACK | PUPPET_URG | PUPPET_ECE | PUPPET_CWR | PUPPET_NS)

TEST_F(record, all_control_bits_reach_the_record)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, ALL_BUT_SYN_AND_RST, "x", 1));
	PATH("ESTABLISHED>CLOSE_WAIT");
	EXPECT_EQ(ALL_BUT_SYN_AND_RST, EVENT(0)->r.flags);
}

TEST_F(record, each_control_bit_is_recorded_alone)
{
	static const __u16 bits[] = {
		TCPCLOSE_FLAG_PSH, TCPCLOSE_FLAG_URG, TCPCLOSE_FLAG_ECE, TCPCLOSE_FLAG_CWR,
		TCPCLOSE_FLAG_NS,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		const __u16 flags = TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK | bits[i];

		peer_init(&self->peer, &self->lab.puppet);
		ASSERT_EQ(0, peer_connect(&self->peer));
		ASSERT_EQ(0, peer_send(&self->peer, flags, NULL, 0));
		PATH("ESTABLISHED>CLOSE_WAIT");
		EXPECT_EQ(flags, EVENT(0)->r.flags);
		ASSERT_EQ(0, net_abort(self->peer.fd));
	}
}

TEST_F(record, control_bits_of_a_segment_to_a_mini_socket)
{
	const __u16 fin = PUPPET_FIN | PUPPET_ACK | PUPPET_ECE | PUPPET_CWR | PUPPET_NS;
	const __u16 rst = PUPPET_RST | PUPPET_ECE | PUPPET_NS;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, fin, NULL, 0));
	ASSERT_EQ(0, peer_send(&self->peer, rst, NULL, 0));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!RST");
	EXPECT_EQ(fin, EVENT(3)->r.flags);
	EXPECT_EQ(rst, EVENT(4)->r.flags);
}

/* ---- time */

#define EXPECT_BETWEEN(low, value, high) do { \
	EXPECT_LE(low, value); \
	EXPECT_GE(high, value); \
} while (0)

TEST_F(record, dwell_and_age_are_the_clocks)
{
	uint64_t open, opened, fin, finned, close, closed;

	open = now_ns();
	ASSERT_EQ(0, peer_connect(&self->peer));
	opened = now_ns();
	sleep(3);
	fin = now_ns();
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	finned = now_ns();
	sleep(7);
	close = now_ns();
	ASSERT_EQ(0, peer_close(&self->peer));
	closed = now_ns();
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK");
	EXPECT_BETWEEN(fin, EVENT(0)->r.ts_ns, finned);
	EXPECT_BETWEEN(fin - opened, EVENT(0)->r.dwell_ns, finned - open);
	EXPECT_BETWEEN(fin - opened, EVENT(0)->r.age_ns, finned - open);
	EXPECT_LT(EVENT(0)->r.dwell_ns, EVENT(0)->r.age_ns);
	EXPECT_BETWEEN(close, EVENT(1)->r.ts_ns, closed);
	EXPECT_BETWEEN(close - finned, EVENT(1)->r.dwell_ns, closed - fin);
	EXPECT_BETWEEN(close - opened, EVENT(1)->r.age_ns, closed - open);
	EXPECT_EQ(EVENT(1)->r.ts_ns - EVENT(0)->r.ts_ns, EVENT(1)->r.dwell_ns);
}

/* On the loopback device: from the puppet segments do not come in softirq. */
TEST_F(record, transitions_of_one_segment_have_one_time)
{
	const struct event *acknowledged, *finished;
	struct flow client;
	int pair[2];

	ASSERT_EQ(0, net_pair(variant->family, pair));
	client = lab_flow(&self->lab, net_local_port(pair[0]), net_remote_port(pair[0]));
	ASSERT_EQ(0, close(pair[0]));
	/* Before the delayed ACK of the FIN: it is sent with that of this end */
	ASSERT_EQ(0, close(pair[1]));
	EXPECT_PATH(&self->lab, &client, "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>TIME_WAIT[CLOSE]=FIN");
	acknowledged = stream_event(&self->lab.stream, &client, 1);
	finished = stream_event(&self->lab.stream, &client, 2);
	EXPECT_EQ(TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK, acknowledged->r.flags);
	EXPECT_EQ(finished->r.ts_ns - acknowledged->r.ts_ns, finished->r.dwell_ns);
	/* With PREEMPT_RT others may have run in between. */
	if (!machine_is_realtime())
		EXPECT_EQ(acknowledged->r.ts_ns, finished->r.ts_ns);
}

TEST_F(record, dwell_continues_over_the_hand_over)
{
	int i;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	sleep(5);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH(TO_TIME_WAIT);
	for (i = 1; i < 4; i++) {
		/* The hand-over does not start a new state: FIN_WAIT2 began with the ACK */
		__u64 began = EVENT(i == 3 ? 1 : i - 1)->r.ts_ns;

		EXPECT_EQ(EVENT(i)->r.ts_ns - began, EVENT(i)->r.dwell_ns);
		EXPECT_EQ(EVENT(i)->r.ts_ns - EVENT(0)->r.ts_ns,
			  EVENT(i)->r.age_ns - EVENT(0)->r.age_ns);
	}
}

TEST_F(record, index_has_no_gaps)
{
	int i;

	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!RST");
	for (i = 0; i < 5; i++)
		EXPECT_EQ(2 + i, EVENT(i)->r.index);
}

/* ---- data that a mini-socket does not have */

TEST_F(record, mini_socket_has_no_traffic)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "data", 4));
	ASSERT_EQ(4, read_all(self->peer.fd, 4));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	EXPECT_EQ(4U, event_received(EVENT(2)));
	EXPECT_EQ(0U, event_received(EVENT(3)));
	EXPECT_EQ(0U, EVENT(3)->r.srtt_us);
	EXPECT_EQ(0, EVENT(3)->r.sk_err);
	EXPECT_EQ(0, EVENT(3)->r.raw);
}

TEST_HARNESS_MAIN
