// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of what has local ports: namespaces, destinations, failed calls, processes.
 *
 * Knows what tells them apart; does not know what is counted.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "answer/ports_tables.h"
#include "base/format.h"
#include "base/hash.h"

/**
 * ports_set_ends() - the destination of a socket
 * @ends: result; an IPv4 address in an IPv6 socket is an IPv4 one
 * @place: what is known of the socket
 */
void ports_set_ends(struct ports_ends *ends, const struct ports_place *place)
{
	bool mapped = place->ipv6 && format_is_mapped_ipv4(place->raddr);
	size_t size = place->ipv6 && !mapped ? 16 : 4;

	memset(ends, 0, sizeof(*ends));
	ends->netns = place->netns;
	ends->ipv6 = size == 16;
	ends->rport = place->rport;
	memcpy(ends->laddr, place->laddr + (mapped ? 12 : 0), size);
	memcpy(ends->raddr, place->raddr + (mapped ? 12 : 0), size);
}

/* It has no padding. */
static uint64_t hash_of(const struct ports *p, const struct ports_ends *ends)
{
	uint64_t words[sizeof(*ends) / sizeof(uint64_t)], hash = p->seed;
	size_t i;

	memcpy(words, ends, sizeof(words));
	for (i = 0; i < ARRAY_SIZE(words); i++)
		hash = hash_mix(p->seed, hash, words[i]);
	return hash;
}

static_assert(sizeof(struct ports_ends) % sizeof(uint64_t) == 0, "hashed in words");

/**
 * ports_take_netns() - find a network namespace, or add it
 * @p: the ports
 * @id: its ports_netns_id()
 *
 * Return: it, or NULL without memory
 */
struct ports_netns *ports_take_netns(struct ports *p, uint64_t id)
{
	struct ports_netns *n = ports_netns_of(hashtable_find(&p->tables.netns, id));

	if (n)
		return n;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	netsysctl_init(&n->settings);
	if (!hashtable_add(&p->tables.netns, &n->node, id))
		return n;
	free(n);
	return NULL;
}

/**
 * ports_name_netns() - what else is known of a namespace
 * @n: the namespace
 * @cookie: its cookie; 0: unknown
 * @inode: its inode
 * @name: its name; NULL or empty: none known
 */
void ports_name_netns(struct ports_netns *n, uint64_t cookie, uint32_t inode,
		      const char *name)
{
	n->cookie = cookie;
	n->inode = inode;
	if (name && *name)
		snprintf(n->name, sizeof(n->name), "%s", name);
}

static struct ports_destination *find_destination(struct ports *p, uint64_t hash,
						  const struct ports_ends *ends)
{
	struct hashtable_node *node = hashtable_find(&p->tables.destinations, hash);

	for (; node; node = hashtable_next(node))
		if (!memcmp(&ports_destination_of(node)->ends, ends, sizeof(*ends)))
			break;
	return ports_destination_of(node);
}

/**
 * ports_take_destination() - find a destination, or add it
 * @p: the ports
 * @ends: which
 * @bounded: add it only if there are fewer than %PORTS_STREAM_MAX
 * @result: it; NULL: there are too many
 *
 * Return: 0 or -ENOMEM
 */
int ports_take_destination(struct ports *p, const struct ports_ends *ends, bool bounded,
			   struct ports_destination **result)
{
	uint64_t hash = hash_of(p, ends);
	struct ports_destination *d = find_destination(p, hash, ends);

	*result = d;
	if (d || (bounded && p->tables.destinations.count >= PORTS_STREAM_MAX))
		return 0;
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->ends = *ends;
	d->netns = ports_take_netns(p, ends->netns);
	if (!d->netns || hashtable_add(&p->tables.destinations, &d->node, hash)) {
		free(d);
		return -ENOMEM;
	}
	*result = d;
	return 0;
}

static bool is_alike(const struct ports_failure *a, const struct ports_failure *b)
{
	return a->call == b->call && a->error == b->error && a->lport == b->lport &&
	       !strcmp(a->comm, b->comm) && !memcmp(&a->ends, &b->ends, sizeof(a->ends));
}

