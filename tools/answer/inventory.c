// SPDX-License-Identifier: GPL-2.0-only
/*
 * All TCP sockets at a moment: puts together what sock_diag, /proc, the module and the
 * stream say.
 *
 * Each is right about something: sock_diag about the state, /proc about who holds a
 * socket now, the module about since when, the stream about who gave it up.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer/inventory.h"
#include "base/clock.h"
#include "sys/cgroup_table.h"

/* TCP_TIMEWAIT_LEN */
#define TIME_WAIT_MS 60000

/* Names of processes that are remembered. */
#define NAMES_MAX 65536

/**
 * struct name - the name of a process
 * @recent: by its number, and 0
 * @read: it was looked for
 * @process: the process; its number is 0 if it is gone
 */
struct name {
	struct recent_entry recent;
	bool read;
	struct item_process process;
};

static void set_name(struct item_process *p, uint32_t pid, const char *comm)
{
	p->pid = pid;
	snprintf(p->comm, sizeof(p->comm), "%.16s", comm);
}

/* Once found, names are used for all sockets of the cgroup. */
static const struct cgroup_names *find_cgroup(struct inventory *inv, uint64_t id)
{
	struct cgroup_entry *entry = id ? recent_take(&inv->cgroup_table, id, 0) : NULL;
	char path[PATH_MAX];

	if (!entry)
		return NULL;
	if (!entry->looked_ns) {
		entry->looked_ns = inv->now_ns;
		entry->found = !cgroups_path(&inv->cgroups, id, path);
		if (entry->found)
			cgroup_names_read(&entry->names, path);
	}
	return entry->found ? &entry->names : NULL;
}

/* Once read, it is used for all sockets that the process opened. */
static const struct item_process *find_name(struct inventory *inv, uint32_t pid)
{
	struct name *name = recent_take(&inv->names, pid, 0);

	if (!name)
		return NULL;
	if (!name->read) {
		name->read = true;
		if (sockowners_name(&inv->owners, pid, name->process.comm))
			name->process.pid = pid;
	}
	return name->process.pid ? &name->process : NULL;
}

/* Whether a state of that socket is left by calls of its process only. */
static bool is_closed_by_process(unsigned int state)
{
	return state == TCPCLOSE_FIN_WAIT1 || state == TCPCLOSE_FIN_WAIT2 ||
	       state == TCPCLOSE_CLOSING || state == TCPCLOSE_LAST_ACK ||
	       state == TCPCLOSE_TIME_WAIT;
}

static uint8_t held_without_holder(const struct inventory *inv, const struct sockets_entry *s)
{
	if (s->mini)
		return ITEM_HELD_NONE;
	if (!s->inode)
		return is_closed_by_process(s->state) ? ITEM_HELD_NONE : ITEM_HELD_QUEUE;
	return inv->is_whole ? ITEM_HELD_OTHERWISE : ITEM_HELD_UNKNOWN;
}

static void set_holders(struct inventory *inv, struct item *i)
{
	struct sockholder holder;
	uint32_t inode = i->socket->inode;

	while (inode && sockowners_holder(&inv->owners, inode, i->holder_count, &holder)) {
		if (!i->holder_count++)
			set_name(&i->process, holder.pid, holder.comm);
	}
	i->held = i->holder_count ? ITEM_HELD : held_without_holder(inv, i->socket);
}

/* What entered this state at the latest with the latest segment of the peer. */
static bool is_by_segment(const struct sockets_entry *s)
{
	return !s->mini &&
	       (s->state == TCPCLOSE_CLOSE_WAIT || s->state == TCPCLOSE_FIN_WAIT2);
}

static void set_least(const struct inventory *inv, struct item *i)
{
	const struct sockets_entry *s = i->socket;
	int64_t ms = SOCKETS_UNKNOWN;

	if (is_by_segment(s))
		ms = s->last_ack_ms;
	else if (s->state == TCPCLOSE_TIME_WAIT && s->expires_ms <= TIME_WAIT_MS)
		ms = TIME_WAIT_MS - (int64_t)s->expires_ms;
	if (ms < 0 || (uint64_t)ms * NS_PER_MS >= inv->now_ns)
		return;
	i->since_how = ITEM_SINCE_LEAST;
	i->since_ns = inv->now_ns - (uint64_t)ms * NS_PER_MS;
}

static void set_since(struct item *i, uint64_t since_ns)
{
	i->since_how = ITEM_SINCE_SEEN;
	i->since_ns = since_ns;
}

