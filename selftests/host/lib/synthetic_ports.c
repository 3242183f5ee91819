// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that use up the local ports of a small range, and calls that find none.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "host/lib/synthetic.h"

#define CLIENT_NETNS 7
#define SERVER_NETNS 8
#define FIRST_PORT 40000

/**
 * struct ports_stream - a recording being made
 * @out: receives it
 * @ts_ns: time of the latest record
 * @seq: number of the next one
 * @cookie: of the latest connection
 */
struct ports_stream {
	struct buffer *out;
	uint64_t ts_ns;
	uint32_t seq;
	uint64_t cookie;
};

/**
 * struct ports_end - a connection
 * @netns: cookie of its namespace
 * @from: local address
 * @to: remote address
 * @lport: local port
 * @rport: remote port
 * @pid: who closes it
 * @comm: its name
 */
struct ports_end {
	uint64_t netns;
	const char *from;
	const char *to;
	uint16_t lport;
	uint16_t rport;
	uint32_t pid;
	const char *comm;
};

static bool is_ipv6(const char *text)
{
	return strchr(text, ':');
}

static void set_address(uint8_t *to, const char *text)
{
	inet_pton(is_ipv6(text) ? AF_INET6 : AF_INET, text, to);
}

static uint32_t inode_of(uint64_t netns)
{
	return netns == CLIENT_NETNS ? SYNTHETIC_CLIENT : SYNTHETIC_SERVER;
}

static void closes(struct ports_stream *s, const struct ports_end *end)
{
	struct tcpclose_detail d = {
		.ts_ns = s->ts_ns + 1000,
		.seq = s->seq++,
		.kind = TCPCLOSE_KIND_DETAIL,
		.cookie = s->cookie,
		.netns = end->netns,
		.call = TCPCLOSE_CALL_CLOSE,
		.pid = end->pid,
		.tid = end->pid,
	};

	memcpy(d.comm, end->comm, strlen(end->comm));
	buffer_add(s->out, &d, sizeof(d));
}

static void step(struct ports_stream *s, const struct ports_end *end, unsigned int from,
		 unsigned int to, unsigned int ends)
{
	bool process = from == TCPCLOSE_ESTABLISHED;
	bool mini = from == TCPCLOSE_TIME_WAIT;
	unsigned int raw = to == TCPCLOSE_TIME_WAIT ? TCPCLOSE_CLOSE : to;
	struct tcpclose_record r = {
		.ts_ns = s->ts_ns += 1000,
		.seq = s->seq++,
		.kind = TCPCLOSE_KIND_TRANSITION,
		.cookie = s->cookie,
		.netns = end->netns,
		.netns_inode = inode_of(end->netns),
		.lport = end->lport,
		.rport = end->rport,
		.raw = mini ? 0 : TCPCLOSE_EDGE(from, raw),
		.edge = TCPCLOSE_EDGE(from, to),
		.how = TCPCLOSE_HOW(mini ? TCPCLOSE_ORIGIN_TIMEWAIT : TCPCLOSE_ORIGIN_TRACEPOINT,
				    is_ipv6(end->from),
				    process ? TCPCLOSE_CONTEXT_PROCESS : TCPCLOSE_CONTEXT_SOFTIRQ,
				    TCPCLOSE_CLOSER_LOCAL, 0),
		.cause = to == TCPCLOSE_TIME_WAIT ? TCPCLOSE_CAUSE_FIN : 0,
		.end = (uint8_t)ends,
	};

	set_address(r.laddr, end->from);
	set_address(r.raddr, end->to);
	buffer_add(s->out, &r, sizeof(r));
}

/* @to: where it goes from FIN_WAIT2 */
static void close_one(struct ports_stream *s, const struct ports_end *end, unsigned int to,
		      unsigned int ends)
{
	s->cookie++;
	closes(s, end);
	step(s, end, TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1, 0);
	step(s, end, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2, 0);
	step(s, end, TCPCLOSE_FIN_WAIT2, to, ends);
}

