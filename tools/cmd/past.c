// SPDX-License-Identifier: GPL-2.0-only
/*
 * What commands that answer have in common.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complain.h"
#include "base/format.h"
#include "cmd/past.h"
#include "lib/devnode.h"

/**
 * past_init() - begin with nothing known
 * @p: the command's run; zeroed
 * @states: bit N: sockets in &enum tcpclose_state N are wanted
 */
void past_init(struct past *p, uint32_t states)
{
	conns_init(&p->conns);
	/* A connection in TIME_WAIT is not over. */
	p->conns.wait = true;
	p->inventory.states = states;
	p->inventory.device = -1;
}

/**
 * past_check() - live: read what there is, and end
 * @p: the command's run; options are set
 *
 * Return: NULL
 */
const char *past_check(struct past *p)
{
	struct session *s = &p->run.session;

	/* A command that is followed decides itself how long that takes. */
	if (s->input || p->run.arguments)
		return NULL;
	s->all = true;
	if (!s->duration_ns)
		s->duration_ns = 1;
	return NULL;
}

static int take(struct past *p, uint64_t now_ns)
{
	struct conn *c;
	int ret = 0;

	while (!ret && (c = conns_take(&p->conns, now_ns))) {
		if (p->over)
			ret = p->over(p, c);
		free(c);
	}
	return ret;
}

/**
 * past_add() - take an event
 * @run: the command's run
 * @e: the event
 *
 * Return: 0 or -errno
 */
int past_add(void *run, const struct event *e)
{
	struct past *p = run;
	int ret;

	if (e->ts_ns > p->last_ns)
		p->last_ns = e->ts_ns;
	if (e->realtime_ns)
		p->offset_ns = (int64_t)(e->realtime_ns - e->ts_ns);
	if (e->kind == EVENT_LOST)
		p->lost += e->lost;
	if (e->kind == EVENT_LOST || e->kind == EVENT_LEFT_OUT)
		return 0;
	ret = take(p, e->ts_ns);
	return ret ? ret : conns_add(&p->conns, e, filter_words_of(&p->run.session.filter, e));
}

static int read_now(struct past *p)
{
	struct inventory *inv = &p->inventory;
	struct error why;
	int ret;

	inv->device = devnode_open(p->run.session.device, &why);
	ret = inv->device < 0 ? inv->device : inventory_read(inv, &p->conns, &why);
	if (ret)
		complain("%s", why.text);
	if (inv->device >= 0)
		close(inv->device);
	if (!ret && inv->sockets.closed)
		complain("%u network namespace%s could not be looked at: %s", inv->sockets.closed,
			 format_plural(inv->sockets.closed), inv->sockets.why.text);
	if (!ret && inv->owners.refused)
		complain("not all processes may be looked at, so not all that hold sockets are known: run it as root");
	return ret;
}

/**
 * past_conclude() - list the sockets
 * @p: the command's run
 *
 * Return: 0, or -errno after a complaint
 */
int past_conclude(struct past *p)
{
	/* Those in TIME_WAIT are among the sockets, too. */
	int ret = take(p, p->keep ? p->last_ns : UINT64_MAX);

	if (ret)
		return ret;
	if (source_is_live(p->run.session.source)) {
		p->offset_ns = clock_realtime_offset_ns();
		return read_now(p);
	}
	if (p->lost)
		complain("%llu records are missing in the recording: sockets may be missing, or in another state",
			 (unsigned long long)p->lost);
	return inventory_replay(&p->inventory, &p->conns, p->last_ns);
}

/**
 * past_finish() - take those in TIME_WAIT, too, after past_conclude() with @p->keep
 * @p: the command's run
 *
 * Return: 0, or what @p->over returned
 */
int past_finish(struct past *p)
{
	return take(p, UINT64_MAX);
}

/**
 * past_free() - free all
 * @p: the command's run
 */
void past_free(struct past *p)
{
	inventory_free(&p->inventory);
	conns_free(&p->conns);
}
