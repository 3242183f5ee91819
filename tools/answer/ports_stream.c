// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the stream says of local ports: which calls found none, how many TIME_WAITs began,
 * which of them connect() took over, and which could not be made.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "answer/ports_tables.h"
#include "base/clock.h"
#include "base/hash.h"

/* From Linux 6.8 on. */
static bool lists_bound(const char *release)
{
	unsigned int major, minor;

	return sscanf(release, "%u.%u", &major, &minor) == 2 &&
	       (major > 6 || (major == 6 && minor >= 8));
}

/**
 * ports_begin() - begin with nothing
 * @p: result; zeroed
 * @head: header of the stream
 */
void ports_begin(struct ports *p, const struct recording_header *head)
{
	p->seed = hash_seed();
	p->first_ns = UINT64_MAX;
	p->start_ns = head->start_ns;
	p->lists_bound = lists_bound(head->release);
	recorded_begin(&p->recorded, head);
	/* That older modules record no RSTs means nothing here. */
	p->recorded.since_ns = 0;
}

/* Of connect() the kernel says that by the range, or by the address that it has chosen. */
static bool found_no_port(const struct event *e)
{
	static const uint8_t any[16];

	switch (e->call) {
	case TCPCLOSE_CALL_CONNECT:
	case TCPCLOSE_CALL_SEND:
		return e->failed.error == EADDRNOTAVAIL &&
		       (e->failed.range || memcmp(e->laddr, any, sizeof(any)));
	case TCPCLOSE_CALL_BIND:
	case TCPCLOSE_CALL_LISTEN:
		return e->failed.error == EADDRINUSE && !e->lport;
	default:
		return false;
	}
}

/* A local address is a destination without a remote end. */
static void set_ends(struct ports_ends *ends, const struct event *e)
{
	bool bind = e->call == TCPCLOSE_CALL_BIND || e->call == TCPCLOSE_CALL_LISTEN;
	struct ports_place place = {
		.netns = ports_netns_id(e->netns, e->netns_inode),
		.ipv6 = e->ipv6,
		.laddr = e->laddr,
		.raddr = bind ? e->laddr : e->raddr,
		.rport = e->rport,
	};

	ports_set_ends(ends, &place);
	ends->bind = bind;
	if (bind)
		memset(ends->raddr, 0, sizeof(ends->raddr));
}

static void set_latest(struct ports_failure *f, const struct event *e)
{
	f->count++;
	f->last_ns = e->ts_ns;
	f->realtime_ns = e->realtime_ns;
	f->pid = e->pid;
	f->range = e->failed.range;
	f->port_low = e->failed.port_low;
	f->port_high = e->failed.port_high;
}

static int list_failure(struct ports *p, const struct ports_ends *ends,
			struct ports_netns *n, const struct event *e, bool wanted)
{
	struct ports_failure like = {
		.ends = *ends,
		.netns = n,
		.call = e->call,
		.error = e->failed.error,
		.lport = e->lport,
	},
			     *f;
	int ret;

	snprintf(like.comm, sizeof(like.comm), "%s", e->comm);
	ret = ports_take_failure(p, &like, &f);
	if (ret)
		return ret;
	if (!f) {
		p->failures_left_out++;
		return 0;
	}
	set_latest(f, e);
	f->wanted |= wanted;
	return 0;
}

/* The range that the kernel has searched is that of the namespace. */
static void take_range(struct ports_netns *n, const struct event *e)
{
	if (!e->failed.range)
		return;
	n->range_known = true;
	n->first = e->failed.port_low;
	n->last = e->failed.port_high;
}

static int count_failure(struct ports *p, const struct ports_ends *ends,
			 struct ports_netns *n, const struct event *e, bool wanted)
{
	const struct ports_who who = { e->pid, e->comm, e->cgroup_names };
	struct ports_destination *d;
	int ret = ports_take_destination(p, ends, true, &d);

	if (!ret)
		ret = ports_count(&n->sum, PORTS_FAILED, &who);
	n->failed_ns = e->ts_ns;
	if (ret || !d)
		return ret;
	d->failed_ns = e->ts_ns;
	d->wanted |= wanted;
	return ports_count(&d->sum, PORTS_FAILED, &who);
}

