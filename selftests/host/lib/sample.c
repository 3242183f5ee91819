// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples with known content on standard output, always the same bytes, for tests
 * that need no kernel:
 *
 *	sample recording	a recording with one of everything
 *	sample many N		a recording of N transitions
 *	sample lives N ROOM	a recording of N records: whole lives, ROOM at a time
 *	sample losses N ROOM	likewise, and some of them were lost
 *	sample again N ROOM	likewise without losses, and sockets are used again
 *	sample closes		a recording of connections that close in known ways
 *	sample closes-old	likewise, of a module that does not record RSTs
 *	sample closes-left-out	likewise, and RSTs were left out
 *	sample closes-lost	likewise, and records were lost
 *	sample closes-many N	a recording of N plain connections
 *	sample closes-random N	records that make no sense; N chooses which
 *	sample graph		a recording of all that a diagram may show
 *	sample empty		a recording without records
 *	sample ends		a recording of all ends that a mini-socket may have
 *	sample owners		a recording of connections whose process is known or not
 *	sample drops		a recording of what listeners drop, and of their queues
 *	sample drops-illegal	likewise, of drops that no kernel has
 *	sample failed-calls	a recording of calls that failed at once
 *	sample failed-calls-illegal	likewise, of those that no kernel has
 *	sample lingers		a recording of calls of close() that wait
 *	sample ports		a recording of connections that use up local ports
 *	sample sessions		a recording of MPTCP sessions and their subflows
 *	sample sessions-illegal	a recording of sessions that MPTCP does not have
 *	sample recycled		a recording of TIME_WAITs whose ports connect() took
 *	sample room-at-last	only the mini-socket of a connection has an entry
 *	sample pairs		a recording with a transition of each state to each
 *	sample noise N		a recording of N records of noise
 *	sample one-cookie N	hostile: N mini-sockets of one socket, all alive
 *	sample one-tuple N	hostile: N sides with the same addresses and ports
 *	sample one-life N	hostile: one connection makes N transitions
 *	sample many-cpus N	hostile: N times, one of 65536 CPUs has lost records
 *	sample many-netns N	hostile: each of N records is of a namespace of its own
 *	sample many-rsts N	hostile: N records, RSTs that wait, and sides that look for theirs
 *	sample text|json	a report of statistics
 *	sample metrics		the same statistics as metrics
 *	sample untracked|untracked-json	reports of connections that are not tracked
 *	sample compared		a comparison with the kernel, as JSON
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tcpclose.h>

#include "base/compiler.h"
#include "host/lib/synthetic.h"
#include "host/lib/synthetic_lives.h"
#include "view/metrics.h"
#include "view/stat.h"
#include "view/verify_both.h"
#include "witness/outcome.h"

#define SECOND SYNTHETIC_SECOND
#define HOST SYNTHETIC_HOST
#define CLIENT SYNTHETIC_CLIENT
#define SERVER SYNTHETIC_SERVER

/* More than 32 bits: from Linux 6.18 on all kinds of namespaces share a counter. */
#define CLIENT_COOKIE 0x100000007

static struct buffer out;
static __u64 now_ns = SYNTHETIC_START_NS;
static __u32 seq[SYNTHETIC_CPUS];

static void header(void)
{
	struct recording_header h;

	synthetic_header(&h, HOST);
	buffer_add(&out, &h, sizeof(h));
}

static void marker(unsigned int kind, unsigned int cpu, __u64 value)
{
	struct recording_marker m = synthetic_marker(now_ns, kind, cpu, value);

	buffer_add(&out, &m, sizeof(m));
}

static void name_netns(__u64 cookie, __u32 inode, const char *name)
{
	struct recording_marker m = synthetic_netns(now_ns, cookie, inode, name);

	buffer_add(&out, &m, sizeof(m));
}

/* Details of the next transition of a CPU, to be changed and written. */
static struct tcpclose_detail next_detail(unsigned int cpu, __u64 cookie, __u64 netns)
{
	struct tcpclose_detail t;

	memset(&t, 0, sizeof(t));
	t.ts_ns = now_ns + 1000;
	t.seq = seq[cpu]++;
	t.cpu = cpu;
	t.kind = TCPCLOSE_KIND_DETAIL;
	t.cookie = cookie;
	t.netns = netns;
	return t;
}

static void detail(unsigned int cpu, __u64 cookie, const char *comm)
{
	struct tcpclose_detail t = next_detail(cpu, cookie, CLIENT_COOKIE);

	t.cgroup = 1234567890123;
	t.mark = TCPCLOSE_DETAIL_TRAFFIC | TCPCLOSE_DETAIL_FILE | TCPCLOSE_DETAIL_IDLE;
	t.last_sent_ms = 12000;
	t.last_received_ms = 15004;
	t.pid = cpu == 2 ? 99 : 4711;
	t.tid = 4712;
	memcpy(t.comm, comm, strlen(comm));
	memcpy(t.thread, "worker", 6);
	t.call = TCPCLOSE_CALL_CLOSE;
	t.unread_bytes = 3;
	t.unacked_bytes = 5;
	t.segments_sent = 9;
	t.segments_received = 8;
	buffer_add(&out, &t, sizeof(t));
}

