// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose ladder: one connection as a sequence diagram.
 */
#include <errno.h>

#include "base/clock.h"
#include "base/complain.h"
#include "base/parse.h"
#include "cmd/commands.h"
#include "conn/selection.h"
#include "ladder/choice.h"
#include "view/ladder/ladders.h"
#include "view/ladder/notes.h"

static const char *const formats[] = { "text", "svg", NULL };

/**
 * struct ladder_run - one run of the command
 * @run: what all commands have
 * @selection: which connections are wanted
 * @choice: which of them are drawn
 * @cookie: the cookie as it was typed
 * @svg: index into @formats: draw as SVG
 */
struct ladder_run {
	struct run run;
	struct selection selection;
	struct choice choice;
	const char *cookie;
	unsigned int svg;
};

static const struct option_spec options[] = {
	OPTION("count", "N", "draw up to N connections, not just one",
	       option_count, struct ladder_run, choice.wanted,
	       .max = CHOICE_MAX),
	OPTION("format", "FORMAT", "text (default) or svg",
	       option_choice, struct ladder_run, svg, .choices = formats),
	OPTION_END,
};

static int init(void *run)
{
	struct ladder_run *r = run;

	r->choice.wanted = 1;
	return selection_init(&r->selection, &r->run.session.filter);
}

static int take_operand(void *run, const char *text, struct error *why)
{
	struct ladder_run *r = run;

	if (filter_is_word(text))
		return filter_add_text(&r->run.session.filter, text, why);
	if (r->cookie)
		return error_set(why, -EINVAL, "unexpected argument %.80s", text);
	r->cookie = text;
	if (!parse_cookie(text, &r->selection.cookie))
		return 0;
	return error_set(why, -EINVAL,
			 "%.40s: expected a socket cookie such as 26, 0x1a or sk:1a, or a filter such as port:443",
			 text);
}

static const char *check(void *run)
{
	struct ladder_run *r = run;

	if (r->cookie && (!filter_is_empty(&r->run.session.filter) ||
			  r->choice.wanted > 1))
		return "COOKIE names one connection: --count and filters do not go with it";
	if (r->cookie && r->run.arguments)
		return "COOKIE or a COMMAND, not both";
	if (r->svg && r->choice.wanted > 1)
		return "--count goes with text only: a picture shows one connection";
	return NULL;
}

static int begin(void *run)
{
	struct ladder_run *r = run;

	recorded_begin(&r->selection.recorded, source_header(r->run.session.source));
	r->choice.early = r->run.arguments;
	return 0;
}

static int add(void *run, const struct event *e)
{
	struct ladder_run *r = run;

	return selection_add(&r->selection, e);
}

/*
 * On a device: enough has been seen when as many are over as are wanted. Beside a command,
 * when that has ended: the best is drawn of all that it did.
 */
static int look(void *run)
{
	struct ladder_run *r = run;
	struct session *s = &r->run.session;
	uint64_t now_ns = clock_monotonic_ns();

	if (source_is_live(s->source) && !r->run.arguments &&
	    choice_is_enough(&r->choice, r->selection.sides, !r->cookie, now_ns,
			     &s->wake_ns))
		s->end_ns = now_ns;
	return 0;
}

static void show_notes(const struct ladder_run *r)
{
	struct line notes[NOTES_MAX];
	int i, count;

	if (r->run.arguments && !r->choice.count) {
		complain("%.200s: no connection of it that matches has closed",
			 r->run.arguments[0]);
		return;
	}
	count = notes_list(notes, &r->choice, &r->selection,
			   session_name(&r->run.session), r->cookie);
	for (i = 0; i < count; i++)
		complain("%s", notes[i].text);
}

static int conclude(void *run, int error)
{
	struct ladder_run *r = run;

	if (r->selection.lost)
		complain("lost %llu record%s: steps may be missing",
			 (unsigned long long)r->selection.lost,
			 r->selection.lost == 1 ? "" : "s");
	if (error)
		return error;
	choice_make(&r->choice, r->selection.sides);
	r->choice.recorded_ns = r->selection.recorded.since_ns;
	error = ladders_write(&r->run.view, &r->run.out, &r->choice, r->svg);
	if (!error)
		show_notes(r);
	return error;
}

static int status(void *run)
{
	struct ladder_run *r = run;

	return r->choice.count ? EXIT_CLEAN : EXIT_COULD_NOT_RUN;
}

static void free_selection(void *run)
{
	struct ladder_run *r = run;

	selection_free(&r->selection);
}

const struct command ladder_command = {
	.name = "ladder",
	.operands = "[COOKIE] [-- COMMAND [ARGUMENT]...]",
	.summary = "draw a connection: both ends, and the segments between them",
	.takes = TAKES_EVENTS | TAKES_FOLLOWED,
	.options = options,
	.run_size = sizeof(struct ladder_run),
	.init = init,
	.operand = take_operand,
	.check = check,
	.work = run_events,
	.begin = begin,
	.calls = { .event = add, .rsts = true, .unfiltered = true, .idle = look },
	.conclude = conclude,
	.status = status,
	.free = free_selection,
};
