// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording of RSTs that no kernel wrote: one of each kind, and those that no kernel
 * sends.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/compiler.h"
#include "host/lib/synthetic.h"

#define FLAGS(a, b) (TCPCLOSE_FLAG_##a | TCPCLOSE_FLAG_##b)

/* What differs from one to the next */
struct rst {
	__u8 effect;
	__u8 reason;
	__u8 owner;
	__u8 state;
	__u16 flags;
	__u16 length;
};

#define SENT(reason, owner, state, flags, length) \
	{ TCPCLOSE_RST_SENT, TCPCLOSE_RST_##reason, TCPCLOSE_RST_OWNER_##owner, \
	  state, flags, length }
#define RECEIVED(effect, owner, state) \
	{ TCPCLOSE_RST_##effect, 0, TCPCLOSE_RST_OWNER_##owner, state, \
	  TCPCLOSE_FLAG_RST, 0 }

static const struct rst legal[] = {
	SENT(NO_SOCKET, NONE, 0, TCPCLOSE_FLAG_SYN, 0),
	SENT(NO_SOCKET, NONE, 0, FLAGS(PSH, ACK), 1460),
	SENT(TCP_INVALID_ACK_SEQUENCE, SOCKET, TCPCLOSE_SYN_SENT, TCPCLOSE_FLAG_ACK, 0),
	SENT(TCP_RFC7323_PAWS, SOCKET, TCPCLOSE_SYN_SENT, FLAGS(SYN, ACK), 0),
	SENT(TCP_TOO_OLD_ACK, SOCKET, TCPCLOSE_SYN_RECV, TCPCLOSE_FLAG_ACK, 0),
	SENT(TCP_ACK_UNSENT_DATA, SOCKET, TCPCLOSE_SYN_RECV, TCPCLOSE_FLAG_ACK, 0),
	SENT(TCP_OLD_ACK, SOCKET, TCPCLOSE_SYN_RECV, TCPCLOSE_FLAG_ACK, 0),
	SENT(TCP_FLAGS, LISTENER, TCPCLOSE_LISTEN, TCPCLOSE_FLAG_ACK, 0),
	SENT(TCP_ABORT_ON_DATA, SOCKET, TCPCLOSE_CLOSE, FLAGS(PSH, ACK), 4),
	SENT(TCP_TIMEWAIT_SOCKET, MINI, TCPCLOSE_FIN_WAIT2, FLAGS(PSH, ACK), 4),
	SENT(INVALID_SYN, REQUEST, TCPCLOSE_NEW_SYN_RECV, TCPCLOSE_FLAG_SYN, 0),
	SENT(TCP_ABORT_ON_CLOSE, SOCKET, TCPCLOSE_CLOSE, 0, 0),
	SENT(TCP_ABORT_ON_LINGER, SOCKET, TCPCLOSE_CLOSE, 0, 0),
	SENT(TCP_ABORT_ON_MEMORY, SOCKET, TCPCLOSE_FIN_WAIT1, 0, 0),
	SENT(TCP_STATE, SOCKET, TCPCLOSE_CLOSE, 0, 0),
	SENT(TCP_STATE, SOCKET, TCPCLOSE_ESTABLISHED, 0, 0),
	SENT(TCP_KEEPALIVE_TIMEOUT, SOCKET, TCPCLOSE_ESTABLISHED, 0, 0),
	SENT(TCP_DISCONNECT_WITH_DATA, SOCKET, TCPCLOSE_CLOSE, 0, 0),
	SENT(MPTCP_RST_EUNSPEC, REQUEST, TCPCLOSE_NEW_SYN_RECV, TCPCLOSE_FLAG_SYN, 0),
	SENT(MPTCP_RST_EMPTCP, SOCKET, TCPCLOSE_ESTABLISHED, 0, 0),
	SENT(MPTCP_RST_ERESOURCE, SOCKET, TCPCLOSE_ESTABLISHED, 0, 0),
	SENT(MPTCP_RST_EPROHIBIT, SOCKET, TCPCLOSE_ESTABLISHED, 0, 0),
	SENT(MPTCP_RST_EWQ2BIG, SOCKET, TCPCLOSE_ESTABLISHED, 0, 0),
	SENT(MPTCP_RST_EBADPERF, SOCKET, TCPCLOSE_ESTABLISHED, 0, 0),
	SENT(MPTCP_RST_EMIDDLEBOX, SOCKET, TCPCLOSE_ESTABLISHED, 0, 0),
	SENT(ERROR, SOCKET, TCPCLOSE_CLOSE, 0, 0),
	SENT(NOT_SPECIFIED, SOCKET, TCPCLOSE_CLOSE, 0, 0),
	RECEIVED(ENDED, SOCKET, TCPCLOSE_ESTABLISHED),
	RECEIVED(IGNORED, UNKNOWN, 0),
	RECEIVED(IGNORED, LISTENER, TCPCLOSE_LISTEN),
	RECEIVED(MINI, MINI, TCPCLOSE_TIME_WAIT),
	RECEIVED(UNMATCHED, NONE, 0),
	RECEIVED(OTHER, UNKNOWN, 0),
};

