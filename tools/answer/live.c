// SPDX-License-Identifier: GPL-2.0-only
/*
 * An open connection in short, as one that ended is shown.
 */
#include <string.h>

#include "answer/live.h"
#include "base/clock.h"

static void set_process(struct conn *c, const struct item *i)
{
	if (i->held != ITEM_HELD_QUEUE) {
		c->pid = i->process.pid;
		memcpy(c->comm, i->process.comm, sizeof(c->comm));
	}
	c->opener = i->opener.pid;
	memcpy(c->opener_comm, i->opener.comm, sizeof(c->opener_comm));
	c->accepted = i->accepted;
	c->listener_pid = i->listener.pid;
	memcpy(c->listener_comm, i->listener.comm, sizeof(c->listener_comm));
	if (i->held == ITEM_HELD_QUEUE)
		c->mark |= TCPCLOSE_MARK_UNACCEPTED;
	if (!i->born_ns)
		c->mark |= TCPCLOSE_MARK_OLD;
}

static void set_traffic(struct conn *c, const struct sockets_entry *s)
{
	c->bytes_sent = s->bytes_sent;
	c->bytes_received = s->bytes_received;
	c->retransmits = s->total_retransmits;
	c->idle_ms = event_idle_ms(s->last_sent_ms, s->last_received_ms);
	c->unread_bytes = s->receive_queue;
	c->unsent_bytes = s->unsent_bytes;
	c->unacked_bytes = s->send_queue;
}

/**
 * live_conn() - an open connection in short
 * @i: its socket
 * @now_ns: as of when it is, CLOCK_MONOTONIC
 * @realtime_ns: the same since the epoch
 * @c: result
 */
void live_conn(const struct item *i, uint64_t now_ns, uint64_t realtime_ns, struct conn *c)
{
	const struct sockets_entry *s = i->socket;
	const struct event e = { .cookie = s->cookie, .ts_ns = now_ns };

	memset(c, 0, sizeof(*c));
	conn_init(c, &e);
	c->realtime_ns = realtime_ns;
	c->netns = i->netns->cookie;
	c->netns_inode = i->netns->inode;
	memcpy(c->netns_name, i->netns->name, sizeof(c->netns_name));
	c->ipv6 = s->ipv6;
	c->lport = s->lport;
	c->rport = s->rport;
	memcpy(c->laddr, s->laddr, sizeof(c->laddr));
	memcpy(c->raddr, s->raddr, sizeof(c->raddr));
	c->inode = s->inode;
	c->uid = s->uid;
	c->closer = i->closer;
	c->life.state = s->state;
	c->states = 1U << s->state;
	c->dwells_ns[s->state] = item_dwell_ns(i, now_ns);
	if (i->born_ns && i->born_ns < now_ns)
		c->age_ns = (int64_t)(now_ns - i->born_ns);
	if (i->cgroup)
		c->cgroup_names = *i->cgroup;
	set_process(c, i);
	set_traffic(c, s);
}
