// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings with calls that failed at once, and with a close() that waits.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/compiler.h"
#include "host/lib/synthetic.h"

/**
 * struct call - what is particular about a failed call
 */
struct call {
	const char *from;
	const char *to;
	uint16_t lport;
	uint16_t rport;
	uint16_t low;
	uint16_t high;
	uint8_t call;
	uint8_t error;
};

static const struct call legal[] = {
	{ .from = "0.0.0.0", .lport = 443, .call = TCPCLOSE_CALL_BIND, .error = EADDRINUSE },
	{ .from = "::", .lport = 80, .call = TCPCLOSE_CALL_BIND, .error = EACCES },
	{ .from = "192.0.2.9", .lport = 8080, .call = TCPCLOSE_CALL_BIND,
	  .error = EADDRNOTAVAIL },
	{ .from = "0.0.0.0", .low = 32768, .high = 60999, .call = TCPCLOSE_CALL_BIND,
	  .error = EADDRINUSE },
	{ .from = "2001:db8::1", .lport = 443, .call = TCPCLOSE_CALL_LISTEN,
	  .error = EADDRINUSE },
	{ .from = "10.0.0.1", .to = "10.0.0.2", .rport = 5432, .low = 40000, .high = 40019,
	  .call = TCPCLOSE_CALL_CONNECT, .error = EADDRNOTAVAIL },
	{ .from = "10.0.0.1", .to = "10.0.0.2", .lport = 40007, .rport = 5432,
	  .call = TCPCLOSE_CALL_CONNECT, .error = EADDRNOTAVAIL },
	{ .from = "::", .to = "2001:db8::2", .rport = 443, .call = TCPCLOSE_CALL_CONNECT,
	  .error = ENETUNREACH },
	{ .from = "0.0.0.0", .to = "198.51.100.1", .rport = 443, .call = TCPCLOSE_CALL_SEND,
	  .error = EHOSTUNREACH },
	/* Of a newer kernel: without a name here */
	{ .from = "0.0.0.0", .to = "198.51.100.1", .rport = 443,
	  .call = TCPCLOSE_CALL_CONNECT, .error = 250 },
};

static const struct call illegal[] = {
	{ .from = "0.0.0.0", .lport = 443, .call = TCPCLOSE_CALL_CLOSE, .error = EADDRINUSE },
	{ .from = "0.0.0.0", .lport = 443, .call = TCPCLOSE_CALL_BIND },
	{ .from = "0.0.0.0", .to = "10.0.0.2", .rport = 443, .call = TCPCLOSE_CALL_BIND,
	  .error = EADDRINUSE },
	{ .from = "0.0.0.0", .lport = 443, .low = 1, .high = 2, .call = TCPCLOSE_CALL_BIND,
	  .error = EADDRINUSE },
	{ .from = "0.0.0.0", .low = 2, .high = 1, .call = TCPCLOSE_CALL_BIND,
	  .error = EADDRINUSE },
	{ .from = "0.0.0.0", .low = 1, .high = 2, .call = TCPCLOSE_CALL_BIND,
	  .error = EACCES },
};

static void set_address(uint8_t *to, const char *text)
{
	if (text)
		inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, to);
}

static struct tcpclose_failed_call record_of(const struct call *call, unsigned int number)
{
	struct tcpclose_failed_call r = { .kind = TCPCLOSE_KIND_FAILED_CALL };

	r.ts_ns = SYNTHETIC_START_NS + number * 1000;
	r.seq = number;
	r.cookie = 0x3000 + number;
	r.netns = 2;
	r.netns_inode = SYNTHETIC_CLIENT;
	r.mark = strchr(call->from, ':') ? TCPCLOSE_FAILED_IPV6 : 0;
	set_address(r.laddr, call->from);
	set_address(r.raddr, call->to);
	r.lport = call->lport;
	r.rport = call->rport;
	r.cgroup = 42;
	r.inode = 31337 + number;
	r.uid = 1000;
	/* The third is the kernel's own. */
	if (number != 2) {
		r.pid = 4711;
		r.tid = 4711 + number % 2;
		memcpy(r.comm, "nginx", 5);
	}
	if (call->high) {
		r.mark |= TCPCLOSE_FAILED_RANGE;
		r.port_low = call->low;
		r.port_high = call->high;
	}
	r.call = call->call;
	r.error = call->error;
	return r;
}

static void begin(struct buffer *out)
{
	struct recording_header header;
	struct recording_marker m;

	synthetic_header(&header, SYNTHETIC_HOST);
	buffer_add(out, &header, sizeof(header));
	m = synthetic_marker(SYNTHETIC_START_NS, RECORDING_KIND_START, 0, 0);
	buffer_add(out, &m, sizeof(m));
	m = synthetic_netns(SYNTHETIC_START_NS, 2, SYNTHETIC_CLIENT, "client");
	buffer_add(out, &m, sizeof(m));
}

