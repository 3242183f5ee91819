// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has local ports, for programs: one JSON object per line, for each namespace,
 * destination, local address and kind of failed call. What is unknown is null.
 */
#include "base/json.h"
#include "lib/names.h"
#include "view/ports_view.h"
#include "view/ports_words.h"

#define NONZERO(w, key, value) \
	(json_key(w, key), json_known(w, (value) != 0, value))
#define SETTING(w, key, n, name) \
	(json_key(w, key), json_known(w, (n)->settings.values[name] >= 0, \
				      (uint64_t)(n)->settings.values[name]))

static void add_netns(struct json *w, const struct ports_netns *n)
{
	NONZERO(w, "netns", n->cookie);
	NONZERO(w, "netns_inode", n->inode);
	json_member(w, "netns_name", string, *n->name ? n->name : NULL);
}

static void add_process(struct json *w, const struct ports_process *r)
{
	json_object_begin(w);
	NONZERO(w, "pid", r->pid);
	json_member(w, "comm", string, *r->comm ? r->comm : NULL);
	json_member(w, "others", bool, r->rest);
	json_member(w, "container", string, *r->container ? r->container : NULL);
	json_member(w, "open", u64, r->counts[PORTS_OPEN]);
	json_member(w, "closing", u64, r->counts[PORTS_CLOSING]);
	json_member(w, "time_wait", u64, r->counts[PORTS_TIME_WAIT]);
	json_member(w, "held", u64, r->counts[PORTS_HELD]);
	json_member(w, "begun", u64, r->counts[PORTS_BEGUN]);
	json_member(w, "recycled", u64, r->counts[PORTS_RECYCLED]);
	json_member(w, "overflowed", u64, r->counts[PORTS_OVERFLOWED]);
	json_member(w, "failed", u64, r->counts[PORTS_FAILED]);
	json_object_end(w);
}

/* What the stream has, and whose all that is. */
static void add_sum(struct json *w, const struct ports *p, const struct ports_sum *s)
{
	const struct ports_process *r;

	json_member(w, "seen_ns", u64, ports_seen_ns(p));
	json_member(w, "begun", u64, s->counts[PORTS_BEGUN]);
	json_member(w, "recycled", u64, s->counts[PORTS_RECYCLED]);
	json_member(w, "overflowed", u64, s->counts[PORTS_OVERFLOWED]);
	json_member(w, "failed", u64, s->counts[PORTS_FAILED]);
	json_key(w, "processes");
	json_array_begin(w);
	for (r = s->processes; r; r = r->next)
		add_process(w, r);
	json_array_end(w);
}

static void add_ports(struct json *w, const struct ports_netns *n)
{
	json_member(w, "port_first", known, n->range_known, n->first);
	json_member(w, "port_last", known, n->range_known, n->last);
	json_member(w, "ports", known, n->range_known, n->range);
	json_member(w, "reserved", known, n->range_known && n->reserved_known, n->reserved);
	json_member(w, "available", known, n->range_known && n->reserved_known,
		    n->available);
	json_member(w, "used", known, n->listed, n->used);
	json_member(w, "held", known, n->listed, n->held);
	json_member(w, "listeners", known, n->listed, n->listeners);
	json_member(w, "bound", known, n->bound_known, n->bound);
}

static void show_netns(struct json *w, const struct ports *p, const struct ports_netns *n)
{
	const uint64_t *counts = n->sum.counts;

	json_member(w, "kind", name, "netns");
	add_netns(w, n);
	add_ports(w, n);
	json_member(w, "open", known, n->listed, counts[PORTS_OPEN]);
	json_member(w, "closing", u64, counts[PORTS_CLOSING]);
	json_member(w, "time_wait", u64, counts[PORTS_TIME_WAIT]);
	json_member(w, "passive_time_wait", u64, n->passive);
	json_member(w, "passive_port", known, n->passive, n->passive_port);
	json_member(w, "passive_time_wait_at_port", u64, n->passive_most);
	json_member(w, "mini_sockets", u64, n->buckets);
	SETTING(w, "tcp_max_tw_buckets", n, NETSYSCTL_MAX_TW_BUCKETS);
	SETTING(w, "tcp_tw_reuse", n, NETSYSCTL_TW_REUSE);
	SETTING(w, "tcp_tw_reuse_delay_ms", n, NETSYSCTL_TW_REUSE_DELAY);
	SETTING(w, "tcp_timestamps", n, NETSYSCTL_TIMESTAMPS);
	add_sum(w, p, &n->sum);
}

static void add_share(struct json *w, const struct ports_destination *d)
{
	const struct ports_netns *n = d->netns;

	json_member(w, "available", known, n->range_known && n->reserved_known,
		    n->available);
	json_member(w, "taken", u64, d->taken);
	json_member(w, "percent", known, n->available, ports_percent(d));
	/* Of a recording: open connections are not in it. */
	json_member(w, "at_least", bool, !n->listed);
}

