// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom something is said of.
 */
#include <stdio.h>
#include <string.h>

#include "answer/subject.h"
#include "base/hash.h"

static void set_container(struct subject *s, const struct cgroup_names *names)
{
	snprintf(s->container, sizeof(s->container), "%s", cgroup_names_place(names));
}

static void set_process(struct item_process *p, uint32_t pid, const char *comm)
{
	p->pid = pid;
	memcpy(p->comm, comm, sizeof(p->comm));
}

/**
 * subject_of_conn() - a connection that ended
 * @s: result
 * @c: the connection
 */
void subject_of_conn(struct subject *s, const struct conn *c)
{
	*s = (struct subject){
		.ts_ns = c->closed_ns,
		.cookie = c->cookie,
		.netns_inode = c->netns_inode,
		.lport = c->lport,
		.rport = c->rport,
		.ipv6 = c->ipv6,
		.passive = conn_is_passive(c),
	};
	if (c->pid)
		set_process(&s->process, c->pid, c->comm);
	else if (c->opener)
		set_process(&s->process, c->opener, c->opener_comm);
	else
		set_process(&s->process, c->listener_pid, c->listener_comm);
	set_container(s, &c->cgroup_names);
	memcpy(s->netns_name, c->netns_name, sizeof(s->netns_name));
	memcpy(s->laddr, c->laddr, sizeof(s->laddr));
	memcpy(s->raddr, c->raddr, sizeof(s->raddr));
}

/**
 * subject_of_item() - a socket
 * @s: result
 * @i: the socket
 * @now_ns: as of when it is
 */
void subject_of_item(struct subject *s, const struct item *i, uint64_t now_ns)
{
	const struct sockets_entry *k = i->socket;

	*s = (struct subject){
		.ts_ns = i->since_how ? i->since_ns : 0,
		.cookie = k->cookie,
		.process = i->held == ITEM_HELD_QUEUE ? i->listener : i->process,
		.netns_inode = i->netns->inode,
		.lport = k->lport,
		.rport = k->rport,
		.ipv6 = k->ipv6,
		.passive = i->passive,
	};
	set_container(s, i->cgroup);
	memcpy(s->netns_name, i->netns->name, sizeof(s->netns_name));
	memcpy(s->laddr, k->laddr, sizeof(s->laddr));
	memcpy(s->raddr, k->raddr, sizeof(s->raddr));
}

/**
 * subject_of_event() - a RST, a drop or a failed call
 * @s: result
 * @e: the event
 */
void subject_of_event(struct subject *s, const struct event *e)
{
	*s = (struct subject){
		.ts_ns = e->ts_ns,
		.cookie = e->cookie,
		.netns_inode = e->netns_inode,
		.lport = e->lport,
		.rport = e->rport,
		.ipv6 = e->ipv6,
		.passive = e->kind == EVENT_DROP,
	};
	if (e->pid)
		set_process(&s->process, e->pid, e->comm);
	else if (e->owner)
		set_process(&s->process, e->owner->pid, e->owner->comm);
	set_container(s, e->cgroup_names);
	snprintf(s->netns_name, sizeof(s->netns_name), "%s", e->netns_name ? e->netns_name : "");
	memcpy(s->laddr, e->laddr, sizeof(s->laddr));
	memcpy(s->raddr, e->raddr, sizeof(s->raddr));
}

static uint16_t port_of(const struct subject *s)
{
	return s->passive ? s->lport : s->rport;
}

/**
 * subject_hash() - a number for all with the same process, place and partner
 * @s: the subject
 * @seed: of hash_seed()
 */
uint64_t subject_hash(const struct subject *s, uint64_t seed)
{
	uint64_t hash = hash_mix(seed, s->netns_inode, (uint64_t)port_of(s) << 1 | s->passive);

	hash = hash_mix(seed, hash, hash_bytes(seed, s->process.comm, strlen(s->process.comm)));
	hash = hash_mix(seed, hash, hash_bytes(seed, s->container, strlen(s->container)));
	return s->passive ? hash : hash_mix(seed, hash, hash_bytes(seed, s->raddr, 16));
}

/**
 * subject_tuple_hash() - a number for the addresses and ports
 * @s: the subject
 * @seed: of hash_seed()
 * @reversed: as the other end has them
 */
uint64_t subject_tuple_hash(const struct subject *s, uint64_t seed, bool reversed)
{
	uint64_t local = hash_mix(seed, hash_bytes(seed, s->laddr, 16), s->lport);
	uint64_t remote = hash_mix(seed, hash_bytes(seed, s->raddr, 16), s->rport);

	return reversed ? hash_mix(seed, remote, local) : hash_mix(seed, local, remote);
}
