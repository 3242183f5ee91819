// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has local ports: counts the sockets of an inventory by destination.
 *
 * Source: __inet_hash_connect() and inet_csk_find_open_port() of Linux 6.1 and 6.12.
 * connect() picks a port that no listener and no bind() has, and that has no connection
 * to the same destination; bind() one that no socket of the same address has, nor one of
 * any address. Both look at ports of one parity first, but then at the others, too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "answer/ports_tables.h"
#include "sys/sockets.h"

/**
 * ports_is_available() - whether the kernel picks a port by itself
 * @n: the namespace; if its range is not known, any may be
 * @port: the port
 */
bool ports_is_available(const struct ports_netns *n, uint16_t port)
{
	if (!n->range_known)
		return true;
	return port >= n->first && port <= n->last &&
	       !(n->reserved_known && netports_has(n->reserved_ports, port));
}

static void set_range(struct ports_netns *n)
{
	const int64_t *values = n->settings.values;
	int64_t first = values[NETSYSCTL_PORT_FIRST], last = values[NETSYSCTL_PORT_LAST];

	if (first >= 0 && last >= first && last <= UINT16_MAX) {
		n->range_known = true;
		n->first = (uint16_t)first;
		n->last = (uint16_t)last;
	}
	if (!n->range_known)
		return;
	n->range = (uint32_t)(n->last - n->first) + 1;
	if (n->reserved_known)
		n->reserved = netports_count(n->reserved_ports, n->first, n->last);
	n->available = n->range - n->reserved;
}

/* Return: 0 or -ENOMEM */
static int add_netns(struct ports *p, const struct sockets_netns *from, bool wanted)
{
	struct ports_netns *n = ports_take_netns(p, ports_netns_id(from->cookie, from->inode));

	if (!n)
		return -ENOMEM;
	ports_name_netns(n, from->cookie, from->inode, from->name);
	n->own = from->own;
	n->listed = p->live;
	n->bound_known = p->live && p->lists_bound;
	n->wanted |= wanted;
	n->settings = from->settings;
	n->reserved_ports = &from->reserved;
	n->reserved_known = from->reserved.known;
	n->maps = n->maps ? n->maps : calloc(1, sizeof(*n->maps));
	return n->maps ? 0 : -ENOMEM;
}

static int add_all_netns(struct ports *p, const struct inventory *inv, bool wanted)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0, i;
	int ret = 0;

	for (i = 0; !ret && i < inv->sockets.netns_count; i++)
		ret = add_netns(p, &inv->sockets.netns[i], wanted);
	while ((node = hashtable_walk(&p->tables.netns, &bucket, node)))
		set_range(ports_netns_of(node));
	return ret;
}

static bool is_any(const struct sockets_entry *s)
{
	static const uint8_t any[16];

	return !memcmp(s->laddr, any, s->ipv6 ? 16 : 4);
}

static bool is_holding(const struct sockets_entry *s)
{
	return s->state == TCPCLOSE_LISTEN || s->state == SOCKETS_BOUND;
}

/* First all that decides over others is noted. */
static void note_socket(struct ports *p, const struct item *i)
{
	const struct sockets_entry *s = i->socket;
	struct ports_netns *n = ports_take_netns(p, ports_netns_of_item(i));

	n->buckets += s->mini;
	n->bound_known |= s->state == SOCKETS_BOUND;
	if (!ports_is_available(n, s->lport))
		return;
	ports_mark(n->maps->used, s->lport);
	if (is_any(s))
		ports_mark(n->maps->any, s->lport);
	if (!is_holding(s))
		return;
	ports_mark(n->maps->held, s->lport);
	n->listeners += s->state == TCPCLOSE_LISTEN;
	n->bound += s->state == SOCKETS_BOUND;
}

static void set_used(struct ports *p)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&p->tables.netns, &bucket, node))) {
		struct ports_netns *n = ports_netns_of(node);

		if (!n->maps)
			continue;
		n->used = ports_count_bits(n->maps->used);
		n->held = ports_count_bits(n->maps->held);
	}
}

/**
 * ports_what_of() - what a socket is
 * @s: the socket
 */
enum ports_what ports_what_of(const struct sockets_entry *s)
{
	switch (s->state) {
	case TCPCLOSE_LISTEN:
	case SOCKETS_BOUND:
		return PORTS_HELD;
	case TCPCLOSE_TIME_WAIT:
		return PORTS_TIME_WAIT;
	case TCPCLOSE_FIN_WAIT1:
	case TCPCLOSE_FIN_WAIT2:
	case TCPCLOSE_CLOSING:
	case TCPCLOSE_LAST_ACK:
		return PORTS_CLOSING;
	default:
		return PORTS_OPEN;
	}
}

static void set_item_ends(struct ports_ends *ends, const struct item *i)
{
	const struct sockets_entry *s = i->socket;
	const struct ports_place place = { ports_netns_of_item(i), s->ipv6, s->laddr, s->raddr,
					   s->rport };

	ports_set_ends(ends, &place);
}

/**
 * ports_is_passive() - whether a socket has the port of a listener
 * @i: the socket
 */
bool ports_is_passive(const struct item *i)
{
	return !is_holding(i->socket) &&
	       (i->passive || i->socket->state == TCPCLOSE_SYN_RECV);
}

static bool is_connected(const struct item *i)
{
	return !is_holding(i->socket) && !ports_is_passive(i);
}

/**
 * ports_destination_of_item() - the destination of a socket
 * @p: the ports, after all sockets were counted
 * @i: the socket
 *
 * Return: it, or NULL if it takes no port
 */
struct ports_destination *ports_destination_of_item(struct ports *p, const struct item *i)
{
	struct ports_destination *d = NULL;
	struct ports_ends ends;