static int add_failed_call(struct ports *p, const struct event *e, bool wanted)
{
	struct ports_netns *n;
	struct ports_ends ends;
	int ret;

	if (!found_no_port(e))
		return 0;
	set_ends(&ends, e);
	n = ports_take_netns(p, ends.netns);
	if (!n)
		return -ENOMEM;
	ports_name_netns(n, e->netns, e->netns_inode, e->netns_name);
	take_range(n, e);
	/* That one port is taken there means nothing for the others. */
	ret = e->lport ? 0 : count_failure(p, &ends, n, e, wanted);
	return ret ? ret : list_failure(p, &ends, n, e, wanted);
}

/**
 * ports_add_event() - take an event of the stream
 * @p: the ports
 * @e: the event, of any kind
 * @wanted: the filter wants it
 *
 * Return: 0 or -ENOMEM
 */
int ports_add_event(struct ports *p, const struct event *e, bool wanted)
{
	recorded_add(&p->recorded, e);
	if (e->kind == EVENT_LEFT_OUT)
		p->calls_unrecorded += e->left_out.calls;
	if (e->kind == EVENT_LOST || e->kind == EVENT_LEFT_OUT)
		return 0;
	if (e->ts_ns < p->first_ns)
		p->first_ns = e->ts_ns;
	return e->kind == EVENT_FAILED_CALL ? add_failed_call(p, e, wanted) : 0;
}

/* Return: 0 or -ENOMEM */
static int note_begin(struct ports_destination *d, uint64_t ns)
{
	uint64_t second = ns / NS_PER_S;

	if (!d->begun)
		d->begun = calloc(PORTS_SECONDS, sizeof(*d->begun));
	if (!d->begun)
		return -ENOMEM;
	if (second + PORTS_SECONDS <= d->begun_s)
		return 0;
	if (second >= d->begun_s + PORTS_SECONDS)
		memset(d->begun, 0, PORTS_SECONDS * sizeof(*d->begun));
	else
		while (d->begun_s < second)
			d->begun[++d->begun_s % PORTS_SECONDS] = 0;
	if (second > d->begun_s)
		d->begun_s = second;
	d->begun[second % PORTS_SECONDS]++;
	return 0;
}

static bool was_in_time_wait(const struct conn *c)
{
	return c->closed_ns && c->states >> TCPCLOSE_TIME_WAIT & 1;
}

static int count_conn(struct ports_sum *s, const struct conn *c, const struct ports_who *who)
{
	int ret = 0;

	if (was_in_time_wait(c))
		ret = ports_count(s, PORTS_BEGUN, who);
	if (!ret && c->end == TCPCLOSE_END_RECYCLED)
		ret = ports_count(s, PORTS_RECYCLED, who);
	if (!ret && c->end == TCPCLOSE_END_OVERFLOW)
		ret = ports_count(s, PORTS_OVERFLOWED, who);
	return ret;
}

static int add_to_destination(struct ports *p, const struct conn *c,
			      const struct ports_who *who, bool wanted)
{
	struct ports_place place = { ports_netns_id(c->netns, c->netns_inode), c->ipv6,
				     c->laddr, c->raddr, c->rport };
	struct ports_destination *d;
	struct ports_ends ends;
	int ret;

	ports_set_ends(&ends, &place);
	ret = ports_take_destination(p, &ends, true, &d);
	if (ret)
		return ret;
	if (!d) {
		p->destinations_left_out++;
		return 0;
	}
	d->wanted |= wanted;
	ret = count_conn(&d->sum, c, who);
	return !ret && was_in_time_wait(c) ? note_begin(d, c->closed_ns) : ret;
}

/**
 * ports_add_conn() - take a connection of the stream
 * @p: the ports
 * @c: the connection
 * @wanted: the filter wants it
 *
 * Return: 0 or -ENOMEM
 */
int ports_add_conn(struct ports *p, const struct conn *c, bool wanted)
{
	const struct ports_who who = {
		.pid = c->pid ? c->pid : c->opener,
		.comm = c->pid ? c->comm : c->opener_comm,
		.cgroup = &c->cgroup_names,
	};
	struct ports_netns *n;
	int ret;

	if (!was_in_time_wait(c) && c->end != TCPCLOSE_END_OVERFLOW)
		return 0;
	n = ports_take_netns(p, ports_netns_id(c->netns, c->netns_inode));
	if (!n)
		return -ENOMEM;
	ports_name_netns(n, c->netns, c->netns_inode, c->netns_name);
	ret = count_conn(&n->sum, c, &who);
	n->wanted |= wanted;
	if (ret || conn_is_passive(c))
		return ret;
	return add_to_destination(p, c, &who, wanted);
}
