// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings of connections' lives, always the same bytes: what the module
 * writes when connections are closed in known ways, and records that it never writes.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tcpclose.h>

#include "host/lib/synthetic.h"

#define SECOND SYNTHETIC_SECOND
#define CLIENT SYNTHETIC_CLIENT
#define SERVER SYNTHETIC_SERVER

#define FIN (TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK)
#define ACK TCPCLOSE_FLAG_ACK
#define RST (TCPCLOSE_FLAG_RST | TCPCLOSE_FLAG_ACK)
#define SYN TCPCLOSE_FLAG_SYN
#define SYN_ACK (TCPCLOSE_FLAG_SYN | TCPCLOSE_FLAG_ACK)

/* A socket, and the state that the module would store for it. */
struct socket {
	const char *laddr;
	const char *raddr;
	__u16 lport;
	__u16 rport;
	bool ipv6;
	__u64 cookie;
	__u32 netns;
	__u32 pid;
	const char *comm;
	/* Name of the thread; NULL: that of the process */
	const char *thread;
	__u64 session;
	__u16 index;
	__u64 since_ns;
	__u64 born_ns;
	__u64 sent;
	__u64 received;
	bool orphan;
};

/* Special properties of a step. */
struct how {
	__u16 flags;
	bool call;
	bool timer;
	bool mini;
	bool no_segment;
	__u8 shutdown;
	__u8 cause;
	__u8 end;
	__u8 mark;
	__u8 sk_err;
	__u8 closer;
	__u16 rearms;
	__u16 retransmits;
	__u16 strays;
	/* Raw new state; 0: the true one */
	__u8 raw;
	/* &enum tcpclose_rst_reason of the RST that is sent with it; 0: none */
	__u8 sends;
	/* The RST that was received has no record */
	bool left_out;
	/* &enum tcpclose_call; 0: unknown, as of a 32-bit program */
	__u8 does;
	bool fin_unsent;
	__u32 unsent;
	/* Segments sent and received, if @counts; else some */
	bool counts;
	__u32 segments_sent;
	__u32 segments_received;
};

static struct buffer *out;
static __u64 now_ns;
static __u32 seq;
static __u64 next_cookie;
static struct socket client, server;
/* What the stream has of RSTs */
static enum synthetic_rst_records rsts;

static void begin(struct buffer *to, enum synthetic_rst_records records)
{
	struct recording_header h;

	out = to;
	now_ns = SYNTHETIC_START_NS;
	seq = 0;
	next_cookie = 0x1001;
	rsts = records;
	synthetic_header(&h, SYNTHETIC_HOST);
	if (rsts == SYNTHETIC_RSTS_OLD)
		h.abi_minor = 0;
	buffer_add(out, &h, sizeof(h));
}

static void marker(unsigned int kind, __u64 value)
{
	struct recording_marker m = synthetic_marker(now_ns, kind, 0, value);

	buffer_add(out, &m, sizeof(m));
}

static void name_netns(__u64 cookie, __u32 inode, const char *name)
{
	struct recording_marker m =
		synthetic_netns(now_ns, cookie, inode, name);

	buffer_add(out, &m, sizeof(m));
}

static void detail(const struct socket *s, const struct how *how)
{
	struct tcpclose_detail t;

	memset(&t, 0, sizeof(t));
	t.ts_ns = now_ns;
	t.seq = seq++;
	t.kind = TCPCLOSE_KIND_DETAIL;
	t.cookie = s->cookie;
	t.netns = s->netns - CLIENT + 7;
	t.mark = TCPCLOSE_DETAIL_TRAFFIC | TCPCLOSE_DETAIL_FILE;
	if (how->fin_unsent)
		t.mark |= TCPCLOSE_DETAIL_FIN_UNSENT;
	t.session = s->session;
	t.unacked_bytes = how->unsent;
	t.unsent_bytes = how->unsent;
	t.segments_sent = how->counts ? how->segments_sent : 7;
	t.segments_received = how->counts ? how->segments_received : 5;
	if (how->call) {
		t.pid = s->pid;
		t.tid = s->thread ? s->pid + 1 : s->pid;
		t.call = how->does;
		snprintf(t.comm, sizeof(t.comm), "%s", s->comm);
		snprintf(t.thread, sizeof(t.thread), "%s",
			 s->thread ? s->thread : s->comm);
	}
	buffer_add(out, &t, sizeof(t));
}

/* Advance the time, in microseconds. */
static void later(__u64 us)
{
	now_ns += us * 1000;
}

static void set_tuple(const struct socket *s, __u8 laddr[16], __u8 raddr[16])
{
	inet_pton(s->ipv6 ? AF_INET6 : AF_INET, s->laddr, laddr);
	inet_pton(s->ipv6 ? AF_INET6 : AF_INET, s->raddr, raddr);
}

/* A RST that a socket, or what is left of it, sends or receives. */
static void rst(const struct socket *s, struct tcpclose_rst r)
{
	if (rsts != SYNTHETIC_RSTS_RECORDED)
		return;
	r.ts_ns = now_ns + 1000;
	r.seq = seq++;
	r.kind = TCPCLOSE_KIND_RST;
	r.mark |= s->ipv6 ? TCPCLOSE_RST_MARK_IPV6 : 0;
	r.mark |= r.segment_flags ? TCPCLOSE_RST_MARK_SEGMENT : 0;
	if (r.owner == TCPCLOSE_RST_OWNER_SOCKET || r.owner == TCPCLOSE_RST_OWNER_MINI)
		r.cookie = s->cookie;
	r.netns = s->netns - CLIENT + 7;
	r.netns_inode = s->netns;
	set_tuple(s, r.laddr, r.raddr);
	r.lport = s->lport;
	r.rport = s->rport;
	r.uid = TCPCLOSE_UNKNOWN_UID;
	r.derived = r.reason;
	buffer_add(out, &r, sizeof(r));
}

#define RST_OF(who, ...) rst(&(who), (struct tcpclose_rst){ __VA_ARGS__ })

/* That of a full socket comes before the transition that it makes. */
static void rst_received(const struct socket *s, unsigned int from, const struct how *how)
{
	if (!(how->flags & TCPCLOSE_FLAG_RST) || how->left_out)
		return;
	if (!how->mini)
		RST_OF(*s, .effect = TCPCLOSE_RST_ENDED, .owner = TCPCLOSE_RST_OWNER_SOCKET,
		       .state = from, .segment_flags = how->flags);
	else if (how->end == TCPCLOSE_END_RST)
		RST_OF(*s, .effect = TCPCLOSE_RST_MINI, .owner = TCPCLOSE_RST_OWNER_MINI,
		       .state = from, .segment_flags = how->flags);
}

/* tcp_abort() and timers send it before CLOSE, close() sends it afterwards. */
static bool resets_before(const struct how *how)
{
	return how->mini || how->timer || how->cause == TCPCLOSE_CAUSE_DESTROYED;
}

