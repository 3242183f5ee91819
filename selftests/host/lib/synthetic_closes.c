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
	/* Raw new state; 0: the true one */
	__u8 raw;
};

static struct buffer *out;
static __u64 now_ns;
static __u32 seq;
static __u64 next_cookie;
static struct socket client, server;

static void begin(struct buffer *to)
{
	struct recording_header h;

	out = to;
	now_ns = SYNTHETIC_START_NS;
	seq = 0;
	next_cookie = 0x1001;
	synthetic_header(&h, SYNTHETIC_HOST);
	buffer_add(out, &h, sizeof(h));
}

static void marker(unsigned int kind, __u64 value)
{
	struct recording_marker m = synthetic_marker(now_ns, kind, 0, value);

	buffer_add(out, &m, sizeof(m));
}

static void name_netns(__u64 cookie, __u32 inode, const char *name)
{
	struct recording_marker m = synthetic_netns(now_ns, cookie, inode, name);

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
	t.mark = TCPCLOSE_DETAIL_TRAFFIC;
	t.segments_sent = 7;
	t.segments_received = 5;
	if (how->call) {
		t.pid = s->pid;
		t.tid = s->pid;
		snprintf(t.comm, sizeof(t.comm), "%s", s->comm);
		snprintf(t.thread, sizeof(t.thread), "%s", s->comm);
	}
	buffer_add(out, &t, sizeof(t));
}

/* Advance the time, in microseconds. */
static void later(__u64 us)
{
	now_ns += us * 1000;
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

	if (how.call || (!how.mini && how.cause && how.cause != TCPCLOSE_CAUSE_FIN))
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
	r.cookie = s->cookie;
	r.dwell_ns = from == TCPCLOSE_CLOSE || from == TCPCLOSE_LISTEN ?
			     TCPCLOSE_UNKNOWN_NS :
			     now_ns - s->since_ns;
	r.age_ns = now_ns - s->born_ns;
	inet_pton(s->ipv6 ? AF_INET6 : AF_INET, s->laddr, r.laddr);
	inet_pton(s->ipv6 ? AF_INET6 : AF_INET, s->raddr, r.raddr);
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
	STEP(client, CLOSE, SYN_SENT, .call = true);
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
	     .closer = 1);
	s->orphan = true;
}

static void client_shuts_down(void)
{
	STEP(client, ESTABLISHED, FIN_WAIT1, .call = true, .shutdown = 2,
	     .closer = 1);
}

static void gets_fin(struct socket *s)
{
	STEP(*s, ESTABLISHED, CLOSE_WAIT, .flags = FIN, .shutdown = 1,
	     .closer = 2);
}

static void server_closes(void)
{
	STEP(server, CLOSE_WAIT, LAST_ACK, .call = true, .shutdown = 3,
	     .closer = 2);
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
	     .closer = 1);
	client.orphan = true;
	later(7);
	STEP(client, FIN_WAIT2, FIN_WAIT2, .call = true, .shutdown = 3,
	     .closer = 1, .raw = TCPCLOSE_CLOSE);
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

static void reset(unsigned int cause)
{
	STEP(client, ESTABLISHED, CLOSE, .call = true, .shutdown = 3,
	     .closer = 1, .cause = cause);
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
	later(20000);
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
	     .closer = 1, .cause = TCPCLOSE_CAUSE_DISCONNECT);
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
	     .cause = TCPCLOSE_CAUSE_KEEPALIVE, .sk_err = 110);
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
	     .cause = TCPCLOSE_CAUSE_DATA_AFTER_CLOSE, .sk_err = 32);
	later(10050);
	STEP(server, CLOSE_WAIT, CLOSE, .flags = TCPCLOSE_FLAG_RST,
	     .shutdown = 1, .closer = 2, .cause = TCPCLOSE_CAUSE_RST,
	     .sk_err = 32);
}

void synthetic_closes(struct buffer *to)
{
	static const struct {
		__u16 port;
		void (*live)(void);
	} lives[] = {
		{ 8000, four_way },	  { 8001, three_segments },
		{ 8002, half_close },	  { 8003, simultaneous },
		{ 8006, refused },	  { 8007, lost_last_ack },
		{ 8008, passive_alone },  { 8009, active_alone },
		{ 8010, strange_names },  { 8011, loopback },
		{ 8012, close_first },	  { 8013, some_lost },
		{ 8014, doubles },	  { 8015, given_up_waiting },
		{ 8016, many_rearms },	  { 8017, recorded_late },
		{ 8018, hand_over_late }, { 8019, socket_again },
		{ 8020, never_happens },  { 8021, nameless },
		{ 8022, listener },	  { 8023, simultaneous_open },
		{ 8024, kept_alive },	  { 8025, fin_again },
	};
	unsigned int i;

	begin(to);
	marker(RECORDING_KIND_START, 0);
	name_netns(7, CLIENT, "client");
	name_netns(7 + SERVER - CLIENT, SERVER, "server");
	name_netns(8 + SERVER - CLIENT, SERVER + 1,
		   "<b>\033[7m&amp;\xc3\xa9 a name that is much longer than any that anybody would choose for it");
	meet(8004);
	reset(TCPCLOSE_CAUSE_LINGER);
	meet(8005);
	reset(TCPCLOSE_CAUSE_UNREAD);
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
}

void synthetic_closes_many(struct buffer *to, unsigned int count)
{
	begin(to);
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

void synthetic_closes_random(struct buffer *to, uint32_t seed)
{
	__u32 state = seed;
	unsigned int i;

	begin(to);
	for (i = 0; i < 400; i++) {
		struct socket *s = draw(&state) % 2 ? &client : &server;
		unsigned int to = draw(&state) % 16;

		if (!i || draw(&state) % 40 == 0)
			meet(8000);
		now_ns += draw(&state) % 4 ? draw(&state) % 300000 :
					     draw(&state) * 1000ULL;
		if (draw(&state) % 8 == 0)
			now_ns -= draw(&state) % 20000000;
		s->index = draw(&state) % 8 ? s->index : draw(&state);
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
		     });
	}
}