/* A transition of an IPv4 connection, to be changed and given to add(). */
static struct tcpclose_record step(unsigned int cpu, unsigned int from,
				   unsigned int to)
{
	struct tcpclose_record r;

	memset(&r, 0, sizeof(r));
	now_ns += 1000;
	r.ts_ns = now_ns;
	r.seq = seq[cpu]++;
	r.cpu = cpu;
	r.kind = TCPCLOSE_KIND_TRANSITION;
	r.cookie = 0x1001;
	r.dwell_ns = 12345678;
	r.age_ns = 98765432;
	inet_pton(AF_INET, "10.0.0.1", r.laddr);
	inet_pton(AF_INET, "10.0.0.2", r.raddr);
	r.lport = 40000;
	r.rport = 443;
	r.netns = CLIENT_COOKIE;
	r.netns_inode = CLIENT;
	r.inode = 31337;
	r.cgroup = 42;
	r.uid = 1000;
	r.bytes_sent_lo = 1460;
	r.bytes_received_lo = 2920;
	r.srtt_us = 20000;
	r.index = 3;
	r.edge = TCPCLOSE_EDGE(from, to);
	r.raw = r.edge;
	r.how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TRACEPOINT, 0,
			     TCPCLOSE_CONTEXT_SOFTIRQ, TCPCLOSE_CLOSER_LOCAL,
			     2);
	return r;
}

static struct tcpclose_record mini(unsigned int cpu, unsigned int from,
				   unsigned int to)
{
	struct tcpclose_record r = step(cpu, from, to);

	r.raw = 0;
	r.inode = 0;
	r.bytes_sent_lo = 0;
	r.bytes_received_lo = 0;
	r.srtt_us = 0;
	r.how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TIMEWAIT, 0,
			     TCPCLOSE_CONTEXT_TIMER, TCPCLOSE_CLOSER_LOCAL, 0);
	return r;
}

static void add(struct tcpclose_record r)
{
	buffer_add(&out, &r, sizeof(r));
}

static void to_ipv6(struct tcpclose_record *r, const char *laddr,
		    const char *raddr)
{
	inet_pton(AF_INET6, laddr, r->laddr);
	inet_pton(AF_INET6, raddr, r->raddr);
	r->how |= TCPCLOSE_HOW(0, 1, 0, 0, 0);
}

static void active_close(void)
{
	struct tcpclose_record r;

	detail(0, 0x1001, "curl");
	r = step(0, TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1);
	r.how = TCPCLOSE_HOW(0, 0, TCPCLOSE_CONTEXT_PROCESS,
			     TCPCLOSE_CLOSER_LOCAL, 3);
	r.cgroup = 0;
	add(r);
	r = step(1, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2);
	r.flags = TCPCLOSE_FLAG_ACK;
	r.dwell_ns = 20 * 1000 * 1000;
	add(r);
	r = step(1, TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT);
	r.raw = TCPCLOSE_EDGE(TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE);
	r.flags = TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK;
	r.cause = TCPCLOSE_CAUSE_FIN;
	r.dwell_ns = 999;
	add(r);
	now_ns += 30 * SECOND;
	r = mini(0, TCPCLOSE_TIME_WAIT, TCPCLOSE_TIME_WAIT);
	r.flags = TCPCLOSE_FLAG_ACK;
	r.mark = TCPCLOSE_MARK_REARM;
	r.rearms = 1;
	r.dwell_ns = 30 * SECOND;
	add(r);
	now_ns += 60 * SECOND;
	r = mini(1, TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE);
	r.end = TCPCLOSE_END_EXPIRED;
	r.rearms = 1;
	r.dwell_ns = 90 * SECOND + 123456789;
	add(r);
}

/* Of an end that no process made. */
static void traffic_left(unsigned int cpu, __u64 cookie, __u64 netns)
{
	struct tcpclose_detail t = next_detail(cpu, cookie, netns);

	t.mark = TCPCLOSE_DETAIL_TRAFFIC | TCPCLOSE_DETAIL_FIN_UNSENT;
	t.unread_bytes = 10;
	t.unacked_bytes = 2000;
	t.unsent_bytes = 540;
	t.segments_sent = 4;
	t.segments_received = 3;
	buffer_add(&out, &t, sizeof(t));
}

static void aborts(void)
{
	struct tcpclose_record r;

	traffic_left(0, 0x1001, 8);
	r = step(0, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE);
	r.netns_inode = SERVER;
	r.netns = 8;
	r.cause = TCPCLOSE_CAUSE_RST;
	r.sk_err = 104;
	r.flags = TCPCLOSE_FLAG_RST;
	r.retransmits = 2;
	to_ipv6(&r, "2001:db8::1", "2001:db8:0:0:1::2");
	add(r);
	traffic_left(0, 0x1001, 1);
	r = step(0, TCPCLOSE_SYN_SENT, TCPCLOSE_CLOSE);
	r.netns_inode = HOST;
	r.netns = 1;
	r.cause = TCPCLOSE_CAUSE_REFUSED;
	r.sk_err = 111;
	r.bytes_sent_lo = 0;
	r.bytes_received_lo = 0;
	r.srtt_us = 0;
	r.how = TCPCLOSE_HOW(0, 0, TCPCLOSE_CONTEXT_BACKLOG,
			     TCPCLOSE_CLOSER_REMOTE, 0);
	to_ipv6(&r, "::ffff:192.0.2.1", "::ffff:192.0.2.2");
	add(r);
	r = step(0, TCPCLOSE_CLOSING, TCPCLOSE_CLOSE);
	r.end = TCPCLOSE_END_OVERFLOW;
	r.cause = TCPCLOSE_CAUSE_FIN;
	r.how = TCPCLOSE_HOW(0, 0, TCPCLOSE_CONTEXT_SOFTIRQ,
			     TCPCLOSE_CLOSER_BOTH, 3);
	add(r);
	r = mini(0, TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE);
	r.end = TCPCLOSE_END_EXPIRED;
	r.cause = TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT;
	r.mark = TCPCLOSE_MARK_LATE;
	add(r);
}

