// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for programs: one JSON object per line. What is unknown is null.
 *
 * The names are an interface (see tcpclose(1)): they stay.
 */
#include "base/clock.h"
#include "base/json.h"
#include "lib/names.h"
#include "view/events.h"

/* A number by its name, or as a number if this program has no name for it. */
static __always_inline void add_named(struct json *w, const char *name,
				      unsigned int number)
{
	if (name || !number)
		json_name(w, name);
	else
		json_number_name(w, NULL, number);
}

static __always_inline void
add_bits(struct json *w, unsigned int bits,
	 const char *(*name_of)(unsigned int bit))
{
	unsigned int bit;

	json_array_begin(w);
	for (bit = 0; bits >> bit; bit++)
		if (bits >> bit & 1 && name_of(bit))
			json_name(w, name_of(bit));
	json_array_end(w);
}

/* Members; @key is a literal. */
#define NAMED(w, key, name, number) \
	(json_key(w, key), add_named(w, name, number))
#define NONZERO(w, key, value) \
	(json_key(w, key), json_known(w, (value) != 0, value))
#define SIGNED(w, key, value) \
	(json_key(w, key), \
	 json_known(w, (value) != EVENT_UNKNOWN, (uint64_t)(value)))

/* Both ends, and the network namespace of this one */
static __always_inline void add_ends(struct json *w, const struct event *e)
{
	NONZERO(w, "netns", e->netns);
	NONZERO(w, "netns_inode", e->netns_inode);
	json_member(w, "netns_name", string, e->netns_name);
	json_member(w, "family", name, e->ipv6 ? "inet6" : "inet");
	json_member(w, "laddr", ip, e->ipv6, e->laddr);
	NONZERO(w, "lport", e->lport);
	json_member(w, "raddr", ip, e->ipv6, e->raddr);
	NONZERO(w, "rport", e->rport);
}

static inline void add_connection(struct json *w, const struct event *e)
{
	json_member(w, "origin", name, names_origin(e->origin));
	NONZERO(w, "cookie", e->cookie);
	NONZERO(w, "session", e->session);
	add_ends(w, e);
}

static inline void add_transition(struct json *w, const struct event *e)
{
	NAMED(w, "old", names_state(e->old), e->old);
	NAMED(w, "new", names_state(e->new), e->new);
	NAMED(w, "raw_old", names_state(e->raw_old), e->raw_old);
	NAMED(w, "raw_new", names_state(e->raw_new), e->raw_new);
	SIGNED(w, "dwell_ns", e->dwell_ns);
	SIGNED(w, "age_ns", e->age_ns);
}

/* A process other than the one that acts; @rest writes what else is said of it. */
static __always_inline void
add_other(struct json *w, uint32_t pid, const char *comm, const struct event_owner *o,
	  void (*rest)(struct json *w, const struct event_owner *o))
{
	if (!pid) {
		json_null(w);
		return;
	}
	json_object_begin(w);
	json_member(w, "pid", u64, pid);
	json_member(w, "comm", string, comm[0] ? comm : NULL);
	rest(w, o);
	json_object_end(w);
}

/* How it is known whose the connection is: by a call, as that is named, or by /proc. */
static __always_inline const char *name_of_source(const struct event_owner *o)
{
	switch (o->from) {
	case EVENT_OWNER_PROC:
		return "proc";
	case EVENT_OWNER_ACCEPT:
		return "accept";
	default:
		return names_call(o->from);
	}
}

static inline void add_from(struct json *w, const struct event_owner *o)
{
	json_member(w, "from", name, name_of_source(o));
	json_member(w, "others", known, o->from == EVENT_OWNER_PROC, o->others);
}

static inline void add_call(struct json *w, const struct event_owner *o)
{
	NAMED(w, "call", names_call(o->from), o->from);
}

/* By connect() or by accept() */
static inline void add_how(struct json *w, const struct event_owner *o)
{
	json_member(w, "how", name, name_of_source(o));
}

static __always_inline void add_owner(struct json *w, const struct event_owner *o)
{
	json_key(w, "owner");
	add_other(w, o ? o->pid : 0, o ? o->comm : NULL, o, add_from);
}

/* In whose accept queue it is */
static __always_inline void add_listener(struct json *w, const struct event *e)
{
	static const uint8_t any[16];

	json_key(w, "listener");
	if (!e->listener) {
		json_null(w);
		return;
	}
	json_object_begin(w);
	json_member(w, "address", ip, e->ipv6, e->any_address ? any : e->laddr);
	json_member(w, "port", u64, e->lport);
	json_member(w, "inode", u64, e->listener);
	add_owner(w, e->listener_owner);
	json_object_end(w);
}

static __always_inline void add_cgroup_name(struct json *w, const struct event *e,
					    enum cgroup_name kind)
{
	const struct cgroup_names *names = e->cgroup_names;

	json_string(w, names && names->text[kind][0] ? names->text[kind] : NULL);
}

