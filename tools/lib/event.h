/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One transition, or one loss, as the commands see it: unpacked, with unknown
 * values marked as such and the details joined.
 */
#ifndef TCPCLOSE_LIB_EVENT_H
#define TCPCLOSE_LIB_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include <tcpclose.h>

#include "sys/cgroup_names.h"

/* Value of a signed member that the kernel does not know. */
#define EVENT_UNKNOWN (-1)

/**
 * enum event_kind - what an event is
 * @EVENT_TRANSITION: a transition; all members but @flaw are set
 * @EVENT_LOST: records were lost; @lost, @cpu and @ts_ns are set
 * @EVENT_START: the stream of @cpu begins with the record @seq; the reader
 *	began to read at @ts_ns
 * @EVENT_FLAW: the stream itself is damaged; @flaw, @lost, @cpu, @seq and
 *	@ts_ns are set
 * @EVENT_RST: a RST was sent or received; the members of the socket and @rst are
 *	set, @old and @new are its state, 0: none, and @flags the control bits of the
 *	segment
 * @EVENT_LEFT_OUT: RSTs and others have no record; @left_out, @cpu, @seq and @ts_ns are
 *	set
 * @EVENT_DROP: a listener dropped what asked for a connection; the members of the socket
 *	are the listener's, the ports and addresses the connection's; @drop is set
 * @EVENT_FAILED_CALL: a call failed at once; the members of the socket and of the
 *	process, @call and @failed are set
 * @EVENT_SESSION: a transition of an MPTCP session: members of the socket and of the
 *	process, @old, @new, @context, @call, @sk_err and @sk_shutdown are set
 *
 * %EVENT_START and %EVENT_FLAW are made if every event is wanted (decoder_init()).
 */
enum event_kind {
	EVENT_TRANSITION,
	EVENT_LOST,
	EVENT_START,
	EVENT_FLAW,
	EVENT_RST,
	EVENT_LEFT_OUT,
	EVENT_DROP,
	EVENT_FAILED_CALL,
	EVENT_SESSION,
};

/**
 * enum event_flaw - what is wrong with the records of a CPU
 * @EVENT_FLAW_GAP: @lost records are missing, but no loss was reported
 * @EVENT_FLAW_LOSS: @lost more records were reported as lost than are missing
 * @EVENT_FLAW_AGAIN: a number that came before, or after a later one
 * @EVENT_FLAW_TIME: time went back
 * @EVENT_FLAW_NO_START: no start marker came before the records of this CPU
 * @EVENT_FLAW_START_AGAIN: a second start marker
 * @EVENT_FLAW_DETAIL_ALONE: details without their transition
 * @EVENT_FLAW_DETAIL_OTHER: details of another transition
 * @EVENT_FLAW_NO_DETAIL: a call of a process, or an end
 *	that was not graceful, without its details
 * @EVENT_FLAWS: number of flaws
 */
enum event_flaw {
	EVENT_FLAW_GAP,
	EVENT_FLAW_LOSS,
	EVENT_FLAW_AGAIN,
	EVENT_FLAW_TIME,
	EVENT_FLAW_NO_START,
	EVENT_FLAW_START_AGAIN,
	EVENT_FLAW_DETAIL_ALONE,
	EVENT_FLAW_DETAIL_OTHER,
	EVENT_FLAW_NO_DETAIL,
	EVENT_FLAWS,
};

/**
 * struct event_rst - a RST, see &struct tcpclose_rst
 * @effect: &enum tcpclose_rst_effect
 * @reason: &enum tcpclose_rst_reason
 * @owner: &enum tcpclose_rst_owner
 * @unsure: the kernel may have sent none
 * @segment: it was received, or sent for a segment
 * @length: payload of the segment, bytes
 * @seq: sequence number of the segment
 * @ack: its acknowledgment number
 */
struct event_rst {
	uint8_t effect;
	uint8_t reason;
	uint8_t owner;
	bool unsure;
	bool segment;
	uint16_t length;
	uint32_t seq;
	uint32_t ack;
};

/**
 * enum event_close_wait - what a transition means for a close() that waits (SO_LINGER)
 * @EVENT_CLOSE_WAIT_NONE: nothing, or not known
 * @EVENT_CLOSE_WAIT_BEGINS: close() waits from now on
 * @EVENT_CLOSE_WAIT_ENDS: this is what it has waited for
 * @EVENT_CLOSE_WAIT_OVER: likewise, but it has returned before: its time was over, or a
 *	signal came
 */