static void rst_sent(const struct socket *s, unsigned int from, const struct how *how,
		     bool before)
{
	if (!how->sends || resets_before(how) != before)
		return;
	RST_OF(*s, .reason = how->sends, .state = before ? from : TCPCLOSE_CLOSE,
	       .owner = how->mini ? TCPCLOSE_RST_OWNER_MINI : TCPCLOSE_RST_OWNER_SOCKET,
	       .context = how->call ? TCPCLOSE_CONTEXT_PROCESS : TCPCLOSE_CONTEXT_SOFTIRQ,
	       .segment_flags = how->flags);
}

static unsigned int context_of(const struct how *how)
{
	if (how->call)
		return TCPCLOSE_CONTEXT_PROCESS;
	return how->timer ? TCPCLOSE_CONTEXT_TIMER : TCPCLOSE_CONTEXT_SOFTIRQ;
}

static void step(struct socket *s, unsigned int from, unsigned int to,
		 struct how how)
{
	struct tcpclose_record r;

	rst_received(s, from, &how);
	rst_sent(s, from, &how, true);
	if (how.call ||
	    (!how.mini && how.cause && how.cause != TCPCLOSE_CAUSE_FIN))
		detail(s, &how);
	memset(&r, 0, sizeof(r));
	if (from == TCPCLOSE_CLOSE || from == TCPCLOSE_LISTEN) {
		s->born_ns = now_ns;
		s->since_ns = now_ns;
	}
	r.ts_ns = now_ns;
	r.seq = seq++;
	r.kind = TCPCLOSE_KIND_TRANSITION;
	r.mark = how.mark;
	if (s->session)
		r.mark |= TCPCLOSE_MARK_MPTCP;
	r.cookie = s->cookie;
	r.dwell_ns = from == TCPCLOSE_CLOSE || from == TCPCLOSE_LISTEN ?
			     TCPCLOSE_UNKNOWN_NS :
			     now_ns - s->since_ns;
	r.age_ns = now_ns - s->born_ns;
	set_tuple(s, r.laddr, r.raddr);
	r.lport = s->lport;
	r.rport = s->rport;
	r.netns = s->netns - CLIENT + 7;
	r.netns_inode = s->netns;
	r.inode = s->orphan ? 0 : 31337;
	r.uid = 1000;
	if (!how.mini) {
		r.bytes_sent_lo = s->sent;
		r.bytes_received_lo = s->received;
		r.srtt_us = 20000;
	} else {
		r.strays = how.strays;
	}
	r.retransmits = how.mini ? how.rearms : how.retransmits;
	r.index = s->index++;
	r.flags = how.flags;
	r.raw = how.mini ? 0 : TCPCLOSE_EDGE(from, how.raw ? how.raw : to);
	r.edge = TCPCLOSE_EDGE(from, to);
	r.how = TCPCLOSE_HOW(how.mini ? TCPCLOSE_ORIGIN_TIMEWAIT :
					TCPCLOSE_ORIGIN_TRACEPOINT,
			     s->ipv6, context_of(&how), how.closer,
			     how.shutdown);
	r.sk_err = how.sk_err;
	r.end = how.end;
	r.cause = how.cause;
	buffer_add(out, &r, sizeof(r));
	rst_sent(s, from, &how, false);
	if (from != to)
		s->since_ns = now_ns;
}

#define STEP(who, from, to, ...) \
	step(&(who), TCPCLOSE_##from, TCPCLOSE_##to, \
	     (struct how){ __VA_ARGS__ })

/* A connection to that port, established 0.1 s ago and one second after the last. */
static void meet(__u16 port)
{
	now_ns = (now_ns / SECOND + 1) * SECOND;
	client = (struct socket){
		.laddr = "10.0.0.1",
		.raddr = "10.0.0.2",
		.lport = port + 32000,
		.rport = port,
		.cookie = next_cookie++,
		.netns = CLIENT,
		.pid = 4711,
		.comm = "curl",
		.index = 2,
		.since_ns = now_ns - SECOND / 10,
		.born_ns = now_ns - SECOND / 8,
		.sent = 78,
		.received = 1234,
	};
	server = client;
	server.laddr = client.raddr;
	server.raddr = client.laddr;
	server.lport = client.rport;
	server.rport = client.lport;
	server.cookie = next_cookie++;
	server.netns = SERVER;
	server.pid = 815;
	server.comm = "nginx";
	server.sent = client.received;
	server.received = client.sent;
}

static void to_ipv6(const char *here, const char *there)
{
	client.ipv6 = true;
	client.laddr = here;
	client.raddr = there;
	server.ipv6 = true;
	server.laddr = there;
	server.raddr = here;
}

/* TIME_WAIT up to its end. */
static void wait_time(struct socket *s, __u16 rearms, unsigned int closer)
{
	later(60400000);
	STEP(*s, TIME_WAIT, CLOSE, .timer = true, .mini = true,
	     .end = TCPCLOSE_END_EXPIRED, .rearms = rearms, .closer = closer);
}

/* The three segments of the opening. */
static void open_up(void)
{
	__u16 lport = client.lport;

	client.index = 0;
	server.index = 0;
	client.lport = 0;
	STEP(client, CLOSE, SYN_SENT, .call = true,
	     .does = TCPCLOSE_CALL_CONNECT);
	client.lport = lport;
	later(20000);
	STEP(client, SYN_SENT, ESTABLISHED, .flags = SYN_ACK);
	later(10000);
	STEP(server, LISTEN, SYN_RECV);
	later(5);
	STEP(server, SYN_RECV, ESTABLISHED, .flags = ACK);
	later(50000);
}

/* The effect of one call, or one segment, on one end. */
static void closes_first(struct socket *s)
{
	STEP(*s, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 3,
	     .closer = 1, .does = TCPCLOSE_CALL_CLOSE);
	s->orphan = true;
}

static void client_shuts_down(void)
{
	STEP(client, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 2,
	     .closer = 1, .does = TCPCLOSE_CALL_SHUTDOWN);
}

static void gets_fin(struct socket *s)
{
	STEP(*s, ESTABLISHED, CLOSE_WAIT, .flags = FIN, .shutdown = 1,
	     .closer = 2);
}

static void server_closes(void)
{
	STEP(server, CLOSE_WAIT, LAST_ACK, .call = true, .shutdown = 3,
	     .closer = 2, .does = TCPCLOSE_CALL_CLOSE);
	server.orphan = true;
}

static void fin_is_acknowledged(__u8 shutdown)
{
	STEP(client, FIN_WAIT1, FIN_WAIT2, .flags = ACK, .shutdown = shutdown,
	     .closer = 1);
}

/* An orphan continues as a mini-socket. */
static void waits_as_mini(void)
{
	later(10);
	STEP(client, FIN_WAIT2, FIN_WAIT2, .flags = ACK, .shutdown = 3,
	     .closer = 1, .raw = TCPCLOSE_CLOSE);
}

static void mini_gets_fin(void)
{
	STEP(client, FIN_WAIT2, TIME_WAIT, .flags = FIN, .mini = true,
	     .cause = TCPCLOSE_CAUSE_FIN, .closer = 1);
}

/* The peer's FIN turns the socket into a mini-socket. */
static void hands_over(__u8 shutdown)
{
	STEP(client, FIN_WAIT2, TIME_WAIT, .flags = FIN, .shutdown = shutdown,
	     .closer = 1, .raw = TCPCLOSE_CLOSE, .cause = TCPCLOSE_CAUSE_FIN);
}