static void fails(struct ports_stream *s, const struct ports_end *end, unsigned int call,
		  unsigned int error)
{
	struct tcpclose_failed_call r = {
		.ts_ns = s->ts_ns += 1000,
		.seq = s->seq++,
		.kind = TCPCLOSE_KIND_FAILED_CALL,
		.mark = end->lport ? 0 : TCPCLOSE_FAILED_RANGE,
		.cookie = ++s->cookie,
		.netns = end->netns,
		.netns_inode = inode_of(end->netns),
		.lport = end->lport,
		.rport = end->rport,
		.uid = 1000,
		.pid = end->pid,
		.tid = end->pid,
		.port_low = end->lport ? 0 : FIRST_PORT,
		.port_high = end->lport ? 0 : FIRST_PORT + 19,
		.error = (uint8_t)error,
		.call = (uint8_t)call,
	};

	set_address(r.laddr, end->from);
	if (end->to)
		set_address(r.raddr, end->to);
	memcpy(r.comm, end->comm, strlen(end->comm));
	buffer_add(s->out, &r, sizeof(r));
}

static void begin(struct ports_stream *s)
{
	struct recording_header h;
	struct recording_marker m;

	synthetic_header(&h, SYNTHETIC_HOST);
	buffer_add(s->out, &h, sizeof(h));
	m = synthetic_marker(s->ts_ns, RECORDING_KIND_START, 0, 0);
	buffer_add(s->out, &m, sizeof(m));
	m = synthetic_netns(s->ts_ns, CLIENT_NETNS, SYNTHETIC_CLIENT, "client");
	buffer_add(s->out, &m, sizeof(m));
}

/* Six TIME_WAITs for each of three destinations, a second apart */
static void use_up(struct ports_stream *s)
{
	struct ports_end end = {
		.netns = CLIENT_NETNS,
		.from = "10.0.0.1",
		.to = "10.0.0.2",
		.pid = 300,
		.comm = "proxy",
	};
	unsigned int i;

	for (i = 0; i < 18; i++) {
		end.lport = (uint16_t)(FIRST_PORT + i);
		end.rport = (uint16_t)(7041 + i % 3);
		close_one(s, &end, TCPCLOSE_TIME_WAIT, 0);
		s->ts_ns += SYNTHETIC_SECOND;
	}
}

static void others(struct ports_stream *s)
{
	const struct ports_end curl = { CLIENT_NETNS, "2001:db8::1", "2001:db8::2", 40018, 443,
					301, "curl" };
	const struct ports_end updater = { CLIENT_NETNS, "10.0.0.1", "192.0.2.7", 40019, 80,
					   302, "updater" };
	const struct ports_end peer = { SERVER_NETNS, "10.0.0.2", "10.0.0.1", 80, 50000, 400,
					"nginx" };

	close_one(s, &curl, TCPCLOSE_TIME_WAIT, 0);
	step(s, &curl, TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE, TCPCLOSE_END_RECYCLED);
	close_one(s, &updater, TCPCLOSE_CLOSE, TCPCLOSE_END_OVERFLOW);
	close_one(s, &updater, TCPCLOSE_CLOSE, TCPCLOSE_END_OVERFLOW);
	close_one(s, &peer, TCPCLOSE_TIME_WAIT, 0);
}

static void find_none(struct ports_stream *s)
{
	const struct ports_end proxy = { CLIENT_NETNS, "10.0.0.1", "10.0.0.2", 0, 7041, 300,
					 "proxy" };
	const struct ports_end bound = { CLIENT_NETNS, "10.0.0.1", "10.0.0.2", 40003, 7041, 300,
					 "proxy" };
	const struct ports_end binder = { CLIENT_NETNS, "10.0.0.9", NULL, 0, 0, 303,
					  "bind\033er" };
	const struct ports_end server = { CLIENT_NETNS, "10.0.0.9", NULL, 80, 0, 304, "server" };

	fails(s, &proxy, TCPCLOSE_CALL_CONNECT, EADDRNOTAVAIL);
	fails(s, &proxy, TCPCLOSE_CALL_CONNECT, EADDRNOTAVAIL);
	fails(s, &bound, TCPCLOSE_CALL_CONNECT, EADDRNOTAVAIL);
	fails(s, &binder, TCPCLOSE_CALL_BIND, EADDRINUSE);
	/* One that wants a certain port is none that finds no port. */
	fails(s, &server, TCPCLOSE_CALL_BIND, EADDRINUSE);
}

void synthetic_ports(struct buffer *out)
{
	struct ports_stream s = { .out = out, .ts_ns = SYNTHETIC_START_NS, .cookie = 0x5000 };

	begin(&s);
	use_up(&s);
	others(&s);
	find_none(&s);
}