static const struct rst illegal[] = {
	/* By another socket */
	SENT(NO_SOCKET, SOCKET, 0, TCPCLOSE_FLAG_SYN, 0),
	SENT(TCP_FLAGS, SOCKET, TCPCLOSE_LISTEN, TCPCLOSE_FLAG_ACK, 0),
	RECEIVED(UNMATCHED, SOCKET, 0),
	RECEIVED(MINI, SOCKET, TCPCLOSE_TIME_WAIT),
	/* In another state */
	SENT(TCP_INVALID_ACK_SEQUENCE, SOCKET, TCPCLOSE_ESTABLISHED, TCPCLOSE_FLAG_ACK, 0),
	SENT(TCP_OLD_ACK, SOCKET, TCPCLOSE_SYN_SENT, TCPCLOSE_FLAG_ACK, 0),
	SENT(TCP_TIMEWAIT_SOCKET, MINI, TCPCLOSE_CLOSE_WAIT, TCPCLOSE_FLAG_ACK, 0),
	SENT(TCP_STATE, SOCKET, TCPCLOSE_SYN_SENT, 0, 0),
	SENT(TCP_KEEPALIVE_TIMEOUT, SOCKET, TCPCLOSE_LISTEN, 0, 0),
	RECEIVED(ENDED, SOCKET, TCPCLOSE_LISTEN),
	/* Not for a segment, or for a RST */
	SENT(TCP_ABORT_ON_CLOSE, SOCKET, TCPCLOSE_CLOSE, TCPCLOSE_FLAG_ACK, 0),
	SENT(NO_SOCKET, NONE, 0, TCPCLOSE_FLAG_RST, 0),
	{ TCPCLOSE_RST_ENDED, 0, TCPCLOSE_RST_OWNER_SOCKET, TCPCLOSE_ESTABLISHED,
	  TCPCLOSE_FLAG_ACK, 0 },
	/* In a state that there is not, and with a reason although received */
	SENT(TCP_STATE, SOCKET, 16 + TCPCLOSE_CLOSE, 0, 0),
	{ TCPCLOSE_RST_ENDED, TCPCLOSE_RST_ERROR, TCPCLOSE_RST_OWNER_SOCKET,
	  TCPCLOSE_ESTABLISHED, TCPCLOSE_FLAG_RST, 0 },
	/* For a segment only */
	SENT(NO_SOCKET, NONE, 0, 0, 0),
	/* Of no kind */
	{ TCPCLOSE_RST_SENT, 30, TCPCLOSE_RST_OWNER_SOCKET, TCPCLOSE_CLOSE, 0, 0 },
	{ TCPCLOSE_RST_SENT, 200, TCPCLOSE_RST_OWNER_SOCKET, TCPCLOSE_CLOSE, 0, 0 },
	{ 7, 0, TCPCLOSE_RST_OWNER_SOCKET, TCPCLOSE_CLOSE, TCPCLOSE_FLAG_RST, 0 },
	{ 250, 0, TCPCLOSE_RST_OWNER_SOCKET, 250, TCPCLOSE_FLAG_RST, 0 },
	{ TCPCLOSE_RST_IGNORED, 0, 77, TCPCLOSE_CLOSE, TCPCLOSE_FLAG_RST, 0 },
};

static struct tcpclose_rst record_of(const struct rst *rst, unsigned int number)
{
	struct tcpclose_rst r;

	memset(&r, 0, sizeof(r));
	r.ts_ns = SYNTHETIC_START_NS + (number + 1) * 1000000ULL;
	r.seq = number;
	r.kind = TCPCLOSE_KIND_RST;
	r.netns = 2;
	r.netns_inode = SYNTHETIC_CLIENT;
	r.lport = 40000 + number;
	r.rport = 443;
	r.uid = TCPCLOSE_UNKNOWN_UID;
	r.effect = rst->effect;
	r.reason = rst->reason;
	r.derived = rst->reason;
	r.owner = rst->owner;
	r.state = rst->state;
	r.context = TCPCLOSE_CONTEXT_SOFTIRQ;
	if (rst->flags) {
		r.mark |= TCPCLOSE_RST_MARK_SEGMENT;
		r.segment_flags = rst->flags;
		r.segment_length = rst->length;
		r.segment_seq = 4000000000U + number;
		r.segment_ack = number;
	}
	/* A close of the process's own */
	if (rst->effect == TCPCLOSE_RST_SENT && !rst->flags && rst->state == TCPCLOSE_CLOSE) {
		r.context = TCPCLOSE_CONTEXT_PROCESS;
		r.pid = 4711;
		memcpy(r.comm, "nginx", 5);
	}
	if (rst->owner == TCPCLOSE_RST_OWNER_SOCKET) {
		r.cookie = 0x2000 + number;
		r.uid = 1000;
		r.inode = 31337;
		r.cgroup = 42;
	}
	if (number % 2) {
		r.mark |= TCPCLOSE_RST_MARK_IPV6;
		inet_pton(AF_INET6, "2001:db8::1", r.laddr);
		inet_pton(AF_INET6, "2001:db8::2", r.raddr);
	} else {
		inet_pton(AF_INET, "10.0.0.1", r.laddr);
		inet_pton(AF_INET, "10.0.0.2", r.raddr);
	}
	return r;
}

void synthetic_rsts(struct buffer *out, bool broken)
{
	const struct rst *rsts = broken ? illegal : legal;
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
		struct tcpclose_rst r = record_of(&rsts[i], i);

		/* The first segment is signed. */
		if (!broken && !i)
			r.mark |= TCPCLOSE_RST_MARK_UNSURE;
		buffer_add(out, &r, sizeof(r));
	}
	left_out.ts_ns = SYNTHETIC_START_NS + SYNTHETIC_SECOND;
	left_out.seq = i;
	left_out.sent = 123456;
	left_out.received = 7;
	buffer_add(out, &left_out, sizeof(left_out));
}
