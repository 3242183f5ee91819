// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that are stuck, for programs: one JSON object per line. What is unknown is null.
 */
#include "base/json.h"
#include "lib/names.h"
#include "view/item_words.h"
#include "view/stuck_view.h"

#define KNOWN(w, key, value) \
	(json_key(w, key), json_known(w, (value) >= 0, (uint64_t)(value)))
#define NONZERO(w, key, value) \
	(json_key(w, key), json_known(w, (value) != 0, value))

static void add_ends(struct json *w, const struct item *i)
{
	const struct sockets_entry *s = i->socket;

	NONZERO(w, "cookie", s->cookie);
	NONZERO(w, "netns", i->netns->cookie);
	NONZERO(w, "netns_inode", i->netns->inode);
	json_member(w, "netns_name", string, *i->netns->name ? i->netns->name : NULL);
	json_member(w, "family", name, s->ipv6 ? "inet6" : "inet");
	json_member(w, "laddr", ip, s->ipv6, s->laddr);
	json_member(w, "lport", u64, s->lport);
	json_member(w, "raddr", ip, s->ipv6, s->raddr);
	json_member(w, "rport", u64, s->rport);
}

static void add_holders(struct json *w, const struct inventory *inv, const struct item *i)
{
	struct sockholder holder;
	size_t number;

	json_key(w, "holders");
	json_array_begin(w);
	for (number = 0; inventory_holder(inv, i, number, &holder); number++) {
		json_object_begin(w);
		json_member(w, "pid", u64, holder.pid);
		NONZERO(w, "tid", holder.tid);
		json_member(w, "comm", string, holder.comm);
		json_member(w, "fd", u64, holder.fd);
		json_object_end(w);
	}
	json_array_end(w);
}

static void add_owner(struct json *w, const struct inventory *inv, const struct item *i)
{
	json_member(w, "held_by", name, item_words_held(i->held));
	json_key(w, "process");
	item_json_process(w, &i->process);
	add_holders(w, inv, i);
	json_key(w, "opener");
	item_json_process(w, &i->opener);
	json_key(w, "listener");
	item_json_process(w, &i->listener);
	json_member(w, "call", name, i->call ? names_call(i->call) : NULL);
	json_member(w, "uid", known, inv->live, i->socket->uid);
	NONZERO(w, "inode", i->socket->inode);
	json_member(w, "container", string, item_words_container(i));
}

static void add_times(struct json *w, const struct inventory *inv, const struct item *i)
{
	json_member(w, "dwell_ns", known, i->since_how, item_dwell_ns(i, inv->now_ns));
	json_member(w, "older_than_module", bool, i->since_how != ITEM_SINCE_SEEN);
	json_member(w, "age_ns", known, i->born_ns, inv->now_ns - i->born_ns);
	KNOWN(w, "last_sent_ms", i->socket->last_sent_ms);
	KNOWN(w, "last_received_ms", i->socket->last_received_ms);
}

static void add_queues(struct json *w, bool live, const struct sockets_entry *s)
{
	json_member(w, "receive_queue", known, live, s->receive_queue);
	json_member(w, "send_queue", known, live, s->send_queue);
	KNOWN(w, "unsent_bytes", s->unsent_bytes);
	KNOWN(w, "bytes_sent", s->bytes_sent);
	KNOWN(w, "bytes_received", s->bytes_received);
	KNOWN(w, "retransmits", s->total_retransmits);
	json_member(w, "timer", name, item_words_timer(s));
	json_member(w, "timer_ms", known, s->timer, s->expires_ms);
}

static void add_fate(struct json *w, bool live, const struct item *i)
{
	struct fate f;

	fate_of(i, live, &f);
	json_member(w, "ends_by", name, item_words_fate_name(f.by));
	json_member(w, "ends_in_ns", known, f.known, f.in_ns);
	json_member(w, "keepalive", bool, f.keepalive);
}

/**
 * stuck_json() - write the sockets that are stuck, the oldest first
 * @how: JSON looks the same always
 * @to: where they go
 * @s: the sockets
 * @top: how many at most
 */
void stuck_json(const struct view *how, struct buffer *to, const struct stuck *s, size_t top)
{
	const struct inventory *inv = s->inventory;
	struct json w;
	size_t n;

	for (n = 0; n < s->count && n < top; n++) {
		const struct item *i = s->items[n];

		json_begin(&w, to);
		json_object_begin(&w);
		json_member(&w, "state", name, names_state(i->socket->state));
		json_member(&w, "mini", bool, i->socket->mini);
		add_ends(&w, i);
		add_owner(&w, inv, i);
		add_times(&w, inv, i);
		json_member(&w, "closer", name, names_closer(i->closer));
		add_queues(&w, inv->live, i->socket);
		add_fate(&w, inv->live, i);
		json_object_end(&w);
		json_end(&w);
	}
}
