// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of the ports of a destination: which TIME_WAITs give theirs away, how many
 * begin, and when no port will be left.
 *
 * Source: tcp_twsk_unique() of Linux 6.1 and 6.12.
 */
#include <errno.h>
#include <stdlib.h>

#include "answer/ports_tables.h"
#include "base/clock.h"
#include "base/format.h"

/* TCP_TIMEWAIT_LEN */
#define TIME_WAIT_S 60
/* TIME_WAITs that began in a shorter time say nothing of a rate. */
#define WINDOW_MIN_NS (10 * NS_PER_S)
/* Before there was a setting for it. */
#define REUSE_DELAY_MS 1000

static bool is_loopback_address(bool ipv6, const uint8_t *addr)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	if (!ipv6)
		return addr[0] == 127;
	if (format_is_mapped_ipv4(addr))
		return addr[12] == 127;
	return !memcmp(addr, loopback, sizeof(loopback));
}

static bool is_loopback(bool ipv6, const uint8_t *laddr, const uint8_t *raddr)
{
	return is_loopback_address(ipv6, laddr) || is_loopback_address(ipv6, raddr);
}

static uint64_t reuse_delay_ms(const struct ports_netns *n)
{
	int64_t ms = n->settings.values[NETSYSCTL_TW_REUSE_DELAY];

	return ms >= 0 ? (uint64_t)ms : REUSE_DELAY_MS;
}

/* Whether connect() reuses what leads there, some time after TIME_WAIT began. */
static bool is_reused(const struct ports_netns *n, bool loopback)
{
	int64_t reuse = n->settings.values[NETSYSCTL_TW_REUSE];

	return n->settings.values[NETSYSCTL_TIMESTAMPS] > 0 &&
	       (reuse == 1 || (reuse == 2 && loopback));
}

static bool is_old_enough(const struct ports *p, const struct ports_netns *n,
			  const struct item *i)
{
	return i->since_how &&
	       item_dwell_ns(i, p->now_ns) >= reuse_delay_ms(n) * NS_PER_MS;
}

/**
 * ports_is_reusable() - whether connect() may take the port of a TIME_WAIT now
 * @p: the ports
 * @n: its namespace
 * @i: the TIME_WAIT
 *
 * If the peer has timestamps: the kernel does not list that.
 */
bool ports_is_reusable(const struct ports *p, const struct ports_netns *n,
		       const struct item *i)
{
	const struct sockets_entry *s = i->socket;

	return is_reused(n, is_loopback(s->ipv6, s->laddr, s->raddr)) &&
	       is_old_enough(p, n, i);
}

/**
 * ports_would_be_reusable() - whether connect() might, with tcp_tw_reuse 1
 * @p: the ports
 * @n: its namespace
 * @i: the TIME_WAIT
 */
bool ports_would_be_reusable(const struct ports *p, const struct ports_netns *n,
			     const struct item *i)
{
	return n->settings.values[NETSYSCTL_TIMESTAMPS] > 0 && is_old_enough(p, n, i);
}

/* TIME_WAITs that began in the last minute, or in what is known of it. */
static void count_begun(const struct ports *p, const struct ports_destination *d,
			struct ports_growth *g)
{
	uint64_t now_s = p->now_ns / NS_PER_S, first_s, s;
	uint64_t from_ns = now_s >= TIME_WAIT_S ? (now_s - TIME_WAIT_S + 1) * NS_PER_S : 0;

	if (p->since_ns > from_ns)
		from_ns = p->since_ns;
	g->window_ns = p->now_ns > from_ns ? p->now_ns - from_ns : 0;
	first_s = from_ns / NS_PER_S;
	for (s = first_s; d->begun && s <= now_s; s++)
		if (s <= d->begun_s && s + PORTS_SECONDS > d->begun_s)
			g->begun += d->begun[s % PORTS_SECONDS];
	g->known = g->window_ns >= WINDOW_MIN_NS;
}