	if (!is_connected(i))
		return NULL;
	set_item_ends(&ends, i);
	if (ports_take_destination(p, &ends, true, &d) || !d)
		return NULL;
	return ports_is_available(d->netns, i->socket->lport) ? d : NULL;
}

static int count_connection(struct ports *p, const struct item *i, bool wanted,
			    const struct ports_who *who)
{
	enum ports_what what = ports_what_of(i->socket);
	struct ports_destination *d;
	struct ports_ends ends;
	int ret;

	set_item_ends(&ends, i);
	ret = ports_take_destination(p, &ends, false, &d);
	if (ret)
		return ret;
	d->wanted |= wanted;
	d->shared += ports_has(d->netns->maps->held, i->socket->lport);
	if (what == PORTS_TIME_WAIT && ports_is_reusable(p, d->netns, i))
		d->reusable++;
	else if (what == PORTS_TIME_WAIT && ports_would_be_reusable(p, d->netns, i))
		d->would_be_reusable++;
	return ports_count(&d->sum, what, who);
}

/* Return: 0 or -ENOMEM */
static int count_socket(struct ports *p, const struct item *i, bool wanted)
{
	const struct ports_who who = { i->process.pid, i->process.comm, i->cgroup };
	struct ports_netns *n = ports_take_netns(p, ports_netns_of_item(i));
	int ret;

	n->wanted |= wanted;
	if (i->passive && i->socket->state == TCPCLOSE_TIME_WAIT)
		n->passive++;
	if (!ports_is_available(n, i->socket->lport) || ports_is_passive(i))
		return 0;
	ret = ports_count(&n->sum, ports_what_of(i->socket), &who);
	return ret || is_holding(i->socket) ? ret : count_connection(p, i, wanted, &who);
}

/**
 * struct passive - a TIME_WAIT of a connection of a peer
 * @netns: its namespace
 * @port: the listener's port
 */
struct passive {
	struct ports_netns *netns;
	uint16_t port;
};

static int compare_passive(const void *one, const void *other)
{
	const struct passive *a = one, *b = other;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	return (int)a->port - (int)b->port;
}

/* At which port a namespace has most TIME_WAITs of connections of peers. */
static void note_passive_ports(struct passive *all, size_t count)
{
	size_t i, first = 0;

	qsort(all, count, sizeof(all[0]), compare_passive);
	for (i = 0; i < count; i++) {
		struct ports_netns *n = all[i].netns;

		if (compare_passive(&all[i], &all[first]))
			first = i;
		if (i - first + 1 <= n->passive_most)
			continue;
		n->passive_most = i - first + 1;
		n->passive_port = all[i].port;
	}
}

static int find_passive_ports(struct ports *p, const struct inventory *inv)
{
	struct passive *all = calloc(inv->count + 1, sizeof(*all));
	size_t i, count = 0;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < inv->count; i++) {
		const struct item *item = &inv->items[i];

		if (!item->passive || item->socket->state != TCPCLOSE_TIME_WAIT)
			continue;
		all[count].netns = ports_take_netns(p, ports_netns_of_item(item));
		all[count++].port = item->socket->lport;
	}
	note_passive_ports(all, count);
	free(all);
	return 0;
}

static int count_sockets(struct ports *p, const struct inventory *inv,
			 const struct filter *filter)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < inv->count; i++)
		note_socket(p, &inv->items[i]);
	set_used(p);
	for (i = 0; !ret && i < inv->count; i++)
		ret = count_socket(p, &inv->items[i],
				   inventory_wants(inv, &inv->items[i], filter));
	return ret ? ret : find_passive_ports(p, inv);
}

static int add_rest_of_stream(struct ports *p, const struct conns *conns,
			      const struct filter *filter)
{
	const struct conn *c = NULL;
	int ret = 0;

	while (!ret && (c = conns_next(conns, c)))
		ret = ports_add_conn(p, c, filter_holds(filter, c->words));
	return ret;
}

/* What connect() cannot take; addresses have it already. */
static void set_taken(struct ports *p)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&p->tables.destinations, &bucket, node))) {
		struct ports_destination *d = ports_destination_of(node);

		ports_sort_processes(&d->sum);
		if (!d->ends.bind)
			d->taken = ports_used(d) - d->reusable + d->netns->held - d->shared;
	}
	bucket = 0;
	while ((node = hashtable_walk(&p->tables.netns, &bucket, node)))
		ports_sort_processes(&ports_netns_of(node)->sum);
}

static void set_time(struct ports *p, const struct inventory *inv)
{
	p->live = inv->live;
	p->now_ns = inv->now_ns;
	p->since_ns = p->first_ns < p->start_ns ? p->first_ns : p->start_ns;
	if (p->recorded.since_ns > p->since_ns)
		p->since_ns = p->recorded.since_ns;
}

/**
 * ports_find() - count all sockets
 * @p: the ports, after ports_begin() and all that the stream has
 * @inv: all sockets, of %PORTS_STATES; must outlive @p
 * @conns: connections of the stream that are not over
 * @filter: which are wanted; numbers are of all, but only what has one that is wanted is
 *	listed
 *
 * Return: 0 or -ENOMEM; ports_free() in any case
 */
int ports_find(struct ports *p, const struct inventory *inv, const struct conns *conns,
	       const struct filter *filter)
{
	int ret;

	set_time(p, inv);
	ret = add_all_netns(p, inv, filter_is_empty(filter));
	if (!ret)
		ret = add_rest_of_stream(p, conns, filter);
	if (!ret)
		ret = count_sockets(p, inv, filter);
	if (!ret)
		ret = ports_find_addresses(p, inv, filter);
	if (ret)
		return ret;
	set_taken(p);
	ret = ports_find_growth(p, inv);
	return ret ? ret : ports_list(p);
}