/* Values that users and damaged files can put into a record. */
static void oddities(void)
{
	struct tcpclose_record r;

	detail(2, 0, "\033[31m\"\\\xff\xc3\xa9\n");
	r = step(2, TCPCLOSE_CLOSE_WAIT, TCPCLOSE_LAST_ACK);
	r.how = TCPCLOSE_HOW(0, 0, TCPCLOSE_CONTEXT_PROCESS,
			     TCPCLOSE_CLOSER_NONE, 3);
	r.cookie = 0;
	r.mark = TCPCLOSE_MARK_OLD | TCPCLOSE_MARK_UNTRACKED;
	r.dwell_ns = TCPCLOSE_UNKNOWN_NS;
	r.age_ns = TCPCLOSE_UNKNOWN_NS;
	r.uid = TCPCLOSE_UNKNOWN_UID;
	r.inode = 0;
	r.netns_inode = 4026539999U;
	add(r);
	/* Details whose transition was lost must not be used for another one. */
	detail(2, 0x2002, "wrong");
	seq[2]++;
	marker(RECORDING_KIND_LOST, 2, 1);
	r = step(2, 13, 14);
	r.how = TCPCLOSE_HOW(0, 0, TCPCLOSE_CONTEXT_PROCESS,
			     TCPCLOSE_CLOSER_NONE, 0);
	r.cookie = ~0ULL;
	r.lport = 0;
	r.rport = 0;
	r.index = 65535;
	r.bytes_sent_hi = 0xffff;
	r.bytes_received_hi = 1;
	r.flags = 0x1ff;
	r.end = 12;
	r.cause = 30;
	r.sk_err = 200;
	r.netns = 0;
	r.netns_inode = 0;
	add(r);
}

static void one_of_everything(void)
{
	header();
	/* CPU 1 is about to pass 32 bits. */
	seq[0] = 100;
	seq[1] = 0xfffffffe;
	marker(RECORDING_KIND_START, 0, 100);
	marker(RECORDING_KIND_START, 1, 0x7fffffffeULL);
	name_netns(CLIENT_COOKIE, CLIENT, "client");
	name_netns(8, SERVER, "ser\033ver");
	active_close();
	marker(RECORDING_KIND_LOST, 0, 17);
	seq[0] += 17;
	aborts();
	marker(RECORDING_KIND_CLOCK, 0, SYNTHETIC_OFFSET_NS + 3600 * SECOND);
	oddities();
	marker(0xee, 3, 0);
}

static void many(unsigned int count)
{
	header();
	while (count--)
		add(step(count % 4, TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1));
}

static void add_life(void *context, const void *record)
{
	buffer_add(&out, record, TCPCLOSE_RECORD_SIZE);
}

static int whole_lives(struct synthetic_lives lives, unsigned long count)
{
	struct recording_header h;

	lives.all = true;
	lives.write = add_life;
	lives_header(&h);
	buffer_add(&out, &h, sizeof(h));
	return lives_write(&lives, count);
}

static void add_step(unsigned int from, unsigned int to, unsigned int context,
		     unsigned int cause, __u64 dwell_ns)
{
	struct tcpclose_record r = step(0, from, to);

	r.how = TCPCLOSE_HOW(0, 0, context, 0, 0);
	r.cause = cause;
	r.dwell_ns = dwell_ns;
	add(r);
}

static void add_hand_over(unsigned int from, unsigned int to,
			  unsigned int context, unsigned int cause)
{
	struct tcpclose_record r = step(0, from, to);

	r.raw = TCPCLOSE_EDGE(from, TCPCLOSE_CLOSE);
	r.how = TCPCLOSE_HOW(0, 0, context, 0, 0);
	r.cause = cause;
	r.dwell_ns = 5000000;
	add(r);
}

static void add_mini(unsigned int from, unsigned int to, unsigned int context,
		     unsigned int cause, unsigned int end, __u64 dwell_ns)
{
	struct tcpclose_record r = mini(0, from, to);

	r.how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TIMEWAIT, 0, context, 0, 0);
	r.mark = from == to ? TCPCLOSE_MARK_REARM : 0;
	r.cause = cause;
	r.end = end;
	r.dwell_ns = dwell_ns;
	add(r);
}

static void openings(void)
{
	add_step(TCPCLOSE_CLOSE, TCPCLOSE_LISTEN, TCPCLOSE_CONTEXT_PROCESS, 0,
		 TCPCLOSE_UNKNOWN_NS);
	add_step(TCPCLOSE_CLOSE, TCPCLOSE_CLOSE, TCPCLOSE_CONTEXT_PROCESS, 0,
		 TCPCLOSE_UNKNOWN_NS);
	add_step(TCPCLOSE_CLOSE, TCPCLOSE_SYN_SENT, TCPCLOSE_CONTEXT_PROCESS, 0,
		 TCPCLOSE_UNKNOWN_NS);
	add_step(TCPCLOSE_LISTEN, TCPCLOSE_SYN_RECV, TCPCLOSE_CONTEXT_SOFTIRQ,
		 0, TCPCLOSE_UNKNOWN_NS);
	add_step(TCPCLOSE_SYN_SENT, TCPCLOSE_ESTABLISHED,
		 TCPCLOSE_CONTEXT_SOFTIRQ, 0, 20 * 1000 * 1000);
	add_step(TCPCLOSE_SYN_RECV, TCPCLOSE_ESTABLISHED,
		 TCPCLOSE_CONTEXT_SOFTIRQ, 0, 2000);
	add_step(TCPCLOSE_SYN_SENT, TCPCLOSE_CLOSE, TCPCLOSE_CONTEXT_SOFTIRQ,
		 TCPCLOSE_CAUSE_REFUSED, 21 * 1000 * 1000);
	add_step(TCPCLOSE_SYN_SENT, TCPCLOSE_CLOSE, TCPCLOSE_CONTEXT_PROCESS,
		 TCPCLOSE_CAUSE_CONNECT_ABORTED, 3 * SECOND);
	add_step(TCPCLOSE_LISTEN, TCPCLOSE_CLOSE, TCPCLOSE_CONTEXT_PROCESS,
		 TCPCLOSE_CAUSE_LISTENER, 3600 * SECOND);
}