static void gets_last_ack(struct socket *s)
{
	STEP(*s, LAST_ACK, CLOSE, .flags = ACK, .shutdown = 3, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_FIN);
}

/* The client closes; the server receives the FIN and acknowledges it. */
static void close_first(void)
{
	closes_first(&client);
	later(10000);
	gets_fin(&server);
	later(10050);
	fin_is_acknowledged(3);
	waits_as_mini();
}

/* The server closes, too, and its FIN arrives. */
static void close_second(void)
{
	later(300000);
	server_closes();
	later(10000);
	mini_gets_fin();
}

static void last_ack(void)
{
	later(10000);
	gets_last_ack(&server);
}

static void four_way(void)
{
	close_first();
	close_second();
	last_ack();
	wait_time(&client, 0, 1);
}

static void three_segments(void)
{
	closes_first(&client);
	later(10000);
	gets_fin(&server);
	later(9);
	server_closes();
	later(10000);
	STEP(client, FIN_WAIT1, FIN_WAIT2, .flags = FIN, .shutdown = 3,
	     .closer = 1);
	later(6);
	hands_over(3);
	last_ack();
	wait_time(&client, 0, 1);
}

/* shutdown(SHUT_WR), and close() after the last data: the state is stored again. */
static void half_close(void)
{
	client_shuts_down();
	later(10000);
	gets_fin(&server);
	later(10050);
	fin_is_acknowledged(2);
	later(600000);
	STEP(client, FIN_WAIT2, FIN_WAIT2, .call = true, .shutdown = 3,
	     .closer = 1, .does = TCPCLOSE_CALL_CLOSE);
	client.orphan = true;
	later(7);
	STEP(client, FIN_WAIT2, FIN_WAIT2, .call = true, .shutdown = 3,
	     .closer = 1, .does = TCPCLOSE_CALL_CLOSE, .raw = TCPCLOSE_CLOSE);
	close_second();
	last_ack();
	wait_time(&client, 0, 1);
}

static void simultaneous(void)
{
	closes_first(&client);
	later(15);
	closes_first(&server);
	later(9985);
	STEP(server, FIN_WAIT1, CLOSING, .flags = FIN, .shutdown = 3,
	     .closer = 3);
	later(15);
	STEP(client, FIN_WAIT1, CLOSING, .flags = FIN, .shutdown = 3,
	     .closer = 3);
	later(9985);
	STEP(client, CLOSING, TIME_WAIT, .flags = ACK, .shutdown = 3,
	     .closer = 3, .raw = TCPCLOSE_CLOSE, .cause = TCPCLOSE_CAUSE_FIN);
	later(15);
	STEP(server, CLOSING, TIME_WAIT, .flags = ACK, .shutdown = 3,
	     .closer = 3, .raw = TCPCLOSE_CLOSE, .cause = TCPCLOSE_CAUSE_FIN);
	wait_time(&client, 0, 3);
	later(3);
	STEP(server, TIME_WAIT, CLOSE, .timer = true, .mini = true,
	     .end = TCPCLOSE_END_EXPIRED, .closer = 3);
}

static void reset(unsigned int cause, unsigned int reason)
{
	STEP(client, ESTABLISHED, CLOSE, .call = true, .shutdown = 3,
	     .closer = 1, .cause = cause, .does = TCPCLOSE_CALL_CLOSE,
	     .sends = reason);
	later(10080);
	STEP(server, ESTABLISHED, CLOSE, .flags = RST, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_RST, .sk_err = 104);
}

static void refused(void)
{
	client.index = 1;
	STEP(client, SYN_SENT, CLOSE, .flags = RST, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_REFUSED, .sk_err = 111);
}

/* The last ACK is lost, so the FIN is retransmitted. */
static void lost_last_ack(void)
{
	close_first();
	close_second();
	later(216000);
	STEP(client, TIME_WAIT, TIME_WAIT, .flags = FIN, .mini = true,
	     .mark = TCPCLOSE_MARK_REARM, .rearms = 1, .closer = 1);
	later(10000);
	STEP(server, LAST_ACK, CLOSE, .flags = ACK, .shutdown = 3, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_FIN, .retransmits = 1);
	wait_time(&client, 1, 1);
}

/* The other end is on another machine. */
static void passive_alone(void)
{
	server.raddr = "203.0.113.9";
	gets_fin(&server);
	later(300000);
	server_closes();
	later(40000);
	gets_last_ack(&server);
}

static void active_alone(void)
{
	client.raddr = "203.0.113.9";
	closes_first(&client);
	later(40000);
	fin_is_acknowledged(3);
	waits_as_mini();
	later(12000000);
	mini_gets_fin();
	later(9000000);
	STEP(client, TIME_WAIT, CLOSE, .flags = SYN, .mini = true,
	     .end = TCPCLOSE_END_SYN, .closer = 1);
}

/* Names that users chose, and addresses that need all their digits. */
static void strange_names(void)
{
	to_ipv6("2001:db8:1111:2222:3333:4444:5555:6666",
		"2001:db8:7777:8888:9999:aaaa:bbbb:cccc");
	client.comm = "\033[31m</text>&\xff";
	client.pid = 4194304;
	server.comm = "-->\"'\xc3\xa9\xe2\x82\xac";
	server.netns = SERVER + 1;
	four_way();
}

static void loopback(void)
{
	to_ipv6("::1", "::1");
	server.netns = CLIENT;
	four_way();
}

static void given_up_waiting(void)
{
	close_first();
	later(60000000);
	STEP(client, FIN_WAIT2, CLOSE, .timer = true, .mini = true,
	     .end = TCPCLOSE_END_EXPIRED, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT);
	later(5000000);
	server_closes();
	later(10000);
	RST_OF(client, .reason = TCPCLOSE_RST_NO_SOCKET, .owner = TCPCLOSE_RST_OWNER_NONE,
	       .segment_flags = FIN);
	later(10000);
	STEP(server, LAST_ACK, CLOSE, .flags = TCPCLOSE_FLAG_RST, .shutdown = 3,
	     .closer = 2, .cause = TCPCLOSE_CAUSE_RST, .sk_err = 32);
}

static void some_lost(void)
{
	close_first();
	marker(RECORDING_KIND_LOST, 2);
	seq += 2;
	server.index++;
	client.index++;
	later(320000);
	client.since_ns = now_ns - 10000000;
	last_ack();
	wait_time(&client, 0, 1);
}

/* The same addresses and ports in other namespaces, at the same time. */
static void doubles(void)
{
	struct socket other = server;

	other.netns = SERVER + 2;
	other.cookie = next_cookie++;
	close_first();
	gets_fin(&other);
	close_second();
	last_ack();
	STEP(other, CLOSE_WAIT, LAST_ACK, .call = true, .shutdown = 3,
	     .closer = 2);
	gets_last_ack(&other);
	wait_time(&client, 0, 1);
}

static void many_rearms(void)
{
	unsigned int i;

	close_first();
	close_second();
	last_ack();
	for (i = 1; i <= 100; i++) {
		later(500000);
		STEP(client, TIME_WAIT, TIME_WAIT, .flags = ACK, .mini = true,
		     .mark = TCPCLOSE_MARK_REARM, .rearms = i, .closer = 1);
	}
	wait_time(&client, 100, 1);
}

