// SPDX-License-Identifier: GPL-2.0-only
/*
 * A snapshot of all that the module counts, from the device.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "lib/devnode.h"
#include "lib/statistics.h"
#include "sys/socketcount.h"

/* Far more than exist: ends the loop should the device never report the end. */
#define HOOKS_MAX 256
/* How often sockets are counted, at most, for exact numbers. */
#define TRIES 3

static int fetch_rings(int fd, struct statistics *s)
{
	struct tcpclose_geometry geometry;
	unsigned int cpu;
	int ret = devnode_geometry(fd, &geometry);

	if (ret)
		return ret;
	s->rings = calloc(geometry.rings, sizeof(*s->rings));
	if (!s->rings)
		return -ENOMEM;
	for (cpu = 0; cpu < geometry.rings; cpu++) {
		ret = devnode_cursor(fd, cpu, &s->rings[s->ring_count]);
		if (!ret)
			s->ring_count++;
		/* A hole in the numbering of CPUs has no ring. */
		else if (ret != -EINVAL)
			return ret;
	}
	return 0;
}

static int fetch_hooks(int fd, struct statistics *s)
{
	struct tcpclose_hook *hooks, hook;
	unsigned int i;

	for (i = 0; i < HOOKS_MAX; i++) {
		memset(&hook, 0, sizeof(hook));
		hook.index = i;
		if (ioctl(fd, TCPCLOSE_IOC_HOOK, &hook))
			return errno == ENOENT ? 0 : -errno;
		hook.name[sizeof(hook.name) - 1] = '\0';
		hook.purpose[sizeof(hook.purpose) - 1] = '\0';
		hooks = realloc(s->hooks, (i + 1) * sizeof(*hooks));
		if (!hooks)
			return -ENOMEM;
		hooks[i] = hook;
		s->hooks = hooks;
		s->hook_count = i + 1;
	}
	return 0;
}

static int fetch_counters(int fd, struct tcpclose_stats *counters,
			  unsigned int flags)
{
	struct tcpclose_stats_request request = {
		.buf = (uintptr_t)counters,
		.size = sizeof(*counters),
		.flags = flags,
	};

	/* An older module fills less than this tool knows. */
	memset(counters, 0, sizeof(*counters));
	return ioctl(fd, TCPCLOSE_IOC_STATS, &request) ? -errno : 0;
}

static int fetch_all(int fd, struct statistics *s)
{
	int ret;

	memset(s, 0, sizeof(*s));
	ret = fetch_counters(fd, &s->counters, 0);
	if (ret)
		return ret;
	s->realtime_offset_ns = clock_realtime_offset_ns();
	ret = fetch_rings(fd, s);
	return ret ? ret : fetch_hooks(fd, s);
}

/* How often a state was entered, or left, between two snapshots. */
static uint64_t moved(const struct tcpclose_stats *before,
		      const struct tcpclose_stats *after, unsigned int state,
		      bool entered)
{
	uint64_t count = 0;
	unsigned int i;

	for (i = 0; i < TCPCLOSE_STATES; i++)
		count += entered ? after->transitions[i][state] -
					   before->transitions[i][state] :
				   after->transitions[state][i] -
					   before->transitions[state][i];
	return count;
}

/*
 * Bound by bound: those that are tracked and were counted are at most those
 * tracked before and those that entered the state since, and at least those
 * tracked before without those that left.
 */
static void bound(const struct tcpclose_stats *before,
		  const struct tcpclose_stats *after, uint64_t counted,
		  unsigned int state, struct statistics_untracked *u)
{
	uint64_t live = before->live[state] > 0 ? (uint64_t)before->live[state] : 0;
	uint64_t most = live + moved(before, after, state, true);
	uint64_t left = moved(before, after, state, false);
	uint64_t least = live > left ? live - left : 0;

	u->at_least = counted > most ? counted - most : 0;
	u->at_most = counted > least ? counted - least : 0;
}

/* Return: how far the bounds are from each other, in all */
static uint64_t bound_all(const struct tcpclose_stats *before,
			  const struct tcpclose_stats *after,
			  const struct socketcount *sockets,
			  struct statistics_untracked u[TCPCLOSE_STATES])
{
	uint64_t distance = 0;
	unsigned int state;

	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (!(STATISTICS_STATES >> state & 1))
			continue;
		bound(before, after, sockets->counts[state], state, &u[state]);
		distance += u[state].at_most - u[state].at_least;
	}
	return distance;
}

/*
 * Count the kernel's sockets: which does the module not track? Up to some times, until no
 * connection moves meanwhile. The counters are replaced by those right after that. Return: 0,
 * or -errno of the device; if sockets cannot be counted, only @s->untracked_known says so
 */
static int find_untracked(int fd, struct statistics *s)
{
	struct statistics_untracked u[TCPCLOSE_STATES] = {};
	struct socketcount sockets = { .states = STATISTICS_STATES };
	struct tcpclose_stats before, after;
	uint64_t distance = UINT64_MAX;
	unsigned int i;
	int ret = fetch_counters(fd, &after, 0);

	if (ret)
		return ret;
	for (i = 0; i < TRIES && distance; i++) {
		uint64_t now;

		before = after;
		ret = socketcount_read(&sockets);
		s->why = sockets.why;
		if (ret)
			return 0;
		ret = fetch_counters(fd, &after, 0);
		if (ret)
			return ret;
		/* Another process may have reset the counters. */
		if (after.since_ns != before.since_ns)
			continue;
		now = bound_all(&before, &after, &sockets, u);
		if (now >= distance)
			continue;
		distance = now;
		memcpy(s->untracked, u, sizeof(u));
		s->counters = after;
		s->closed = sockets.closed;
		s->untracked_known = true;
	}
	return 0;
}

/**
 * statistics_fetch() - take a snapshot
 * @fd: the device
 * @s: result; to be freed by statistics_free(), also after an error
 *
 * Return: 0, -EPERM if the file sees its own network namespace only, or another
 * -errno
 */
int statistics_fetch(int fd, struct statistics *s)
{
	int ret = fetch_all(fd, s);

	return ret ? ret : find_untracked(fd, s);
}

/**
 * statistics_reset() - let the module count from 0 again
 * @fd: the device
 * @s: a snapshot; its counters are replaced by the last ones before that, so that the
 *	next ones continue them
 *
 * Return: 0, or -errno
 */
int statistics_reset(int fd, struct statistics *s)
{
	return fetch_counters(fd, &s->counters, TCPCLOSE_STATS_RESET);
}

/**
 * statistics_free() - free a snapshot
 * @s: the snapshot
 */
void statistics_free(struct statistics *s)
{
	free(s->rings);
	free(s->hooks);
	s->rings = NULL;
	s->hooks = NULL;
}
