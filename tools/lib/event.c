// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decodes records: the only place that knows how the UAPI packs them.
 *
 * Knows neither where a record comes from nor what an event is used for.
 */
#include <assert.h>
#include <string.h>

#include "lib/event.h"

static_assert(sizeof(struct tcpclose_record) == TCPCLOSE_RECORD_SIZE,
	      "record size");
static_assert(sizeof(struct tcpclose_detail) == TCPCLOSE_RECORD_SIZE,
	      "detail size");
static_assert(sizeof(struct tcpclose_rst) == TCPCLOSE_RECORD_SIZE, "RST size");
static_assert(sizeof(struct tcpclose_left_out) == TCPCLOSE_RECORD_SIZE,
	      "size of what was left out");
static_assert(sizeof(struct tcpclose_drop) == TCPCLOSE_RECORD_SIZE, "drop size");
static_assert(sizeof(struct tcpclose_failed_call) == TCPCLOSE_RECORD_SIZE,
	      "failed call size");
static_assert(sizeof(struct tcpclose_session) == TCPCLOSE_RECORD_SIZE, "session size");

static int64_t known_ns(uint64_t ns)
{
	return ns > INT64_MAX ? EVENT_UNKNOWN : (int64_t)ns;
}

static int64_t bytes48(uint32_t lo, uint16_t hi)
{
	return (int64_t)((uint64_t)hi << 32 | lo);
}

static void decode_traffic(struct event *e, const struct tcpclose_record *r)
{
	if (e->origin == TCPCLOSE_ORIGIN_TIMEWAIT) {
		/* A mini-socket has no traffic and no error of its own. */
		e->bytes_sent = EVENT_UNKNOWN;
		e->bytes_received = EVENT_UNKNOWN;
		e->retransmits = EVENT_UNKNOWN;
		e->srtt_us = EVENT_UNKNOWN;
		e->sk_err = EVENT_UNKNOWN;
		e->sk_shutdown = EVENT_UNKNOWN;
		e->rearms = r->rearms;
		e->strays = r->strays;
		return;
	}
	e->bytes_sent = bytes48(r->bytes_sent_lo, r->bytes_sent_hi);
	e->bytes_received = bytes48(r->bytes_received_lo, r->bytes_received_hi);
	e->retransmits = r->retransmits;
	e->srtt_us = r->srtt_us ? (int64_t)r->srtt_us : EVENT_UNKNOWN;
	e->sk_err = r->sk_err;
	e->sk_shutdown = TCPCLOSE_HOW_SHUTDOWN(r->how);
	e->rearms = EVENT_UNKNOWN;
	e->strays = EVENT_UNKNOWN;
}

/* A damaged recording may lack the NUL. */
static void copy_name(char to[17], const char from[16])
{
	memcpy(to, from, 16);
	to[16] = '\0';
}

static void decode_idle(struct event *e, const struct tcpclose_detail *d)
{
	bool known = d && d->mark & TCPCLOSE_DETAIL_IDLE;

	e->last_sent_ms = known ? (int64_t)d->last_sent_ms : EVENT_UNKNOWN;
	e->last_received_ms = known ? (int64_t)d->last_received_ms : EVENT_UNKNOWN;
}

static void decode_traffic_left(struct event *e, const struct tcpclose_detail *d)
{
	if (!d || !(d->mark & TCPCLOSE_DETAIL_TRAFFIC)) {
		e->unread_bytes = EVENT_UNKNOWN;
		e->unacked_bytes = EVENT_UNKNOWN;
		e->unsent_bytes = EVENT_UNKNOWN;
		e->segments_sent = EVENT_UNKNOWN;
		e->segments_received = EVENT_UNKNOWN;
		e->fin_unsent = false;
		return;
	}
	e->unread_bytes = d->unread_bytes;
	e->unacked_bytes = d->unacked_bytes;
	e->unsent_bytes = d->unsent_bytes;
	e->segments_sent = d->segments_sent;
	e->segments_received = d->segments_received;
	e->fin_unsent = d->mark & TCPCLOSE_DETAIL_FIN_UNSENT;
}

/* Whether it closes a socket, as the release of its last descriptor does. */
static bool is_release(const struct event *e)
{
	switch (e->cause) {
	case TCPCLOSE_CAUSE_NONE:
		return e->old == e->new || e->new == TCPCLOSE_FIN_WAIT1 ||
		       e->new == TCPCLOSE_LAST_ACK;
	case TCPCLOSE_CAUSE_UNREAD:
	case TCPCLOSE_CAUSE_LINGER:
	case TCPCLOSE_CAUSE_REPAIR:
	case TCPCLOSE_CAUSE_CONNECT_ABORTED:
	case TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT:
	case TCPCLOSE_CAUSE_MEMORY:
	case TCPCLOSE_CAUSE_ORPHANS:
	case TCPCLOSE_CAUSE_LISTENER:
		return true;
	default:
		return false;
	}
}