/* One end sends a moment before it changes its state. */
static void recorded_late(void)
{
	server.raddr = client.laddr;
	client_shuts_down();
	later(8);
	gets_fin(&server);
	later(8);
	fin_is_acknowledged(2);
	later(100000);
	server_closes();
	later(20);
	gets_last_ack(&server);
	later(2);
	hands_over(2);
	wait_time(&client, 0, 1);
}

/* The mini-socket's end is recorded before the hand-over. */
static void hand_over_late(void)
{
	struct socket mini = client;

	STEP(client, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 3,
	     .closer = 1);
	later(20000);
	fin_is_acknowledged(3);
	later(20000);
	mini.index = client.index + 1;
	mini.since_ns = now_ns;
	later(1);
	STEP(mini, TIME_WAIT, CLOSE, .flags = RST, .mini = true,
	     .end = TCPCLOSE_END_RST, .closer = 1);
	later(1);
	hands_over(3);
}

/* The same socket connects again after a disconnect, from the same port. */
static void socket_again(void)
{
	STEP(client, ESTABLISHED, CLOSE, .call = true, .shutdown = 0,
	     .closer = 1, .cause = TCPCLOSE_CAUSE_DISCONNECT,
	     .sends = TCPCLOSE_RST_TCP_STATE);
	later(10000);
	STEP(server, ESTABLISHED, CLOSE, .flags = RST, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_RST, .sk_err = 104);
	later(100000);
	client.index = 2;
	client.born_ns = now_ns - 50000000;
	client.since_ns = now_ns - 30000000;
	server.index = 2;
	server.cookie = next_cookie++;
	server.born_ns = client.born_ns;
	server.since_ns = client.since_ns;
	four_way();
}

static void never_happens(void)
{
	STEP(client, ESTABLISHED, TIME_WAIT, .flags = FIN, .closer = 1);
	later(10);
	STEP(client, TIME_WAIT, FIN_WAIT1, .call = true, .closer = 1);
	later(10);
	step(&client, 13, 14, (struct how){ .flags = 0x1ff });
	later(10);
	STEP(client, LISTEN, SYN_SENT, .call = true);
}

static void nameless(void)
{
	client.cookie = 0;
	STEP(client, TIME_WAIT, CLOSE, .timer = true, .mini = true,
	     .end = TCPCLOSE_END_EXPIRED);
}

static void listener(void)
{
	server.raddr = "0.0.0.0";
	server.rport = 0;
	STEP(server, LISTEN, CLOSE, .call = true,
	     .cause = TCPCLOSE_CAUSE_LISTENER);
}

/* shutdown() before the connection is established, from both ends at once. */
static void simultaneous_open(void)
{
	client.index = 0;
	server.index = 0;
	STEP(client, CLOSE, SYN_SENT, .call = true);
	later(30);
	STEP(server, CLOSE, SYN_SENT, .call = true);
	later(10000);
	STEP(server, SYN_SENT, SYN_RECV, .flags = SYN);
	later(30);
	STEP(client, SYN_SENT, SYN_RECV, .flags = SYN);
	later(10000);
	STEP(client, SYN_RECV, ESTABLISHED, .flags = SYN_ACK);
	later(30);
	STEP(server, SYN_RECV, ESTABLISHED, .flags = SYN_ACK);
	later(1000000);
	four_way();
}

static void kept_alive(void)
{
	client.raddr = "203.0.113.9";
	later(7200000);
	STEP(client, ESTABLISHED, CLOSE, .timer = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_KEEPALIVE, .sk_err = 110,
	     .sends = TCPCLOSE_RST_TCP_KEEPALIVE_TIMEOUT);
}

/* The FIN is lost, and arrives when it is retransmitted. */
static void fin_again(void)
{
	closes_first(&client);
	later(214000);
	gets_fin(&server);
	later(10050);
	STEP(client, FIN_WAIT1, FIN_WAIT2, .flags = ACK, .shutdown = 3,
	     .closer = 1, .retransmits = 1);
	later(5000);
	STEP(client, FIN_WAIT2, CLOSE, .flags = TCPCLOSE_FLAG_PSH | ACK,
	     .shutdown = 3, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_DATA_AFTER_CLOSE, .sk_err = 32,
	     .sends = TCPCLOSE_RST_TCP_ABORT_ON_DATA);
	later(10050);
	STEP(server, CLOSE_WAIT, CLOSE, .flags = TCPCLOSE_FLAG_RST,
	     .shutdown = 1, .closer = 2, .cause = TCPCLOSE_CAUSE_RST,
	     .sk_err = 32);
}

/* ---- Segments that never left, and what stands for calls */

static void repaired(void)
{
	STEP(server, ESTABLISHED, CLOSE, .call = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_REPAIR, .does = TCPCLOSE_CALL_CLOSE);
	later(1000000);
	STEP(client, ESTABLISHED, CLOSE, .flags = TCPCLOSE_FLAG_RST,
	     .closer = 2, .cause = TCPCLOSE_CAUSE_RST, .sk_err = 104);
}

static void connects(void)
{
	client.index = 0;
	STEP(client, CLOSE, SYN_SENT, .call = true,
	     .does = TCPCLOSE_CALL_CONNECT, .counts = true);
}

static void no_port(void)
{
	client.lport = 0;
	connects();
	later(8);
	STEP(client, SYN_SENT, CLOSE, .call = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_NO_PORT, .does = TCPCLOSE_CALL_CONNECT,
	     .counts = true);
}

/* The opening is not recorded. */
static void no_route(void)
{
	client.index = 1;
	STEP(client, SYN_SENT, CLOSE, .call = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_CONNECT_ABORTED,
	     .does = TCPCLOSE_CALL_CONNECT, .counts = true);
}

static void closes_behind(__u32 unsent)
{
	STEP(client, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 3,
	     .closer = 1, .does = TCPCLOSE_CALL_CLOSE,
	     .unsent = unsent);
	client.orphan = true;
}

/* The peer reads nothing, and exits. */
static void behind_data(void)
{
	closes_behind(2496230);
	later(20000000);
	STEP(server, ESTABLISHED, CLOSE, .call = true, .shutdown = 3,
	     .closer = 1, .cause = TCPCLOSE_CAUSE_UNREAD,
	     .does = TCPCLOSE_CALL_EXIT, .sends = TCPCLOSE_RST_TCP_ABORT_ON_CLOSE);
	later(10000);
	STEP(client, FIN_WAIT1, CLOSE, .flags = RST, .shutdown = 3, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_RST, .sk_err = 104, .unsent = 2496230,
	     .fin_unsent = true);
}

/* The peer reads everything in the end. */
static void behind_data_at_first(void)
{
	closes_behind(65536);
	later(3000000);
	gets_fin(&server);
	later(10050);
	fin_is_acknowledged(3);
	waits_as_mini();
	close_second();
	last_ack();
	wait_time(&client, 0, 1);
}

