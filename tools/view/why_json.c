// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether closing is healthy, for programs: one JSON object. What is unknown is null.
 *
 * The names are an interface: they stay.
 */
#include "answer/thresholds.h"
#include "base/json.h"
#include "view/why_view.h"

static void add_line(struct json *w, const struct line *l)
{
	json_string(w, *l->text ? l->text : NULL);
}

static void add_processes(struct json *w, const struct diagnosis *g)
{
	unsigned int i;

	json_key(w, "processes");
	json_array_begin(w);
	for (i = 0; i < g->process_count; i++) {
		const struct diagnosis_process *p = &g->processes[i];

		json_object_begin(w);
		json_member(w, "pid", u64, p->process.pid);
		json_member(w, "comm", string, *p->process.comm ? p->process.comm : NULL);
		json_member(w, "container", string, *p->container ? p->container : NULL);
		json_member(w, "count", u64, p->count);
		json_object_end(w);
	}
	json_array_end(w);
}

static void add_endpoint(struct json *w, bool ipv6, const uint8_t *addr, uint16_t port)
{
	char text[FORMAT_ENDPOINT_MAX + 1];

	*format_endpoint(text, ipv6, addr, port) = '\0';
	json_name(w, text);
}

static void add_address(struct json *w, bool ipv6, const uint8_t *addr)
{
	char text[FORMAT_IP_MAX + 1];

	*format_ip(text, ipv6, addr) = '\0';
	json_name(w, text);
}

/* The port of a client means nothing, nor does one of several addresses. */
static void add_ends(struct json *w, const struct diagnosis *g)
{
	const struct subject *s = &g->subject;

	json_key(w, "local");
	if (s->passive || g->count == 1)
		add_endpoint(w, s->ipv6, s->laddr, s->lport);
	else
		add_address(w, s->ipv6, s->laddr);
	json_key(w, "remote");
	if (g->several)
		json_null(w);
	else if (s->passive)
		add_address(w, s->ipv6, s->raddr);
	else
		add_endpoint(w, s->ipv6, s->raddr, s->rport);
}

static void add_cookies(struct json *w, const struct diagnosis *g)
{
	unsigned int i;

	json_key(w, "cookies");
	json_array_begin(w);
	for (i = 0; i < g->cookie_count; i++)
		json_u64(w, g->cookies[i]);
	json_array_end(w);
}

static void add_words(struct json *w, const struct why_view *v, const struct diagnosis *g)
{
	const struct why_words *words = why_words(g);
	struct line line;

	/* JSON escapes what is in it. */
	line_init(&line, 1, NULL);
	line.raw = true;
	why_words_text(&line, g);
	json_key(w, "text");
	add_line(w, &line);
	json_member(w, "usually", string, words->usually);
	json_member(w, "advice", string, words->advice);
	line_begin(&line);
	why_words_filter(&line, g);
	json_key(w, "filter");
	add_line(w, &line);
	line_begin(&line);
	why_words_command(&line, g, v->input);
	json_key(w, "command");
	add_line(w, &line);
}

static void add_diagnosis(struct json *w, const struct why_view *v, const struct diagnosis *g)
{
	static const char *const severities[] = { "info", "warning", "critical" };

	json_object_begin(w);
	json_member(w, "id", name, thresholds[g->id].name);
	json_member(w, "severity", name, severities[g->severity]);
	json_member(w, "count", u64, g->count);
	json_member(w, "of", known, g->of, g->of);
	json_member(w, "since_ns", known, g->since_ns, g->since_ns);
	json_member(w, "since", moment, g->since_ns ? g->since_ns + (uint64_t)v->offset_ns : 0);
	json_member(w, "last_ns", known, g->last_ns, g->last_ns);
	json_member(w, "longest_ns", known, g->longest_ns, g->longest_ns);
	add_processes(w, g);
	json_member(w, "netns_inode", known, g->subject.netns_inode, g->subject.netns_inode);
	json_member(w, "netns_name", string,
		    *g->subject.netns_name ? g->subject.netns_name : NULL);
	add_ends(w, g);
	add_cookies(w, g);
	add_words(w, v, g);
	json_object_end(w);
}

/**
 * why_json() - write the answer as a JSON object
 * @how: JSON looks the same always
 * @to: where it goes
 * @v: the answer
 */
void why_json(const struct view *how, struct buffer *to, const struct why_view *v)
{
	static const char *const verdicts[] = { "healthy", "trouble", "cannot-tell" };
	const struct why *why = v->why;
	struct json w;
	size_t i;

	json_begin(&w, to);
	json_object_begin(&w);
	json_member(&w, "verdict", name, verdicts[why_verdict(why)]);
	json_member(&w, "connections", u64, why->connections);
	json_member(&w, "graceful", u64, why->graceful);
	json_member(&w, "sockets", u64, why->sockets);
	json_member(&w, "first_ns", known, why->first_ns, why->first_ns);
	json_member(&w, "last_ns", known, why->last_ns, why->last_ns);
	json_member(&w, "lost", u64, why->lost);
	json_member(&w, "left_out", u64, why->left_out);
	json_member(&w, "all_seen", bool, !why->blind && !why->lost);
	json_key(&w, "findings");
	json_array_begin(&w);
	for (i = 0; i < why->found.count; i++)
		add_diagnosis(&w, v, why->found.sorted[i]);
	json_array_end(&w);
	json_object_end(&w);
	json_end(&w);
}
