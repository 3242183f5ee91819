// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's counters and lists in all network namespaces. A thread of its own
 * reads them, since it has to leave its namespace, and since the other witnesses
 * have to be read meanwhile.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/signals.h"
#include "witness/snapshot.h"

static void take(struct snapshot *s)
{
	s->begin_ns = clock_monotonic_ns();
	s->error = counters_read(&s->counters);
	s->counted_ns = clock_monotonic_ns();
	s->list_error = sockdiag_read(&s->list);
	s->end_ns = clock_monotonic_ns();
}

static void visit(void *ctx, const struct namespace *ns)
{
	struct snapshots *s = ctx;
	struct snapshot *one;

	if (s->count == s->room) {
		size_t room = s->room ? 2 * s->room : 16;

		one = realloc(s->all, room * sizeof(*one));
		if (!one) {
			s->error = -ENOMEM;
			return;
		}
		s->all = one;
		s->room = room;
	}
	one = &s->all[s->count++];
	memset(one, 0, sizeof(*one));
	one->ns = *ns;
	one->error = ns->error;
	if (!one->error)
		take(one);
}

static void *thread_main(void *arg)
{
	struct snapshots *s = arg;
	int ret = namespaces_visit(visit, s, &s->why);

	if (ret)
		s->error = ret;
	__atomic_store_n(&s->is_done, true, __ATOMIC_RELEASE);
	return NULL;
}

/**
 * snapshots_start() - start the thread
 * @s: result, complete after snapshots_join()
 *
 * Return: 0, or -errno
 */
int snapshots_start(struct snapshots *s)
{
	memset(s, 0, sizeof(*s));
	return signals_start_thread(&s->thread, thread_main, s);
}

/**
 * snapshots_are_done() - whether snapshots_join() would not wait
 * @s: the snapshots
 */
bool snapshots_are_done(const struct snapshots *s)
{
	return __atomic_load_n(&s->is_done, __ATOMIC_ACQUIRE);
}

/**
 * snapshots_join() - wait for the thread
 * @s: the snapshots
 */
void snapshots_join(struct snapshots *s)
{
	pthread_join(s->thread, NULL);
}

/**
 * snapshots_free() - free everything
 * @s: the snapshots
 */
void snapshots_free(struct snapshots *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		sockdiag_free(&s->all[i].list);
	free(s->all);
	s->all = NULL;
	s->count = 0;
}