/**
 * ports_take_failure() - find calls that failed alike, or add them
 * @p: the ports
 * @like: one of them, zeroed but for what tells them apart
 * @result: they; NULL: there are too many
 *
 * Return: 0 or -ENOMEM
 */
int ports_take_failure(struct ports *p, const struct ports_failure *like,
		       struct ports_failure **result)
{
	uint64_t hash = hash_mix(p->seed, hash_of(p, &like->ends),
				 (uint64_t)like->call << 32 | (uint64_t)like->error << 16 |
					 like->lport);
	struct hashtable_node *node;
	uint64_t name[2];

	memcpy(name, like->comm, sizeof(name));
	hash = hash_mix(p->seed, hash_mix(p->seed, hash, name[0]), name[1]);
	node = hashtable_find(&p->tables.failures, hash);
	while (node && !is_alike(ports_failure_of(node), like))
		node = hashtable_next(node);
	*result = ports_failure_of(node);
	if (node || p->tables.failures.count >= PORTS_STREAM_MAX)
		return 0;
	*result = malloc(sizeof(**result));
	if (!*result)
		return -ENOMEM;
	**result = *like;
	if (!hashtable_add(&p->tables.failures, &(*result)->node, hash))
		return 0;
	free(*result);
	return -ENOMEM;
}

/* Return: the processes of that name, or the rest; NULL: no memory */
static struct ports_process *take_process(struct ports_sum *s, const struct ports_who *who)
{
	const char *container = cgroup_names_place(who->cgroup);
	struct ports_process *r, *rest = NULL;

	for (r = s->processes; r; r = r->next) {
		if (r->rest)
			rest = r;
		else if (!strcmp(r->comm, who->comm) && !strcmp(r->container, container))
			return r;
	}
	if (rest)
		return rest;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->rest = s->process_count == PORTS_PROCESSES_MAX - 1;
	if (!r->rest) {
		snprintf(r->comm, sizeof(r->comm), "%s", who->comm);
		snprintf(r->container, sizeof(r->container), "%s", container);
	}
	r->next = s->processes;
	s->processes = r;
	s->process_count++;
	return r;
}

/**
 * ports_count() - count one
 * @s: what it is added to
 * @what: what it is
 * @who: whose it is
 *
 * Return: 0 or -ENOMEM
 */
int ports_count(struct ports_sum *s, enum ports_what what, const struct ports_who *who)
{
	struct ports_process *r = take_process(s, who);

	if (!r)
		return -ENOMEM;
	if (r->seen && r->pid != who->pid)
		r->pid = 0;
	else if (!r->rest)
		r->pid = who->pid;
	r->seen = true;
	r->counts[what]++;
	s->counts[what]++;
	return 0;
}

static uint64_t weight(const struct ports_process *r)
{
	return r->counts[PORTS_OPEN] + r->counts[PORTS_CLOSING] + r->counts[PORTS_TIME_WAIT];
}

static int compare_processes(const void *one, const void *other)
{
	const struct ports_process *a = *(struct ports_process *const *)one;
	const struct ports_process *b = *(struct ports_process *const *)other;
	int order;

	if (weight(a) != weight(b))
		return weight(a) > weight(b) ? -1 : 1;
	if (a->counts[PORTS_BEGUN] != b->counts[PORTS_BEGUN])
		return a->counts[PORTS_BEGUN] > b->counts[PORTS_BEGUN] ? -1 : 1;
	order = strcmp(a->comm, b->comm);
	return order ? order : strcmp(a->container, b->container);
}

/**
 * ports_sort_processes() - those with the most ports first
 * @s: the sum
 */
void ports_sort_processes(struct ports_sum *s)
{
	struct ports_process *sorted[PORTS_PROCESSES_MAX], *r;
	size_t count = 0, i;

	for (r = s->processes; r; r = r->next)
		sorted[count++] = r;
	if (!count)
		return;
	qsort(sorted, count, sizeof(sorted[0]), compare_processes);
	for (i = 0; i < count; i++)
		sorted[i]->next = i + 1 < count ? sorted[i + 1] : NULL;
	s->processes = sorted[0];
}