/* The median of both kinds of closes is that of the middle one. */
static void closes(void)
{
	__u64 i;

	for (i = 1; i <= 101; i++) {
		add_step(TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1,
			 TCPCLOSE_CONTEXT_PROCESS, 0, i * 1000 * 1000);
		add_step(TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2,
			 TCPCLOSE_CONTEXT_SOFTIRQ, 0, i * 1000);
		add_hand_over(TCPCLOSE_FIN_WAIT2, TCPCLOSE_FIN_WAIT2,
			      TCPCLOSE_CONTEXT_SOFTIRQ, 0);
		add_mini(TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT,
			 TCPCLOSE_CONTEXT_SOFTIRQ, TCPCLOSE_CAUSE_FIN, 0,
			 i * SECOND);
		add_mini(TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE,
			 i % 2 ? TCPCLOSE_CONTEXT_TIMER :
				 TCPCLOSE_CONTEXT_PROCESS,
			 0,
			 i % 2 ? TCPCLOSE_END_EXPIRED : TCPCLOSE_END_RECYCLED,
			 60 * SECOND);
	}
	for (i = 1; i <= 1500; i++) {
		add_step(TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT,
			 TCPCLOSE_CONTEXT_SOFTIRQ, 0, i * 1000 * 1000);
		add_step(TCPCLOSE_CLOSE_WAIT, TCPCLOSE_LAST_ACK,
			 TCPCLOSE_CONTEXT_PROCESS, 0, 1);
	}
	add_step(TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE, TCPCLOSE_CONTEXT_SOFTIRQ,
		 TCPCLOSE_CAUSE_FIN, 20 * 1000 * 1000);
}

static void less_common(void)
{
	struct tcpclose_record r;

	add_step(TCPCLOSE_SYN_RECV, TCPCLOSE_FIN_WAIT1,
		 TCPCLOSE_CONTEXT_PROCESS, 0, 1000);
	add_step(TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT1,
		 TCPCLOSE_CONTEXT_PROCESS, 0, 1000);
	add_step(TCPCLOSE_FIN_WAIT1, TCPCLOSE_CLOSING,
		 TCPCLOSE_CONTEXT_BACKLOG, 0, 1000);
	add_hand_over(TCPCLOSE_CLOSING, TCPCLOSE_TIME_WAIT,
		      TCPCLOSE_CONTEXT_SOFTIRQ, TCPCLOSE_CAUSE_FIN);
	add_mini(TCPCLOSE_TIME_WAIT, TCPCLOSE_TIME_WAIT,
		 TCPCLOSE_CONTEXT_SOFTIRQ, 0, 0, 30 * SECOND);
	add_mini(TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE, TCPCLOSE_CONTEXT_SOFTIRQ,
		 0, TCPCLOSE_END_RST, 90 * SECOND);
	add_step(TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE, TCPCLOSE_CONTEXT_PROCESS,
		 TCPCLOSE_CAUSE_LINGER, 86400 * SECOND);
	add_step(TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE, TCPCLOSE_CONTEXT_PROCESS,
		 TCPCLOSE_CAUSE_DESTROYED, 86400 * SECOND);
	add_mini(TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE, TCPCLOSE_CONTEXT_TIMER,
		 TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT, TCPCLOSE_END_EXPIRED,
		 60 * SECOND);
	r = step(0, TCPCLOSE_CLOSING, TCPCLOSE_CLOSE);
	r.cause = TCPCLOSE_CAUSE_FIN;
	r.end = TCPCLOSE_END_OVERFLOW;
	r.cookie = 0x2002;
	add(r);
	marker(RECORDING_KIND_LOST, 0, 12345);
	seq[0] += 12345;
}

/* Illegal transitions. */
static void violations(void)
{
	add_step(TCPCLOSE_ESTABLISHED, TCPCLOSE_TIME_WAIT,
		 TCPCLOSE_CONTEXT_PROCESS, 0, 1000);
	add_step(TCPCLOSE_LAST_ACK, TCPCLOSE_ESTABLISHED,
		 TCPCLOSE_CONTEXT_SOFTIRQ, 0, 1000);
	add_step(TCPCLOSE_LAST_ACK, TCPCLOSE_ESTABLISHED,
		 TCPCLOSE_CONTEXT_SOFTIRQ, 0, 3000);
	/* A timer does not acknowledge. */
	add_step(TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2,
		 TCPCLOSE_CONTEXT_TIMER, 0, 1000);
	add_step(15, TCPCLOSE_CLOSE_WAIT, TCPCLOSE_CONTEXT_TIMER, 0,
		 TCPCLOSE_UNKNOWN_NS);
}

static void diagram(void)
{
	header();
	openings();
	closes();
	less_common();
	violations();
}

