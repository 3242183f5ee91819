// SPDX-License-Identifier: GPL-2.0-only
/*
 * A connection in short: adds up what its records say.
 *
 * Knows one connection; which records are its own is for conns.c to find.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "conn/conn.h"

/**
 * conn_init() - begin with a connection's first record
 * @c: the connection, zeroed
 * @e: the record
 */
void conn_init(struct conn *c, const struct event *e)
{
	c->cookie = e->cookie;
	c->closing_ns = e->ts_ns;
	c->age_ns = EVENT_UNKNOWN;
	c->bytes_sent = EVENT_UNKNOWN;
	c->bytes_received = EVENT_UNKNOWN;
	c->retransmits = EVENT_UNKNOWN;
	c->srtt_us = EVENT_UNKNOWN;
	c->idle_ms = EVENT_UNKNOWN;
	c->unread_bytes = EVENT_UNKNOWN;
	c->unsent_bytes = EVENT_UNKNOWN;
	c->unacked_bytes = EVENT_UNKNOWN;
	c->heard_ms = EVENT_UNKNOWN;
	c->spoke_ms = EVENT_UNKNOWN;
	c->silent_ns = EVENT_UNKNOWN;
	c->strays = EVENT_UNKNOWN;
	c->uid = EVENT_UNKNOWN;
	c->sk_err = EVENT_UNKNOWN;
}

static void take_ends(struct conn *c, const struct event *e)
{
	c->netns = e->netns;
	c->netns_inode = e->netns_inode;
	c->ipv6 = e->ipv6;
	c->lport = e->lport;
	c->rport = e->rport;
	memcpy(c->laddr, e->laddr, sizeof(c->laddr));
	memcpy(c->raddr, e->raddr, sizeof(c->raddr));
	if (e->netns_name)
		snprintf(c->netns_name, sizeof(c->netns_name), "%s", e->netns_name);
	if (e->inode && !event_is_unaccepted(e))
		c->inode = e->inode;
	if (e->uid != EVENT_UNKNOWN)
		c->uid = e->uid;
	if (e->cgroup_names)
		c->cgroup_names = *e->cgroup_names;
}

/* Whose it is: who holds it, or whose own call it is, unless that is a stranger's; else nobody. */
static void take_process(struct conn *c, const struct event *e)
{
	if (e->pid && !event_is_kernels(e) && !event_is_by_stranger(e)) {
		c->pid = e->pid;
		memcpy(c->comm, e->comm, sizeof(c->comm));
	} else if (e->owner) {
		c->pid = e->owner->pid;
		memcpy(c->comm, e->owner->comm, sizeof(c->comm));
	}
	if (e->opener) {
		c->opener = e->opener;
		c->accepted = e->accepted;
		memcpy(c->opener_comm, e->opener_comm, sizeof(c->opener_comm));
	}
	if (e->listener_owner) {
		c->listener_pid = e->listener_owner->pid;
		memcpy(c->listener_comm, e->listener_owner->comm,
		       sizeof(c->listener_comm));
	}
	if (e->call && e->call != TCPCLOSE_CALL_CONNECT && !c->call) {
		c->call = e->call;
		c->closer_pid = event_is_kernels(e) ? 0 : e->pid;
		if (c->closer_pid)
			memcpy(c->closer_comm, e->comm, sizeof(c->closer_comm));
	}
}

/* How long without data when the first end closed. */
static void take_idle(struct conn *c, const struct event *e)
{
	int64_t ms = event_idle_ms(e->last_sent_ms, e->last_received_ms);

	if (c->idle_ms != EVENT_UNKNOWN || ms == EVENT_UNKNOWN)
		return;
	/* If the peer closed first, this end did nothing in CLOSE_WAIT. */
	if (e->old == TCPCLOSE_CLOSE_WAIT && e->dwell_ns >= 0)
		ms -= e->dwell_ns / 1000000;
	c->idle_ms = ms > 0 ? ms : 0;
}

