// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose graph: the state diagram of what was seen.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/complain.h"
#include "cli/session.h"
#include "view/graph/graph_view.h"

enum {
	OPT_FORMAT = 1,
};

static const struct option_spec specs[] = {
	SESSION_SPEC_ADDR,
	{ "all", 0, SESSION_ALL, NULL,
	  "draw what the module still holds; at once, without --duration" },
	SESSION_SPEC_DEVICE,
	SESSION_SPEC_DURATION,
	SESSION_SPEC_FAMILY,
	{ "format", 0, OPT_FORMAT, "FORMAT",
	  "text (unless given), dot, mermaid or svg" },
	SESSION_SPEC_HELP,
	SESSION_SPEC_INPUT,
	SESSION_SPEC_NETNS,
	SESSION_SPEC_PID,
	SESSION_SPEC_PORT,
	SESSION_SPEC_STATE,
	SESSION_SPEC_END,
};

static const struct format {
	const char *name;
	void (*draw)(const struct view *how, struct buffer *to,
		     const struct graph *g);
} formats[] = {
	{ "text", graph_text },
	{ "dot", graph_dot },
	{ "mermaid", graph_mermaid },
	{ "svg", graph_svg },
};

/**
 * struct graph_run - one run of the command
 * @session: where events come from
 * @format: how the picture is drawn
 * @graph: what was seen
 * @out: standard output
 */
struct graph_run {
	struct session session;
	const struct format *format;
	struct graph graph;
	struct buffer out;
};

static int take_format(struct graph_run *r, struct options *o)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!strcmp(o->value, formats[i].name)) {
			r->format = &formats[i];
			return 0;
		}
	}
	return options_bad_value(o, "text, dot, mermaid or svg");
}

/* Return: an exit status, or -1 to go on. */
static int take_options(struct graph_run *r, int argc, char **argv)
{
	struct session *s = &r->session;
	struct options o;
	int id;

	options_init(&o, specs, argc, argv);
	while ((id = options_next(&o)) != OPTION_END) {
		if (id == SESSION_HELP)
			return tool_help(s->tool, specs);
		if (id == OPTION_OPERAND)
			id = options_bad_operand(&o);
		if (id == OPTION_ERROR ||
		    (id == OPT_FORMAT ? take_format(r, &o) :
					session_take_option(s, &o, id)))
			return tool_usage_error(s->tool, o.error);
	}
	if (session_check_options(s))
		return EXIT_COULD_NOT_RUN;
	/* What there is, until now. */
	if (s->all && !s->duration_ns)
		s->duration_ns = 1;
	return -1;
}

static int add(void *context, const struct event *e)
{
	struct graph_run *r = context;
	int ret = graph_add(&r->graph, e);

	return ret ? ret : 1;
}

static const struct session_calls calls = { .event = add };

/* Whoever waits for a picture should know that it needs an end. */
static void tell_how_to_end(const struct session *s)
{
	if (source_is_live(s->source) && !s->duration_ns &&
	    isatty(STDERR_FILENO))
		complain("collecting transitions: Ctrl-C draws them");
}

static void draw(struct graph_run *r)
{
	const struct recording_header *header =
		source_header(r->session.source);
	struct view how;

	view_init(&how, STDOUT_FILENO);
	graph_finish(&r->graph);
	graph_set_release(&r->graph, header->release, sizeof(header->release));
	r->format->draw(&how, &r->out, &r->graph);
}

int cmd_graph(struct tool *tool, int argc, char **argv)
{
	struct graph_run *r = calloc(1, sizeof(*r));
	int ret;

	if (!r) {
		complain("out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	session_init(&r->session, tool);
	r->format = &formats[0];
	ret = take_options(r, argc, argv);
	if (ret >= 0)
		goto out_free;
	ret = EXIT_COULD_NOT_RUN;
	if (session_open(&r->session))
		goto out_free;
	buffer_init(&r->out, STDOUT_FILENO);
	tell_how_to_end(&r->session);
	ret = session_run(&r->session, &calls, r);
	if (!ret)
		draw(r);
	ret = session_finish(&r->session, ret, buffer_flush(&r->out));
	graph_free(&r->graph);
out_free:
	free(r);
	return ret;
}
