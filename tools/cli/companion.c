// SPDX-License-Identifier: GPL-2.0-only
/*
 * The COMMAND that a session goes along with: starts it, knows when the session is over,
 * ends it if a signal asks for that, and says how it ended.
 *
 * Knows nothing of where events come from, or of what is done with them.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/complain.h"
#include "base/signals.h"
#include "cli/companion.h"
#include "sys/child.h"

/* Ctrl-C reaches the command by itself, too: so long it may take to end by that. */
#define COURTESY_NS NS_PER_S
/* A command that is asked to end has that long. */
#define PATIENCE_NS (5 * NS_PER_S)
/* The device holds records back for 1 ms. */
#define SETTLED_NS (2 * NS_PER_MS)
/* FINs of a command that has ended are on their way: so long at most, unless asked. */
#define CLOSING_NS NS_PER_S
/* How often the command is looked at when nothing is read any more. */
#define ROUND_NS (10 * NS_PER_MS)

static bool has_cgroup(void *context, uint64_t cgroup)
{
	return cgroup_below_has(context, cgroup);
}

/**
 * companion_init() - prepare to start a command
 * @c: result
 * @argv: the command and its arguments, NULL at the end
 * @wait: go on until its last TIME_WAIT is over
 *
 * companion_finish() is to be called whatever this returns.
 *
 * Return: 0, or -errno after a complaint
 */
int companion_init(struct companion *c, char *const *argv, bool wait)
{
	struct error why;
	int ret;

	memset(c, 0, sizeof(*c));
	c->argv = argv;
	c->wait = wait;
	ret = cgroup_own_make(&c->cgroup, &why);
	if (ret) {
		complain("%.200s cannot be followed: %s", argv[0], why.text);
		return ret;
	}
	c->followed = followed_new(has_cgroup, &c->cgroup.below);
	if (c->followed)
		return 0;
	complain("out of memory");
	return -ENOMEM;
}

/**
 * companion_start() - start the command
 * @c: the command
 *
 * Return: 0, or -errno after a complaint
 */
int companion_start(struct companion *c)
{
	const struct child_how how = { .argv = c->argv, .cgroup = c->cgroup.dir };
	int ret = child_start(&c->pid, &how);

	if (!ret)
		return 0;
	complain(c->pid < 0 ? "%.200s cannot be followed: no process in a cgroup of its own: %s" :
			      "%.200s: cannot be run: %s",
		 c->argv[0], strerror(-ret));
	c->pid = 0;
	return ret;
}

static void end_on_signal(struct companion *c)
{
	uint64_t now_ns = clock_monotonic_ns();

	if (!signals_stop())
		return;
	if (!c->ask_ns)
		c->ask_ns = now_ns + COURTESY_NS;
	if (now_ns < c->ask_ns)
		return;
	if (!c->kill_ns) {
		c->kill_ns = now_ns + PATIENCE_NS;
		child_end(c->pid);
	} else if (now_ns >= c->kill_ns) {
		child_kill(c->pid);
	}
}

static void look(struct companion *c)
{
	if (c->ended_ns)
		return;
	if (child_has_ended(c->pid, &c->status))
		c->ended_ns = clock_monotonic_ns();
	else
		end_on_signal(c);
}

/**
 * companion_is_over() - whether the session is over; to be called again and again
 * @c: the command, which was started
 * @read_ns: all records up to this time were read, or all that could be read then
 */
bool companion_is_over(struct companion *c, uint64_t read_ns)
{
	unsigned int pending;

	cgroup_below_look(&c->cgroup.below);
	look(c);
	if (!c->ended_ns || read_ns < c->ended_ns + SETTLED_NS)
		return false;
	if (signals_stop())
		return true;
	pending = followed_pending(c->followed, read_ns);
	if (c->wait)
		return !pending;
	return !(pending & FOLLOWED_CLOSING) || read_ns >= c->ended_ns + CLOSING_NS;
}

static void complain_end(const struct companion *c)
{
	uint64_t cut = followed_cut(c->followed);
	char text[CHILD_TEXT];

	if (c->status)
		complain("%.200s: %s", c->argv[0], child_describe(c->status, text));
	if (cut)
		complain("%llu connection%s may lack the first steps of the other end: more than %d events of others waited",
			 (unsigned long long)cut, cut == 1 ? "" : "s", FOLLOWED_HELD_MAX);
}

static void remove_cgroup(struct companion *c)
{
	struct error why;
	unsigned int left;

	if (cgroup_own_remove(&c->cgroup, &left, &why))
		complain("%s", why.text);
	if (left)
		complain("%.200s has left %u process%s behind: not followed any more",
			 c->argv[0], left, left == 1 ? "" : "es");
}

/**
 * companion_finish() - wait for the command's end, whatever happened to the session; say
 *	how it ended, and remove its cgroup
 * @c: the command
 */
void companion_finish(struct companion *c)
{
	const struct timespec nap = { .tv_nsec = ROUND_NS };

	for (; c->pid && !c->ended_ns; look(c))
		nanosleep(&nap, NULL);
	if (c->pid)
		complain_end(c);
	remove_cgroup(c);
	followed_free(c->followed);
}
