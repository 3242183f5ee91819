// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame of every command: takes its options and operands, gives help, does
 * the work and frees.
 *
 * Knows no command.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/complain.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/options.h"
#include "cli/run.h"

/* How a command goes on after its options. */
#define GO_ON (-1)

/**
 * command_flush() - write out what printf() was given
 *
 * Return: an exit status
 */
int command_flush(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_CLEAN;
	complain("standard output: cannot be written: %m");
	return EXIT_COULD_NOT_RUN;
}

static int show_help(const struct command *c, const struct options *o)
{
	const struct option_spec *list[OPTIONS_MAX];
	unsigned int i, count = options_list(o, list);

	printf("usage: %s %s [OPTION]...%s%s%s\n\n%s %s: %s\n\n", PROGRAM_NAME, c->name,
	       c->takes & TAKES_FILTER ? " [FILTER]..." : "", c->operands ? " " : "",
	       c->operands ? c->operands : "", PROGRAM_NAME, c->name, c->summary);
	for (i = 0; i < count; i++) {
		const struct option_spec *spec = list[i];
		char left[64];

		snprintf(left, sizeof(left), "--%s%s%s", spec->name,
			 spec->arg ? " " : "", spec->arg ? spec->arg : "");
		if (spec->letter)
			printf("  -%c, ", spec->letter);
		else
			printf("      ");
		printf("%-24s %s\n", left, spec->help);
	}
	if (c->takes & TAKES_FILTER)
		printf("\nFILTER: words such as port:443, not comm:sshd or 'dwell>5s': see `%s help filter`\n",
		       PROGRAM_NAME);
	printf("\nMore in tcpclose(1).\n");
	return command_flush();
}

static int usage_error(const struct command *c, const char *reason)
{
	complain("%s: %s: see `" PROGRAM_NAME " %s --help`", c->name, reason,
		 c->name);
	return EXIT_COULD_NOT_RUN;
}

static void accept(struct options *o, struct run *run)
{
	const struct command *c = run->command;

	if (c->options)
		options_add(o, c->options, run);
	options_add(o, common_help, run);
	if (c->takes & TAKES_LIVE)
		options_add(o, common_live, &run->session);
	if (c->takes & TAKES_INPUT)
		options_add(o, common_input, &run->session);
	if (c->takes & TAKES_FILTER)
		options_add(o, common_filter, &run->session.filter);
	if (c->takes & TAKES_REPORTS)
		options_add(o, common_reports, run);
	if (c->takes & TAKES_FOLLOWED)
		options_add(o, common_followed, run);
}

/* Return: 0, or -errno with @o->error set */
static int take_operand(struct run *run, struct options *o)
{
	const struct command *c = run->command;

	if (c->operand)
		return c->operand(run, o->operand, &o->error);
	if (c->takes & TAKES_FILTER)
		return filter_add_text(&run->session.filter, o->operand, &o->error);
	return error_set(&o->error, -1, "unexpected argument %.80s", o->operand);
}

/* Whether an operand is another command; all behind it is that one's own. */
static bool is_command(const struct command *c, const struct options *o)
{
	if (c->takes & TAKES_FOLLOWED)
		return o->only_operands;
	return c->takes & TAKES_COMMAND &&
	       (o->only_operands || !filter_is_word(o->operand));
}

/* Return: an exit status, or %GO_ON */
static int take_arguments(struct run *run, struct options *o)
{
	const struct command *c = run->command;

	while (!run->arguments) {
		switch (options_next(o)) {
		case OPTIONS_END:
			return GO_ON;
		case OPTIONS_SET:
			break;
		case OPTIONS_HELP:
			return show_help(c, o);
		case OPTIONS_OPERAND:
			if (is_command(c, o))
				run->arguments = o->argv - 1;
			else if (take_operand(run, o))
				return usage_error(c, o->error.text);
			break;
		case OPTIONS_ERROR:
			return usage_error(c, o->error.text);
		}
	}
	return GO_ON;
}

/* What goes with a command that is followed, and what only with one: likewise */
static const char *check_followed(const struct run *run)
{
	const struct session *s = &run->session;

	if (!(run->command->takes & TAKES_FOLLOWED))
		return NULL;
	if (!run->arguments && run->output)
		return "--output needs a COMMAND: without one, redirect standard output";
	if (!run->arguments)
		return run->wait ? "--wait needs a COMMAND" : NULL;
	if (s->input)
		return "--input or a COMMAND, not both";
	if (s->all)
		return "--all is for what was before: it does not go with a COMMAND";
	if (s->duration_ns)
		return "--duration or a COMMAND, not both";
	return NULL;
}

/* Return: NULL, or what is wrong */
static const char *check(struct run *run)
{
	const struct command *c = run->command;
	const char *wrong = c->check ? c->check(run) : NULL;

	if (!wrong && run->plugin && run->view.json)
		wrong = "--plugin or --json, not both";
	if (!wrong)
		wrong = check_followed(run);
	if (!wrong)
		wrong = session_check(&run->session);
	if (!wrong && run->count && !run->interval_ns)
		wrong = "--count needs --interval";
	return wrong;
}

/* Return: an exit status, or %GO_ON */
static int prepare(struct run *run, int argc, char **argv)
{
	const struct command *c = run->command;
	struct options options;
	const char *wrong;
	int ret;

	if (c->init && c->init(run)) {
		complain("out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	options_init(&options, argc, argv);
	accept(&options, run);
	ret = take_arguments(run, &options);
	if (ret != GO_ON)
		return ret;
	if (filter_finish(&run->session.filter, &options.error)) {
		complain("%s: %s: see `" PROGRAM_NAME " help filter`", c->name,
			 options.error.text);
		return EXIT_COULD_NOT_RUN;
	}
	wrong = check(run);
	if (wrong)
		return usage_error(c, wrong);
	if (run->view.json)
		run->view.colour = false;
	return GO_ON;
}

/* Return: what a monitoring system takes for the status */
static int plugin_status(const struct command *c, int status)
{
	if (status & EXIT_PLUGIN)
		return status & ~EXIT_PLUGIN;
	if (status == EXIT_CLEAN)
		return status;
	printf("%s UNKNOWN - could not run: %s\n", c->name, complain_latest());
	fflush(stdout);
	return EXIT_PLUGIN_UNKNOWN;
}

/**
 * command_run() - run a command
 * @command: the command
 * @argc: number of arguments behind its name
 * @argv: the arguments, ends with NULL
 *
 * Return: an exit status
 */
int command_run(const struct command *command, int argc, char **argv)
{
	struct run *run = calloc(1, command->run_size);
	int ret;

	if (!run) {
		complain("out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	run->command = command;
	run->work = command->work;
	session_init(&run->session);
	view_init(&run->view, STDOUT_FILENO);
	buffer_init(&run->out, STDOUT_FILENO);
	ret = prepare(run, argc, argv);
	if (ret == GO_ON)
		ret = run->work(run);
	if (run->plugin)
		ret = plugin_status(command, ret);
	if (command->free)
		command->free(run);
	free(run);
	return ret;
}