/* The FIN waits for data that was lost. */
static void fin_out_of_order(void)
{
	closes_first(&client);
	later(220000);
	STEP(server, ESTABLISHED, CLOSE_WAIT, .flags = TCPCLOSE_FLAG_PSH | ACK,
	     .shutdown = 1, .closer = 2);
	later(10050);
	fin_is_acknowledged(3);
	waits_as_mini();
	close_second();
	last_ack();
	wait_time(&client, 0, 1);
}

/* The peer resets; whether the FIN came nobody knows. */
static void fin_unanswered(void)
{
	closes_first(&client);
	later(20);
	STEP(server, ESTABLISHED, CLOSE, .call = true, .shutdown = 3,
	     .closer = 1, .cause = TCPCLOSE_CAUSE_LINGER,
	     .does = TCPCLOSE_CALL_KILL, .sends = TCPCLOSE_RST_TCP_STATE);
	later(10000);
	STEP(client, FIN_WAIT1, CLOSE, .flags = RST, .shutdown = 3, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_RST, .sk_err = 104);
}

/* The last data filled the window. */
static void fin_at_window_0(void)
{
	client.raddr = "203.0.113.9";
	closes_first(&client);
	later(60000000);
	STEP(client, FIN_WAIT1, CLOSE, .timer = true, .shutdown = 3,
	     .closer = 1, .cause = TCPCLOSE_CAUSE_ZERO_WINDOW, .sk_err = 110,
	     .fin_unsent = true);
}

static void zero_window(void)
{
	later(10000000);
	STEP(client, ESTABLISHED, CLOSE, .timer = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_ZERO_WINDOW, .sk_err = 110,
	     .unsent = 14651);
	later(50000000);
	STEP(server, ESTABLISHED, CLOSE, .call = true, .shutdown = 3,
	     .closer = 1, .cause = TCPCLOSE_CAUSE_UNREAD,
	     .does = TCPCLOSE_CALL_CLOSE, .sends = TCPCLOSE_RST_TCP_ABORT_ON_CLOSE);
}

static void syn_unanswered(void)
{
	connects();
	later(10000000);
	STEP(client, SYN_SENT, CLOSE, .timer = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_USER_TIMEOUT, .sk_err = 110,
	     .counts = true, .segments_sent = 4, .retransmits = 3);
}

/* A mini-socket answers each SYN of the next connection with an ACK. */
static void connects_in_vain(void)
{
	client = server;
	client.cookie = next_cookie++;
	client.orphan = false;
	connects();
	later(7000000);
	STEP(client, SYN_SENT, CLOSE, .timer = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_TIMEOUT, .sk_err = 110, .counts = true,
	     .segments_sent = 4, .segments_received = 3, .retransmits = 3);
}

static void syn_to_time_wait(void)
{
	struct socket mini;

	close_first();
	close_second();
	last_ack();
	mini = client;
	connects_in_vain();
	later(53000000);
	STEP(mini, TIME_WAIT, CLOSE, .timer = true, .mini = true,
	     .end = TCPCLOSE_END_EXPIRED, .strays = 7, .closer = 1);
}

/* The mini-socket counted no SYN: something else answered them. */
static void syn_unprovoked(void)
{
	struct socket mini;

	close_first();
	close_second();
	last_ack();
	mini = client;
	connects_in_vain();
	later(53000000);
	STEP(mini, TIME_WAIT, CLOSE, .timer = true, .mini = true,
	     .end = TCPCLOSE_END_EXPIRED, .closer = 1);
}

/* Whether it sent a RST depends on what it sent before. */
static void orphan_of_timer(void)
{
	closes_first(&client);
	later(1000000);
	STEP(client, FIN_WAIT1, CLOSE, .timer = true, .shutdown = 3,
	     .closer = 1, .cause = TCPCLOSE_CAUSE_ORPHANS);
}

static void orphan_of_close(void)
{
	client_shuts_down();
	later(10000);
	gets_fin(&server);
	later(10050);
	fin_is_acknowledged(2);
	later(5000);
	STEP(client, FIN_WAIT2, CLOSE, .call = true, .shutdown = 3, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_ORPHANS, .does = TCPCLOSE_CALL_CLOSE,
	     .sends = TCPCLOSE_RST_TCP_ABORT_ON_MEMORY);
	later(10000);
	STEP(server, CLOSE_WAIT, CLOSE, .flags = RST, .shutdown = 1,
	     .closer = 2, .cause = TCPCLOSE_CAUSE_RST, .sk_err = 32);
}

/* tcp_abort() sends no RST after both FINs. */
static void destroyed_in_last_ack(void)
{
	server.raddr = "203.0.113.9";
	gets_fin(&server);
	later(300000);
	server_closes();
	later(5000000);
	STEP(server, LAST_ACK, CLOSE, .call = true, .shutdown = 3, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_DESTROYED, .sk_err = 103,
	     .does = TCPCLOSE_CALL_SEND);
}

/* Nor does tcp_disconnect(), unless the FIN has not left. */
static void linger_in_last_ack(void)
{
	struct socket other = server;

	other.raddr = "203.0.113.9";
	other.cookie = next_cookie++;
	server.raddr = "203.0.113.8";
	gets_fin(&server);
	later(300000);
	STEP(server, CLOSE_WAIT, LAST_ACK, .call = true, .shutdown = 3,
	     .closer = 2, .does = TCPCLOSE_CALL_SHUTDOWN);
	later(300000);
	STEP(server, LAST_ACK, CLOSE, .call = true, .shutdown = 3, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_LINGER, .does = TCPCLOSE_CALL_CLOSE);
	gets_fin(&other);
	later(300000);
	STEP(other, CLOSE_WAIT, LAST_ACK, .call = true, .shutdown = 3,
	     .closer = 2, .does = TCPCLOSE_CALL_SHUTDOWN, .unsent = 4000,
	     .fin_unsent = true);
	later(300000);
	STEP(other, LAST_ACK, CLOSE, .call = true, .shutdown = 3, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_LINGER, .does = TCPCLOSE_CALL_CLOSE,
	     .unsent = 4000, .fin_unsent = true,
	     .sends = TCPCLOSE_RST_TCP_DISCONNECT_WITH_DATA);
}

/* The RST of the abort is lost; data is answered with another one later. */
static void reset_later(void)
{
	STEP(server, ESTABLISHED, CLOSE, .call = true, .shutdown = 3,
	     .closer = 1, .cause = TCPCLOSE_CAUSE_LINGER,
	     .does = TCPCLOSE_CALL_CLOSE, .sends = TCPCLOSE_RST_TCP_STATE);
	later(5000000);
	STEP(client, ESTABLISHED, CLOSE, .flags = TCPCLOSE_FLAG_RST,
	     .closer = 2, .cause = TCPCLOSE_CAUSE_RST, .sk_err = 104);
}

static void restored(void)
{
	connects();
	later(10);
	STEP(client, SYN_SENT, ESTABLISHED, .call = true,
	     .does = TCPCLOSE_CALL_CONNECT, .counts = true);
	later(1000000);
	closes_first(&client);
	later(20000);
	fin_is_acknowledged(3);
	hands_over(3);
	wait_time(&client, 0, 1);
}