void synthetic_failed_calls(struct buffer *out, bool broken)
{
	unsigned int i, count = broken ? ARRAY_SIZE(illegal) : ARRAY_SIZE(legal);
	struct tcpclose_left_out left_out = { .kind = TCPCLOSE_KIND_LEFT_OUT };

	begin(out);
	for (i = 0; i < count; i++) {
		struct tcpclose_failed_call r = record_of(broken ? &illegal[i] : &legal[i], i);

		buffer_add(out, &r, sizeof(r));
	}
	left_out.ts_ns = SYNTHETIC_START_NS + SYNTHETIC_SECOND;
	left_out.seq = i;
	left_out.calls = 1234;
	buffer_add(out, &left_out, sizeof(left_out));
}

/**
 * struct wait - a close() that waits, or does not
 */
struct wait {
	uint8_t call;
	uint8_t mark;
	uint32_t linger_ms;
	uint8_t closed_in;	/* state that close() leads to */
	uint8_t next;		/* state after it, after 1.5 s */
	bool orphan;		/* then */
};

static const struct wait waits[] = {
	{ TCPCLOSE_CALL_CLOSE, 0, 5000, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2, false },
	{ TCPCLOSE_CALL_CLOSE, 0, 1000, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2, true },
	{ TCPCLOSE_CALL_CLOSE, 0, 5000, TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE, false },
	/* It has returned at once. */
	{ TCPCLOSE_CALL_CLOSE, 0, 0, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2, true },
	/* It is none that waits. */
	{ TCPCLOSE_CALL_SHUTDOWN, 0, 5000, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2, false },
	{ TCPCLOSE_CALL_KILL, 0, 5000, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2, true },
	{ TCPCLOSE_CALL_CLOSE, TCPCLOSE_MARK_MPTCP, 5000, TCPCLOSE_FIN_WAIT1,
	  TCPCLOSE_FIN_WAIT2, true },
	/* It may be a shutdown. */
	{ TCPCLOSE_CALL_IO_URING, 0, 5000, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2, false },
};

static struct tcpclose_record step_of(unsigned int number, uint64_t ts_ns, uint8_t from,
				      uint8_t to)
{
	struct tcpclose_record r = { .kind = TCPCLOSE_KIND_TRANSITION };

	r.ts_ns = ts_ns;
	r.mark = waits[number].mark;
	r.cookie = 0x4000 + number;
	r.netns = 2;
	r.netns_inode = SYNTHETIC_CLIENT;
	r.lport = 40000 + number;
	r.rport = 443;
	r.uid = 1000;
	r.inode = 31337 + number;
	inet_pton(AF_INET, "10.0.0.1", r.laddr);
	inet_pton(AF_INET, "10.0.0.2", r.raddr);
	r.dwell_ns = TCPCLOSE_UNKNOWN_NS;
	r.age_ns = TCPCLOSE_UNKNOWN_NS;
	r.raw = TCPCLOSE_EDGE(from, to);
	r.edge = r.raw;
	r.cause = to == TCPCLOSE_CLOSE ? TCPCLOSE_CAUSE_FIN : 0;
	return r;
}

static void add_wait(struct buffer *out, unsigned int number, uint32_t *seq)
{
	const struct wait *w = &waits[number];
	uint64_t ts_ns = SYNTHETIC_START_NS + number * SYNTHETIC_SECOND / 10;
	uint8_t open = w->closed_in == TCPCLOSE_LAST_ACK ? TCPCLOSE_CLOSE_WAIT :
							   TCPCLOSE_ESTABLISHED;
	struct tcpclose_detail d = { .kind = TCPCLOSE_KIND_DETAIL };
	struct tcpclose_record r = step_of(number, ts_ns, open, w->closed_in);

	d.ts_ns = ts_ns;
	d.seq = (*seq)++;
	d.cookie = r.cookie;
	d.netns = r.netns;
	d.pid = 4711;
	d.tid = 4711;
	memcpy(d.comm, "etserver", 8);
	memcpy(d.thread, "etserver", 8);
	d.call = w->call;
	d.linger_ms = w->linger_ms;
	buffer_add(out, &d, sizeof(d));
	r.seq = (*seq)++;
	r.how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TRACEPOINT, 0, TCPCLOSE_CONTEXT_PROCESS,
			     TCPCLOSE_CLOSER_LOCAL, 3);
	buffer_add(out, &r, sizeof(r));
}

void synthetic_lingers(struct buffer *out)
{
	unsigned int i;
	uint32_t seq = 0;

	begin(out);
	for (i = 0; i < ARRAY_SIZE(waits); i++)
		add_wait(out, i, &seq);
	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		struct tcpclose_record r =
			step_of(i, SYNTHETIC_START_NS + i * SYNTHETIC_SECOND / 10 +
					   3 * SYNTHETIC_SECOND / 2,
				waits[i].closed_in, waits[i].next);

		r.seq = seq++;
		r.inode = waits[i].orphan ? 0 : r.inode;
		r.how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TRACEPOINT, 0, TCPCLOSE_CONTEXT_SOFTIRQ,
				     TCPCLOSE_CLOSER_LOCAL, 3);
		r.flags = TCPCLOSE_FLAG_ACK;
		buffer_add(out, &r, sizeof(r));
	}
}
