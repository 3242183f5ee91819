// SPDX-License-Identifier: GPL-2.0-only
/*
 * The work of commands: over events until they end, or on what the device
 * reports, once or again and again; and where results are written to.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complain.h"
#include "base/signals.h"
#include "cli/run.h"
#include "lib/devnode.h"
#include "lib/recording.h"

/**
 * run_flush() - write what waits in @run->out
 * @run: the run; it writes to standard output
 *
 * Return: 0, 1 if the reader has seen enough, or -errno after a complaint
 */
int run_flush(struct run *run)
{
	int ret = buffer_flush(&run->out);

	return ret == -EPIPE ? 1 : complain_output(ret);
}

/**
 * run_create() - write results to a file instead of standard output
 * @run: the run; nothing is written yet
 * @path: name of the file, "-" for standard output
 * @force: replace a file that exists
 *
 * Return: 0, or -errno after a complaint
 */
int run_create(struct run *run, const char *path, bool force)
{
	struct error why;
	int fd = recording_create(path, force, &why);

	if (fd < 0) {
		complain("%s", why.text);
		return fd;
	}
	run->path = path;
	buffer_init(&run->out, fd);
	return 0;
}

/* Return: 0 or the first -errno of writing */
static int close_output(struct run *run)
{
	int ret = buffer_flush(&run->out);

	if (run->path && close(run->out.fd) && !ret)
		ret = -errno;
	/* The reader has seen enough. */
	return ret == -EPIPE && (!run->path || !strcmp(run->path, "-")) ? 0 : ret;
}

/* Complain of what could not be done to a file, or to standard output. */
static void complain_cut(const struct run *run, const char *name,
			 const char *what, int error)
{
	const char *then = run->command->if_cut;

	complain("%s: %s%s%s%s", name, what, strerror(-error),
		 then ? ": " : "", then ? then : "");
}

/* Return: whether there was an error; it is reported then */
static bool complain_errors(const struct run *run, int error, int output_error)
{
	if (output_error)
		complain_cut(run, run->path ? run->path : "standard output",
			     run->path ? "cannot be written: " : "",
			     output_error);
	else if (error == -ENOMEM)
		complain("out of memory");
	else if (error && !run->out.error)
		complain_cut(run, session_name(&run->session),
			     "cannot be read: ", error);
	else
		return false;
	return true;
}

/*
 * Standard output is for what the command prints: results go where strace(1) has its
 * own. Return: 0, or -errno after a complaint
 */
static int choose_output(struct run *run)
{
	const bool json = run->view.json;
	int ret = 0;

	if (run->output)
		ret = run_create(run, run->output, true);
	else
		buffer_init(&run->out, STDERR_FILENO);
	view_init(&run->view, run->out.fd);
	run->view.json = json;
	run->view.colour &= !json;
	return ret;
}

/* Return: 0, or -errno after a complaint */
static int prepare_companion(struct run *run)
{
	struct companion *companion = calloc(1, sizeof(*companion));

	if (!companion) {
		complain("out of memory");
		return -ENOMEM;
	}
	run->session.companion = companion;
	if (companion_init(companion, run->arguments, run->wait))
		return -ENOENT;
	return choose_output(run);
}

static void finish_companion(struct run *run)
{
	if (!run->session.companion)
		return;
	companion_finish(run->session.companion);
	free(run->session.companion);
}

/* Return: 0 when events may come, or -errno after a complaint */
static int begin(struct run *run)
{
	const struct command *c = run->command;
	bool accompanied = c->takes & TAKES_FOLLOWED && run->arguments;
	int ret = accompanied ? prepare_companion(run) : 0;

	if (!ret && c->begin)
		ret = c->begin(run);
	if (!ret && accompanied)
		ret = companion_start(run->session.companion);
	return ret;
}

/**
 * run_events() - work over events: open, read, conclude, close
 * @context: struct run
 *
 * Return: an exit status
 */
int run_events(void *context)
{
	struct run *run = context;
	const struct command *c = run->command;
	struct session *s = &run->session;
	int ret = EXIT_COULD_NOT_RUN;
	int error;

	s->owners = c->calls.owners;
	error = session_open(s);
	if (error)
		return error == -EINTR ? EXIT_CLEAN : ret;
	if (begin(run))
		goto out_close;
	error = session_run(s, &c->calls, run);
	if (c->conclude)
		error = c->conclude(run, error);
	session_report_damage(s);
	if (complain_errors(run, error, close_output(run)))
		goto out_close;
	ret = c->status ? c->status(run) : EXIT_CLEAN;
	if (session_balance(s))
		ret = EXIT_COULD_NOT_RUN;
out_close:
	finish_companion(run);
	session_close(s);
	return ret;
}

/**
 * run_complain_device() - complain of an ioctl() that concerns the whole machine
 * @run: the run
 * @what: what was asked for, in the plural
 * @error: -errno
 *
 * Return: @error
 */
int run_complain_device(const struct run *run, const char *what, int error)
{
	static const char machine[] =
		"%s: %s cover the whole machine: run this in the initial network namespace";

	if (error == -EPERM)
		complain(machine, run->session.device, what);
	else
		complain("%s: %s", run->session.device, strerror(-error));
	return error;
}

/**
 * run_reports() - work on what the device says: open, report, close
 * @context: struct run
 *
 * Return: an exit status
 */
int run_reports(void *context)
{
	struct run *run = context;
	uint64_t number = 0, due_ns;
	struct error why;
	int ret;

	signals_catch();
	run->device = devnode_open(run->session.device, &why);
	if (run->device < 0) {
		complain("%s", why.text);
		return EXIT_COULD_NOT_RUN;
	}
	due_ns = clock_monotonic_ns();
	do {
		ret = run->command->report(run, number++);
		if (ret || !run->interval_ns || number == run->count)
			break;
		due_ns += run->interval_ns;
	} while (signals_poll(NULL, 0, due_ns) >= 0);
	close(run->device);
	return ret < 0 ? EXIT_COULD_NOT_RUN : EXIT_CLEAN;
}