static void take_known(int64_t *to, int64_t value)
{
	if (value != EVENT_UNKNOWN)
		*to = value;
}

/* A half-closed connection may be in use: the peer receives still. */
static void take_silence(struct conn *c, const struct event *e)
{
	int64_t sent_ns = e->last_sent_ms * (int64_t)NS_PER_MS;

	if (e->old != TCPCLOSE_CLOSE_WAIT || e->dwell_ns < 0 || sent_ns < 0)
		return;
	c->silent_ns = sent_ns < e->dwell_ns ? sent_ns : e->dwell_ns;
}

static void take_traffic(struct conn *c, const struct event *e)
{
	take_known(&c->bytes_sent, e->bytes_sent);
	take_known(&c->bytes_received, e->bytes_received);
	take_known(&c->retransmits, e->retransmits);
	take_known(&c->srtt_us, e->srtt_us);
	take_known(&c->unread_bytes, e->unread_bytes);
	take_known(&c->unsent_bytes, e->unsent_bytes);
	take_known(&c->unacked_bytes, e->unacked_bytes);
	take_known(&c->heard_ms, e->last_received_ms);
	take_known(&c->spoke_ms, e->last_sent_ms);
	take_known(&c->strays, e->strays);
	if (e->sk_err != EVENT_UNKNOWN)
		c->sk_err = e->sk_err;
	take_idle(c, e);
	take_silence(c, e);
}

/**
 * conn_add() - add a transition
 * @c: the connection
 * @e: its transition
 */
void conn_add(struct conn *c, const struct event *e)
{
	bool ends = e->new == TCPCLOSE_CLOSE;

	take_ends(c, e);
	take_process(c, e);
	take_traffic(c, e);
	c->mark |= e->mark;
	c->states |= 1U << e->old | 1U << e->new;
	if (e->rearms != EVENT_UNKNOWN)
		c->rearms = (uint32_t)e->rearms;
	if (e->dwell_ns >= 0 && !event_is_rearm(e))
		c->dwells_ns[e->old] += (uint64_t)e->dwell_ns;
	if (e->closer)
		c->closer = e->closer;
	if (e->end)
		c->end = e->end;
	if (e->cause)
		c->cause = e->cause;
	if (!c->closed_ns)
		c->realtime_ns = e->realtime_ns;
	if (!c->closed_ns && (ends || e->new == TCPCLOSE_TIME_WAIT)) {
		c->closed_ns = e->ts_ns;
		c->cut_from = e->old;
		c->age_ns = e->age_ns;
	}
	if (ends)
		c->over_ns = e->ts_ns;
}

/**
 * conn_add_rst() - add a RST
 * @c: the connection
 * @e: a RST that it sent or received
 */
void conn_add_rst(struct conn *c, const struct event *e)
{
	bool decides = e->rst.effect == TCPCLOSE_RST_SENT ||
		       e->rst.effect == TCPCLOSE_RST_ENDED;

	if (c->rst || !decides)
		return;
	c->rst = true;
	c->rst_effect = e->rst.effect;
	c->rst_reason = e->rst.reason;
}

/**
 * conn_closing_ns() - how long closing took: all states but TIME_WAIT
 * @c: the connection
 *
 * Return: nanoseconds, or %EVENT_UNKNOWN
 */
int64_t conn_closing_ns(const struct conn *c)
{
	static const uint8_t closing[] = {
		TCPCLOSE_FIN_WAIT1,
		TCPCLOSE_FIN_WAIT2,
		TCPCLOSE_CLOSING,
		TCPCLOSE_CLOSE_WAIT,
		TCPCLOSE_LAST_ACK,
	};
	int64_t sum = 0;
	unsigned int i;
	bool any = false;

	for (i = 0; i < sizeof(closing); i++) {
		any |= c->states >> closing[i] & 1;
		sum += (int64_t)c->dwells_ns[closing[i]];
	}
	/* One that was cut before did not close. */
	return any ? sum : EVENT_UNKNOWN;
}