enum event_close_wait {
	EVENT_CLOSE_WAIT_NONE,
	EVENT_CLOSE_WAIT_BEGINS,
	EVENT_CLOSE_WAIT_ENDS,
	EVENT_CLOSE_WAIT_OVER,
};

/**
 * struct event_left_out - numbers of what has no record
 * @sent: RSTs sent
 * @received: RSTs received
 * @drops: drops by listeners
 * @calls: failed calls
 */
struct event_left_out {
	uint64_t sent;
	uint64_t received;
	uint64_t drops;
	uint64_t calls;
};

/**
 * struct event_drop - a drop by a listener, see &struct tcpclose_drop
 * @reason: &enum tcpclose_drop_reason
 * @queue: connections in the accept queue
 * @limit: most that may be there
 * @requests: requests in the SYN queue
 * @drops: what the listener had dropped before
 * @bound: address that it is bound to, network order
 */
struct event_drop {
	uint8_t reason;
	uint32_t queue;
	uint32_t limit;
	uint32_t requests;
	uint32_t drops;
	uint8_t bound[16];
};

/**
 * struct event_failed - a call that failed, see &struct tcpclose_failed_call
 * @error: errno
 * @range: it wanted any port from @port_low to @port_high
 * @port_low: first port
 * @port_high: last port
 */
struct event_failed {
	uint8_t error;
	bool range;
	uint16_t port_low;
	uint16_t port_high;
};

/* &struct event_owner.from: it was found to hold the socket, in /proc. */
#define EVENT_OWNER_PROC 255
/* Likewise: it accepted the connection, which makes no transition. */
#define EVENT_OWNER_ACCEPT 254

/**
 * struct event_owner - the process that a connection belongs to, or that closed its session
 * @pid: its number
 * @others: number of other processes that held the socket, too; 0 unless @from is
 *	%EVENT_OWNER_PROC
 * @from: how it is known: by its own call, &enum tcpclose_call or %EVENT_OWNER_ACCEPT, or
 *	%EVENT_OWNER_PROC
 * @comm: its name
 */
struct event_owner {
	uint32_t pid;
	uint32_t others;
	uint8_t from;
	char comm[17];
};

/**
 * struct event - one transition, RST or loss
 * @kind: what it is
 * @flaw: what is wrong
 * @lost: number of records lost on @cpu, before @ts_ns
 * @ts_ns: CLOCK_MONOTONIC
 * @realtime_ns: the same moment since the epoch
 * @seq: per-CPU sequence number, whole
 * @cookie: socket cookie; 0: unknown
 * @netns: network namespace cookie; 0: unknown
 * @cgroup: cgroup v2 id; 0: unknown
 * @session: cookie of the MPTCP socket of a subflow; 0: none, or unknown
 * @dwell_ns: time in the old state, or %EVENT_UNKNOWN
 * @age_ns: age of the connection, or %EVENT_UNKNOWN
 * @bytes_sent: payload sent, or %EVENT_UNKNOWN
 * @bytes_received: payload received, or %EVENT_UNKNOWN
 * @retransmits: segments sent again, or %EVENT_UNKNOWN
 * @srtt_us: smoothed round-trip time, or %EVENT_UNKNOWN
 * @rearms: starts anew of TIME_WAIT's timer, or %EVENT_UNKNOWN
 * @strays: segments with SYN or RST that changed nothing, or %EVENT_UNKNOWN
 * @uid: owner, or %EVENT_UNKNOWN
 * @unread_bytes: not read by the application, or %EVENT_UNKNOWN
 * @unacked_bytes: not acknowledged by the peer, or %EVENT_UNKNOWN
 * @unsent_bytes: those of them that were never sent, or %EVENT_UNKNOWN
 * @segments_sent: by the socket so far, or %EVENT_UNKNOWN
 * @segments_received: by the socket so far, or %EVENT_UNKNOWN
 * @last_sent_ms: since payload was last sent, or %EVENT_UNKNOWN
 * @last_received_ms: since it was last received, or %EVENT_UNKNOWN
 * @linger_ms: how long close() may wait at most, or %EVENT_UNKNOWN: it waits for nothing
 * @close_waited_ns: how long it has waited (%EVENT_CLOSE_WAIT_ENDS), or %EVENT_UNKNOWN
 * @sk_err: error pending on the socket, 0: none, or %EVENT_UNKNOWN
 * @raw_old: old state as traced; 0: not traced
 * @raw_new: new state as traced; 0: not traced
 * @sk_shutdown: directions shut down, RCV_SHUTDOWN 1, SEND_SHUTDOWN 2, or
 *	%EVENT_UNKNOWN
 * @cpu: CPU that wrote the record
 * @netns_inode: inode of the network namespace; 0: unknown
 * @inode: inode of the socket; 0: unknown
 * @pid: process whose own call it was, or the kernel's; 0: none
 * @tid: its thread; 0: none, or not known
 * @opener: process that opened it by connect() or accept(); 0: none, or not known
 * @accepted: @opener called accept()
 * @index: number of the transition in the connection's life
 * @lport: local port; 0: none
 * @rport: remote port; 0: unknown
 * @flags: control bits of the segment that caused it; 0: no segment
 * @old: true old state
 * @new: true new state
 * @mark: TCPCLOSE_MARK_* bits
 * @origin: &enum tcpclose_origin
 * @context: &enum tcpclose_context
 * @closer: &enum tcpclose_closer
 * @end: &enum tcpclose_end
 * @cause: &enum tcpclose_cause
 * @call: &enum tcpclose_call
 * @fin_unsent: its FIN is behind data that was never sent
 * @deferred: a descriptor was released after the call that gave it up
 * @close_wait: &enum event_close_wait
 * @ipv6: addresses are 16 bytes, else 4
 * @own_netns: it happened in the reader's own network namespace
 * @laddr: local address, network order
 * @raddr: remote address
 * @comm: name of the process; empty: unknown
 * @thread: name of the thread; empty: unknown
 * @opener_comm: name of @opener; empty: unknown
 * @netns_name: name of the network namespace; NULL: none known
 * @listener: inode of the listener in whose accept queue it is
 *	(%TCPCLOSE_MARK_UNACCEPTED); 0: unknown, or not in one
 * @any_address: that is bound to any address, otherwise to @laddr
 * @listener_owner: who holds that listener; NULL: likewise, or unknown, or not asked for
 * @owner: whose it is, unless @pid made it as its owner; NULL: unknown, or not asked
 *	for (&struct decoder.with_owners)
 * @session_closer: who closed its MPTCP session, if a worker of the kernel makes the
 *	transition therefore; NULL: none, or unknown
 * @cgroup_names: names of @cgroup; NULL: none known
 * @rst: what a RST has beside the above
 * @left_out: how many have no record
 * @drop: what a drop has beside the above
 * @failed: what a failed call has beside the above
 */