static __always_inline void add_cgroup(struct json *w, const struct event *e)
{
	NONZERO(w, "cgroup", e->cgroup);
	json_key(w, "container");
	add_cgroup_name(w, e, CGROUP_CONTAINER);
	json_key(w, "pod");
	add_cgroup_name(w, e, CGROUP_POD);
	json_key(w, "unit");
	add_cgroup_name(w, e, CGROUP_UNIT);
}

static inline void add_process(struct json *w, const struct event *e)
{
	const struct event_owner opener = {
		.from = e->accepted ? EVENT_OWNER_ACCEPT : TCPCLOSE_CALL_CONNECT,
	};
	const struct event_owner *closer = e->session_closer;

	json_member(w, "context", name, names_context(e->context));
	NONZERO(w, "pid", e->pid);
	NONZERO(w, "tid", e->tid);
	json_member(w, "comm", string, e->comm[0] ? e->comm : NULL);
	json_member(w, "thread", string, e->thread[0] ? e->thread : NULL);
	NAMED(w, "call", names_call(e->call), e->call);
	json_member(w, "deferred", bool, e->deferred);
	json_key(w, "opener");
	add_other(w, e->opener, e->opener_comm, &opener, add_how);
	SIGNED(w, "uid", e->uid);
	NONZERO(w, "inode", e->inode);
	add_owner(w, e->owner);
	json_key(w, "session_closed_by");
	add_other(w, closer ? closer->pid : 0, closer ? closer->comm : NULL, closer, add_call);
	add_listener(w, e);
	add_cgroup(w, e);
}

static inline void add_socket(struct json *w, const struct event *e)
{
	SIGNED(w, "sk_err", e->sk_err);
	SIGNED(w, "sk_shutdown", e->sk_shutdown);
	SIGNED(w, "bytes_sent", e->bytes_sent);
	SIGNED(w, "bytes_received", e->bytes_received);
	SIGNED(w, "unread_bytes", e->unread_bytes);
	SIGNED(w, "unacked_bytes", e->unacked_bytes);
	SIGNED(w, "unsent_bytes", e->unsent_bytes);
	json_key(w, "fin_unsent");
	if (e->unsent_bytes == EVENT_UNKNOWN)
		json_null(w);
	else
		json_bool(w, e->fin_unsent);
	SIGNED(w, "segments_sent", e->segments_sent);
	SIGNED(w, "segments_received", e->segments_received);
	SIGNED(w, "last_sent_ms", e->last_sent_ms);
	SIGNED(w, "last_received_ms", e->last_received_ms);
	NAMED(w, "close_wait", names_close_wait(e->close_wait), e->close_wait);
	json_member(w, "linger_ms", known, e->close_wait, (uint64_t)e->linger_ms);
	json_member(w, "close_waited_ms", known, e->close_waited_ns != EVENT_UNKNOWN,
		    (uint64_t)e->close_waited_ns / NS_PER_MS);
	SIGNED(w, "retransmits", e->retransmits);
	SIGNED(w, "srtt_us", e->srtt_us);
}

static inline void add_ending(struct json *w, const struct event *e)
{
	json_key(w, "flags");
	if (e->flags)
		add_bits(w, e->flags, names_flag);
	else
		json_null(w);
	NAMED(w, "end", names_end(e->end), e->end);
	NAMED(w, "cause", names_cause(e->cause), e->cause);
	json_member(w, "closer", name, names_closer(e->closer));
	SIGNED(w, "rearms", e->rearms);
	SIGNED(w, "strays", e->strays);
	json_member(w, "rearm", bool, event_is_rearm(e));
	json_key(w, "marks");
	add_bits(w, e->mark, names_mark);
}

static inline void add_rst(struct json *w, const struct event *e)
{
	const struct event_rst *rst = &e->rst;
	bool sent = rst->effect == TCPCLOSE_RST_SENT;

	NAMED(w, "rst", sent ? "sent" : names_rst_effect(rst->effect), rst->effect);
	json_key(w, "reason");
	if (sent)
		add_named(w, names_rst_reason(rst->reason), rst->reason);
	else
		json_null(w);
	json_member(w, "unmatched", name,
		    event_is_unmatched(e) ? names_unmatched(event_unmatched(e)) : NULL);
	json_member(w, "unsure", bool, rst->unsure);
	NAMED(w, "rst_owner", names_rst_owner(rst->owner), rst->owner);
	NONZERO(w, "cookie", e->cookie);
	add_ends(w, e);
	NAMED(w, "state", names_state(e->old), e->old);
	NAMED(w, "context", names_context(e->context), e->context);
	NONZERO(w, "pid", e->pid);
	json_member(w, "comm", string, e->comm[0] ? e->comm : NULL);
	SIGNED(w, "uid", e->uid);
	NONZERO(w, "inode", e->inode);
	add_cgroup(w, e);
	json_key(w, "flags");
	if (rst->segment)
		add_bits(w, e->flags, names_flag);
	else
		json_null(w);
	json_member(w, "segment_length", known, rst->segment, rst->length);
	json_member(w, "segment_seq", known, rst->segment, rst->seq);
	json_member(w, "segment_ack", known, rst->segment, rst->ack);
}

