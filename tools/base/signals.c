// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals that ask the program to stop: the first SIGINT, SIGTERM or SIGHUP asks for a
 * clean end, the second one, whichever it is, ends the program.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/signals.h"

/* A signal handler is given no context: this is all that it can reach. */
static atomic_bool stop;

static const int ending[] = { SIGINT, SIGTERM, SIGHUP };

static void on_signal(int signal)
{
	unsigned int i;

	(void)signal;
	stop = true;
	for (i = 0; i < ARRAY_SIZE(ending); i++) {
		struct sigaction action;

		/* What was ignored from the start stays so. */
		if (!sigaction(ending[i], NULL, &action) &&
		    action.sa_handler == on_signal) {
			action.sa_handler = SIG_DFL;
			sigaction(ending[i], &action, NULL);
		}
	}
}

/**
 * signals_catch() - take SIGINT, SIGTERM and SIGHUP as a wish to stop, ignore SIGPIPE
 *
 * A signal that is ignored, as nohup(1) and shells do for a job in the background,
 * stays ignored. Without SA_RESTART, so that a system call that waits returns -EINTR.
 */
void signals_catch(void)
{
	struct sigaction action = { .sa_handler = on_signal }, old;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ending); i++)
		sigaddset(&action.sa_mask, ending[i]);
	for (i = 0; i < ARRAY_SIZE(ending); i++)
		if (!sigaction(ending[i], NULL, &old) &&
		    old.sa_handler == SIG_DFL)
			sigaction(ending[i], &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

/**
 * signals_stop() - whether a signal asked for the end
 */
bool signals_stop(void)
{
	return stop;
}

/**
 * signals_start_thread() - start a thread that gets no signals
 * @thread: result
 * @run: what it does
 * @arg: for @run
 *
 * All signals are for the first thread, which waits for them.
 *
 * Return: 0, or -errno
 */
int signals_start_thread(pthread_t *thread, void *(*run)(void *), void *arg)
{
	sigset_t all, old;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	ret = -pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

/**
 * signals_poll() - wait for files, a moment, or a signal, whichever comes first
 * @fds: what to wait for, as for poll()
 * @count: how many
 * @deadline_ns: CLOCK_MONOTONIC; UINT64_MAX: none
 *
 * Return: how many files are ready, 0 at the deadline, -EINTR if a signal asked
 * for the end, even before the call, or another -errno
 */
int signals_poll(struct pollfd *fds, unsigned int count, uint64_t deadline_ns)
{
	struct timespec timeout, *limit = NULL;
	sigset_t block, old;
	unsigned int i;
	int ret;

	/* Blocked between the look at the flag and the wait: none slips through. */
	sigemptyset(&block);
	for (i = 0; i < ARRAY_SIZE(ending); i++)
		sigaddset(&block, ending[i]);
	sigprocmask(SIG_BLOCK, &block, &old);
	if (stop) {
		ret = -EINTR;
	} else {
		if (deadline_ns != UINT64_MAX) {
			uint64_t now = clock_monotonic_ns();
			uint64_t left = deadline_ns > now ? deadline_ns - now :
							    0;

			timeout.tv_sec = (time_t)(left / NS_PER_S);
			timeout.tv_nsec = (long)(left % NS_PER_S);
			limit = &timeout;
		}
		ret = ppoll(fds, count, limit, &old);
		if (ret < 0)
			ret = -errno;
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}
