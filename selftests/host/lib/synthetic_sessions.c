// SPDX-License-Identifier: GPL-2.0-only
/*
 * MPTCP sessions and their subflows: who closed is known by cookie, by addresses and
 * ports, or is not known.
 */
#include <string.h>

#include "host/lib/synthetic.h"

#define NETNS 7

/**
 * struct sessions_stream - a recording being made
 * @out: receives it
 * @ts_ns: time of the latest record
 * @seq: number of the next one
 */
struct sessions_stream {
	struct buffer *out;
	uint64_t ts_ns;
	uint32_t seq;
};

/* A transition of a session, by a process, by a worker of the kernel, or by neither */
static void session(struct sessions_stream *s, uint64_t cookie, uint16_t port,
		    unsigned int from, unsigned int to, unsigned int call, const char *comm)
{
	struct tcpclose_session r = {
		.ts_ns = s->ts_ns += 1000,
		.seq = s->seq++,
		.kind = TCPCLOSE_KIND_SESSION,
		.cookie = cookie,
		.netns = NETNS,
		.netns_inode = SYNTHETIC_CLIENT,
		.laddr = { 10, 0, 0, 1 },
		.raddr = { 10, 0, 0, 2 },
		.lport = port,
		.rport = 80,
		.uid = 1000,
		.edge = TCPCLOSE_EDGE(from, to),
		.call = (uint8_t)call,
		.context = call ? TCPCLOSE_CONTEXT_PROCESS : TCPCLOSE_CONTEXT_SOFTIRQ,
	};

	if (call)
		r.pid = call == TCPCLOSE_CALL_KERNEL ? 9 : 300 + port % 10;
	r.tid = r.pid;
	if (to == TCPCLOSE_CLOSE && !call)
		r.sk_err = 104;
	memcpy(r.comm, comm, strlen(comm));
	buffer_add(s->out, &r, sizeof(r));
}

/* A worker of the kernel shuts a subflow down. @cookie: of its session; 0: unknown */
static void subflow(struct sessions_stream *s, uint64_t cookie, uint16_t port,
		    uint64_t age_ns)
{
	struct tcpclose_detail d = {
		.ts_ns = s->ts_ns += 1000,
		.seq = s->seq++,
		.kind = TCPCLOSE_KIND_DETAIL,
		.cookie = port + age_ns,
		.netns = NETNS,
		.session = cookie,
		.call = TCPCLOSE_CALL_KERNEL,
		.pid = 9,
		.tid = 9,
		.comm = "kworker/0:1",
	};
	struct tcpclose_record r = {
		.ts_ns = s->ts_ns,
		.seq = s->seq++,
		.kind = TCPCLOSE_KIND_TRANSITION,
		.mark = TCPCLOSE_MARK_MPTCP,
		.cookie = port + age_ns,
		.age_ns = age_ns,
		.netns = NETNS,
		.netns_inode = SYNTHETIC_CLIENT,
		.laddr = { 10, 0, 0, 1 },
		.raddr = { 10, 0, 0, 2 },
		.lport = port,
		.rport = 80,
		.edge = TCPCLOSE_EDGE(TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1),
		.raw = TCPCLOSE_EDGE(TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1),
		.how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TRACEPOINT, 0,
				    TCPCLOSE_CONTEXT_PROCESS, TCPCLOSE_CLOSER_LOCAL, 3),
		.index = 2,
	};

	buffer_add(s->out, &d, sizeof(d));
	buffer_add(s->out, &r, sizeof(r));
}

#define SESSION(cookie, port, from, to, ...) \
	session(&s, cookie, port, TCPCLOSE_##from, TCPCLOSE_##to, __VA_ARGS__)
#define BY(call, comm) TCPCLOSE_CALL_##call, comm

static void write_legal(struct sessions_stream s)
{
	/* The first subflow of a session, and another one, by cookie */
	SESSION(1, 0, CLOSE, SYN_SENT, BY(CONNECT, "client"));
	SESSION(1, 4001, SYN_SENT, ESTABLISHED, BY(NONE, ""));
	subflow(&s, 1, 5001, 5000);
	SESSION(1, 4001, ESTABLISHED, FIN_WAIT1, BY(EXIT, "client"));
	SESSION(1, 4001, FIN_WAIT1, FIN_WAIT2, BY(KERNEL, "kworker/0:1"));
	subflow(&s, 1, 4001, 9000);
	subflow(&s, 1, 5002, 9000);
	SESSION(1, 4001, FIN_WAIT2, CLOSE, BY(KERNEL, "kworker/0:1"));
	/* By addresses and ports, unless they were another's before */
	SESSION(2, 4002, ESTABLISHED, CLOSE_WAIT, BY(KERNEL, "kworker/0:1"));
	SESSION(2, 4002, CLOSE_WAIT, LAST_ACK, BY(CLOSE, "\033[31mserver"));
	subflow(&s, 0, 4002, 9000);
	subflow(&s, 0, 4002, 500);
	/* Several sessions have the cookie of their listener */
	SESSION(3, 4003, ESTABLISHED, FIN_WAIT1, BY(CLOSE, "one"));
	SESSION(3, 4004, ESTABLISHED, FIN_WAIT1, BY(CLOSE, "other"));
	subflow(&s, 3, 4003, 9000);
	subflow(&s, 3, 4004, 9000);
	subflow(&s, 3, 5003, 9000);
	/* It ends, by no process */
	SESSION(5, 4005, ESTABLISHED, CLOSE, BY(NONE, ""));
	subflow(&s, 5, 4005, 9000);
}

static void write_illegal(struct sessions_stream s)
{
	SESSION(1, 4001, ESTABLISHED, TIME_WAIT, BY(KERNEL, "kworker/0:1"));
	SESSION(2, 4002, SYN_RECV, ESTABLISHED, BY(NONE, ""));
	SESSION(3, 4003, FIN_WAIT2, FIN_WAIT1, BY(CLOSE, "client"));
	/* One is missing; after the end */
	SESSION(4, 4004, ESTABLISHED, FIN_WAIT1, BY(CLOSE, "client"));
	SESSION(4, 4004, FIN_WAIT2, CLOSE, BY(KERNEL, "kworker/0:1"));
	SESSION(4, 4004, CLOSING, CLOSE, BY(KERNEL, "kworker/0:1"));
}

void synthetic_sessions(struct buffer *out, bool broken)
{
	struct sessions_stream s = { .out = out, .ts_ns = SYNTHETIC_START_NS };
	struct recording_marker start =
		synthetic_marker(s.ts_ns, RECORDING_KIND_START, 0, 0);
	struct recording_header h;

	synthetic_header(&h, SYNTHETIC_HOST);
	buffer_add(out, &h, sizeof(h));
	buffer_add(out, &start, sizeof(start));
	if (broken)
		write_illegal(s);
	else
		write_legal(s);
}
