// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording of what listeners drop, for each reason, and of connections that are in an
 * accept queue.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/compiler.h"
#include "host/lib/synthetic.h"

#define LISTENER 0x1e57
#define INODE 8080

/**
 * struct drop - one drop
 * @reason: why
 * @queue: connections in the accept queue, of at most 1
 * @requests: requests in the SYN queue
 * @ipv6: of an IPv6 segment, to a listener that is bound to an address
 */
struct drop {
	unsigned int reason;
	unsigned int queue;
	unsigned int requests;
	bool ipv6;
};

static const struct drop legal[] = {
	{ TCPCLOSE_DROP_ACCEPT_QUEUE_SYN, 2, 0, false },
	{ TCPCLOSE_DROP_ACCEPT_QUEUE_ACK, 2, 1, false },
	{ TCPCLOSE_DROP_ACCEPT_QUEUE_RST, 2, 1, true },
	{ TCPCLOSE_DROP_SYN_QUEUE, 0, 2, true },
	{ TCPCLOSE_DROP_SYN_QUEUE_RESERVED, 0, 1, false },
	{ TCPCLOSE_DROP_NO_SOCKET, 0, 1, false },
	{ TCPCLOSE_DROP_NOT_UNICAST, 0, 0, false },
	{ TCPCLOSE_DROP_ICMP, 0, 1, false },
};

static const struct drop illegal[] = {
	{ TCPCLOSE_DROP_ACCEPT_QUEUE_SYN, 1, 0, false },
	{ TCPCLOSE_DROP_ACCEPT_QUEUE_ACK, 0, 1, false },
	{ TCPCLOSE_DROP_SYN_QUEUE, 2, 1, false },
	{ TCPCLOSE_DROP_OTHER, 0, 0, false },
	{ 14, 0, 0, false },
};

static struct tcpclose_drop record_of(const struct drop *drop, unsigned int i)
{
	struct tcpclose_drop r = {
		.ts_ns = SYNTHETIC_START_NS + (i + 1) * 1000,
		.seq = i,
		.kind = TCPCLOSE_KIND_DROP,
		.mark = drop->ipv6 ? TCPCLOSE_DROP_MARK_IPV6 : 0,
		.cookie = LISTENER,
		.netns = 2,
		.netns_inode = SYNTHETIC_CLIENT,
		.cgroup = 42,
		.lport = 8080,
		.rport = (__u16)(40000 + i),
		.inode = INODE,
		.uid = 33,
		.queue = drop->queue,
		.limit = 1,
		.requests = drop->requests,
		.drops = i,
		.reason = (__u8)drop->reason,
	};

	inet_pton(drop->ipv6 ? AF_INET6 : AF_INET, drop->ipv6 ? "2001:db8::1" : "10.0.0.1",
		  r.laddr);
	inet_pton(drop->ipv6 ? AF_INET6 : AF_INET, drop->ipv6 ? "2001:db8::2" : "10.0.0.2",
		  r.raddr);
	if (drop->ipv6)
		memcpy(r.bound, r.laddr, sizeof(r.bound));
	return r;
}

static void add_holder(struct buffer *out, uint64_t ts_ns, __u64 cookie, unsigned int mark,
		       unsigned int others)
{
	struct recording_owner m = {
		.ts_ns = ts_ns,
		.kind = RECORDING_KIND_OWNER,
		.mark = (uint8_t)mark,
		.cookie = cookie,
		.netns = 2,
		.pid = 4711,
		.others = others,
		.comm = "busy-server",
	};

	buffer_add(out, &m, sizeof(m));
}

/* @listener: inode of its listener; 0: unknown. @known: and who holds that */
static void add_unaccepted(struct buffer *out, unsigned int seq, __u32 listener,
			   unsigned int mark, bool known)
{
	struct tcpclose_record r = {
		.ts_ns = SYNTHETIC_START_NS + (seq + 1) * 1000,
		.seq = seq,
		.kind = TCPCLOSE_KIND_TRANSITION,
		.mark = (__u8)(TCPCLOSE_MARK_UNACCEPTED | mark),
		.cookie = 0x2000 + seq,
		.dwell_ns = 500,
		.age_ns = 600,
		.netns = 2,
		.netns_inode = SYNTHETIC_CLIENT,
		.lport = 8080,
		.rport = (__u16)(50000 + seq),
		.inode = listener,
		.uid = 33,
		.index = 2,
		.flags = TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK,
		.raw = TCPCLOSE_EDGE(TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT),
		.edge = TCPCLOSE_EDGE(TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT),
		.how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TRACEPOINT, 0, TCPCLOSE_CONTEXT_SOFTIRQ,
				    TCPCLOSE_CLOSER_REMOTE, 1),
	};

	inet_pton(AF_INET, "10.0.0.1", r.laddr);
	inet_pton(AF_INET, "10.0.0.2", r.raddr);
	if (known)
		add_holder(out, r.ts_ns, r.cookie, RECORDING_OWNER_OF_LISTENER, 3);
	buffer_add(out, &r, sizeof(r));
}

/**
 * synthetic_drops() - a recording of drops by listeners
 * @out: where it goes
 * @broken: no kernel has these
 */
void synthetic_drops(struct buffer *out, bool broken)
{
	const struct drop *drops = broken ? illegal : legal;
	unsigned int i, count = broken ? ARRAY_SIZE(illegal) : ARRAY_SIZE(legal);
	struct tcpclose_left_out left_out = { .kind = TCPCLOSE_KIND_LEFT_OUT };
	struct recording_header header;
	struct recording_marker m;

	synthetic_header(&header, SYNTHETIC_HOST);
	buffer_add(out, &header, sizeof(header));
	m = synthetic_marker(SYNTHETIC_START_NS, RECORDING_KIND_START, 0, 0);
	buffer_add(out, &m, sizeof(m));
	m = synthetic_netns(SYNTHETIC_START_NS, 2, SYNTHETIC_CLIENT, "client");
	buffer_add(out, &m, sizeof(m));
	for (i = 0; i < count; i++) {
		struct tcpclose_drop r = record_of(&drops[i], i);

		/* Found before the second */
		if (i == 1)
			add_holder(out, r.ts_ns, r.cookie, 0, 0);
		buffer_add(out, &r, sizeof(r));
	}
	if (!broken) {
		add_unaccepted(out, i++, INODE, TCPCLOSE_MARK_ANY_ADDRESS, true);
		add_unaccepted(out, i++, INODE, 0, true);
		add_unaccepted(out, i++, INODE, TCPCLOSE_MARK_ANY_ADDRESS, false);
		add_unaccepted(out, i++, 0, 0, false);
	}
	left_out.ts_ns = SYNTHETIC_START_NS + SYNTHETIC_SECOND;
	left_out.seq = i;
	left_out.drops = 98765;
	buffer_add(out, &left_out, sizeof(left_out));
}
