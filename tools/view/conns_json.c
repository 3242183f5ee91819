// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections in short, for programs: one JSON object per line. What is unknown is null.
 *
 * The names are those of watch where they mean the same; they are an interface: they
 * stay.
 */
#include "base/clock.h"
#include "base/json.h"
#include "lib/names.h"
#include "view/conns_view.h"

#define SIGNED(w, key, value) \
	(json_key(w, key), \
	 json_known(w, (value) != EVENT_UNKNOWN, (uint64_t)(value)))
#define NONZERO(w, key, value) \
	(json_key(w, key), json_known(w, (value) != 0, value))
#define STRING(w, key, text) json_member(w, key, string, *(text) ? (text) : NULL)

static void add_process(struct json *w, uint32_t pid, const char *comm)
{
	if (!pid) {
		json_null(w);
		return;
	}
	json_object_begin(w);
	json_member(w, "pid", u64, pid);
	STRING(w, "comm", comm);
	json_object_end(w);
}

static void add_ends(struct json *w, const struct conn *c)
{
	NONZERO(w, "cookie", c->cookie);
	NONZERO(w, "netns", c->netns);
	NONZERO(w, "netns_inode", c->netns_inode);
	STRING(w, "netns_name", c->netns_name);
	json_member(w, "family", name, c->ipv6 ? "inet6" : "inet");
	json_member(w, "laddr", ip, c->ipv6, c->laddr);
	NONZERO(w, "lport", c->lport);
	json_member(w, "raddr", ip, c->ipv6, c->raddr);
	NONZERO(w, "rport", c->rport);
}

static void add_owner(struct json *w, const struct conn *c)
{
	json_key(w, "process");
	add_process(w, c->pid, c->comm);
	json_key(w, "opener");
	add_process(w, c->opener, c->opener_comm);
	NONZERO(w, "closer_pid", c->closer_pid);
	json_member(w, "call", name, names_call(c->call));
	SIGNED(w, "uid", c->uid);
	NONZERO(w, "inode", c->inode);
	STRING(w, "container", c->cgroup_names.text[CGROUP_CONTAINER]);
	STRING(w, "pod", c->cgroup_names.text[CGROUP_POD]);
	STRING(w, "unit", c->cgroup_names.text[CGROUP_UNIT]);
}

static void add_traffic(struct json *w, const struct conn *c)
{
	SIGNED(w, "bytes_sent", c->bytes_sent);
	SIGNED(w, "bytes_received", c->bytes_received);
	SIGNED(w, "retransmits", c->retransmits);
	SIGNED(w, "srtt_us", c->srtt_us);
	SIGNED(w, "idle_ms", c->idle_ms);
	SIGNED(w, "unread_bytes", c->unread_bytes);
	SIGNED(w, "unsent_bytes", c->unsent_bytes);
}

/* Only the states that it was in. */
static void add_dwells(struct json *w, const struct conn *c)
{
	unsigned int state;

	json_key(w, "dwells_ns");
	json_object_begin(w);
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (!(c->states >> state & 1) || !names_state(state) ||
		    state == TCPCLOSE_CLOSE)
			continue;
		json_name_key(w, names_state(state));
		json_known(w, c->dwells_ns[state] != 0, c->dwells_ns[state]);
	}
	json_object_end(w);
}

static void add_rst(struct json *w, const struct conn *c)
{
	json_key(w, "rst");
	if (!c->rst) {
		json_null(w);
		return;
	}
	json_object_begin(w);
	json_member(w, "sent", bool, c->rst_effect == TCPCLOSE_RST_SENT);
	json_member(w, "reason", name,
		    c->rst_effect == TCPCLOSE_RST_SENT ? names_rst_reason(c->rst_reason) :
							 NULL);
	json_object_end(w);
}

static void add_marks(struct json *w, unsigned int mark)
{
	unsigned int bit;

	json_key(w, "marks");
	json_array_begin(w);
	for (bit = 0; mark >> bit; bit++)
		if (mark >> bit & 1 && names_mark(bit))
			json_name(w, names_mark(bit));
	json_array_end(w);
}

/**
 * conns_json() - write a connection as a JSON object on a line of its own
 * @v: the view
 * @c: the connection
 */
void conns_json(struct conns_view *v, const struct conn *c)
{
	char time[CLOCK_RFC3339_SIZE];
	struct json w;

	clock_rfc3339(time, &v->utc, c->realtime_ns);
	json_begin(&w, v->to);
	json_object_begin(&w);
	json_member(&w, "time", name, time);
	json_member(&w, "state", name, c->closed_ns ? NULL : names_state(c->life.state));
	NONZERO(&w, "closed_ns", c->closed_ns);
	NONZERO(&w, "over_ns", c->over_ns);
	add_ends(&w, c);
	add_owner(&w, c);
	SIGNED(&w, "age_ns", c->age_ns);
	add_traffic(&w, c);
	json_member(&w, "closer", name, names_closer(c->closer));
	json_member(&w, "cause", name, names_cause(c->cause));
	add_rst(&w, c);
	json_member(&w, "error", name,
		    c->sk_err > 0 ? names_error((unsigned int)c->sk_err) : NULL);
	SIGNED(&w, "closing_ns", conn_closing_ns(c));
	add_dwells(&w, c);
	json_member(&w, "end", name, names_end(c->end));
	json_member(&w, "rearms", u64, c->rearms);
	add_marks(&w, c->mark);
	json_object_end(&w);
	json_end(&w);
}
