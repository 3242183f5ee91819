// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which ports bind() cannot take at a local address: those that any socket of the
 * address has, or one of any address.
 */
#include <errno.h>
#include <stdlib.h>

#include "answer/ports_tables.h"

/**
 * struct taken - a socket at an available port
 * @ends: its local address
 * @item: the socket
 * @wanted: the filter wants it
 */
struct taken {
	struct ports_ends ends;
	const struct item *item;
	bool wanted;
};

static uint16_t port_of(const struct taken *t)
{
	return t->item->socket->lport;
}

static int compare(const void *one, const void *other)
{
	const struct taken *a = one, *b = other;
	int order = memcmp(&a->ends, &b->ends, sizeof(a->ends));

	return order ? order : (int)port_of(a) - (int)port_of(b);
}

static void set_address(struct ports_ends *ends, const struct item *i)
{
	const struct sockets_entry *s = i->socket;
	const struct ports_place place = { ports_netns_of_item(i), s->ipv6, s->laddr,
					   s->laddr, 0 };

	ports_set_ends(ends, &place);
	memset(ends->raddr, 0, sizeof(ends->raddr));
	ends->bind = true;
}

static bool is_any(const struct ports_ends *ends)
{
	static const uint8_t any[16];

	return !memcmp(ends->laddr, any, sizeof(any));
}

/* Connections of a listener have its port. */
static int count_socket(struct ports_destination *d, const struct item *i)
{
	const struct ports_who who = { i->process.pid, i->process.comm, i->cgroup };

	return ports_is_passive(i) ? 0 :
				     ports_count(&d->sum, ports_what_of(i->socket), &who);
}

/* One address: those at its own ports; those of any address are added later. */
static int add_address(struct ports *p, const struct taken *first, size_t count)
{
	const struct ports_maps *maps = ports_take_netns(p, first->ends.netns)->maps;
	struct ports_destination *d;
	int ret = ports_take_destination(p, &first->ends, false, &d);
	size_t i;

	for (i = 0; !ret && i < count; i++) {
		d->wanted |= first[i].wanted;
		ret = count_socket(d, first[i].item);
		if (i && port_of(&first[i]) == port_of(&first[i - 1]))
			continue;
		d->taken += !ports_has(maps->any, port_of(&first[i]));
	}
	return ret;
}

static int add_addresses(struct ports *p, const struct taken *all, size_t count)
{
	size_t i, first = 0;
	int ret = 0;

	for (i = 1; !ret && i <= count; i++) {
		if (i < count && !memcmp(&all[i].ends, &all[first].ends, sizeof(all->ends)))
			continue;
		ret = is_any(&all[first].ends) ? 0 : add_address(p, &all[first], i - first);
		first = i;
	}
	return ret;
}

static uint64_t count_any(const struct ports_maps *maps)
{
	return maps ? ports_count_bits(maps->any) : 0;
}

/* For any address each port that is used is taken. */
static void add_any(struct ports *p)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&p->tables.destinations, &bucket, node))) {
		struct ports_destination *d = ports_destination_of(node);

		if (d->ends.bind)
			d->taken = is_any(&d->ends) ? d->netns->used :
						      d->taken + count_any(d->netns->maps);
	}
}

/**
 * ports_find_addresses() - count which ports bind() cannot take
 * @p: the ports, all sockets counted
 * @inv: all sockets
 * @filter: which are wanted
 *
 * Return: 0 or -ENOMEM
 */
int ports_find_addresses(struct ports *p, const struct inventory *inv,
			 const struct filter *filter)
{
	struct taken *all = calloc(inv->count + 1, sizeof(*all));
	size_t count = 0, i;
	int ret;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < inv->count; i++) {
		const struct item *item = &inv->items[i];
		const struct ports_netns *n = ports_take_netns(p, ports_netns_of_item(item));

		if (!ports_is_available(n, item->socket->lport))
			continue;
		set_address(&all[count].ends, item);
		all[count].item = item;
		all[count++].wanted = inventory_wants(inv, item, filter);
	}
	qsort(all, count, sizeof(*all), compare);
	ret = count ? add_addresses(p, all, count) : 0;
	free(all);
	if (!ret)
		add_any(p);
	return ret;
}
