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

/* Far more than exist: ends the loop should the device never report the end. */
#define HOOKS_MAX 256

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
		ret = devnode_cursor(fd, cpu, &s->rings[cpu]);
		if (ret)
			return ret;
	}
	s->ring_count = geometry.rings;
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
	struct tcpclose_stats_request request = {
		.buf = (uintptr_t)&s->counters,
		.size = sizeof(s->counters),
	};
	int ret;

	/* An older module fills less than this tool knows. */
	memset(s, 0, sizeof(*s));
	if (ioctl(fd, TCPCLOSE_IOC_STATS, &request))
		return -errno;
	s->realtime_offset_ns = clock_realtime_offset_ns();
	ret = fetch_rings(fd, s);
	return ret ? ret : fetch_hooks(fd, s);
}

/**
 * statistics_reset() - let the module count from 0 again
 * @fd: the device
 *
 * Return: 0, or -errno
 */
int statistics_reset(int fd)
{
	return ioctl(fd, TCPCLOSE_IOC_STATS_RESET) ? -errno : 0;
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
