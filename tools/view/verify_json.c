// SPDX-License-Identifier: GPL-2.0-only
/*
 * The result of a check for programs: one JSON object.
 *
 * The names are an interface (see tcpclose(1)): they stay.
 */
#include "base/format.h"
#include "lib/names.h"
#include "view/verify.h"

static void add_number(struct buffer *to, const char *name, uint64_t value)
{
	buffer_printf(to, "\"%s\":%llu,", name, (unsigned long long)value);
}

static void add_text(struct buffer *to, const char *name, const char *text)
{
	char *p;

	buffer_printf(to, "\"%s\":", name);
	p = buffer_reserve(to, FORMAT_JSON_MAX(strlen(text)));
	buffer_commit(to, format_json_string(p, text));
}

static void add_state(struct buffer *to, const char *name, unsigned int state)
{
	const char *text = state_name(state);

	if (text)
		buffer_printf(to, "\"%s\":\"%s\",", name, text);
	else
		buffer_printf(to, "\"%s\":\"number-%u\",", name, state);
}

static void add_endpoint(struct buffer *to, const struct finding *f,
			 const char *addr_name, const uint8_t *addr,
			 const char *port_name, uint16_t port)
{
	char text[FORMAT_IP_MAX + 1];

	*(f->ipv6 ? format_ipv6(text, addr) : format_ipv4(text, addr)) = '\0';
	buffer_printf(to, "\"%s\":\"%s\",", addr_name, text);
	if (port)
		add_number(to, port_name, port);
	else
		buffer_printf(to, "\"%s\":null,", port_name);
}

static void add_example(struct buffer *to, const struct finding *f)
{
	buffer_printf(to, "{");
	add_number(to, "ts_ns", f->ts_ns);
	add_number(to, "cpu", f->cpu);
	add_number(to, "seq", f->seq);
	if (f->transition) {
		add_number(to, "index", f->index);
		add_state(to, "old", f->old);
		add_state(to, "new", f->new);
		buffer_printf(to, "\"origin\":\"%s\",", origin_name(f->origin));
		add_number(to, "cookie", f->cookie);
		add_number(to, "netns_inode", f->netns_inode);
		add_text(to, "netns_name", f->netns_name);
		buffer_printf(to, ",\"family\":\"%s\",",
			      f->ipv6 ? "inet6" : "inet");
		add_endpoint(to, f, "laddr", f->laddr, "lport", f->lport);
		add_endpoint(to, f, "raddr", f->raddr, "rport", f->rport);
	}
	add_text(to, "what", f->what);
	buffer_printf(to, "}");
}

static void add_findings(struct buffer *to, const struct findings *f)
{
	unsigned int i;

	add_number(to, "count", f->count);
	buffer_printf(to, "\"examples\":[");
	for (i = 0; i < f->kept; i++) {
		if (i)
			buffer_printf(to, ",");
		add_example(to, &f->examples[i]);
	}
	buffer_printf(to, "]}");
}

static void add_edge(struct buffer *to, const struct model_edge *edge,
		     uint64_t count)
{
	buffer_printf(to, "{\"id\":\"%s\",", edge->id);
	add_state(to, "old", edge->from);
	add_state(to, "new", edge->to);
	add_text(to, "event", edge->event);
	buffer_printf(to, ",\"manner\":\"%s\",\"verdict\":\"%s\",\"count\":%llu}",
		      model_manner_name(edge->manner),
		      model_standing_name(edge->standing),
		      (unsigned long long)count);
}

/* All edges, also those that were not seen. */
static void add_edges(struct buffer *to, const struct check *c)
{
	const struct model_edge *edges;
	size_t count, i;

	edges = model_edges(&count);
	buffer_printf(to, "\"edges\":[");
	for (i = 0; i < count; i++) {
		if (i)
			buffer_printf(to, ",");
		add_edge(to, &edges[i], c->edges[i]);
	}
	buffer_printf(to, "],");
}

static void add_illegal(struct buffer *to, const struct check *c)
{
	unsigned int from, into;
	bool first = true;

	buffer_printf(to, "\"illegal\":[");
	for (from = 0; from < TCPCLOSE_STATES; from++) {
		for (into = 0; into < TCPCLOSE_STATES; into++) {
			const struct check_illegal *seen = &c->illegal[from][into];

			if (!seen->count)
				continue;
			buffer_printf(to, first ? "{" : ",{");
			first = false;
			add_state(to, "old", from);
			add_state(to, "new", into);
			add_number(to, "count", seen->count);
			add_text(to, "why", seen->why);
			buffer_printf(to, "}");
		}
	}
	buffer_printf(to, "],");
}

static void add_findings_by_kind(struct buffer *to, const struct check *c)
{
	bool first = true;
	unsigned int i;

	buffer_printf(to, "\"findings\":[");
	for (i = 0; i < FINDING_KINDS; i++) {
		if (!c->findings[i].count)
			continue;
		buffer_printf(to, "%s{\"name\":\"%s\",\"text\":\"%s\",",
			      first ? "" : ",", finding_name(i),
			      finding_text(i));
		first = false;
		add_findings(to, &c->findings[i]);
	}
	buffer_printf(to, "],");
}

static void add_connections(struct buffer *to, const struct check *c)
{
	buffer_printf(to, "\"connections\":{");
	add_number(to, "ended", c->ended);
	add_number(to, "open", c->open);
	add_number(to, "unopened", c->unopened);
	add_number(to, "began_before", c->began_before);
	add_number(to, "marked", c->marked);
	add_number(to, "forgotten", c->history.forgotten);
	buffer_printf(to, "\"seen\":%llu},", (unsigned long long)c->seen);
}

static void add_gaps(struct buffer *to, const struct check *c)
{
	buffer_printf(to, "\"gaps\":{");
	add_number(to, "unexplained", c->gaps.unexplained.count);
	add_number(to, "forgotten", c->forgot);
	buffer_printf(to, "\"lost\":{");
	add_findings(to, &c->gaps.explained);
	buffer_printf(to, "},");
}

/**
 * verdict_json() - write the result of a check as JSON
 * @to: where it goes
 * @c: the check, finished
 */
void verdict_json(struct buffer *to, const struct check *c)
{
	uint64_t wrong = check_finding_count(c);

	buffer_printf(to, "{");
	add_number(to, "transitions", c->transitions);
	add_number(to, "span_ns", c->last_ns - c->first_ns);
	add_number(to, "lost", c->lost);
	add_number(to, "nameless", c->nameless);
	add_number(to, "late", c->late);
	add_number(to, "late_ns", c->late_ns);
	add_connections(to, c);
	add_edges(to, c);
	add_illegal(to, c);
	add_gaps(to, c);
	add_findings_by_kind(to, c);
	add_number(to, "wrong", wrong);
	buffer_printf(to, "\"verdict\":\"%s\"}",
		      wrong ? "violation" : "clean");
}