/* A health check: the SYN,ACK is enough, and the ACK is never sent. */
static void checked_only(void)
{
	connects();
	later(20000);
	STEP(client, SYN_SENT, ESTABLISHED, .flags = SYN_ACK);
	later(30);
	STEP(client, ESTABLISHED, CLOSE, .call = true, .shutdown = 3,
	     .closer = 1, .cause = TCPCLOSE_CAUSE_LINGER,
	     .does = TCPCLOSE_CALL_CLOSE, .counts = true, .segments_sent = 1,
	     .segments_received = 1, .sends = TCPCLOSE_RST_TCP_STATE);
}

static void killed(void)
{
	STEP(client, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 3,
	     .closer = 1, .does = TCPCLOSE_CALL_KILL);
	later(10000);
	gets_fin(&server);
	later(10050);
	fin_is_acknowledged(3);
	waits_as_mini();
	later(300000);
	STEP(server, CLOSE_WAIT, LAST_ACK, .call = true, .shutdown = 3,
	     .closer = 2, .does = TCPCLOSE_CALL_EXIT);
	later(10000);
	mini_gets_fin();
	last_ack();
	wait_time(&client, 0, 1);
}

/* Another thread reads while one closes: the socket is released when it returns. */
static void deferred(void)
{
	server.comm = "dotnet";
	server.thread = "reader";
	STEP(server, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 3,
	     .closer = 1, .does = TCPCLOSE_CALL_OTHER);
	server.orphan = true;
	later(10000);
	STEP(client, ESTABLISHED, CLOSE_WAIT, .flags = FIN, .shutdown = 1,
	     .closer = 2);
}

static void by_worker(struct socket *s)
{
	s->comm = "kworker/0:0";
	s->pid = 9;
}

/* No process held the descriptor any more. */
static void collected(void)
{
	by_worker(&client);
	STEP(client, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 3,
	     .closer = 1, .does = TCPCLOSE_CALL_KERNEL);
	client.orphan = true;
	later(10000);
	gets_fin(&server);
	later(10050);
	fin_is_acknowledged(3);
	waits_as_mini();
	close_second();
	last_ack();
	wait_time(&client, 0, 1);
}

static void subflow(void)
{
	client.session = 0x15;
	server.session = 0x17;
	open_up();
	by_worker(&client);
	STEP(client, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 3,
	     .closer = 1, .does = TCPCLOSE_CALL_KERNEL);
	later(9);
	STEP(client, FIN_WAIT1, FIN_WAIT1, .call = true, .shutdown = 3,
	     .closer = 1, .does = TCPCLOSE_CALL_KERNEL);
	client.orphan = true;
	later(10000);
	gets_fin(&server);
	later(9);
	by_worker(&server);
	STEP(server, CLOSE_WAIT, LAST_ACK, .call = true, .shutdown = 3,
	     .closer = 2, .does = TCPCLOSE_CALL_KERNEL);
	later(10000);
	STEP(client, FIN_WAIT1, FIN_WAIT2, .flags = FIN, .shutdown = 3,
	     .closer = 1);
	later(6);
	hands_over(3);
	last_ack();
	wait_time(&client, 0, 1);
}

/* The peer does not know MPTCP. */
static void subflow_no_more(void)
{
	client.session = 0x15;
	connects();
	client.session = 0;
	later(20000);
	STEP(client, SYN_SENT, ESTABLISHED, .flags = SYN_ACK);
	later(1000000);
	four_way();
}

static void subflow_reset(void)
{
	client.session = 0x15;
	server.session = 0x17;
	RST_OF(client, .reason = TCPCLOSE_RST_MPTCP_RST_EUNSPEC, .state = TCPCLOSE_ESTABLISHED,
	       .owner = TCPCLOSE_RST_OWNER_SOCKET);
	STEP(client, ESTABLISHED, CLOSE, .flags = ACK, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_MPTCP, .sk_err = 104);
	later(10000);
	STEP(server, ESTABLISHED, CLOSE, .flags = RST, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_RST, .sk_err = 104);
}

static void uring_and_exec(void)
{
	STEP(client, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 3,
	     .closer = 1, .does = TCPCLOSE_CALL_IO_URING);
	later(10000);
	gets_fin(&server);
	later(10050);
	fin_is_acknowledged(3);
	waits_as_mini();
	later(300000);
	STEP(server, CLOSE_WAIT, CLOSE, .call = true, .shutdown = 3,
	     .closer = 2, .cause = TCPCLOSE_CAUSE_UNREAD,
	     .does = TCPCLOSE_CALL_EXEC, .sends = TCPCLOSE_RST_TCP_ABORT_ON_CLOSE);
	later(10000);
	STEP(client, FIN_WAIT2, CLOSE, .flags = RST, .mini = true,
	     .end = TCPCLOSE_END_RST, .cause = TCPCLOSE_CAUSE_RST, .closer = 1);
}

/* The SYN of one end shows nothing of the other's. */
static void syns_cross(void)
{
	connects();
	later(20000);
	STEP(client, SYN_SENT, SYN_RECV, .flags = SYN);
	later(60000000);
	STEP(client, SYN_RECV, CLOSE, .timer = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_TIMEOUT, .sk_err = 110);
}

static void overflow(void)
{
	closes_first(&client);
	later(10000);
	gets_fin(&server);
	later(10050);
	fin_is_acknowledged(3);
	later(10);
	STEP(client, FIN_WAIT2, CLOSE, .flags = ACK, .shutdown = 3, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_OVERFLOW, .end = TCPCLOSE_END_OVERFLOW);
}

/* The calls of a 32-bit program are not known, but the self-loop is close(). */
static void old_program(void)
{
	STEP(client, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 3,
	     .closer = 1);
	later(10000);
	gets_fin(&server);
	later(10050);
	fin_is_acknowledged(3);
	later(300000);
	STEP(client, FIN_WAIT2, FIN_WAIT2, .call = true, .shutdown = 3,
	     .closer = 1);
	client.orphan = true;
	later(7);
	STEP(client, FIN_WAIT2, FIN_WAIT2, .call = true, .shutdown = 3,
	     .closer = 1, .raw = TCPCLOSE_CLOSE);
	close_second();
	last_ack();
	wait_time(&client, 0, 1);
}

/* ---- RSTs that make no transition, and transitions without a RST */

static void rst_is_ignored(unsigned int owner)
{
	RST_OF(server, .effect = TCPCLOSE_RST_IGNORED, .owner = owner,
	       .state = owner ? TCPCLOSE_ESTABLISHED : 0,
	       .segment_flags = TCPCLOSE_FLAG_RST, .segment_seq = 77);
}

/* It comes from anywhere, long before the connection closes. */
static void ignored(void)
{
	rst_is_ignored(TCPCLOSE_RST_OWNER_SOCKET);
	later(2000000);
	four_way();
}

/* Of a kernel that does not say which socket rejects a RST */
static void ignored_by_unknown(void)
{
	rst_is_ignored(TCPCLOSE_RST_OWNER_UNKNOWN);
	close_first();
	rst_is_ignored(TCPCLOSE_RST_OWNER_UNKNOWN);
	close_second();
	last_ack();
	wait_time(&client, 0, 1);
}