/*
 * Whether a descriptor was given up before: by a call of another thread while this
 * one used the socket, or by all processes, so that the kernel released it.
 */
static bool is_deferred(const struct event *e, const struct tcpclose_detail *d)
{
	return (d->call == TCPCLOSE_CALL_OTHER ||
		(d->call == TCPCLOSE_CALL_KERNEL && d->mark & TCPCLOSE_DETAIL_FILE &&
		 !(e->mark & TCPCLOSE_MARK_MPTCP))) &&
	       is_release(e);
}

/* The name in the details is that of who acts; if nobody does, of the opener. */
static void decode_names(struct event *e, const struct tcpclose_detail *d)
{
	e->comm[0] = '\0';
	e->opener_comm[0] = '\0';
	if (d->pid || !d->opener)
		copy_name(e->comm, d->comm);
	if (d->opener && (!d->pid || d->pid == d->opener))
		copy_name(e->opener_comm, d->comm);
	copy_name(e->thread, d->thread);
}

static void decode_detail(struct event *e, const struct tcpclose_detail *d)
{
	decode_traffic_left(e, d);
	decode_idle(e, d);
	e->linger_ms = d ? (int64_t)d->linger_ms : EVENT_UNKNOWN;
	e->close_waited_ns = EVENT_UNKNOWN;
	e->close_wait = EVENT_CLOSE_WAIT_NONE;
	if (!d) {
		e->session = 0;
		e->pid = 0;
		e->tid = 0;
		e->opener = 0;
		e->accepted = false;
		e->call = TCPCLOSE_CALL_NONE;
		e->deferred = false;
		e->comm[0] = '\0';
		e->thread[0] = '\0';
		e->opener_comm[0] = '\0';
		return;
	}
	if (d->cgroup)
		e->cgroup = d->cgroup;
	e->session = d->session;
	e->pid = d->pid;
	e->tid = d->tid;
	e->call = d->call;
	e->deferred = is_deferred(e, d);
	e->opener = d->opener;
	e->accepted = d->opener && d->mark & TCPCLOSE_DETAIL_ACCEPTED;
	decode_names(e, d);
}

/* What is not accepted yet has the listener's inode in place of its own. */
static void decode_inode(struct event *e, const struct tcpclose_record *r)
{
	bool unaccepted = r->mark & TCPCLOSE_MARK_UNACCEPTED;

	e->inode = unaccepted ? 0 : r->inode;
	e->listener = unaccepted ? r->inode : 0;
	e->any_address = unaccepted && r->mark & TCPCLOSE_MARK_ANY_ADDRESS;
	e->mark = r->mark;
	if (e->any_address && e->listener)
		e->mark &= (uint8_t)~TCPCLOSE_MARK_ANY_ADDRESS;
}

/**
 * event_decode() - decode a transition
 * @e: result; @e->seq is the low 32 bits only. The caller sets @e->realtime_ns,
 *	@e->own_netns, @e->netns_name, @e->owner, @e->listener_owner and
 *	@e->cgroup_names, which are not in a record
 * @r: the record
 * @d: its details, or NULL
 */
void event_decode(struct event *e, const struct tcpclose_record *r,
		  const struct tcpclose_detail *d)
{
	e->kind = EVENT_TRANSITION;
	e->lost = 0;
	e->ts_ns = r->ts_ns;
	e->seq = r->seq;
	e->cpu = r->cpu;
	e->cookie = r->cookie;
	e->netns = r->netns;
	e->netns_inode = r->netns_inode;
	e->cgroup = r->cgroup;
	e->dwell_ns = known_ns(r->dwell_ns);
	e->age_ns = known_ns(r->age_ns);
	e->uid = r->uid == TCPCLOSE_UNKNOWN_UID ? EVENT_UNKNOWN :
						  (int64_t)r->uid;
	e->index = r->index;
	e->lport = r->lport;
	e->rport = r->rport;
	e->flags = r->flags;
	e->old = TCPCLOSE_EDGE_FROM(r->edge);
	e->new = TCPCLOSE_EDGE_TO(r->edge);
	e->raw_old = TCPCLOSE_EDGE_FROM(r->raw);
	e->raw_new = TCPCLOSE_EDGE_TO(r->raw);
	e->origin = TCPCLOSE_HOW_ORIGIN(r->how);
	e->ipv6 = TCPCLOSE_HOW_IPV6(r->how);
	e->context = TCPCLOSE_HOW_CONTEXT(r->how);
	e->closer = TCPCLOSE_HOW_CLOSER(r->how);
	e->end = r->end;
	e->cause = r->cause;
	memcpy(e->laddr, r->laddr, sizeof(e->laddr));
	memcpy(e->raddr, r->raddr, sizeof(e->raddr));
	decode_inode(e, r);
	decode_traffic(e, r);
	decode_detail(e, d);
}

