// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose ladder: one connection as a sequence diagram.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complain.h"
#include "base/parse.h"
#include "cli/session.h"
#include "ladder/choice.h"
#include "view/ladder/ladder_view.h"
#include "view/ladder/words.h"

/* How often a busy machine's connections are looked through. */
#define LOOK_NS (50 * NS_PER_MS)

enum {
	OPT_COUNT = 1,
	OPT_FORMAT,
};

static const struct option_spec specs[] = {
	SESSION_SPEC_ADDR,
	SESSION_SPEC_ALL,
	{ "count", 0, OPT_COUNT, "N",
	  "draw up to N connections, not just one" },
	SESSION_SPEC_DEVICE,
	SESSION_SPEC_DURATION,
	SESSION_SPEC_FAMILY,
	{ "format", 0, OPT_FORMAT, "FORMAT", "text (default) or svg" },
	SESSION_SPEC_HELP,
	SESSION_SPEC_INPUT,
	SESSION_SPEC_NETNS,
	SESSION_SPEC_PID,
	SESSION_SPEC_PORT,
	SESSION_SPEC_STATE,
	SESSION_SPEC_END,
};

/**
 * struct run - one run of the command
 * @session: where events come from
 * @filter: which connections are wanted: those of which one event matches
 * @choice: which are drawn
 * @sides: what was seen
 * @buffer: standard output
 * @cookie: the one connection that is wanted; 0: go by @filter
 * @cookies_name: how it was typed
 * @look_ns: when to look again whether enough is over
 * @lost: records lost
 * @nameless: transitions that match and have no cookie
 * @listener: the cookie is a listener's
 * @svg: draw as SVG
 */
struct run {
	struct session session;
	struct filter filter;
	struct choice choice;
	struct sides *sides;
	struct buffer buffer;
	uint64_t cookie;
	const char *cookies_name;
	uint64_t look_ns;
	uint64_t lost;
	uint64_t nameless;
	bool listener;
	bool svg;
};

/* As ss -e shows it ("sk:1a"), as JSON does (26), or as C would (0x1a). */
static int parse_cookie(const char *text, uint64_t *cookie)
{
	bool hex = !strncmp(text, "0x", 2);
	size_t skip = hex ? 2 : !strncmp(text, "sk:", 3) ? 3 : 0;
	const char *digits = text + skip;

	if (!skip)
		return parse_u64(text, 1, UINT64_MAX, cookie);
	if (!*digits || strlen(digits) > 16 ||
	    digits[strspn(digits, "0123456789abcdefABCDEF")])
		return -EINVAL;
	*cookie = strtoull(digits, NULL, 16);
	return *cookie ? 0 : -EINVAL;
}

static int take_operand(struct run *run, struct options *o)
{
	if (run->cookie)
		return options_bad_operand(o);
	if (!parse_cookie(o->value, &run->cookie)) {
		run->cookies_name = o->value;
		return 0;
	}
	snprintf(o->error, sizeof(o->error),
		 "%.40s: expected a socket cookie such as 26, 0x1a or sk:1a",
		 o->value);
	return OPTION_ERROR;
}

static int take_option(struct run *run, struct options *o, int id)
{
	uint64_t count;

	switch (id) {
	case OPT_COUNT:
		if (parse_u64(o->value, 1, CHOICE_MAX, &count))
			return options_bad_value(o, "a number from 1 to 64");
		run->choice.wanted = (unsigned int)count;
		return 0;
	case OPT_FORMAT:
		run->svg = !strcmp(o->value, "svg");
		if (!run->svg && strcmp(o->value, "text"))
			return options_bad_value(o, "text or svg");
		return 0;
	case OPTION_OPERAND:
		return take_operand(run, o);
	default:
		return session_take_option(&run->session, o, id);
	}
}

static bool has_filter(const struct filter *f)
{
	return f->port_count || f->addr_count || f->netns_count ||
	       f->pid_count || f->states || f->families;
}

static int check_options(struct run *run)
{
	struct tool *tool = run->session.tool;

	if (run->cookie &&
	    (has_filter(&run->session.filter) || run->choice.wanted > 1))
		return tool_usage_error(
			tool,
			"COOKIE is one connection: no --count and no filter");
	if (run->svg && run->choice.wanted > 1)
		return tool_usage_error(
			tool, "--count is for text: a picture shows one");
	return session_check_options(&run->session);
}

/* Return: an exit status, or -1 to go on. */
static int take_options(struct run *run, int argc, char **argv)
{
	struct tool *tool = run->session.tool;
	struct options o;
	int id;

	options_init(&o, specs, argc, argv);
	while ((id = options_next(&o)) != OPTION_END) {
		if (id == SESSION_HELP)
			return tool_help(tool, specs);
		if (id == OPTION_ERROR || take_option(run, &o, id))
			return tool_usage_error(tool, o.error);
	}
	return check_options(run) ? EXIT_COULD_NOT_RUN : -1;
}

static bool is_connection(const struct event *e)
{
	return e->old != TCPCLOSE_LISTEN && e->new != TCPCLOSE_LISTEN &&
	       !(e->old == TCPCLOSE_CLOSE && e->new == TCPCLOSE_CLOSE);
}