static void add_growth(struct json *w, const struct ports_destination *d)
{
	const struct ports_growth *g = &d->growth;
	bool known = d->netns->listed && (g->known || g->ends);

	json_member(w, "begun_lately", u64, g->begun);
	json_member(w, "lately_ns", u64, g->window_ns);
	json_member(w, "steady", known, g->known && d->netns->listed, g->steady);
	json_key(w, "runs_out");
	if (known && d->netns->available)
		json_bool(w, g->ends);
	else
		json_null(w);
	json_member(w, "runs_out_in_ns", known, known && g->ends, g->in_ns);
}

static void add_help(struct json *w, const struct ports *p, const struct ports_destination *d)
{
	struct ports_advice advice[PORTS_HELPS];
	size_t count = ports_advise(p, d, advice), i;

	json_member(w, "short", bool, ports_is_short(p, d));
	json_key(w, "help");
	json_array_begin(w);
	for (i = 0; i < count; i++) {
		json_object_begin(w);
		json_member(w, "what", name, ports_words_help(advice[i].what));
		json_member(w, "helps", bool, advice[i].helps);
		NONZERO(w, "number", advice[i].number);
		json_object_end(w);
	}
	json_array_end(w);
}

static void add_ends(struct json *w, const struct ports_ends *ends)
{
	json_member(w, "family", name, ends->ipv6 ? "inet6" : "inet");
	json_member(w, "laddr", ip, ends->ipv6, ends->laddr);
	if (ends->bind)
		return;
	json_member(w, "raddr", ip, ends->ipv6, ends->raddr);
	json_member(w, "rport", u64, ends->rport);
}

static void show_destination(struct json *w, const struct ports *p,
			     const struct ports_destination *d)
{
	const uint64_t *counts = d->sum.counts;
	bool listed = d->netns->listed;

	json_member(w, "kind", name, d->ends.bind ? "address" : "destination");
	add_netns(w, d->netns);
	add_ends(w, &d->ends);
	add_share(w, d);
	json_member(w, "open", known, listed, counts[PORTS_OPEN]);
	json_member(w, "closing", u64, counts[PORTS_CLOSING]);
	json_member(w, "time_wait", u64, counts[PORTS_TIME_WAIT]);
	if (d->ends.bind) {
		json_member(w, "held", known, listed, counts[PORTS_HELD]);
	} else {
		json_member(w, "used", u64, ports_used(d));
		json_member(w, "reusable", known, listed, d->reusable);
		json_member(w, "would_be_reusable", known, listed, d->would_be_reusable);
		add_growth(w, d);
	}
	json_member(w, "failed_ago_ns", known, d->failed_ns, p->now_ns - d->failed_ns);
	add_sum(w, p, &d->sum);
	add_help(w, p, d);
}

static void show_failure(struct json *w, const struct ports *p, const struct ports_failure *f)
{
	json_member(w, "kind", name, "failure");
	add_netns(w, f->netns);
	json_member(w, "call", name, names_call(f->call));
	json_member(w, "error", name, names_error(f->error));
	NONZERO(w, "pid", f->pid);
	json_member(w, "comm", string, *f->comm ? f->comm : NULL);
	add_ends(w, &f->ends);
	NONZERO(w, "lport", f->lport);
	json_member(w, "port_first", known, f->range, f->port_low);
	json_member(w, "port_last", known, f->range, f->port_high);
	json_member(w, "count", u64, f->count);
	json_member(w, "latest", moment, f->realtime_ns);
	json_member(w, "ago_ns", u64, p->now_ns - f->last_ns);
}

#define SHOW(to, show, p, what) \
	do { \
		struct json _w; \
\
		json_begin(&_w, to); \
		json_object_begin(&_w); \
		show(&_w, p, what); \
		json_object_end(&_w); \
		json_end(&_w); \
	} while (0)

/**
 * ports_json() - write who has local ports
 * @how: JSON looks the same always
 * @to: where they go
 * @p: the ports
 * @top: how many of each kind at most
 */
void ports_json(const struct view *how, struct buffer *to, const struct ports *p, size_t top)
{
	size_t i;

	for (i = 0; i < p->netns_count && i < top; i++)
		SHOW(to, show_netns, p, p->netns[i]);
	for (i = 0; i < p->destination_count && i < top; i++)
		SHOW(to, show_destination, p, p->destinations[i]);
	for (i = 0; i < p->address_count && i < top; i++)
		SHOW(to, show_destination, p, p->addresses[i]);
	for (i = 0; i < p->failure_count && i < top; i++)
		SHOW(to, show_failure, p, p->failures[i]);
}
