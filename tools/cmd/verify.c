// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose verify: is every transition allowed by the model, is the history of
 * every connection complete, and does the kernel itself report the same?
 */
#include "base/complain.h"
#include "check/check.h"
#include "cmd/commands.h"
#include "view/verify.h"
#include "view/verify_both.h"
#include "witness/compare.h"

/**
 * struct verify_run - one run of the command
 * @run: what all commands have; run.arguments: to be run meanwhile
 * @check: the check
 * @against_kernel: compare with the kernel
 * @outcome: result of that comparison
 */
struct verify_run {
	struct run run;
	struct check check;
	bool against_kernel;
	struct outcome outcome;
};

static const struct option_spec options[] = {
	OPTION_FLAG("against-kernel",
		    "compare, live, with what the kernel itself reports",
		    struct verify_run, against_kernel),
	OPTION_FLAG("json", "write the result as one JSON object",
		    struct verify_run, run.view.json),
	OPTION_END,
};

static int init(void *run)
{
	struct verify_run *v = run;

	return check_init(&v->check, &v->run.session.filter);
}

static int take_event(void *run, const struct event *e)
{
	struct verify_run *v = run;

	return check_event(&v->check, e);
}

static int conclude(void *run, int error)
{
	struct verify_run *v = run;

	if (!error)
		error = check_finish(&v->check);
	/* What was checked before an error says nothing of the rest. */
	if (!error)
		verify_write(&v->run.view, &v->run.out, &v->check);
	return error;
}

static int status(void *run)
{
	struct verify_run *v = run;

	return check_finding_count(&v->check) ? EXIT_VIOLATION : EXIT_CLEAN;
}

static int against_kernel(void *run)
{
	struct verify_run *v = run;
	const struct witness_options witness = {
		.device = v->run.session.device,
		.duration_ns = v->run.session.duration_ns,
		.command = v->run.arguments,
		.quiet = v->run.view.json,
		.event = take_event,
		.context = v,
	};
	enum outcome_result result;

	if (witness_compare(&witness, &v->outcome))
		return EXIT_COULD_NOT_RUN;
	if (check_finish(&v->check)) {
		complain("out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	verify_both(&v->run.view, &v->run.out, &v->check, &v->outcome);
	if (run_flush(&v->run) < 0)
		return EXIT_COULD_NOT_RUN;
	result = outcome_result(&v->outcome);
	if (result == OUTCOME_DIFFER || check_finding_count(&v->check))
		return EXIT_VIOLATION;
	if (result == OUTCOME_AGREE)
		return EXIT_CLEAN;
	complain("inconclusive: a witness is missing or incomplete");
	return EXIT_COULD_NOT_RUN;
}

/* What goes with --against-kernel, and what only with it. */
static const char *check_options(void *run)
{
	struct verify_run *v = run;
	const struct session *s = &v->run.session;

	if (!v->against_kernel)
		return v->run.arguments ?
			       "a recording goes with --input, a command with --against-kernel" :
			       NULL;
	v->run.work = against_kernel;
	if (s->input || s->all)
		return "--against-kernel compares live: --input and --all do not go with it";
	if (!filter_is_empty(&s->filter))
		return "--against-kernel compares everything: filters do not go with it";
	if (v->run.arguments && s->duration_ns)
		return "--duration or a command, not both";
	return NULL;
}

static void free_check(void *run)
{
	struct verify_run *v = run;

	check_free(&v->check);
}

const struct command verify_command = {
	.name = "verify",
	.operands = "[-- COMMAND [ARGUMENT]...]",
	.summary = "check transitions by the documented state machine, and by the kernel",
	.takes = TAKES_EVENTS | TAKES_COMMAND,
	.options = options,
	.run_size = sizeof(struct verify_run),
	.init = init,
	.check = check_options,
	.work = run_events,
	.calls = { .every = take_event, .rsts = true, .others = true },
	.conclude = conclude,
	.status = status,
	.free = free_check,
};