/* A socket that a listener has made, with the addresses of its connection. */
static bool is_child(const struct event *e)
{
	return e->old == TCPCLOSE_LISTEN && e->new == TCPCLOSE_SYN_RECV;
}

static int take_event(void *context, const struct event *e)
{
	struct run *run = context;
	struct side *side;
	bool chosen;
	int ret;

	if (e->kind == EVENT_LOST) {
		run->lost += e->lost;
		return 1;
	}
	chosen = run->cookie ? e->cookie == run->cookie :
			       filter_matches(&run->filter, e);
	if (!is_connection(e) && !is_child(e)) {
		run->listener |= chosen && run->cookie;
		return 1;
	}
	if (!e->cookie) {
		run->nameless += chosen;
		return 1;
	}
	ret = sides_add(run->sides, e, chosen, &side);
	return ret ? ret : 1;
}

/* On a device: enough has been seen when as many are over as are wanted. */
static int look(void *context)
{
	struct run *run = context;
	struct session *s = &run->session;
	uint64_t now_ns = monotonic_ns();

	if (!source_is_live(s->source))
		return 0;
	if (now_ns < run->look_ns) {
		s->wake_ns = run->look_ns;
		return 0;
	}
	run->look_ns = now_ns + LOOK_NS;
	s->wake_ns = UINT64_MAX;
	if (choice_count_ended(run->sides, !run->cookie, now_ns, &s->wake_ns,
			       run->choice.wanted) == run->choice.wanted)
		s->end_ns = now_ns;
	return 0;
}

static const struct session_calls calls = { .event = take_event, .idle = look };

static int draw(struct run *run)
{
	struct ladder *ladder = malloc(sizeof(*ladder));
	struct view how;
	unsigned int i;
	int ret = 0;

	if (!ladder)
		return -ENOMEM;
	view_init(&how, STDOUT_FILENO);
	/* The newest comes last, as in a log. */
	for (i = run->choice.count; i-- && !ret;) {
		const struct choice_candidate *c = &run->choice.chosen[i];

		ladder_build(ladder, c->side, c->peer, c->pairing);
		ret = run->svg ? ladder_svg(&how, &run->buffer, ladder) :
				 ladder_text(&how, &run->buffer, ladder);
		if (i)
			buffer_printf(&run->buffer, "\n\n");
	}
	free(ladder);
	return ret;
}

static void tell_others(const struct run *run)
{
	const struct choice *choice = &run->choice;
	unsigned long long more =
		(unsigned long long)(choice->total - choice->count);
	struct line w;
	unsigned int i;

	if (!more)
		return;
	complain("%s%llu more connection%s: --count draws more, a cookie another%s",
		 sides_forgotten(run->sides) ? "at least " : "", more,
		 more == 1 ? " matches" : "s match",
		 more > choice->other_count ? "; the next are" : "");
	for (i = 0; i < choice->other_count; i++) {
		words_endpoints(&w, choice->others[i].side);
		complain("0x%llx: %s",
			 (unsigned long long)choice->others[i].side->cookie,
			 w.text);
	}
}

static void tell_nothing(const struct run *run)
{
	const char *name = session_name(&run->session);

	if (run->listener)
		complain("%s: %s is a listener, no connection", name,
			 run->cookies_name);
	else if (run->cookie)
		complain("%s: no transition of %s was seen: see `%s watch --json` for cookies",
			 name, run->cookies_name, PROGRAM_NAME);
	else if (run->nameless)
		complain("%s: what matches are %llu transitions without a cookie: there is nothing to join them by",
			 name, (unsigned long long)run->nameless);
	else
		complain("%s: no connection matches: see `%s watch` for what is there",
			 name, PROGRAM_NAME);
}

/* Return: an exit status. */
static int conclude(struct run *run, int error)
{
	struct session *s = &run->session;
	int ret;

	if (run->lost)
		complain("lost %llu record%s: steps may be missing",
			 (unsigned long long)run->lost,
			 run->lost == 1 ? "" : "s");
	if (!error) {
		choice_make(&run->choice, run->sides);
		error = draw(run);
	}
	if (!error && run->choice.count)
		tell_others(run);
	else if (!error)
		tell_nothing(run);
	ret = session_finish(s, error, buffer_flush(&run->buffer));
	return ret == EXIT_CLEAN && !run->choice.count ? EXIT_COULD_NOT_RUN :
							 ret;
}

static int run_ladder(struct run *run)
{
	struct session *s = &run->session;

	run->sides = sides_new();
	if (!run->sides) {
		complain("out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	if (session_open(s))
		return EXIT_COULD_NOT_RUN;
	/* One event that matches is enough, and then all others count, too. */
	run->filter = s->filter;
	memset(&s->filter, 0, sizeof(s->filter));
	buffer_init(&run->buffer, STDOUT_FILENO);
	return conclude(run, session_run(s, &calls, run));
}

int cmd_ladder(struct tool *tool, int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));
	int ret;

	if (!run) {
		complain("out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	session_init(&run->session, tool);
	run->choice.wanted = 1;
	ret = take_options(run, argc, argv);
	if (ret < 0)
		ret = run_ladder(run);
	sides_free(run->sides);
	free(run);
	return ret;
}