struct event {
	enum event_kind kind;
	enum event_flaw flaw;
	uint64_t lost;
	uint64_t ts_ns;
	uint64_t realtime_ns;
	uint64_t seq;
	uint64_t cookie;
	uint64_t netns;
	uint64_t cgroup;
	uint64_t session;
	int64_t dwell_ns;
	int64_t age_ns;
	int64_t bytes_sent;
	int64_t bytes_received;
	int64_t retransmits;
	int64_t srtt_us;
	int64_t rearms;
	int64_t strays;
	int64_t uid;
	int64_t unread_bytes;
	int64_t unacked_bytes;
	int64_t unsent_bytes;
	int64_t segments_sent;
	int64_t segments_received;
	int64_t last_sent_ms;
	int64_t last_received_ms;
	int64_t linger_ms;
	int64_t close_waited_ns;
	int sk_err;
	int sk_shutdown;
	unsigned int raw_old;
	unsigned int raw_new;
	uint32_t cpu;
	uint32_t netns_inode;
	uint32_t inode;
	uint32_t listener;
	uint32_t pid;
	uint32_t tid;
	uint32_t opener;
	bool accepted;
	uint16_t index;
	uint16_t lport;
	uint16_t rport;
	uint16_t flags;
	uint8_t old;
	uint8_t new;
	uint8_t mark;
	uint8_t origin;
	uint8_t context;
	uint8_t closer;
	uint8_t end;
	uint8_t cause;
	uint8_t call;
	bool fin_unsent;
	bool deferred;
	uint8_t close_wait;
	bool ipv6;
	bool own_netns;
	bool any_address;
	uint8_t laddr[16];
	uint8_t raddr[16];
	char comm[17];
	char thread[17];
	char opener_comm[17];
	const char *netns_name;
	const struct event_owner *owner;
	const struct event_owner *listener_owner;
	const struct event_owner *session_closer;
	const struct cgroup_names *cgroup_names;
	union {
		struct event_rst rst;
		struct event_left_out left_out;
		struct event_drop drop;
		struct event_failed failed;
	};
};

/**
 * enum event_unmatched - what a segment that met no socket usually was
 * @EVENT_UNMATCHED_CONNECTION: of a connection that this machine does not know
 * @EVENT_UNMATCHED_ANSWER: the answer to a SYN that this machine has not sent
 * @EVENT_UNMATCHED_LISTENER: for a listener
 */
