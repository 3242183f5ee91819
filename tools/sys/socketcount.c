// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many TCP sockets the kernel has, in all network namespaces. A thread of its
 * own asks, since it has to leave its namespace.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/signals.h"
#include "sys/namespaces.h"
#include "sys/socketcount.h"

/**
 * struct work - what the thread does
 * @result: where the numbers go
 * @ret: 0, or -errno
 */
struct work {
	struct socketcount *result;
	int ret;
};

static void visit(void *context, const struct namespace *ns)
{
	struct socketcount *s = context;
	int ret = ns->error;

	if (!ret)
		ret = sockdiag_count(s->states, s->counts);
	if (ret) {
		error_set(&s->why, ret, "%s: %s", ns->path, strerror(-ret));
		s->closed++;
	} else {
		s->namespaces++;
	}
}

static void *thread_main(void *arg)
{
	struct work *work = arg;

	work->ret = namespaces_visit(visit, work->result, &work->result->why);
	return NULL;
}

/**
 * socketcount_read() - count
 * @s: result; @s->states is set
 *
 * Return: 0, or -errno with the reason in @s->why
 */
int socketcount_read(struct socketcount *s)
{
	struct work work = { .result = s };
	pthread_t thread;
	int ret;

	memset(s->counts, 0, sizeof(s->counts));
	s->namespaces = 0;
	s->closed = 0;
	ret = signals_start_thread(&thread, thread_main, &work);
	if (ret)
		return error_set(&s->why, ret, "%s", strerror(-ret));
	pthread_join(thread, NULL);
	if (!work.ret && !s->namespaces)
		work.ret = -ENOENT;
	return work.ret;
}
