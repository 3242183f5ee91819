// SPDX-License-Identifier: GPL-2.0-only
/*
 * All TCP sockets at the end of a recording: those whose end it does not have.
 *
 * Knows what the stream says only: what was never recorded is not in it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer/inventory.h"
#include "base/recent.h"

/**
 * struct place - a network namespace
 * @recent: by its cookie and inode
 * @index: in the list of namespaces
 * @known: @index is set
 */
struct place {
	struct recent_entry recent;
	uint32_t index;
	bool known;
};

/* Return: index of the connection's namespace, or -ENOMEM */
static int64_t find_place(struct recent *places, struct sockets *s, const struct conn *c)
{
	struct place *p = recent_take(places, c->netns, c->netns_inode);
	struct sockets_netns *n;

	if (!p)
		return -ENOMEM;
	if (p->known)
		return p->index;
	p->known = true;
	p->index = (uint32_t)s->netns_count++;
	n = &s->netns[p->index];
	n->cookie = c->netns;
	n->inode = c->netns_inode;
	snprintf(n->name, sizeof(n->name), "%s", c->netns_name);
	netsysctl_init(&n->settings);
	return p->index;
}

static void set_socket(struct sockets_entry *s, const struct conn *c)
{
	*s = (struct sockets_entry){
		.cookie = c->cookie,
		.inode = c->inode,
		.uid = c->uid == EVENT_UNKNOWN ? 0 : (uint32_t)c->uid,
		.last_sent_ms = SOCKETS_UNKNOWN,
		.last_received_ms = SOCKETS_UNKNOWN,
		.last_ack_ms = SOCKETS_UNKNOWN,
		.total_retransmits = c->retransmits,
		.unsent_bytes = c->unsent_bytes,
		.bytes_sent = c->bytes_sent,
		.bytes_received = c->bytes_received,
		.window = SOCKETS_UNKNOWN,
		.lport = c->lport,
		.rport = c->rport,
		.state = c->life.state,
		.ipv6 = c->ipv6,
		.mini = c->life.mini,
	};
	memcpy(s->laddr, c->laddr, sizeof(s->laddr));
	memcpy(s->raddr, c->raddr, sizeof(s->raddr));
}

static uint8_t held(const struct conn *c)
{
	if (c->life.mini || (c->call && c->call != TCPCLOSE_CALL_SHUTDOWN))
		return ITEM_HELD_NONE;
	if (c->mark & TCPCLOSE_MARK_UNACCEPTED && !c->pid)
		return ITEM_HELD_QUEUE;
	return ITEM_HELD_UNKNOWN;
}

static void set_item(struct item *i, const struct conn *c)
{
	i->since_ns = c->life.last_ns;
	i->since_how = ITEM_SINCE_SEEN;
	i->born_ns = c->life.born_ns;
	i->held = held(c);
	i->call = c->call;
	i->closer = c->closer;
	i->accepted = c->accepted;
	i->passive = conn_is_passive(c);
	i->cgroup = &c->cgroup_names;
	i->process.pid = c->pid ? c->pid : c->opener;
	memcpy(i->process.comm, c->pid ? c->comm : c->opener_comm, sizeof(i->process.comm));
	i->opener.pid = c->opener;
	memcpy(i->opener.comm, c->opener_comm, sizeof(i->opener.comm));
	i->listener.pid = c->listener_pid;
	memcpy(i->listener.comm, c->listener_comm, sizeof(i->listener.comm));
}

static int add(struct inventory *inv, struct recent *places, const struct conn *c)
{
	struct sockets_entry *s = &inv->sockets.entries[inv->count];
	int64_t place = find_place(places, &inv->sockets, c);

	if (place < 0)
		return (int)place;
	set_socket(s, c);
	s->netns = (uint32_t)place;
	inv->items[inv->count] = (struct item){
		.socket = s,
		.netns = &inv->sockets.netns[place],
	};
	set_item(&inv->items[inv->count++], c);
	return 0;
}

/**
 * inventory_replay() - list the sockets whose end a recording does not have
 * @inv: result; @inv->states is set
 * @conns: the recording's connections; must outlive the list
 * @now_ns: time of its last record
 *
 * Return: 0 or -ENOMEM; inventory_free() in any case
 */
int inventory_replay(struct inventory *inv, const struct conns *conns, uint64_t now_ns)
{
	const struct conn *c;
	struct recent places;
	size_t room = conns->count + 1;
	int ret = 0;

	inv->now_ns = now_ns;
	inv->items = calloc(room, sizeof(*inv->items));
	inv->sockets.entries = calloc(room, sizeof(*inv->sockets.entries));
	inv->sockets.netns = calloc(room, sizeof(*inv->sockets.netns));
	if (!inv->items || !inv->sockets.entries || !inv->sockets.netns)
		return -ENOMEM;
	recent_init(&places, sizeof(struct place), NETNS_TABLE_MAX);
	for (c = conns_next(conns, NULL); c && !ret; c = conns_next(conns, c))
		if (!c->life.over && inv->states >> c->life.state & 1)
			ret = add(inv, &places, c);
	recent_free(&places);
	return ret;
}
