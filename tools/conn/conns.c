// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that end in a stream: adds each record to its connection, and tells those
 * that are over, in the order in which they closed.
 *
 * One that is over is told a moment later: the RST that belongs to it may have its record
 * after that of the end. When there are too many, the first that closed is told even if
 * its mini-socket is not over, or else the one without a record for the longest time is
 * given up. Knows nothing of how they are shown.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "conn/conns.h"

/* A RST's record is at most so long after the one of the end that it belongs to. */
#define SETTLED_NS (2 * NS_PER_MS)
/* The end of a mini-socket that does not come within this time was lost. */
#define TIME_WAIT_MAX_NS (120 * NS_PER_S)

static struct conn *of_life(struct life *life)
{
	return CONTAINER_OR_NULL(life, struct conn, life);
}

/**
 * conns_init() - begin with none
 * @c: connections
 */
void conns_init(struct conns *c)
{
	*c = (struct conns){ 0 };
}

static void remove_conn(struct conns *c, struct conn *conn)
{
	lives_remove(&c->lives, &conn->life);
	life_list_remove(&c->list, &conn->life);
	c->count--;
}

/* Those that have closed are told, if need be too early. */
static void make_room(struct conns *c)
{
	struct conn *conn = of_life(c->list.oldest);

	while (conn && conn->closed_ns)
		conn = of_life(conn->life.newer);
	if (!conn)
		return;
	remove_conn(c, conn);
	free(conn);
	c->forgotten++;
}

static struct conn *new_conn(struct conns *c, const struct event *e)
{
	struct conn *conn;

	if (c->count >= CONNS_MAX && !c->first)
		make_room(c);
	conn = calloc(1, sizeof(*conn));
	if (!conn || lives_add(&c->lives, &conn->life, e->cookie, e->netns_inode)) {
		free(conn);
		return NULL;
	}
	conn_init(conn, e);
	life_list_add(&c->list, &conn->life);
	c->count++;
	return conn;
}

static int add_transition(struct conns *c, const struct event *e, uint64_t words)
{
	struct conn *conn;
	bool late, closed;
	int ret;

	/* A listener is no connection. */
	if (!e->cookie || e->old == TCPCLOSE_LISTEN || e->new == TCPCLOSE_LISTEN)
		return 0;
	conn = of_life(lives_find(&c->lives, e));
	/* What is left of one that has been told, or that closed before the stream. */
	if (!conn && e->old == TCPCLOSE_TIME_WAIT)
		return 0;
	if (!conn)
		conn = new_conn(c, e);
	if (!conn)
		return -ENOMEM;
	closed = conn->closed_ns;
	ret = lives_follow(&c->lives, &conn->life, e, &late);
	if (ret)
		return ret;
	conn_add(conn, e);
	conn->words |= words;
	life_list_remove(&c->list, &conn->life);
	life_list_add(&c->list, &conn->life);
	if (conn->closed_ns && !closed) {
		*(c->last ? &c->last->next : &c->first) = conn;
		c->last = conn;
	}
	return 0;
}

static void add_rst(struct conns *c, const struct event *e, uint64_t words)
{
	struct conn *conn = of_life(lives_find_latest(&c->lives, e->cookie,
						      e->netns_inode));

	if (!conn)
		return;
	conn_add_rst(conn, e);
	conn->words |= words;
}

/**
 * conns_add() - take an event
 * @c: connections
 * @e: a transition or a RST; others are ignored
 * @words: words of the filter that match it
 *
 * Return: 0 or -ENOMEM
 */
int conns_add(struct conns *c, const struct event *e, uint64_t words)
{
	if (e->kind == EVENT_TRANSITION)
		return add_transition(c, e, words);
	if (e->kind == EVENT_RST && e->cookie)
		add_rst(c, e, words);
	return 0;
}

static bool can_be_told(const struct conns *c, const struct conn *conn, uint64_t now_ns)
{
	if (c->count >= CONNS_MAX)
		return true;
	if (now_ns < conn->closed_ns + SETTLED_NS)
		return false;
	return !c->wait || conn->over_ns || now_ns >= conn->life.last_ns + TIME_WAIT_MAX_NS;
}

/**
 * conns_take() - take the next connection that is over
 * @c: connections
 * @now_ns: all records up to this time have been added
 *
 * Return: it, to be freed by the caller, or NULL
 */
struct conn *conns_take(struct conns *c, uint64_t now_ns)
{
	struct conn *conn = c->first;

	if (!conn || !can_be_told(c, conn, now_ns))
		return NULL;
	c->first = conn->next;
	if (!c->first)
		c->last = NULL;
	remove_conn(c, conn);
	return conn;
}

/**
 * conns_find() - a connection that is not over
 * @c: connections
 * @cookie: its cookie
 * @netns: inode of its network namespace
 *
 * Return: the latest with that cookie, or NULL
 */
const struct conn *conns_find(const struct conns *c, uint64_t cookie, uint32_t netns)
{
	return of_life(lives_find_latest(&c->lives, cookie, netns));
}

/**
 * conns_next() - walk through all that were not taken
 * @c: connections
 * @conn: one of them; NULL: begin
 *
 * Return: the next, by the time of the latest record, or NULL
 */
const struct conn *conns_next(const struct conns *c, const struct conn *conn)
{
	return of_life(conn ? conn->life.newer : c->list.oldest);
}

/**
 * conns_free() - free all that was not taken
 * @c: connections
 */
void conns_free(struct conns *c)
{
	struct conn *conn;

	while ((conn = of_life(c->list.oldest))) {
		remove_conn(c, conn);
		free(conn);
	}
	lives_free(&c->lives);
}