/* Each end, of FIN_WAIT2 with its cause and of TIME_WAIT. */
static void all_ends(void)
{
	static const struct {
		__u8 end;
		__u8 cause;
		__u8 context;
	} ends[] = {
		{ TCPCLOSE_END_EXPIRED, TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT, TCPCLOSE_CONTEXT_TIMER },
		{ TCPCLOSE_END_RST, TCPCLOSE_CAUSE_RST, TCPCLOSE_CONTEXT_SOFTIRQ },
		{ TCPCLOSE_END_SYN, TCPCLOSE_CAUSE_REPLACED, TCPCLOSE_CONTEXT_SOFTIRQ },
		{ TCPCLOSE_END_RECYCLED, TCPCLOSE_CAUSE_REPLACED, TCPCLOSE_CONTEXT_PROCESS },
		{ TCPCLOSE_END_RST_SENT, TCPCLOSE_CAUSE_DATA_AFTER_CLOSE,
		  TCPCLOSE_CONTEXT_SOFTIRQ },
		{ TCPCLOSE_END_RST_SENT, TCPCLOSE_CAUSE_REPLACED, TCPCLOSE_CONTEXT_SOFTIRQ },
		{ TCPCLOSE_END_DESTROYED, TCPCLOSE_CAUSE_DESTROYED, TCPCLOSE_CONTEXT_PROCESS },
		{ TCPCLOSE_END_NETNS, TCPCLOSE_CAUSE_NETNS, TCPCLOSE_CONTEXT_PROCESS },
		{ TCPCLOSE_END_OTHER, TCPCLOSE_CAUSE_UNKNOWN, TCPCLOSE_CONTEXT_SOFTIRQ },
		/* No kernel makes this one. */
		{ TCPCLOSE_END_RST, TCPCLOSE_CAUSE_DESTROYED, TCPCLOSE_CONTEXT_SOFTIRQ },
	};
	unsigned int i;

	header();
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		add_mini(TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE, ends[i].context,
			 ends[i].cause, ends[i].end, SECOND);
		add_mini(TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE, ends[i].context, 0,
			 ends[i].end, SECOND);
	}
	add_step(TCPCLOSE_SYN_SENT, TCPCLOSE_CLOSE, TCPCLOSE_CONTEXT_SOFTIRQ,
		 TCPCLOSE_CAUSE_REFUSED, SECOND);
}

static void recycled(void)
{
	unsigned int i;

	header();
	for (i = 0; i < 83; i++)
		add_mini(TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE,
			 TCPCLOSE_CONTEXT_PROCESS, 0, TCPCLOSE_END_RECYCLED,
			 2 * SECOND + SECOND / 10);
}

static void all_pairs(void)
{
	unsigned int edge;

	header();
	for (edge = 0; edge < 256; edge++)
		add(step(0, TCPCLOSE_EDGE_FROM(edge),
			 TCPCLOSE_EDGE_TO(edge)));
}

static void noise(unsigned int count)
{
	unsigned int seed = 1, i;
	unsigned char bytes[TCPCLOSE_RECORD_SIZE];
	const size_t kind = offsetof(struct tcpclose_record, kind);

	header();
	while (count--) {
		for (i = 0; i < sizeof(bytes); i++)
			bytes[i] = (unsigned char)rand_r(&seed);
		if (count % 8)
			bytes[kind] = TCPCLOSE_KIND_TRANSITION;
		buffer_add(&out, bytes, sizeof(bytes));
	}
}

/* Of a socket of its own, or without one at the same ports as all others */
static void one_of_many_rsts(unsigned int number)
{
	struct tcpclose_record of = step(0, TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1);
	struct tcpclose_rst r = {
		.ts_ns = of.ts_ns,
		.seq = of.seq,
		.kind = TCPCLOSE_KIND_RST,
		.mark = TCPCLOSE_RST_MARK_SEGMENT,
		.segment_flags = TCPCLOSE_FLAG_RST,
		.netns = of.netns,
		.netns_inode = of.netns_inode,
		.lport = of.lport,
		.rport = of.rport,
		.effect = number % 2 ? TCPCLOSE_RST_IGNORED : TCPCLOSE_RST_UNMATCHED,
		.owner = number % 2 ? TCPCLOSE_RST_OWNER_SOCKET : TCPCLOSE_RST_OWNER_NONE,
		.cookie = number % 2 ? number : 0,
	};

	memcpy(r.laddr, of.laddr, sizeof(r.laddr));
	memcpy(r.raddr, of.raddr, sizeof(r.raddr));
	buffer_add(&out, &r, sizeof(r));
}

/* What takes long if all entries of a table that are alike are looked at each time */
static void hostile(const char *what, unsigned int count)
{
	const unsigned int cpus = 1 << 16;
	struct tcpclose_record r;
	unsigned int i;

	header();
	for (i = 0; i < count; i++) {
		if (!strcmp(what, "many-cpus")) {
			marker(RECORDING_KIND_LOST, i * 40503u % cpus, 1);
			continue;
		}
		if (!strcmp(what, "many-rsts") && i % 3) {
			one_of_many_rsts(i);
			continue;
		}
		r = mini(0, TCPCLOSE_TIME_WAIT, TCPCLOSE_TIME_WAIT);
		r.mark = TCPCLOSE_MARK_REARM;
		if (!strcmp(what, "one-tuple") || !strncmp(what, "many-", 5))
			r.cookie = i + 1;
		if (!strcmp(what, "one-tuple") && i % 2) {
			struct tcpclose_record other = r;

			memcpy(r.laddr, other.raddr, sizeof(r.laddr));
			memcpy(r.raddr, other.laddr, sizeof(r.raddr));
			r.lport = other.rport;
			r.rport = other.lport;
		}
		if (!strcmp(what, "one-life"))
			r.age_ns = r.ts_ns - SYNTHETIC_START_NS;
		if (!strcmp(what, "many-netns")) {
			r.netns = i + 1;
			r.netns_inode = CLIENT + i;
			name_netns(r.netns, r.netns_inode, "many");
		}
		add(r);
	}
}

