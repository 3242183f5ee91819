/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One side of a connection: a socket, and what is kept of its transitions and RSTs.
 */
#ifndef TCPCLOSE_CONN_SIDE_H
#define TCPCLOSE_CONN_SIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "conn/side_rsts.h"
#include "lib/event.h"
#include "sys/netns_table.h"

/* More than a TCP connection makes, without re-arms, which are not all kept. */
#define SIDE_STEPS_MAX 48

/**
 * struct side_step - one transition, reduced to what a drawing needs
 * @ts_ns: CLOCK_MONOTONIC
 * @dwell_ns: time in the old state, or %EVENT_UNKNOWN
 * @pid: process whose own call it was, or the kernel's; 0: none
 * @skipped: re-arms before this one that are not kept
 * @index: number of the transition in the connection's life
 * @flags: control bits of the segment that caused it; 0: no segment
 * @rearms: starts anew of TIME_WAIT's timer; of a mini-socket only
 * @retransmits: segments sent again so far; of a full socket only
 * @strays: segments that changed nothing so far; of a mini-socket only
 * @old: true old state
 * @new: true new state
 * @mark: TCPCLOSE_MARK_* bits
 * @origin: &enum tcpclose_origin
 * @context: &enum tcpclose_context
 * @end: &enum tcpclose_end
 * @cause: &enum tcpclose_cause
 * @call: &enum tcpclose_call
 * @verdict: &enum model_verdict
 * @edge: model_index() of the edge that it is; %SIDE_NO_EDGE: none
 * @sk_err: error pending on the socket, 0: none, or %EVENT_UNKNOWN
 * @sk_shutdown: directions shut down, or %EVENT_UNKNOWN
 * @orphaned: the full socket goes on in the state it had, as a mini-socket
 * @no_process: no process held the full socket any more
 * @traffic: the following are known
 * @fin_unsent: its FIN is behind data that was never sent, or waits for the
 * @deferred: a descriptor was released after the call that gave it up
 *	peer's window
 * @unsent_bytes: data that was never sent
 * @segments_sent: by the socket so far
 * @segments_received: by the socket so far
 * @comm: name of the process; empty: unknown
 * @thread: name of the thread; empty: unknown
 */
struct side_step {
	uint64_t ts_ns;
	int64_t dwell_ns;
	uint32_t pid;
	uint32_t skipped;
	uint16_t index;
	uint16_t flags;
	uint16_t rearms;
	uint16_t retransmits;
	uint16_t strays;
	uint8_t old;
	uint8_t new;
	uint8_t mark;
	uint8_t origin;
	uint8_t context;
	uint8_t end;
	uint8_t cause;
	uint8_t call;
	uint8_t verdict;
	uint8_t edge;
	int16_t sk_err;
	int8_t sk_shutdown;
	bool orphaned;
	bool no_process;
	bool traffic;
	bool fin_unsent;
	bool deferred;
	uint32_t unsent_bytes;
	uint32_t segments_sent;
	uint32_t segments_received;
	char comm[17];
	char thread[17];
};

#define SIDE_NO_EDGE UINT8_MAX

/**
 * struct side_tuple - addresses and ports, as this side has them
 * @laddr: local address, 16 bytes, IPv4 as ::ffff:a.b.c.d
 * @raddr: remote address, likewise
 * @lport: local port; 0: not bound yet
 * @rport: remote port; 0: unknown
 */
struct side_tuple {
	uint8_t laddr[16];
	uint8_t raddr[16];
	uint16_t lport;
	uint16_t rport;
};

/**
 * struct side - one side of a connection
 * @tuple: its addresses and ports
 * @cookie: socket cookie
 * @session: cookie of the MPTCP socket of a subflow; 0: unknown, or none
 * @born_ns: when the connection began, CLOCK_MONOTONIC; 0: unknown
 * @realtime_offset_ns: what to add to CLOCK_MONOTONIC for the time since the
 *	epoch
 * @uid: owner, or %EVENT_UNKNOWN
 * @bytes_sent: payload sent, or %EVENT_UNKNOWN
 * @bytes_received: payload received, or %EVENT_UNKNOWN
 * @retransmits: segments sent again, or %EVENT_UNKNOWN
 * @srtt_us: smoothed round-trip time, or %EVENT_UNKNOWN
 * @closer: &enum tcpclose_closer, as this side sees it
 * @session_closer: who closed that session; pid 0: unknown
 * @mptcp: it is a subflow of an MPTCP session
 * @netns_inode: inode of the network namespace; 0: unknown
 * @netns_name: its name; empty: none known
 * @chosen: the user asked for it
 * @dropped: transitions that are not kept because there were too many
 * @count: transitions kept
 * @room: size of @steps
 * @steps: the transitions, in the order of the connection's life
 * @rsts: RSTs that it sent and received
 */
struct side {
	struct side_tuple tuple;
	uint64_t cookie;
	uint64_t session;
	uint64_t born_ns;
	int64_t realtime_offset_ns;
	int64_t uid;
	int64_t bytes_sent;
	int64_t bytes_received;
	int64_t retransmits;
	int64_t srtt_us;
	struct event_owner session_closer;
	uint8_t closer;
	bool mptcp;
	uint32_t netns_inode;
	char netns_name[NETNS_NAME_SIZE];
	bool chosen;
	uint32_t dropped;
	unsigned int count;
	unsigned int room;
	struct side_step *steps;
	struct side_rsts rsts;
};

int side_add(struct side *side, const struct event *e, bool late);
bool side_is_complete(const struct side *side);
bool side_is_whole(const struct side *side);
uint64_t side_closed_ns(const struct side *side);
uint64_t side_last_ns(const struct side *side);
bool side_tuple_is_known(const struct side_tuple *tuple);
bool side_tuples_match(const struct side_tuple *a, const struct side_tuple *b);
bool side_tuples_equal(const struct side_tuple *a, const struct side_tuple *b);
struct side_tuple side_tuple_of(const struct event *e);
void side_free(struct side *side);

static inline bool side_step_is_rearm(const struct side_step *step)
{
	return step->mark & TCPCLOSE_MARK_REARM;
}

static inline bool side_step_is_edge(const struct side_step *step,
				     unsigned int old, unsigned int new)
{
	return step->old == old && step->new == new;
}

/* A call of the process, as far as the kernel knows. */
static inline bool side_step_is_call(const struct side_step *step)
{
	return step->context == TCPCLOSE_CONTEXT_PROCESS;
}

/* No process: a thread or worker of the kernel. */
static inline bool side_step_is_kernels(const struct side_step *step)
{
	return step->call == TCPCLOSE_CALL_KERNEL;
}

/* A segment caused it, or completed it. */
static inline bool side_step_in_segment(const struct side_step *step)
{
	return step->context == TCPCLOSE_CONTEXT_SOFTIRQ ||
	       step->context == TCPCLOSE_CONTEXT_BACKLOG;
}

#endif /* TCPCLOSE_CONN_SIDE_H */
