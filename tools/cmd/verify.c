// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose verify: is every transition one that may be, is every connection's
 * history whole, and does the kernel itself say the same?
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/complain.h"
#include "check/check.h"
#include "cli/session.h"
#include "view/verify.h"
#include "view/witness.h"
#include "witness/run.h"

enum {
	OPT_AGAINST_KERNEL = 1,
	OPT_JSON,
};

static const struct option_spec specs[] = {
	SESSION_SPEC_ADDR,
	{ "against-kernel", 0, OPT_AGAINST_KERNEL, NULL,
	  "compare with the kernel's own word, live" },
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
 * @how: how the result is shown
 * @check: the check
 * @command: what to run while the kernel is asked, NULL: nothing
 * @witness_compare: the kernel is asked
 * @outcome: what it says
 * @out: standard output
 */
struct verify {
	struct session session;
	struct view how;
	struct check check;
	char *const *command;
	bool witness_compare;
	struct outcome outcome;
	struct buffer out;
};

/* What goes with --against-kernel, and what only with it. */
static const char *misuse(const struct verify *v)
{
	static const char stray[] =
		"a recording goes with --input, a command with --against-kernel";
	const struct session *s = &v->session;

	if (!v->witness_compare)
		return v->command ? stray : NULL;
	if (s->input || s->all)
		return "--against-kernel looks at what happens now: no --input, no --all";
	if (!filter_is_empty(&s->filter))
		return "--against-kernel compares everything: no filter";
	if (v->command && s->duration_ns)
		return "--duration or a command, not both";
	return NULL;
}

/* Return: an exit status, or -1 to go on. */
static int take_options(struct verify *v, int argc, char **argv)
{
	struct tool *tool = v->session.tool;
	const char *wrong;
	struct options o;
	int id;

	options_init(&o, specs, argc, argv);
	while (!v->command && (id = options_next(&o)) != OPTION_END) {
		int ret = 0;

		if (id == SESSION_HELP)
			return tool_help(tool, specs);
		if (id == OPT_JSON)
			v->how.json = true;
		else if (id == OPT_AGAINST_KERNEL)
			v->witness_compare = true;
		else if (id == OPTION_OPERAND)
			/* All behind it is the command's own. */
			v->command = argv + argc - o.argc - 1;
		else if (id != OPTION_ERROR)
			ret = session_take_option(&v->session, &o, id);
		if (id == OPTION_ERROR || ret)
			return tool_usage_error(tool, o.error);
	}
	wrong = misuse(v);
	if (wrong)
		return tool_usage_error(tool, wrong);
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
	int error, ret;

	if (session_open(&v->session))
		return EXIT_COULD_NOT_RUN;
	error = session_run(&v->session, &calls, v);
	if (!error)
		error = check_finish(&v->check);
	/* What was checked before an error says nothing of the rest. */
	if (!error) {
		verify_write(&v->how, &v->out, &v->check);
		buffer_flush(&v->out);
	}
	if (error == -ENOMEM) {
		complain("out of memory");
		source_close(v->session.source);
		return EXIT_COULD_NOT_RUN;
	}
	ret = session_finish(&v->session, error, v->out.error);
	if (ret == EXIT_CLEAN && check_fault_count(&v->check))
		ret = EXIT_VIOLATION;
	return ret;
}

static int hear_event(void *context, const struct event *e)
{
	struct verify *v = context;

	return check_event(&v->check, e);
}

/* What the model says comes first: the kernel has the last word. */
static void show_both(struct verify *v)
{
	if (v->how.json) {
		struct json w;

		json_begin(&w, &v->out);
		json_object_begin(&w);
		json_key(&w, "model");
		verify_add_json(&w, &v->check);
		json_key(&w, "against_kernel");
		witness_add_json(&w, &v->outcome);
		json_object_end(&w);
		json_end(&w);
	} else {
		verify_text(&v->how, &v->out, &v->check);
		buffer_printf(&v->out, "\n");
		witness_text(&v->how, &v->out, &v->outcome);
	}
}

static int run_against_kernel(struct verify *v)
{
	const struct witness_options options = {
		.device = v->session.device,
		.duration_ns = v->session.duration_ns,
		.command = v->command,
		.quiet = v->how.json,
		.event = hear_event,
		.context = v,
	};
	enum outcome_result result;
	int ret;

	if (witness_compare(&options, &v->outcome))
		return EXIT_COULD_NOT_RUN;
	if (check_finish(&v->check)) {
		complain("out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	show_both(v);
	ret = buffer_flush(&v->out);
	if (ret && ret != -EPIPE) {
		complain("standard output: %s", strerror(-ret));
		return EXIT_COULD_NOT_RUN;
	}
	result = outcome_result(&v->outcome);
	if (result == OUTCOME_DIFFER || check_fault_count(&v->check))
		return EXIT_VIOLATION;
	if (result == OUTCOME_AGREE)
		return EXIT_CLEAN;
	complain("inconclusive: a witness is missing or incomplete");
	return EXIT_COULD_NOT_RUN;
}

int cmd_verify(struct tool *tool, int argc, char **argv)
{
	struct verify *v = calloc(1, sizeof(*v));
	int ret;

	if (!v || check_init(&v->check, &v->session.filter)) {
		complain("out of memory");
		free(v);
		return EXIT_COULD_NOT_RUN;
	}
	session_init(&v->session, tool);
	buffer_init(&v->out, STDOUT_FILENO);
	view_init(&v->how, STDOUT_FILENO);
	ret = take_options(v, argc, argv);
	if (ret >= 0)
		goto out_free;
	ret = v->witness_compare ? run_against_kernel(v) : run(v);
out_free:
	check_free(&v->check);
	free(v);
	return ret;
}