static int64_t known_uid(uint32_t uid)
{
	return uid == TCPCLOSE_UNKNOWN_UID ? EVENT_UNKNOWN : (int64_t)uid;
}

/* An index of tables: of a damaged recording a state that there is not. */
static uint8_t known_state(uint8_t state)
{
	return state < TCPCLOSE_STATES ? state : TCPCLOSE_STATES - 1;
}

/* The members that all records but details have, by the same names. */
#define DECODE_SOCKET(e, r) \
do { \
	memset(e, 0, sizeof(*(e))); \
	(e)->ts_ns = (r)->ts_ns; \
	(e)->seq = (r)->seq; \
	(e)->cpu = (r)->cpu; \
	(e)->cookie = (r)->cookie; \
	(e)->netns = (r)->netns; \
	(e)->netns_inode = (r)->netns_inode; \
	(e)->cgroup = (r)->cgroup; \
	(e)->inode = (r)->inode; \
	(e)->uid = known_uid((r)->uid); \
	(e)->lport = (r)->lport; \
	(e)->rport = (r)->rport; \
	memcpy((e)->laddr, (r)->laddr, sizeof((e)->laddr)); \
	memcpy((e)->raddr, (r)->raddr, sizeof((e)->raddr)); \
} while (0)

/**
 * event_decode_rst() - decode a RST
 * @e: result, as of event_decode()
 * @r: the record
 */
void event_decode_rst(struct event *e, const struct tcpclose_rst *r)
{
	DECODE_SOCKET(e, r);
	e->kind = EVENT_RST;
	e->pid = r->pid;
	copy_name(e->comm, r->comm);
	e->context = r->context;
	e->ipv6 = r->mark & TCPCLOSE_RST_MARK_IPV6;
	e->old = known_state(r->state);
	e->new = e->old;
	e->flags = r->segment_flags;
	e->rst = (struct event_rst){
		.effect = r->effect,
		.reason = r->reason,
		.owner = r->owner,
		.unsure = r->mark & TCPCLOSE_RST_MARK_UNSURE,
		.segment = r->mark & TCPCLOSE_RST_MARK_SEGMENT,
		.length = r->segment_length,
		.seq = r->segment_seq,
		.ack = r->segment_ack,
	};
}

/**
 * event_decode_drop() - decode a drop by a listener
 * @e: result, as of event_decode()
 * @r: the record
 */
void event_decode_drop(struct event *e, const struct tcpclose_drop *r)
{
	DECODE_SOCKET(e, r);
	e->kind = EVENT_DROP;
	e->ipv6 = r->mark & TCPCLOSE_DROP_MARK_IPV6;
	e->context = TCPCLOSE_CONTEXT_SOFTIRQ;
	e->old = TCPCLOSE_LISTEN;
	e->new = TCPCLOSE_LISTEN;
	e->drop.reason = r->reason;
	e->drop.queue = r->queue;
	e->drop.limit = r->limit;
	e->drop.requests = r->requests;
	e->drop.drops = r->drops;
	memcpy(e->drop.bound, r->bound, sizeof(e->drop.bound));
}

/**
 * event_decode_failed_call() - decode a call that failed
 * @e: result, as of event_decode()
 * @r: the record
 */
void event_decode_failed_call(struct event *e, const struct tcpclose_failed_call *r)
{
	DECODE_SOCKET(e, r);
	e->kind = EVENT_FAILED_CALL;
	e->pid = r->pid;
	e->tid = r->tid;
	copy_name(e->comm, r->comm);
	e->ipv6 = r->mark & TCPCLOSE_FAILED_IPV6;
	e->call = r->call;
	e->old = TCPCLOSE_CLOSE;
	e->new = TCPCLOSE_CLOSE;
	e->failed = (struct event_failed){
		.error = r->error,
		.range = r->mark & TCPCLOSE_FAILED_RANGE,
		.port_low = r->port_low,
		.port_high = r->port_high,
	};
}

/**
 * event_decode_session() - decode a transition of an MPTCP session
 * @e: result, as of event_decode()
 * @r: the record
 */
void event_decode_session(struct event *e, const struct tcpclose_session *r)
{
	DECODE_SOCKET(e, r);
	e->kind = EVENT_SESSION;
	e->pid = r->pid;
	e->tid = r->tid;
	copy_name(e->comm, r->comm);
	e->ipv6 = r->mark & TCPCLOSE_SESSION_IPV6;
	e->old = known_state(TCPCLOSE_EDGE_FROM(r->edge));
	e->new = known_state(TCPCLOSE_EDGE_TO(r->edge));
	e->context = r->context;
	e->call = r->call;
	e->sk_err = r->sk_err;
	e->sk_shutdown = r->sk_shutdown;
	e->session = r->cookie;
}