static void set_opener(struct inventory *inv, struct item *i, const struct tcpclose_conn *r)
{
	const struct item_process *opener;

	i->accepted = r->flags & TCPCLOSE_CONN_ACCEPTED;
	if (!r->opener)
		return;
	opener = r->opener == i->process.pid ? &i->process : find_name(inv, r->opener);
	if (opener)
		i->opener = *opener;
}

static void set_remembered(struct inventory *inv, struct item *i)
{
	const struct sockets_entry *s = i->socket;
	const struct tcpclose_conn *r = remembered_find(&inv->remembered, s->cookie, s->mini);

	if (!r)
		return;
	if (r->since_ns && r->state == s->state)
		set_since(i, r->since_ns);
	if (!(r->flags & TCPCLOSE_CONN_OLD))
		i->born_ns = r->born_ns;
	i->closer = r->closer;
	set_opener(inv, i, r);
	if (!i->cgroup)
		i->cgroup = find_cgroup(inv, r->cgroup);
	if (i->held == ITEM_HELD_QUEUE && r->listener) {
		struct sockholder holder;

		if (sockowners_holder(&inv->owners, r->listener, 0, &holder))
			set_name(&i->listener, holder.pid, holder.comm);
	}
}

static void set_told(struct item *i, const struct conn *c)
{
	if (!c)
		return;
	if (c->life.state == i->socket->state && !i->since_how)
		set_since(i, c->life.last_ns);
	if (!i->process.pid && c->pid)
		set_name(&i->process, c->pid, c->comm);
	if (c->opener)
		set_name(&i->opener, c->opener, c->opener_comm);
	if (!i->listener.pid && c->listener_pid)
		set_name(&i->listener, c->listener_pid, c->listener_comm);
	i->closer = c->closer;
	i->accepted |= c->accepted;
	if (i->held == ITEM_HELD_NONE)
		i->call = c->call;
}

/* Who opened it is the last thing known of an orphan whose end nobody saw. */
static void set_fallback(struct item *i)
{
	if (!i->process.pid && i->held != ITEM_HELD_QUEUE)
		i->process = i->opener;
}

static bool is_listener_of(const struct sockets_entry *l, const struct sockets_entry *s)
{
	static const uint8_t any[16];

	return l->netns == s->netns && l->lport == s->lport &&
	       (!memcmp(l->laddr, any, sizeof(any)) ||
		!memcmp(l->laddr, s->laddr, sizeof(any)));
}

/*
 * Of several listeners at one port, only the module knows which it is.
 *
 * Return: whether there is any
 */
static bool find_listener(const struct inventory *inv, const struct sockets_entry *s,
			  const struct sockets_entry **only)
{
	size_t l, count = 0;

	for (l = 0; l < inv->listener_count; l++) {
		if (!is_listener_of(inv->listeners[l], s))
			continue;
		*only = count++ ? NULL : inv->listeners[l];
	}
	return count;
}

static void set_listener(struct inventory *inv, struct item *i)
{
	const struct sockets_entry *only = NULL;
	bool any = find_listener(inv, i->socket, &only);
	struct sockholder holder;

	i->passive = i->accepted || i->held == ITEM_HELD_QUEUE || (any && !i->opener.pid);
	if (i->held != ITEM_HELD_QUEUE || i->listener.pid || !only)
		return;
	if (sockowners_holder(&inv->owners, only->inode, 0, &holder))
		set_name(&i->listener, holder.pid, holder.comm);
}

static void add_socket(struct inventory *inv, const struct sockets_entry *s,
		       const struct conns *conns)
{
	struct item *i = &inv->items[inv->count++];

	*i = (struct item){ .socket = s, .netns = &inv->sockets.netns[s->netns] };
	i->cgroup = find_cgroup(inv, s->cgroup);
	set_holders(inv, i);
	set_remembered(inv, i);
	set_told(i, conns_find(conns, s->cookie, i->netns->inode));
	set_fallback(i);
	if (!i->since_how)
		set_least(inv, i);
	set_listener(inv, i);
}

/* Return: 0 or -ENOMEM */
static int list_listeners(struct inventory *inv)
{
	size_t i, count = 0;

	for (i = 0; i < inv->sockets.count; i++)
		count += inv->sockets.entries[i].state == TCPCLOSE_LISTEN;
	inv->listeners = calloc(count ? count : 1, sizeof(*inv->listeners));
	if (!inv->listeners)
		return -ENOMEM;
	for (i = 0; i < inv->sockets.count; i++)
		if (inv->sockets.entries[i].state == TCPCLOSE_LISTEN)
			inv->listeners[inv->listener_count++] = &inv->sockets.entries[i];
	return 0;
}

