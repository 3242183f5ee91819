// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose graph: the state diagram of what was seen.
 */
#include <unistd.h>

#include "base/complain.h"
#include "cmd/commands.h"
#include "view/graph/graph_view.h"

/* Indices into @formats and @writers. */
static const char *const formats[] = { "text", "dot", "mermaid", "svg", NULL };

static void (*const writers[])(const struct view *how, struct buffer *to,
			       const struct graph *g) = {
	graph_text,
	graph_dot,
	graph_mermaid,
	graph_svg,
};

/**
 * struct graph_run - one run of the command
 * @run: what all commands have
 * @format: how the picture is drawn, index into formats
 * @graph: what was seen
 */
struct graph_run {
	struct run run;
	unsigned int format;
	struct graph graph;
};

static const struct option_spec options[] = {
	OPTION_FLAG("all",
		    "draw what the module still holds; at once, without --duration",
		    struct graph_run, run.session.all),
	OPTION("format", "FORMAT", "text (default), dot, mermaid or svg",
	       option_choice, struct graph_run, format, .choices = formats),
	OPTION_END,
};

static const char *check(void *run)
{
	struct session *s = &((struct graph_run *)run)->run.session;

	/* --all draws what there is until now. */
	if (s->all && !s->duration_ns)
		s->duration_ns = 1;
	return NULL;
}

static int begin(void *run)
{
	const struct session *s = &((struct graph_run *)run)->run.session;

	/* The picture is drawn at the end only. */
	if (source_is_live(s->source) && !s->duration_ns &&
	    isatty(STDERR_FILENO))
		complain("collecting transitions: Ctrl-C draws them");
	return 0;
}

static int add(void *run, const struct event *e)
{
	struct graph_run *r = run;

	return graph_add(&r->graph, e);
}

static int draw(void *run, int error)
{
	struct graph_run *r = run;
	const struct recording_header *header =
		source_header(r->run.session.source);

	if (error)
		return error;
	graph_finish(&r->graph);
	graph_set_release(&r->graph, header->release, sizeof(header->release));
	writers[r->format](&r->run.view, &r->run.out, &r->graph);
	return 0;
}

static void free_graph(void *run)
{
	struct graph_run *r = run;

	graph_free(&r->graph);
}

const struct command graph_command = {
	.name = "graph",
	.summary = "draw the state diagram of what was seen",
	.takes = TAKES_EVENTS,
	.options = options,
	.run_size = sizeof(struct graph_run),
	.check = check,
	.work = run_events,
	.begin = begin,
	.calls = { .event = add },
	.conclude = draw,
	.free = free_graph,
};