enum event_unmatched {
	EVENT_UNMATCHED_CONNECTION,
	EVENT_UNMATCHED_ANSWER,
	EVENT_UNMATCHED_LISTENER,
};

/* A RST for a segment that met no socket. */
static inline bool event_is_unmatched(const struct event *e)
{
	return e->kind == EVENT_RST && e->rst.segment &&
	       e->rst.effect == TCPCLOSE_RST_SENT &&
	       e->rst.reason == TCPCLOSE_RST_NO_SOCKET;
}

/* By the control bits of that segment (RFC 9293 3.10.7). */
static inline enum event_unmatched event_unmatched(const struct event *e)
{
	if (!(e->flags & TCPCLOSE_FLAG_SYN))
		return EVENT_UNMATCHED_CONNECTION;
	return e->flags & TCPCLOSE_FLAG_ACK ? EVENT_UNMATCHED_ANSWER :
					      EVENT_UNMATCHED_LISTENER;
}

void event_decode_rst(struct event *e, const struct tcpclose_rst *r);
void event_decode_drop(struct event *e, const struct tcpclose_drop *r);
void event_decode_failed_call(struct event *e, const struct tcpclose_failed_call *r);
void event_decode_session(struct event *e, const struct tcpclose_session *r);
void event_decode(struct event *e, const struct tcpclose_record *r,
		  const struct tcpclose_detail *d);

/* Since payload was last sent or received: the later of both, or %EVENT_UNKNOWN. */
static inline int64_t event_idle_ms(int64_t last_sent_ms, int64_t last_received_ms)
{
	return last_received_ms < last_sent_ms ? last_received_ms : last_sent_ms;
}

/* A full socket goes on in the state it had, as a mini-socket. */
static inline bool event_is_orphaned(const struct event *e)
{
	return e->raw_new == TCPCLOSE_CLOSE && e->new != e->raw_new &&
	       e->new == e->old;
}

/* A RST, or the number of those without a record: only some commands want these. */
static inline bool event_is_about_rsts(const struct event *e)
{
	return e->kind == EVENT_RST || e->kind == EVENT_LEFT_OUT;
}

/* Neither a connection's nor about RSTs: only some commands want these. */
static inline bool event_is_other(const struct event *e)
{
	return e->kind == EVENT_DROP || e->kind == EVENT_FAILED_CALL ||
	       e->kind == EVENT_SESSION;
}

static inline bool event_is_rearm(const struct event *e)
{
	return e->mark & TCPCLOSE_MARK_REARM;
}

/* The module marks connections of which it does not know everything. */
static inline bool event_is_marked(const struct event *e)
{
	return e->mark & (TCPCLOSE_MARK_OLD | TCPCLOSE_MARK_UNTRACKED);
}

/* In an accept queue: no process can have it yet. */
static inline bool event_is_unaccepted(const struct event *e)
{
	return e->mark & TCPCLOSE_MARK_UNACCEPTED;
}

/* No process: the kernel released what none held any more, or its own socket. */
static inline bool event_is_kernels(const struct event *e)
{
	return e->call == TCPCLOSE_CALL_KERNEL;
}

/*
 * The process that acts never had the connection: an administrator's program (ss -K), or one
 * whose connect() takes the port. No process has a mini-socket.
 */
static inline bool event_is_by_stranger(const struct event *e)
{
	return e->cause == TCPCLOSE_CAUSE_DESTROYED || e->origin == TCPCLOSE_ORIGIN_TIMEWAIT;
}

/* Whether it ends a full socket otherwise than by both FINs. */
static inline bool event_is_cut(const struct event *e)
{
	return e->new == TCPCLOSE_CLOSE && e->cause != TCPCLOSE_CAUSE_NONE &&
	       e->cause != TCPCLOSE_CAUSE_FIN;
}

static inline bool event_is_mini(const struct event *e)
{
	return e->origin == TCPCLOSE_ORIGIN_TIMEWAIT;
}

static inline bool event_hands_over(const struct event *e)
{
	return !event_is_mini(e) && e->raw_new == TCPCLOSE_CLOSE &&
	       e->new != TCPCLOSE_CLOSE;
}

/*
 * The module has no entry for it: numbers begin again. They also do with the
 * entry of a mini-socket whose full socket had none.
 */
static inline bool event_is_untracked(const struct event *e)
{
	return event_is_marked(e) && !e->index &&
	       (e->dwell_ns < 0 || event_is_mini(e));
}

#endif /* TCPCLOSE_LIB_EVENT_H */