static void count_duration(struct tcpclose_histogram *h, unsigned int bucket,
			   __u64 ns, __u64 times)
{
	h->buckets[bucket] += times;
	h->count += times;
	h->sum_ns += times * ns;
	if (ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
}

static void fill_counters(struct tcpclose_stats *c)
{
	unsigned int i;

	c->since_ns = SYNTHETIC_START_NS;
	c->now_ns = SYNTHETIC_START_NS + 90 * SECOND + SECOND / 2;
	for (i = 0; i < TCPCLOSE_STATES; i++)
		c->dwell[i].min_ns = TCPCLOSE_UNKNOWN_NS;
	c->timewait.min_ns = TCPCLOSE_UNKNOWN_NS;
	c->transitions[TCPCLOSE_ESTABLISHED][TCPCLOSE_FIN_WAIT1] = 1000;
	c->transitions[TCPCLOSE_FIN_WAIT2][TCPCLOSE_TIME_WAIT] = 999;
	/* The smallest value, the largest value, and a larger one. */
	count_duration(&c->dwell[TCPCLOSE_ESTABLISHED], 0, 5, 1);
	count_duration(&c->dwell[TCPCLOSE_ESTABLISHED], 80, 300000000, 900);
	count_duration(&c->dwell[TCPCLOSE_ESTABLISHED], 175,
		       60 * 86400 * SECOND, 99);
	count_duration(&c->dwell[TCPCLOSE_FIN_WAIT1], 60, 8500000, 1000);
	count_duration(&c->timewait, 111, 60400000000, 997);
	count_duration(&c->timewait, 112, 70000000000, 2);
	c->dwell[TCPCLOSE_TIME_WAIT] = c->timewait;
	c->ends[TCPCLOSE_END_EXPIRED] = 998;
	c->ends[TCPCLOSE_END_RST] = 1;
	c->ends[TCPCLOSE_END_OVERFLOW] = 1;
	/* Of a newer module */
	c->ends[TCPCLOSE_ENDS - 1] = 3;
	c->transitions[TCPCLOSE_ESTABLISHED][TCPCLOSE_STATES - 1] = 2;
	c->live[TCPCLOSE_STATES - 1] = 1;
	c->born = 1002;
	c->rearmed = 4;
	c->late = 1;
	c->causes[TCPCLOSE_CAUSE_FIN] = 999;
	c->causes[TCPCLOSE_CAUSE_LINGER] = 1;
	c->causes[30] = 2;
	c->live[TCPCLOSE_ESTABLISHED] = 12;
	c->live[TCPCLOSE_TIME_WAIT] = 3;
	c->live_timewait = 3;
	c->tracked = 15;
	c->max_conns = 65536;
	c->untracked[TCPCLOSE_UNTRACKED_OLD] = 5;
	c->untracked[TCPCLOSE_UNTRACKED_FULL] = 6;
	c->untracked[TCPCLOSE_UNTRACKED_SHARE] = 7;
	c->shares[0] = (struct tcpclose_share){
		.refused = 4,
		.netns = 4026532281,
		.uid = 1000,
	};
	c->shares[1] = (struct tcpclose_share){
		.refused = 1,
		.netns = 4026532390,
		.uid = TCPCLOSE_UNKNOWN_UID,
	};
	c->missed = 1;
	c->rsts_sent[TCPCLOSE_RST_NO_SOCKET] = 400;
	c->rsts_sent[TCPCLOSE_RST_TCP_STATE] = 20;
	/* Of a newer module */
	c->rsts_sent[TCPCLOSE_RST_REASONS - 1] = 3;
	c->rsts_received[TCPCLOSE_RST_ENDED] = 17;
	c->rsts_received[TCPCLOSE_RST_UNMATCHED] = 5;
	c->rsts_unsure = 2;
	c->rsts_left_out = 360;
	c->rsts_failed = 4;
	c->drops[TCPCLOSE_DROP_ACCEPT_QUEUE_SYN] = 70;
	c->drops[TCPCLOSE_DROP_ICMP] = 1;
	c->drops[TCPCLOSE_DROP_REASONS - 1] = 2;
	c->drops_left_out = 1;
	c->connect_errors[0] = 2;
	c->connect_errors[ECONNREFUSED] = 41;
	c->connect_errors[ENETUNREACH] = 1;
	c->bind_errors[EADDRINUSE] = 7;
	/* Of a newer kernel */
	c->bind_errors[TCPCLOSE_ERRORS - 1] = 1;
	c->calls_left_out = 3;
}

/* Quiet, busy, and machines whose namespaces cannot all be asked, or none. */
static void reports_of_untracked(const struct view *how)
{
	static struct statistics s = {
		.untracked_known = true,
		.untracked = {
			[TCPCLOSE_ESTABLISHED] = { 7, 7 },
			[TCPCLOSE_CLOSE_WAIT] = { 5, 8 },
		},
	};

	s.counters.live[TCPCLOSE_FIN_WAIT2] = 1;
	s.counters.tracked = 1;
	s.counters.max_conns = 65536;
	stat_write(how, &out, &(struct stat_report){ .now = &s });
	s.closed = 1;
	s.counters.untracked[TCPCLOSE_UNTRACKED_MEMORY] = 3;
	error_set(&s.why, 0, "/proc/7/ns/net: Permission denied");
	stat_write(how, &out, &(struct stat_report){ .now = &s });
	s.closed = 0;
	s.untracked_known = false;
	error_set(&s.why, 0, "No such file or directory");
	stat_write(how, &out, &(struct stat_report){ .now = &s });
}

/* As metrics without @how. */
static void report(const struct view *how)
{
	struct tcpclose_cursor rings[3] = {
		{ .cpu = 0, .written = 5000, .overwritten = 904 },
		{ .cpu = 1 },
		{ .cpu = 2, .written = 12 },
	};
	struct tcpclose_hook hooks[] = {
		{ .via = TCPCLOSE_HOOK_TRACEPOINT,
		  .needed = 1,
		  .calls = 2000,
		  .name = "inet_sock_set_state",
		  .purpose = "every transition" },
		{ .via = TCPCLOSE_HOOK_OFF,
		  .error = 2,
		  .name = "inet_twsk_kill",
		  .purpose = "moment of a mini-socket's end" },
		{ .via = TCPCLOSE_HOOK_OFF,
		  .error = EPROTOTYPE,
		  .name = "tcp_reset",
		  .purpose = "whether a RST was received" },
		{ .via = TCPCLOSE_HOOK_OFF,
		  .error = ENODATA,
		  .name = "tcp_data_queue",
		  .purpose = "control bits of a FIN" },
		{ .via = TCPCLOSE_HOOK_OFF,
		  .error = ECANCELED,
		  .name = "tcp_time_wait",
		  .purpose = "overflow" },
		{ .via = TCPCLOSE_HOOK_OFF,
		  .name = "not_wanted",
		  .purpose = "none" },
	};
	struct statistics s = {
		.rings = rings, .ring_count = 3, .hooks = hooks, .hook_count = ARRAY_SIZE(hooks)
	};
	static struct statistics before;

	s.realtime_offset_ns = SYNTHETIC_OFFSET_NS;
	s.untracked_known = true;
	fill_counters(&s.counters);
	if (!how) {
		metrics_text(&out, &(struct metrics_source){ &s, "0.1", "0.1" });
		return;
	}
	stat_write(how, &out, &(struct stat_report){ .now = &s });
	if (how->json)
		return;
	before = s;
	before.counters.now_ns -= 2 * SECOND;
	before.counters.transitions[TCPCLOSE_ESTABLISHED][TCPCLOSE_FIN_WAIT1] =
		700;
	/* Another process has reset the counters meanwhile. */
	before.counters.transitions[TCPCLOSE_FIN_WAIT2][TCPCLOSE_TIME_WAIT] =
		5000;
	buffer_printf(&out, "\n");
	stat_write(how, &out,
		   &(struct stat_report){ .now = &s, .before = &before });
}

static void without_entry(struct tcpclose_record *r)
{
	r->mark = TCPCLOSE_MARK_UNTRACKED;
	r->index = 0;
	r->dwell_ns = TCPCLOSE_UNKNOWN_NS;
	r->age_ns = TCPCLOSE_UNKNOWN_NS;
	r->flags = TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK;
	buffer_add(&out, r, sizeof(*r));
}

/* There is no room for the socket's entry, but for its mini-socket's entry. */
static void room_at_last(void)
{
	struct tcpclose_record r;

	header();
	marker(RECORDING_KIND_START, 0, 0);
	r = step(0, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2);
	without_entry(&r);
	r = step(0, TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT);
	r.raw = TCPCLOSE_EDGE(TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE);
	r.cause = TCPCLOSE_CAUSE_FIN;
	without_entry(&r);
	now_ns += 60 * SECOND - 1000;
	r = mini(0, TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE);
	r.end = TCPCLOSE_END_EXPIRED;
	r.mark = TCPCLOSE_MARK_UNTRACKED;
	r.index = 0;
	r.dwell_ns = 60 * SECOND;
	r.age_ns = TCPCLOSE_UNKNOWN_NS;
	buffer_add(&out, &r, sizeof(r));
}

/* All members that the object may have. */
static void compared(void)
{
	static const struct view json = { .json = true };
	static struct check check;
	static struct outcome o;
	char *command[2] = { (char *)"true", NULL };
	unsigned int i;

	outcome_init(&o);
	o.command = command;
	for (i = 0; i < WITNESSES; i++) {
		comparison_add_row(&o.witnesses[i], &(struct comparison_row){
							    .what = "transitions",
							    .kernel = 5,
							    .tcpclose = 4,
							    .difference = 1,
						    });
		comparison_add_detail(&o.witnesses[i], "one is missing");
		error_set(&o.witnesses[i].remarks, 0, "some");
	}
	error_set(&o.witnesses[WITNESS_BPF].missing, 0, "no BTF");
	error_set(&o.witnesses[WITNESS_TRACE].incomplete, 0, "full");
	error_set(&o.incomplete, 0, "lost");
	verify_both(&json, &out, &check, &o);
	/* The other end that a command may have */
	o.command_status = 9;
	verify_both(&json, &out, &check, &o);
}

/* A RST of CPU 2, where the next record of it is expected */
static void rst_of_cpu2(__u32 number)
{
	struct tcpclose_rst r = {
		.seq = number,
		.cpu = 2,
		.kind = TCPCLOSE_KIND_RST,
		.mark = TCPCLOSE_RST_MARK_SEGMENT,
		.segment_flags = TCPCLOSE_FLAG_SYN,
		.uid = TCPCLOSE_UNKNOWN_UID,
		.reason = TCPCLOSE_RST_NO_SOCKET,
		.owner = TCPCLOSE_RST_OWNER_NONE,
		.context = TCPCLOSE_CONTEXT_SOFTIRQ,
	};

	now_ns += 1000;
	r.ts_ns = now_ns;
	buffer_add(&out, &r, sizeof(r));
}

/* A transition is missing; then CPU 2 writes a RST, and only then loses a record. */
static void gap_and_rst(void)
{
	struct tcpclose_record r;
	unsigned int i;

	header();
	for (i = 0; i < 3; i += 2)
		marker(RECORDING_KIND_START, i, 0);
	for (i = 0; i < 2; i++) {
		r = step(0, i ? TCPCLOSE_FIN_WAIT2 : TCPCLOSE_ESTABLISHED,
			 i ? TCPCLOSE_TIME_WAIT : TCPCLOSE_FIN_WAIT1);
		r.index = 3 + 2 * i;
		r.dwell_ns = 500;
		r.age_ns = r.ts_ns - (SYNTHETIC_START_NS - SECOND);
		if (i) {
			r.raw = TCPCLOSE_EDGE(TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE);
			r.cause = TCPCLOSE_CAUSE_FIN;
			r.flags = TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK;
		}
		add(r);
	}
	rst_of_cpu2(0);
	marker(RECORDING_KIND_LOST, 2, 1);
	rst_of_cpu2(2);
}

int main(int argc, char **argv)
{
	const struct view text = { .json = false };
	const struct view json = { .json = true };
	const char *what = argc > 1 ? argv[1] : "";
	unsigned long n = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned int room = argc > 3 ? (unsigned int)strtoul(argv[3], NULL, 10) : 0;
	int failed = 0;

	buffer_init(&out, STDOUT_FILENO);
	if (argc == 2 && !strcmp(what, "recording"))
		one_of_everything();
	else if (argc == 3 && !strcmp(what, "many"))
		many((unsigned int)n);
	else if (argc == 3 && (!strncmp(what, "one-", 4) || !strncmp(what, "many-", 5)))
		hostile(what, (unsigned int)n);
	else if (argc == 4 && !strcmp(what, "lives"))
		failed = whole_lives((struct synthetic_lives){ .room = room }, n);
	else if (argc == 4 && !strcmp(what, "losses"))
		failed = whole_lives((struct synthetic_lives){ .room = room, .losses = true }, n);
	else if (argc == 4 && !strcmp(what, "again"))
		failed = whole_lives((struct synthetic_lives){ .room = room, .again = true }, n);
	else if (argc == 2 && !strcmp(what, "closes"))
		synthetic_closes(&out, SYNTHETIC_RSTS_RECORDED);
	else if (argc == 2 && !strcmp(what, "closes-old"))
		synthetic_closes(&out, SYNTHETIC_RSTS_OLD);
	else if (argc == 2 && !strcmp(what, "closes-left-out"))
		synthetic_closes(&out, SYNTHETIC_RSTS_LEFT_OUT);
	else if (argc == 2 && !strcmp(what, "closes-lost"))
		synthetic_closes(&out, SYNTHETIC_RSTS_LOST);
	else if (argc == 3 && !strcmp(what, "closes-many"))
		synthetic_closes_many(&out, (unsigned int)n);
	else if (argc == 3 && !strcmp(what, "closes-random"))
		synthetic_closes_random(&out, (uint32_t)n);
	else if (argc == 2 && !strcmp(what, "graph"))
		diagram();
	else if (argc == 2 && !strcmp(what, "empty"))
		header();
	else if (argc == 2 && !strcmp(what, "ends"))
		all_ends();
	else if (argc == 2 && !strcmp(what, "owners"))
		synthetic_owners(&out);
	else if (argc == 2 && !strcmp(what, "rsts"))
		synthetic_rsts(&out, false);
	else if (argc == 2 && !strcmp(what, "failed-calls"))
		synthetic_failed_calls(&out, false);
	else if (argc == 2 && !strcmp(what, "failed-calls-illegal"))
		synthetic_failed_calls(&out, true);
	else if (argc == 2 && !strcmp(what, "ports"))
		synthetic_ports(&out);
	else if (argc == 2 && !strcmp(what, "lingers"))
		synthetic_lingers(&out);
	else if (argc == 2 && !strcmp(what, "gap-and-rst"))
		gap_and_rst();
	else if (argc == 2 && !strcmp(what, "rsts-illegal"))
		synthetic_rsts(&out, true);
	else if (argc == 2 && !strcmp(what, "drops"))
		synthetic_drops(&out, false);
	else if (argc == 2 && !strcmp(what, "drops-illegal"))
		synthetic_drops(&out, true);
	else if (argc == 2 && !strcmp(what, "sessions"))
		synthetic_sessions(&out, false);
	else if (argc == 2 && !strcmp(what, "sessions-illegal"))
		synthetic_sessions(&out, true);
	else if (argc == 2 && !strcmp(what, "recycled"))
		recycled();
	else if (argc == 2 && !strcmp(what, "room-at-last"))
		room_at_last();
	else if (argc == 2 && !strcmp(what, "pairs"))
		all_pairs();
	else if (argc == 3 && !strcmp(what, "noise"))
		noise((unsigned int)n);
	else if (argc == 2 && !strcmp(what, "text"))
		report(&text);
	else if (argc == 2 && !strcmp(what, "json"))
		report(&json);
	else if (argc == 2 && !strcmp(what, "metrics"))
		report(NULL);
	else if (argc == 2 && !strcmp(what, "compared"))
		compared();
	else if (argc == 2 && !strcmp(what, "untracked"))
		reports_of_untracked(&text);
	else if (argc == 2 && !strcmp(what, "untracked-json"))
		reports_of_untracked(&json);
	else
		failed = 1;
	return buffer_flush(&out) || failed ? 2 : 0;
}
