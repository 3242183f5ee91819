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
	json_key(w, "old");
	json_number_name(w, state_name(from), from);
	json_key(w, "new");
	json_number_name(w, state_name(into), into);
}

static void add_connection(struct json *w, const struct finding *f)
{
	json_key(w, "cookie");
	json_u64(w, f->cookie);
	json_key(w, "netns_inode");
	json_u64(w, f->netns_inode);
	json_key(w, "netns_name");
	json_string(w, f->netns_name);
	json_key(w, "family");
	json_name(w, f->ipv6 ? "inet6" : "inet");
	json_key(w, "laddr");
	json_ip(w, f->ipv6, f->laddr);
	json_key(w, "lport");
	json_known(w, f->lport != 0, f->lport);
	json_key(w, "raddr");
	json_ip(w, f->ipv6, f->raddr);
	json_key(w, "rport");
	json_known(w, f->rport != 0, f->rport);
}

static void add_example(struct json *w, const struct finding *f)
{
	json_object_begin(w);
	json_key(w, "ts_ns");
	json_u64(w, f->ts_ns);
	json_key(w, "cpu");
	json_u64(w, f->cpu);
	json_key(w, "seq");
	json_u64(w, f->seq);
	if (f->transition) {
		json_key(w, "index");
		json_u64(w, f->index);
		add_states(w, f->old, f->new);
		json_key(w, "origin");
		json_name(w, origin_name(f->origin));
		add_connection(w, f);
	}
	json_key(w, "what");
	json_string(w, f->what);
	json_object_end(w);
}

static void add_findings(struct json *w, const struct findings *f)
{
	unsigned int i;

	json_key(w, "count");
	json_u64(w, f->count);
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
	json_key(w, "id");
	json_name(w, edge->id);
	add_states(w, edge->from, edge->to);
	json_key(w, "event");
	json_string(w, edge->event);
	json_key(w, "manner");
	json_name(w, model_manner_name(edge->manner));
	json_key(w, "verdict");
	json_name(w, model_standing_name(edge->standing));
	json_key(w, "count");
	json_u64(w, count);
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
			json_key(w, "count");
			json_u64(w, seen->count);
			json_key(w, "why");
			json_string(w, seen->why);
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
		json_key(w, "name");
		json_name(w, finding_name(i));
		json_key(w, "text");
		json_string(w, finding_text(i));
		add_findings(w, &c->findings[i]);
		json_object_end(w);
	}
	json_array_end(w);
}

static void add_connections(struct json *w, const struct check *c)
{
	json_key(w, "connections");
	json_object_begin(w);
	json_key(w, "ended");
	json_u64(w, c->ended);
	json_key(w, "open");
	json_u64(w, c->open);
	json_key(w, "unopened");
	json_u64(w, c->unopened);
	json_key(w, "began_before");
	json_u64(w, c->began_before);
	json_key(w, "marked");
	json_u64(w, c->marked);
	json_key(w, "forgotten");
	json_u64(w, c->history.forgotten);
	json_key(w, "seen");
	json_u64(w, c->seen);
	json_object_end(w);
}

static void add_gaps(struct json *w, const struct check *c)
{
	json_key(w, "gaps");
	json_object_begin(w);
	json_key(w, "unexplained");
	json_u64(w, c->gaps.unexplained.count);
	json_key(w, "forgotten");
	json_u64(w, c->forgot);
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
	json_key(w, "transitions");
	json_u64(w, c->transitions);
	json_key(w, "span_ns");
	json_u64(w, c->last_ns - c->first_ns);
	json_key(w, "lost");
	json_u64(w, c->lost);
	json_key(w, "nameless");
	json_u64(w, c->nameless);
	json_key(w, "late");
	json_u64(w, c->late);
	json_key(w, "late_ns");
	json_u64(w, c->late_ns);
	add_connections(w, c);
	add_edges(w, c);
	add_illegal(w, c);
	add_gaps(w, c);
	add_findings_by_kind(w, c);
	json_key(w, "wrong");
	json_u64(w, wrong);
	json_key(w, "verdict");
	json_name(w, wrong ? "violation" : "clean");
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