/* Return: 0 or -errno; without the right to ask the module, it is not asked */
static int read_remembered(struct inventory *inv, struct error *why)
{
	int ret = inv->device < 0 ? 0 : remembered_read(inv->device, &inv->remembered);

	if (ret == -EPERM || ret == -ENOTTY)
		return 0;
	return ret ? error_set(why, ret, "the module's list of connections: %s",
			       strerror(-ret)) :
		     0;
}

static int read_sockets(struct inventory *inv, struct error *why)
{
	int ret;

	inv->sockets.states = inv->states | 1U << TCPCLOSE_LISTEN;
	inv->sockets.all = true;
	ret = sockets_read(&inv->sockets);
	if (ret == -ENOENT)
		return error_set(why, ret, "the kernel lists no TCP sockets: run `modprobe tcp_diag`: %s",
				 inv->sockets.why.text);
	if (ret)
		*why = inv->sockets.why;
	return ret;
}

/**
 * inventory_read() - list the sockets of this machine
 * @inv: result; @inv->states and @inv->device are set
 * @conns: what the stream says of connections that are not over
 * @why: why there is no list
 *
 * Return: 0 or -errno; inventory_free() in any case
 */
int inventory_read(struct inventory *inv, const struct conns *conns, struct error *why)
{
	size_t i;
	int ret;

	inv->live = true;
	sockowners_open(&inv->owners, "/proc");
	cgroups_open(&inv->cgroups, NULL);
	cgroup_table_init(&inv->cgroup_table);
	recent_init(&inv->names, sizeof(struct name), NAMES_MAX);
	ret = read_sockets(inv, why);
	if (!ret)
		ret = read_remembered(inv, why);
	if (ret)
		return ret;
	inv->now_ns = inv->sockets.taken_ns;
	sockowners_read(&inv->owners);
	inv->is_whole = !inv->owners.full && !inv->owners.refused && !inv->sockets.closed;
	inv->items = calloc(inv->sockets.count + 1, sizeof(*inv->items));
	if (!inv->items || list_listeners(inv))
		return error_set(why, -ENOMEM, "out of memory");
	for (i = 0; i < inv->sockets.count; i++)
		if (inv->states >> inv->sockets.entries[i].state & 1)
			add_socket(inv, &inv->sockets.entries[i], conns);
	return 0;
}

/**
 * inventory_holder() - the descriptors of a socket, one by one
 * @inv: the sockets
 * @i: one of them
 * @number: which descriptor, from 0
 * @holder: result
 *
 * Return: whether there are so many
 */
bool inventory_holder(const struct inventory *inv, const struct item *i, size_t number,
		      struct sockholder *holder)
{
	return number < i->holder_count &&
	       sockowners_holder(&inv->owners, i->socket->inode, number, holder);
}

/**
 * inventory_wants() - whether a socket matches a filter
 * @inv: the sockets
 * @i: one of them
 * @filter: the filter
 */
bool inventory_wants(const struct inventory *inv, const struct item *i,
		     const struct filter *filter)
{
	struct sockholder holder;
	uint64_t words = 0;
	struct event e;
	size_t number;

	if (filter_is_empty(filter))
		return true;
	item_event(i, NULL, inv->now_ns, &e);
	words = filter_words_of(filter, &e);
	for (number = 0; inventory_holder(inv, i, number, &holder); number++) {
		item_event(i, &holder, inv->now_ns, &e);
		words |= filter_words_of(filter, &e);
	}
	return filter_holds(filter, words);
}

/**
 * inventory_keep() - leave out all others
 * @inv: the sockets
 * @is_wanted: whether one is wanted
 * @context: its first argument
 */
void inventory_keep(struct inventory *inv,
		    bool (*is_wanted)(void *context, const struct item *i), void *context)
{
	size_t i, kept = 0;

	for (i = 0; i < inv->count; i++)
		if (is_wanted(context, &inv->items[i]))
			inv->items[kept++] = inv->items[i];
	inv->count = kept;
}

/**
 * inventory_free() - free the list
 * @inv: the sockets, or zeroed
 */
void inventory_free(struct inventory *inv)
{
	if (inv->live) {
		sockowners_close(&inv->owners);
		cgroups_close(&inv->cgroups);
		recent_free(&inv->cgroup_table);
		recent_free(&inv->names);
		remembered_free(&inv->remembered);
	}
	sockets_free(&inv->sockets);
	free(inv->listeners);
	free(inv->items);
}