static void mini_ignores(void)
{
	close_first();
	close_second();
	last_ack();
	later(10000);
	RST_OF(client, .effect = TCPCLOSE_RST_MINI, .owner = TCPCLOSE_RST_OWNER_MINI,
	       .state = TCPCLOSE_TIME_WAIT, .segment_flags = TCPCLOSE_FLAG_RST);
}

static void ignored_by_mini(void)
{
	mini_ignores();
	later(60000000);
	STEP(client, TIME_WAIT, CLOSE, .timer = true, .mini = true,
	     .end = TCPCLOSE_END_EXPIRED, .closer = 1, .strays = 1);
}

/* One end gives up; the other one still sends, and learns it. */
static void server_is_gone(unsigned int owner, unsigned int reason, unsigned int number)
{
	STEP(server, ESTABLISHED, CLOSE, .timer = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_USER_TIMEOUT, .sk_err = 110);
	later(2000000);
	RST_OF(server, .reason = reason, .owner = owner, .segment_length = 5,
	       .segment_flags = TCPCLOSE_FLAG_PSH | ACK, .segment_ack = number);
	later(10000);
	STEP(client, ESTABLISHED, CLOSE, .flags = TCPCLOSE_FLAG_RST, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_RST, .sk_err = 104);
}

static void no_socket(void)
{
	server_is_gone(TCPCLOSE_RST_OWNER_NONE, TCPCLOSE_RST_NO_SOCKET, 0);
}

static void listener_only(void)
{
	server_is_gone(TCPCLOSE_RST_OWNER_LISTENER, TCPCLOSE_RST_TCP_FLAGS, 0);
}

/* What arrives has another number: it is another RST. */
static void another_number(void)
{
	server_is_gone(TCPCLOSE_RST_OWNER_NONE, TCPCLOSE_RST_NO_SOCKET, 4711);
}

/* A SYN for the same ports is not for the connection that is over. */
static void no_socket_for_syn(void)
{
	reset(TCPCLOSE_CAUSE_LINGER, TCPCLOSE_RST_TCP_STATE);
	later(1000000);
	RST_OF(server, .reason = TCPCLOSE_RST_NO_SOCKET, .owner = TCPCLOSE_RST_OWNER_NONE,
	       .segment_flags = SYN);
}

/* Two connections had the same ports: whose the last RST is, nobody knows. */
static void no_socket_of_two(void)
{
	struct socket again = server;

	again.cookie = next_cookie++;
	STEP(again, ESTABLISHED, CLOSE, .call = true, .shutdown = 3, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_LINGER, .does = TCPCLOSE_CALL_CLOSE);
	later(3000000);
	server.born_ns = now_ns - SECOND / 8;
	client.born_ns = server.born_ns;
	no_socket();
}

/* Each RST would have a record, so that there was none. */
static void none_sent(void)
{
	STEP(client, ESTABLISHED, CLOSE, .call = true, .shutdown = 3,
	     .closer = 1, .cause = TCPCLOSE_CAUSE_UNREAD,
	     .does = TCPCLOSE_CALL_CLOSE);
}

static void flooded(void)
{
	unsigned int i;

	close_first();
	for (i = 0; i < 1000; i++) {
		later(10);
		rst_is_ignored(TCPCLOSE_RST_OWNER_SOCKET);
	}
	STEP(server, CLOSE_WAIT, CLOSE, .call = true, .shutdown = 3, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_LINGER, .does = TCPCLOSE_CALL_CLOSE,
	     .sends = TCPCLOSE_RST_TCP_STATE);
	later(10000);
	STEP(client, FIN_WAIT2, CLOSE, .flags = RST, .mini = true,
	     .end = TCPCLOSE_END_RST, .cause = TCPCLOSE_CAUSE_RST, .closer = 1);
}

/* An old connection answers the SYN; its answer is answered with a RST, and the SYN sent again. */
static void syn_challenged(void)
{
	client.index = 0;
	STEP(client, CLOSE, SYN_SENT, .call = true, .does = TCPCLOSE_CALL_CONNECT);
	later(20000);
	RST_OF(client, .reason = TCPCLOSE_RST_TCP_INVALID_ACK_SEQUENCE,
	       .owner = TCPCLOSE_RST_OWNER_SOCKET, .state = TCPCLOSE_SYN_SENT,
	       .segment_flags = ACK);
	later(1000000);
	STEP(client, SYN_SENT, ESTABLISHED, .flags = SYN_ACK);
	later(1000000);
	four_way();
}

/* tcp_abort() sends the RST first, and it arrives before CLOSE is recorded. */
static void destroyed(void)
{
	RST_OF(client, .reason = TCPCLOSE_RST_TCP_STATE, .state = TCPCLOSE_ESTABLISHED,
	       .owner = TCPCLOSE_RST_OWNER_SOCKET, .context = TCPCLOSE_CONTEXT_PROCESS);
	later(8);
	STEP(server, ESTABLISHED, CLOSE, .flags = RST, .closer = 2,
	     .cause = TCPCLOSE_CAUSE_RST, .sk_err = 104);
	later(8);
	STEP(client, ESTABLISHED, CLOSE, .call = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_DESTROYED, .sk_err = 103,
	     .does = TCPCLOSE_CALL_SEND);
}

/* Data for a closed socket meets its mini-socket. */
static void data_for_mini(void)
{
	close_first();
	later(30000);
	STEP(client, FIN_WAIT2, CLOSE, .flags = TCPCLOSE_FLAG_PSH | ACK, .mini = true,
	     .end = TCPCLOSE_END_RST_SENT, .cause = TCPCLOSE_CAUSE_DATA_AFTER_CLOSE,
	     .closer = 1, .sends = TCPCLOSE_RST_TCP_TIMEWAIT_SOCKET);
	later(10000);
	STEP(server, CLOSE_WAIT, CLOSE, .flags = TCPCLOSE_FLAG_RST, .shutdown = 1,
	     .closer = 2, .cause = TCPCLOSE_CAUSE_RST, .sk_err = 32);
}

/* The one that it does not ignore is another one. */
static void mini_is_reset(void)
{
	mini_ignores();
	later(1000000);
	STEP(client, TIME_WAIT, CLOSE, .flags = TCPCLOSE_FLAG_RST, .mini = true,
	     .end = TCPCLOSE_END_RST, .strays = 1, .closer = 1, .left_out = true);
}

/* Whether the kernel has a key for the signature is not known. */
static void perhaps_answered(void)
{
	STEP(server, ESTABLISHED, CLOSE, .timer = true, .closer = 1,
	     .cause = TCPCLOSE_CAUSE_USER_TIMEOUT, .sk_err = 110);
	later(500000);
	RST_OF(server, .reason = TCPCLOSE_RST_NO_SOCKET, .owner = TCPCLOSE_RST_OWNER_NONE,
	       .segment_flags = ACK, .mark = TCPCLOSE_RST_MARK_UNSURE);
}

static void leave_out(void)
{
	struct tcpclose_left_out r = {
		.ts_ns = now_ns + SECOND,
		.seq = seq++,
		.kind = TCPCLOSE_KIND_LEFT_OUT,
		.sent = 40,
	};

	buffer_add(out, &r, sizeof(r));
}

