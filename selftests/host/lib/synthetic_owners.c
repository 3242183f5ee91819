// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections whose process is known by a call, or was found by the recorder, or is not
 * known; and cgroups with names.
 */
#include <string.h>

#include "host/lib/synthetic.h"
#include "sys/cgroup_names.h"

#define NETNS 7
#define CGROUP 77

/**
 * struct owners_stream - a recording being made
 * @out: receives it
 * @ts_ns: time of the latest record
 * @seq: number of the next one
 */
struct owners_stream {
	struct buffer *out;
	uint64_t ts_ns;
	uint32_t seq;
};

static void found(struct owners_stream *s, uint64_t cookie, uint32_t pid, uint32_t others,
		  const char *comm)
{
	struct recording_owner m = {
		.ts_ns = s->ts_ns,
		.kind = RECORDING_KIND_OWNER,
		.cookie = cookie,
		.netns = NETNS,
		.pid = pid,
		.others = others,
	};

	memcpy(m.comm, comm, strlen(comm));
	buffer_add(s->out, &m, sizeof(m));
}

static void name(struct owners_stream *s, uint64_t cgroup, enum cgroup_name kind,
		 const char *text)
{
	struct recording_marker m =
		synthetic_marker(s->ts_ns, RECORDING_KIND_CGROUP, 0, cgroup);

	m.inode = kind;
	memcpy(m.name, text, strlen(text));
	buffer_add(s->out, &m, sizeof(m));
}

/* @opener: another process that opened it; 0: unknown */
static void acts_on(struct owners_stream *s, uint64_t cookie, unsigned int call, uint32_t pid,
		    const char *comm, uint32_t opener)
{
	struct tcpclose_detail d = {
		.ts_ns = s->ts_ns + 1000,
		.seq = s->seq++,
		.kind = TCPCLOSE_KIND_DETAIL,
		.cookie = cookie,
		.netns = NETNS,
		.call = (uint8_t)call,
		.pid = pid,
		.tid = pid,
		.opener = opener,
	};

	memcpy(d.comm, comm, strlen(comm));
	buffer_add(s->out, &d, sizeof(d));
}

static void acts(struct owners_stream *s, uint64_t cookie, unsigned int call, uint32_t pid,
		 const char *comm)
{
	acts_on(s, cookie, call, pid, comm, 0);
}

/* No process acts in the next transition; the module remembers who opened it. */
static void opened(struct owners_stream *s, uint64_t cookie, uint32_t pid,
		   unsigned int mark, const char *comm)
{
	struct tcpclose_detail d = {
		.ts_ns = s->ts_ns + 1000,
		.seq = s->seq++,
		.kind = TCPCLOSE_KIND_DETAIL,
		.mark = (uint8_t)mark,
		.cookie = cookie,
		.netns = NETNS,
		.opener = pid,
	};

	memcpy(d.comm, comm, strlen(comm));
	buffer_add(s->out, &d, sizeof(d));
}

static void step(struct owners_stream *s, uint64_t cookie, unsigned int context,
		 unsigned int from, unsigned int to, unsigned int cause)
{
	struct tcpclose_record r = {
		.ts_ns = s->ts_ns += 1000,
		.seq = s->seq++,
		.kind = TCPCLOSE_KIND_TRANSITION,
		.cookie = cookie,
		.netns = NETNS,
		.netns_inode = SYNTHETIC_CLIENT,
		.cgroup = cookie == 2 ? CGROUP : 0,
		.laddr = { 10, 0, 0, 1 },
		.raddr = { 10, 0, 0, 2 },
		.lport = (uint16_t)(4000 + cookie),
		.rport = 80,
		.raw = TCPCLOSE_EDGE(from, to),
		.edge = TCPCLOSE_EDGE(from, to),
		.how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TRACEPOINT, 0, context, 0, 0),
		.cause = (uint8_t)cause,
	};

	if (from == TCPCLOSE_TIME_WAIT) {
		r.raw = 0;
		r.how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TIMEWAIT, 0, context, 0, 0);
		r.end = context == TCPCLOSE_CONTEXT_PROCESS ? TCPCLOSE_END_RECYCLED :
							      TCPCLOSE_END_EXPIRED;
	} else if (to == TCPCLOSE_TIME_WAIT) {
		r.raw = TCPCLOSE_EDGE(from, TCPCLOSE_CLOSE);
	}
	buffer_add(s->out, &r, sizeof(r));
}

