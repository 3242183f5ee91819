// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket as an event, for filters.
 */
#include <stdio.h>
#include <string.h>

#include "answer/item.h"
#include "base/clock.h"

static void set_process(struct event *e, const struct item *i, const struct sockholder *holder)
{
	if (holder) {
		e->pid = holder->pid;
		e->tid = holder->tid;
		snprintf(e->comm, sizeof(e->comm), "%s", holder->comm);
	} else {
		e->pid = i->process.pid;
		memcpy(e->comm, i->process.comm, sizeof(e->comm));
	}
	e->opener = i->opener.pid;
	memcpy(e->opener_comm, i->opener.comm, sizeof(e->opener_comm));
}

/**
 * item_event() - a socket as if it had just left its state for the same
 * @i: the socket
 * @holder: one of its holders; NULL: it has none
 * @now_ns: as of when it is
 * @e: result
 */
void item_event(const struct item *i, const struct sockholder *holder, uint64_t now_ns,
		struct event *e)
{
	const struct sockets_entry *s = i->socket;

	*e = (struct event){
		.kind = EVENT_TRANSITION,
		.ts_ns = now_ns,
		.cookie = s->cookie,
		.netns = i->netns->cookie,
		.netns_inode = i->netns->inode,
		.netns_name = *i->netns->name ? i->netns->name : NULL,
		.own_netns = i->netns->own,
		.cgroup = s->cgroup,
		.cgroup_names = i->cgroup,
		.dwell_ns = i->since_how ? (int64_t)item_dwell_ns(i, now_ns) : EVENT_UNKNOWN,
		.age_ns = i->born_ns ? (int64_t)(now_ns - i->born_ns) : EVENT_UNKNOWN,
		.bytes_sent = s->bytes_sent,
		.bytes_received = s->bytes_received,
		.retransmits = s->total_retransmits,
		.srtt_us = EVENT_UNKNOWN,
		.rearms = EVENT_UNKNOWN,
		.strays = EVENT_UNKNOWN,
		.uid = s->uid,
		.unread_bytes = s->receive_queue,
		.unacked_bytes = s->send_queue,
		.unsent_bytes = s->unsent_bytes,
		.last_sent_ms = s->last_sent_ms,
		.last_received_ms = s->last_received_ms,
		.sk_err = EVENT_UNKNOWN,
		.sk_shutdown = s->shutdown,
		.inode = s->inode,
		.lport = s->lport,
		.rport = s->rport,
		.old = s->state,
		.new = s->state,
		.origin = s->mini ? TCPCLOSE_ORIGIN_TIMEWAIT : 0,
		.closer = i->closer,
		.ipv6 = s->ipv6,
	};
	memcpy(e->laddr, s->laddr, sizeof(e->laddr));
	memcpy(e->raddr, s->raddr, sizeof(e->raddr));
	set_process(e, i, holder);
}