void synthetic_closes(struct buffer *to, enum synthetic_rst_records records)
{
	static const struct {
		__u16 port;
		void (*live)(void);
	} unsent[] = {
		{ 8030, repaired },
		{ 8031, no_port },
		{ 8032, no_route },
		{ 8033, behind_data },
		{ 8034, behind_data_at_first },
		{ 8035, fin_unanswered },
		{ 8036, zero_window },
		{ 8037, syn_unanswered },
		{ 8038, syn_to_time_wait },
		{ 8039, orphan_of_timer },
		{ 8040, orphan_of_close },
		{ 8041, destroyed_in_last_ack },
		{ 8042, linger_in_last_ack },
		{ 8043, reset_later },
		{ 8044, restored },
		{ 8045, checked_only },
		{ 8046, killed },
		{ 8047, deferred },
		{ 8048, collected },
		{ 8049, subflow },
		{ 8050, subflow_reset },
		{ 8051, uring_and_exec },
		{ 8052, syns_cross },
		{ 8053, overflow },
		{ 8054, old_program },
		{ 8055, fin_at_window_0 },
		{ 8056, syn_unprovoked },
		{ 8057, subflow_no_more },
		{ 8058, fin_out_of_order },
		{ 8060, ignored },
		{ 8061, ignored_by_unknown },
		{ 8062, ignored_by_mini },
		{ 8063, no_socket },
		{ 8064, listener_only },
		{ 8065, another_number },
		{ 8066, no_socket_for_syn },
		{ 8067, no_socket_of_two },
		{ 8068, none_sent },
		{ 8069, flooded },
		{ 8070, syn_challenged },
		{ 8071, destroyed },
		{ 8072, data_for_mini },
		{ 8073, mini_is_reset },
		{ 8074, perhaps_answered },
	},
	  lives[] = {
		  { 8000, four_way },
		  { 8001, three_segments },
		  { 8002, half_close },
		  { 8003, simultaneous },
		  { 8006, refused },
		  { 8007, lost_last_ack },
		  { 8008, passive_alone },
		  { 8009, active_alone },
		  { 8010, strange_names },
		  { 8011, loopback },
		  { 8012, close_first },
		  { 8013, some_lost },
		  { 8014, doubles },
		  { 8015, given_up_waiting },
		  { 8016, many_rearms },
		  { 8017, recorded_late },
		  { 8018, hand_over_late },
		  { 8019, socket_again },
		  { 8020, never_happens },
		  { 8021, nameless },
		  { 8022, listener },
		  { 8023, simultaneous_open },
		  { 8024, kept_alive },
		  { 8025, fin_again },
	  };
	unsigned int i;

	begin(to, records);
	marker(RECORDING_KIND_START, 0);
	name_netns(7, CLIENT, "client");
	name_netns(7 + SERVER - CLIENT, SERVER, "server");
	name_netns(
		8 + SERVER - CLIENT, SERVER + 1,
		"<b>\033[7m&amp;\xc3\xa9 a name that is much longer than any that anybody would choose for it");
	meet(8004);
	reset(TCPCLOSE_CAUSE_LINGER, TCPCLOSE_RST_TCP_STATE);
	meet(8005);
	reset(TCPCLOSE_CAUSE_UNREAD, TCPCLOSE_RST_TCP_ABORT_ON_CLOSE);
	for (i = 0; i < sizeof(lives) / sizeof(*lives); i++) {
		meet(lives[i].port);
		lives[i].live();
	}
	meet(8026);
	open_up();
	four_way();
	/* Use the ports one after the other, repeatedly. */
	for (i = 0; i < 7; i++) {
		meet(8027);
		four_way();
	}
	for (i = 0; i < sizeof(unsent) / sizeof(*unsent); i++) {
		meet(unsent[i].port);
		unsent[i].live();
	}
	if (rsts == SYNTHETIC_RSTS_LEFT_OUT)
		leave_out();
	if (rsts == SYNTHETIC_RSTS_LOST)
		marker(RECORDING_KIND_LOST, 5);
}

void synthetic_closes_many(struct buffer *to, unsigned int count)
{
	begin(to, SYNTHETIC_RSTS_RECORDED);
	while (count--) {
		meet(9000);
		client.lport = 1024 + count % 60000;
		server.rport = client.lport;
		four_way();
	}
}

/* A generator of numbers that looks random and is the same everywhere. */
static __u32 draw(__u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void random_rst(const struct socket *s, __u32 *state)
{
	RST_OF(*s, .effect = draw(state) % 4 ? draw(state) % 6 : draw(state) % 256,
	       .reason = draw(state) % 4 ? draw(state) % 25 : draw(state) % 256,
	       .owner = draw(state) % 8,
	       .state = draw(state) % 16,
	       .context = draw(state) % 4,
	       .segment_flags = draw(state) % 3 ? ACK | draw(state) % 32 : 0,
	       .segment_ack = draw(state) % 4,
	       .segment_seq = draw(state) % 4,
	       .mark = draw(state) % 8 ? 0 : TCPCLOSE_RST_MARK_UNSURE);
}

void synthetic_closes_random(struct buffer *to, uint32_t seed)
{
	__u32 state = seed;
	unsigned int i;

	begin(to, SYNTHETIC_RSTS_RECORDED);
	for (i = 0; i < 400; i++) {
		struct socket *s = draw(&state) % 2 ? &client : &server;
		unsigned int to = draw(&state) % 16;

		if (!i || draw(&state) % 40 == 0)
			meet(8000);
		now_ns += draw(&state) % 4 ? draw(&state) % 300000 :
					     draw(&state) * 1000ULL;
		if (draw(&state) % 8 == 0)
			now_ns -= draw(&state) % 20000000;
		if (draw(&state) % 4 == 0)
			random_rst(s, &state);
		s->index = draw(&state) % 8 ? s->index : draw(&state);
		s->thread = draw(&state) % 4 ? NULL : "thread\033[31m";
		s->session = draw(&state) % 4 ? 0 : draw(&state);
		step(s, draw(&state) % 3 ? to : draw(&state) % 16,
		     draw(&state) % 16,
		     (struct how){
			     .flags = draw(&state) % 3 ?
					      ACK | draw(&state) % 32 :
					      draw(&state) % 512,
			     .call = draw(&state) % 4 == 0,
			     .timer = draw(&state) % 8 == 0,
			     .mini = draw(&state) % 4 == 0,
			     .shutdown = draw(&state) % 4,
			     .cause = draw(&state) % 4 ? 0 : draw(&state) % 256,
			     .end = draw(&state) % 4 ? 0 : draw(&state) % 256,
			     .mark = draw(&state) % 4 ? 0 : draw(&state) % 16,
			     .sk_err = draw(&state) % 256,
			     .closer = draw(&state) % 4,
			     .rearms = draw(&state) % 65536,
			     .raw = draw(&state) % 4 ? 0 : draw(&state) % 16,
			     .does = draw(&state) % 16,
			     .strays = draw(&state) % 65536,
			     .fin_unsent = draw(&state) % 2,
			     .unsent = draw(&state) % 4 ? 0 : draw(&state) * 256,
			     .counts = draw(&state) % 2,
			     .segments_sent = draw(&state) % 4,
			     .segments_received = draw(&state) % 4,
		     });
	}
}
