// SPDX-License-Identifier: GPL-2.0-only
/*
 * The result of a check for programs: one JSON object.
 *
 * The names are an interface (see tcpclose(1)): they stay.
 */
#include "base/json.h"
#include "lib/names.h"
#include "view/verify.h"

static void add_states(struct json *w, unsigned int from, unsigned int into)
{
	json_member(w, "old", number_name, names_state(from), from);
	json_member(w, "new", number_name, names_state(into), into);
}

static void add_socket(struct json *w, const struct finding *f)
{
	json_member(w, "cookie", known, f->cookie != 0, f->cookie);
	json_member(w, "netns_inode", known, f->netns_inode != 0,
		    f->netns_inode);
}

static void add_connection(struct json *w, const struct finding *f)
{
	add_socket(w, f);
	json_member(w, "netns_name", string,
		    f->netns_name[0] ? f->netns_name : NULL);
	json_member(w, "family", name, f->ipv6 ? "inet6" : "inet");
	json_member(w, "laddr", ip, f->ipv6, f->laddr);
	json_member(w, "lport", known, f->lport != 0, f->lport);
	json_member(w, "raddr", ip, f->ipv6, f->raddr);
	json_member(w, "rport", known, f->rport != 0, f->rport);
}

static void add_example(struct json *w, const struct finding *f)
{
	json_object_begin(w);
	json_member(w, "ts_ns", u64, f->ts_ns);
	json_member(w, "time", moment, f->realtime_ns);
	json_member(w, "cpu", known, f->record, f->cpu);
	json_member(w, "seq", known,
		    f->record && f->seq != (uint64_t)EVENT_UNKNOWN, f->seq);
	if (f->transition) {
		json_member(w, "index", u64, f->index);
		add_states(w, f->old, f->new);
		json_member(w, "origin", name, names_origin(f->origin));
		add_connection(w, f);
	} else if (f->session) {
		json_member(w, "protocol", name, "mptcp");
		add_states(w, f->old, f->new);
		add_connection(w, f);
	} else if (f->rst) {
		json_member(w, "state", name, f->old ? names_state(f->old) : NULL);
		add_connection(w, f);
	} else if (f->drop) {
		add_connection(w, f);
	} else if (f->cookie) {
		add_socket(w, f);
	}
	json_member(w, "what", string, f->what);
	json_object_end(w);
}

static void add_findings(struct json *w, const struct findings *f)
{
	unsigned int i;

	json_member(w, "count", u64, f->count);
	json_key(w, "examples");
	json_array_begin(w);
	for (i = 0; i < f->kept; i++)
		add_example(w, &f->examples[i]);
	json_array_end(w);
}

static void add_edge(struct json *w, const struct model_edge *edge,
		     uint64_t count)
{
	json_object_begin(w);
	json_member(w, "id", name, edge->id);
	add_states(w, edge->from, edge->to);
	json_member(w, "event", string, edge->event);
	json_member(w, "manner", name, model_manner_name(edge->manner));
	json_member(w, "verdict", name, model_standing_name(edge->standing));
	json_member(w, "count", u64, count);
	json_object_end(w);
}

/* All edges, also those that were not seen. */
static void add_edges(struct json *w, const struct check *c)
{
	const struct model_edge *edges;
	size_t count, i;

	edges = model_edges(&count);
	json_key(w, "edges");
	json_array_begin(w);
	for (i = 0; i < count; i++)
		add_edge(w, &edges[i], c->edges[i]);
	json_array_end(w);
}

static void add_illegal(struct json *w, const struct check *c)
{
	unsigned int from, into;

	json_key(w, "illegal");
	json_array_begin(w);
	for (from = 0; from < TCPCLOSE_STATES; from++) {
		for (into = 0; into < TCPCLOSE_STATES; into++) {
			const struct check_illegal *seen = &c->illegal[from][into];

			if (!seen->count)
				continue;
			json_object_begin(w);
			add_states(w, from, into);
			json_member(w, "count", u64, seen->count);
			json_member(w, "why", string, seen->why);
			json_object_end(w);
		}
	}
	json_array_end(w);
}

static void add_findings_by_kind(struct json *w, const struct check *c)
{
	unsigned int i;

	json_key(w, "findings");
	json_array_begin(w);
	for (i = 0; i < FINDING_KINDS; i++) {
		if (!c->findings[i].count)
			continue;
		json_object_begin(w);
		json_member(w, "name", name, finding_name(i));
		json_member(w, "text", string, finding_text(i));
		add_findings(w, &c->findings[i]);
		json_object_end(w);
	}
	json_array_end(w);
}

static void add_connections(struct json *w, const struct check *c)
{
	json_key(w, "connections");
	json_object_begin(w);
	json_member(w, "ended", u64, c->ended);
	json_member(w, "open", u64, c->open);
	json_member(w, "unopened", u64, c->unopened);
	json_member(w, "began_before", u64, c->began_before);
	json_member(w, "marked", u64, c->marked);
	json_member(w, "forgotten", u64, c->history.forgotten);
	json_member(w, "seen", u64, c->seen);
	json_object_end(w);
}

static void add_gaps(struct json *w, const struct check *c)
{
	json_key(w, "gaps");
	json_object_begin(w);
	json_member(w, "unexplained", u64, c->gaps.unexplained.count);
	json_member(w, "forgotten", u64, c->forgot);
	json_key(w, "lost");
	json_object_begin(w);
	add_findings(w, &c->gaps.explained);
	json_object_end(w);
	json_object_end(w);
}

/**
 * verify_add_json() - write the result of a check as a JSON object
 * @w: the writer
 * @c: the check, finished
 */
void verify_add_json(struct json *w, const struct check *c)
{
	uint64_t wrong = check_finding_count(c);

	json_object_begin(w);
	json_member(w, "transitions", u64, c->transitions);
	json_member(w, "span_ns", u64, c->last_ns - c->first_ns);
	json_member(w, "rsts", u64, c->rsts);
	json_member(w, "rsts_left_out", u64, c->rsts_left_out);
	json_member(w, "drops", u64, c->drops);
	json_member(w, "drops_left_out", u64, c->drops_left_out);
	json_member(w, "failed_calls", u64, c->failed_calls);
	json_member(w, "calls_left_out", u64, c->calls_left_out);
	json_member(w, "sessions", u64, c->sessions);
	json_member(w, "lost", u64, c->lost);
	json_member(w, "nameless", u64, c->nameless);
	json_member(w, "late", u64, c->late);
	json_member(w, "late_ns", u64, c->late_ns);
	add_connections(w, c);
	add_edges(w, c);
	add_illegal(w, c);
	add_gaps(w, c);
	add_findings_by_kind(w, c);
	json_member(w, "wrong", u64, wrong);
	json_member(w, "verdict", name, wrong ? "violation" : "clean");
	json_object_end(w);
}

/**
 * verify_json() - write the result of a check as a line of JSON
 * @how: JSON looks the same always
 * @to: where it goes
 * @c: the check, finished
 */
void verify_json(const struct view *how, struct buffer *to,
		 const struct check *c)
{
	struct json w;

	json_begin(&w, to);
	verify_add_json(&w, c);
	json_end(&w);
}