static inline void add_drop(struct json *w, const struct event *e)
{
	const struct event_drop *drop = &e->drop;

	json_key(w, "drop");
	add_named(w, names_drop_reason(drop->reason), drop->reason);
	NONZERO(w, "cookie", e->cookie);
	add_ends(w, e);
	json_member(w, "bound", ip, e->ipv6, drop->bound);
	json_member(w, "queue", u64, drop->queue);
	json_member(w, "limit", u64, drop->limit);
	json_member(w, "requests", u64, drop->requests);
	json_member(w, "drops", u64, drop->drops);
	SIGNED(w, "uid", e->uid);
	NONZERO(w, "inode", e->inode);
	add_owner(w, e->owner);
	add_cgroup(w, e);
}

static inline void add_failed_call(struct json *w, const struct event *e)
{
	const struct event_failed *failed = &e->failed;

	NAMED(w, "failed_call", names_call(e->call), e->call);
	NAMED(w, "error", names_error(failed->error), failed->error);
	NONZERO(w, "cookie", e->cookie);
	add_ends(w, e);
	json_member(w, "port_low", known, failed->range, failed->port_low);
	json_member(w, "port_high", known, failed->range, failed->port_high);
	NONZERO(w, "pid", e->pid);
	NONZERO(w, "tid", e->tid);
	json_member(w, "comm", string, e->comm[0] ? e->comm : NULL);
	SIGNED(w, "uid", e->uid);
	NONZERO(w, "inode", e->inode);
	add_cgroup(w, e);
}

static inline void add_left_out(struct json *w, const struct event *e)
{
	json_key(w, "rsts_left_out");
	json_object_begin(w);
	json_member(w, "sent", u64, e->left_out.sent);
	json_member(w, "received", u64, e->left_out.received);
	json_object_end(w);
	json_member(w, "drops_left_out", u64, e->left_out.drops);
	json_member(w, "calls_left_out", u64, e->left_out.calls);
}

/* The session itself is the socket. */
static inline void add_session(struct json *w, const struct event *e)
{
	json_member(w, "protocol", name, "mptcp");
	NONZERO(w, "cookie", e->cookie);
	add_ends(w, e);
	NAMED(w, "old", names_state(e->old), e->old);
	NAMED(w, "new", names_state(e->new), e->new);
	NAMED(w, "context", names_context(e->context), e->context);
	NONZERO(w, "pid", e->pid);
	NONZERO(w, "tid", e->tid);
	json_member(w, "comm", string, e->comm[0] ? e->comm : NULL);
	NAMED(w, "call", names_call(e->call), e->call);
	SIGNED(w, "uid", e->uid);
	NONZERO(w, "inode", e->inode);
	add_cgroup(w, e);
	SIGNED(w, "sk_err", e->sk_err);
	SIGNED(w, "sk_shutdown", e->sk_shutdown);
}

/**
 * events_json() - write an event as a JSON object on a line of its own
 * @v: the view; JSON looks the same always
 * @e: the event
 */
void events_json(struct events *v, const struct event *e)
{
	char time[CLOCK_RFC3339_SIZE];
	struct json w;

	clock_rfc3339(time, &v->utc, e->realtime_ns);
	json_begin(&w, v->to);
	json_object_begin(&w);
	json_member(&w, "ts_ns", u64, e->ts_ns);
	json_member(&w, "time", name, time);
	json_member(&w, "cpu", u64, e->cpu);
	if (e->kind == EVENT_LOST) {
		json_member(&w, "lost", u64, e->lost);
	} else if (e->kind == EVENT_RST) {
		json_member(&w, "seq", u64, e->seq);
		add_rst(&w, e);
	} else if (e->kind == EVENT_DROP) {
		json_member(&w, "seq", u64, e->seq);
		add_drop(&w, e);
	} else if (e->kind == EVENT_FAILED_CALL) {
		json_member(&w, "seq", u64, e->seq);
		add_failed_call(&w, e);
	} else if (e->kind == EVENT_SESSION) {
		json_member(&w, "seq", u64, e->seq);
		add_session(&w, e);
	} else if (e->kind == EVENT_LEFT_OUT) {
		json_member(&w, "seq", u64, e->seq);
		add_left_out(&w, e);
	} else {
		json_member(&w, "seq", u64, e->seq);
		json_member(&w, "index", u64, e->index);
		add_connection(&w, e);
		add_transition(&w, e);
		add_process(&w, e);
		add_socket(&w, e);
		add_ending(&w, e);
	}
	json_object_end(&w);
	json_end(&w);
}
