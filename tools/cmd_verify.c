// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose verify: is every transition one that may be, and is every
 * connection's history whole?
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "session.h"
#include "terminal.h"
#include "verdict.h"

enum {
	OPT_JSON = 1,
};

static const struct option_spec specs[] = {
	SESSION_SPEC_ADDR,
	SESSION_SPEC_ALL,
	SESSION_SPEC_DEVICE,
	SESSION_SPEC_DURATION,
	SESSION_SPEC_FAMILY,
	SESSION_SPEC_HELP,
	SESSION_SPEC_INPUT,
	{ "json", 0, OPT_JSON, NULL, "write the result as one JSON object" },
	SESSION_SPEC_NETNS,
	SESSION_SPEC_PID,
	SESSION_SPEC_PORT,
	SESSION_SPEC_STATE,
	SESSION_SPEC_END,
};

/**
 * struct verify - one run of the command
 * @session: where events come from
 * @verdict: how the result is shown
 * @check: the check
 * @out: standard output
 */
struct verify {
	struct session session;
	struct verdict verdict;
	struct check check;
	struct buffer out;
};

/* Return: an exit status, or -1 to go on. */
static int take_options(struct verify *v, int argc, char **argv)
{
	struct tool *tool = v->session.tool;
	struct options o;
	int id;

	options_init(&o, specs, argc, argv);
	while ((id = options_next(&o)) != OPTION_END) {
		int ret = 0;

		if (id == SESSION_HELP)
			return tool_help(tool, specs);
		if (id == OPT_JSON)
			v->verdict.json = true;
		else if (id == OPTION_OPERAND)
			ret = options_bad_operand(&o);
		else if (id != OPTION_ERROR)
			ret = session_take_option(&v->session, &o, id);
		if (id == OPTION_ERROR || ret)
			return tool_usage_error(tool, o.error);
	}
	return session_check_options(&v->session) ? EXIT_COULD_NOT_RUN : -1;
}

static int take_event(void *context, const struct event *e)
{
	struct verify *v = context;
	int ret = check_event(&v->check, e);

	return ret ? ret : 1;
}

static const struct session_calls calls = { .every = take_event };

static int run(struct verify *v)
{
	struct tool *tool = v->session.tool;
	int error, ret;

	if (session_open(&v->session))
		return EXIT_COULD_NOT_RUN;
	error = session_run(&v->session, &calls, v);
	if (!error)
		error = check_finish(&v->check);
	/* What was checked before an error says nothing of the rest. */
	if (!error) {
		verdict_write(&v->verdict, &v->out, &v->check);
		buffer_flush(&v->out);
	}
	if (error == -ENOMEM) {
		tool_complain(tool, "out of memory");
		source_close(v->session.source);
		return EXIT_COULD_NOT_RUN;
	}
	ret = session_finish(&v->session, error, v->out.error);
	if (ret == EXIT_CLEAN && check_fault_count(&v->check))
		ret = EXIT_VIOLATION;
	return ret;
}

int cmd_verify(struct tool *tool, int argc, char **argv)
{
	struct verify *v = calloc(1, sizeof(*v));
	int ret;

	if (!v || check_init(&v->check, &v->session.filter)) {
		tool_complain(tool, "out of memory");
		free(v);
		return EXIT_COULD_NOT_RUN;
	}
	session_init(&v->session, tool);
	buffer_init(&v->out, STDOUT_FILENO);
	ret = take_options(v, argc, argv);
	if (ret >= 0)
		goto out_free;
	v->verdict.utf8 = terminal_is_utf8();
	v->verdict.colour = !v->verdict.json &&
			    terminal_has_colour(STDOUT_FILENO);
	ret = run(v);
out_free:
	check_free(&v->check);
	free(v);
	return ret;
}