/**
 * ports_reuses() - whether connect() takes over TIME_WAITs of a destination
 * @d: the destination
 */
bool ports_reuses(const struct ports_destination *d)
{
	const struct ports_ends *ends = &d->ends;

	return is_reused(d->netns, is_loopback(ends->ipv6, ends->laddr, ends->raddr));
}

/* How long a port is taken by a TIME_WAIT. */
static uint64_t hold_ms(const struct ports_destination *d)
{
	return ports_reuses(d) ?
		       reuse_delay_ms(d->netns) :
		       TIME_WAIT_S * 1000;
}

/* Of what is taken, what no TIME_WAIT has. */
static uint64_t lasting(const struct ports_destination *d)
{
	return d->taken - (d->sum.counts[PORTS_TIME_WAIT] - d->reusable);
}

/* Return: of @ms, so many begin at the rate that was seen; rounded up */
static uint64_t begin_in(const struct ports_growth *g, uint64_t ms)
{
	uint64_t window_ms = g->window_ns / NS_PER_MS;

	return (g->begun * ms + window_ms - 1) / window_ms;
}

static void set_steady(struct ports *p, struct ports_destination *d)
{
	struct ports_growth *g = &d->growth;
	uint64_t available = d->netns->available;

	count_begun(p, d, g);
	g->ends = d->netns->range_known && d->taken >= available;
	if (!g->known)
		return;
	g->steady = lasting(d) + begin_in(g, hold_ms(d));
	g->ends |= available && g->steady > available;
}

static int make_left(struct ports *p)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&p->tables.destinations, &bucket, node))) {
		struct ports_destination *d = ports_destination_of(node);

		if (d->ends.bind)
			continue;
		set_steady(p, d);
		if (d->growth.ends)
			d->left = calloc(PORTS_SECONDS, sizeof(*d->left));
		if (d->growth.ends && !d->left)
			return -ENOMEM;
	}
	return 0;
}

/* Until a TIME_WAIT ends. */
static uint64_t left_s(const struct ports *p, const struct item *i)
{
	uint64_t s = item_dwell_ns(i, p->now_ns) / NS_PER_S;

	if (p->live)
		return i->socket->expires_ms / 1000;
	return s < TIME_WAIT_S ? TIME_WAIT_S - s : 0;
}

static void note_left(struct ports *p, const struct item *i)
{
	struct ports_destination *d = ports_destination_of_item(p, i);
	uint64_t s = left_s(p, i);

	if (!d || !d->left || ports_is_reusable(p, d->netns, i))
		return;
	d->left[s < PORTS_SECONDS ? s : PORTS_SECONDS - 1]++;
}

/* Those that are there end one by one while others begin. */
static void set_end(struct ports_destination *d)
{
	uint64_t available = d->netns->available, there = d->taken - lasting(d), s = 0;
	uint64_t hold_s = hold_ms(d) / 1000;

	while (d->taken < available && s < hold_s &&
	       lasting(d) + there + begin_in(&d->growth, s * 1000) < available) {
		there -= d->left[s < PORTS_SECONDS ? s : PORTS_SECONDS - 1];
		s++;
	}
	d->growth.in_ns = s * NS_PER_S;
}

/**
 * ports_find_growth() - what becomes of each destination
 * @p: the ports, all sockets counted
 * @inv: all sockets
 *
 * Return: 0 or -ENOMEM
 */
int ports_find_growth(struct ports *p, const struct inventory *inv)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0, i;
	int ret = make_left(p);

	if (ret)
		return ret;
	for (i = 0; i < inv->count; i++)
		if (inv->items[i].socket->state == TCPCLOSE_TIME_WAIT)
			note_left(p, &inv->items[i]);
	while ((node = hashtable_walk(&p->tables.destinations, &bucket, node)))
		if (ports_destination_of(node)->left)
			set_end(ports_destination_of(node));
	return 0;
}