#define PROCESS(cookie, ...) step(&s, cookie, TCPCLOSE_CONTEXT_PROCESS, __VA_ARGS__)
#define SEGMENT(cookie, ...) step(&s, cookie, TCPCLOSE_CONTEXT_SOFTIRQ, __VA_ARGS__)

void synthetic_owners(struct buffer *out)
{
	struct owners_stream s = { .out = out, .ts_ns = SYNTHETIC_START_NS };
	struct recording_header h;

	synthetic_header(&h, SYNTHETIC_HOST);
	buffer_add(out, &h, sizeof(h));
	/* Known by connect(), until the end */
	acts(&s, 1, TCPCLOSE_CALL_CONNECT, 100, "curl");
	PROCESS(1, TCPCLOSE_CLOSE, TCPCLOSE_SYN_SENT, 0);
	SEGMENT(1, TCPCLOSE_SYN_SENT, TCPCLOSE_ESTABLISHED, 0);
	SEGMENT(1, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE, TCPCLOSE_CAUSE_RST);
	/* Over: the next one is nobody's */
	SEGMENT(1, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT, 0);
	/* Found, with others, in a container */
	found(&s, 2, 812, 3, "nginx");
	name(&s, CGROUP, CGROUP_CONTAINER, "0123abcd");
	name(&s, CGROUP, CGROUP_POD, "1a2b-3c4d");
	name(&s, CGROUP, CGROUP_UNIT, "a\033[31m.scope");
	name(&s, CGROUP, CGROUP_NAMES, "of a kind that a newer recorder has");
	SEGMENT(2, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT, 0);
	SEGMENT(2, TCPCLOSE_CLOSE_WAIT, TCPCLOSE_CLOSE, TCPCLOSE_CAUSE_RST);
	/* Who closed, through TIME_WAIT */
	found(&s, 3, 301, 0, "opener");
	SEGMENT(3, TCPCLOSE_SYN_RECV, TCPCLOSE_ESTABLISHED, 0);
	acts(&s, 3, TCPCLOSE_CALL_CLOSE, 300, "app");
	PROCESS(3, TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1, 0);
	SEGMENT(3, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2, 0);
	SEGMENT(3, TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT, TCPCLOSE_CAUSE_FIN);
	step(&s, 3, TCPCLOSE_CONTEXT_TIMER, TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE, 0);
	/* An administrator's program acts on what it does not own */
	found(&s, 4, 400, 0, "sshd");
	SEGMENT(4, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT, 0);
	acts(&s, 4, TCPCLOSE_CALL_SEND, 9, "ss");
	PROCESS(4, TCPCLOSE_CLOSE_WAIT, TCPCLOSE_CLOSE, TCPCLOSE_CAUSE_DESTROYED);
	/* A name may hold anything, and a damaged recording lack it */
	found(&s, 5, 500, 1, "\033[31m\n\"");
	SEGMENT(5, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT, 0);
	found(&s, 5, 4294967295U, 4294967295U, "");
	SEGMENT(5, TCPCLOSE_CLOSE_WAIT, TCPCLOSE_CLOSE, TCPCLOSE_CAUSE_RST);
	found(&s, 0, 600, 0, "of none");
	SEGMENT(0, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT, 0);
	found(&s, 6, 0, 0, "no process");
	SEGMENT(6, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT, 0);
	/* By connect() and by accept() */
	opened(&s, 7, 700, 0, "client");
	SEGMENT(7, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE, TCPCLOSE_CAUSE_RST);
	opened(&s, 8, 800, TCPCLOSE_DETAIL_ACCEPTED, "server");
	SEGMENT(8, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE, TCPCLOSE_CAUSE_RST);
	/* Who aborts it has it, whoever opened it; an administrator's program has it not. */
	acts_on(&s, 9, TCPCLOSE_CALL_CLOSE, 901, "receiver", 900);
	PROCESS(9, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE, TCPCLOSE_CAUSE_LINGER);
	acts_on(&s, 10, TCPCLOSE_CALL_SEND, 9, "ss", 1000);
	PROCESS(10, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE, TCPCLOSE_CAUSE_DESTROYED);
	/* Nor has connect() that takes the port of a TIME_WAIT. */
	acts(&s, 11, TCPCLOSE_CALL_CLOSE, 1100, "closer");
	PROCESS(11, TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1, 0);
	SEGMENT(11, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2, 0);
	SEGMENT(11, TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT, TCPCLOSE_CAUSE_FIN);
	acts(&s, 11, TCPCLOSE_CALL_CONNECT, 1101, "innocent");
	PROCESS(11, TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE, 0);
}
