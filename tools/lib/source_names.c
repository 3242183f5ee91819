// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names that only the reader of the live device can find, and only while what has
 * them is there: of network namespaces, of cgroups, and of processes that hold sockets.
 * Each becomes a marker before the record that needs it.
 *
 * Knows when a name is looked for; how it is found is the business of sys.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/source_internal.h"

/* What had no name is looked for again then. */
#define RETRY_NS NS_PER_S

/* Records are lost soon unless they are read. */
static bool is_urgent(const void *source)
{
	const struct source *s = source;

	return rings_fill(&s->rings);
}

/**
 * source_find_owners() - find whose connections are, while their records are read
 * @s: the source; a recording has what was found when it was made
 *
 * Return: 0 or -ENOMEM
 */
int source_find_owners(struct source *s)
{
	struct source_finder *f;

	if (!s->live)
		return 0;
	f = malloc(sizeof(*f));
	if (!f)
		return -ENOMEM;
	sockowners_open(&f->owners, "/proc");
	if (s->rings.map) {
		f->owners.is_urgent = is_urgent;
		f->owners.context = s;
	}
	cgroups_open(&f->cgroups, NULL);
	cgroup_table_init(&f->known);
	f->latest_cgroup = 0;
	s->finder = f;
	return 0;
}

/**
 * source_names_free() - free what is known of names
 * @s: the source
 */
void source_names_free(struct source *s)
{
	recent_free(&s->netns);
	netns_names_free(&s->names);
	if (!s->finder)
		return;
	sockowners_close(&s->finder->owners);
	cgroups_close(&s->finder->cgroups);
	recent_free(&s->finder->known);
	free(s->finder);
}

/**
 * source_names_begin() - begin a batch of records
 * @s: a live source
 *
 * What had no name may have got one since the last.
 */
void source_names_begin(struct source *s)
{
	s->latest_inode = 0;
	if (s->finder)
		s->finder->latest_cgroup = 0;
}

/* Whether a name was looked for a moment ago, in vain. */
static bool is_too_early(const struct source *s, uint64_t looked_ns)
{
	return looked_ns && s->batch_ns < looked_ns + RETRY_NS;
}

/* @r: the record before which it is named, of any kind */
static int report_netns(struct source *s, const struct tcpclose_record *r,
			uint64_t netns, uint32_t inode)
{
	struct netns_entry *entry = recent_take(&s->netns, netns, inode);
	struct recording_marker *m;
	const char *name;

	if (!entry)
		return -ENOMEM;
	if (entry->name[0] || is_too_early(s, entry->looked_ns))
		return 0;
	/* One listing is for all namespaces of a batch. */
	netns_names_refresh(&s->names, s->batch_ns);
	if (s->names.listed_ns > s->batch_ns)
		entry->looked_ns = s->names.listed_ns;
	name = netns_names_find(&s->names, netns, inode);
	if (!name)
		return 0;
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	m = source_enqueue(s, RECORDING_KIND_NETNS, r->ts_ns, r->cpu, netns);
	if (!m)
		return -ENOMEM;
	m->inode = inode;
	memcpy(m->name, entry->name, sizeof(m->name));
	return 0;
}

/* Most records are of the same namespace as the one before. */
static int add_netns(struct source *s, const struct tcpclose_record *r,
		     uint64_t netns, uint32_t inode)
{
	if (inode == s->latest_inode && netns == s->latest_netns)
		return 0;
	s->latest_inode = inode;
	s->latest_netns = netns;
	return report_netns(s, r, netns, inode);
}

static int report_cgroup(struct source *s, const struct tcpclose_record *r, uint64_t id,
			 const struct cgroup_names *names)
{
	unsigned int i;

	for (i = 0; i < CGROUP_NAMES; i++) {
		struct recording_marker *m;

		if (!names->text[i][0])
			continue;
		m = source_enqueue(s, RECORDING_KIND_CGROUP, r->ts_ns, r->cpu, id);
		if (!m)
			return -ENOMEM;
		m->inode = i;
		memcpy(m->name, names->text[i], CGROUP_NAME_SIZE);
	}
	return 0;
}

/* Likewise. Once found, its names are kept: the connection may outlive it. */
static int add_cgroup(struct source *s, const struct tcpclose_record *r, uint64_t id)
{
	struct source_finder *f = s->finder;
	struct cgroup_entry *entry;
	char path[PATH_MAX];

	if (!id || id == f->latest_cgroup)
		return 0;
	f->latest_cgroup = id;
	entry = recent_take(&f->known, id, 0);
	if (!entry)
		return -ENOMEM;
	if (entry->found || is_too_early(s, entry->looked_ns))
		return 0;
	entry->looked_ns = s->batch_ns;
	if (cgroups_path(&f->cgroups, id, path))
		return 0;
	entry->found = true;
	cgroup_names_read(&entry->names, path);
	return report_cgroup(s, r, id, &entry->names);
}

/* @r: the record before which it is named, of any kind */
static int report_owner(struct source *s, const struct tcpclose_record *r, uint32_t inode,
			uint64_t netns, uint8_t mark)
{
	struct sockowner owner;
	struct recording_owner *m;

	if (!sockowners_find(&s->finder->owners, inode, r->ts_ns, s->batch_ns, &owner))
		return 0;
	m = (void *)source_enqueue(s, RECORDING_KIND_OWNER, r->ts_ns, r->cpu, r->cookie);
	if (!m)
		return -ENOMEM;
	m->mark = mark;
	m->netns = netns;
	m->pid = owner.pid;
	m->others = owner.others;
	memcpy(m->comm, owner.comm, sizeof(m->comm));
	return 0;
}

static int add_owner(struct source *s, const struct tcpclose_record *r)
{
	if (!source_wants_owner(r))
		return 0;
	return report_owner(s, r, r->inode, r->netns,
			    r->mark & TCPCLOSE_MARK_UNACCEPTED ?
				    RECORDING_OWNER_OF_LISTENER : 0);
}

static int add_owner_of_drop(struct source *s, const struct tcpclose_drop *drop)
{
	if (!drop->inode)
		return 0;
	return report_owner(s, (const void *)drop, drop->inode, drop->netns, 0);
}

static int add_names(struct source *s, const struct tcpclose_record *r, uint64_t netns,
		     uint32_t inode, uint64_t cgroup)
{
	int ret = add_netns(s, r, netns, inode);

	return ret || !s->finder ? ret : add_cgroup(s, r, cgroup);
}

/**
 * source_names_add() - queue markers with the names that a record needs
 * @s: a live source
 * @r: the record, of any kind
 *
 * Return: 0 or -ENOMEM
 */
int source_names_add(struct source *s, const struct tcpclose_record *r)
{
	const struct tcpclose_rst *rst = (const void *)r;
	const struct tcpclose_drop *drop = (const void *)r;
	const struct tcpclose_failed_call *failed = (const void *)r;
	const struct tcpclose_session *session = (const void *)r;
	int ret;

	switch (r->kind) {
	case TCPCLOSE_KIND_TRANSITION:
		ret = add_names(s, r, r->netns, r->netns_inode, r->cgroup);
		return ret || !s->finder ? ret : add_owner(s, r);
	case TCPCLOSE_KIND_RST:
		return add_names(s, r, rst->netns, rst->netns_inode, rst->cgroup);
	case TCPCLOSE_KIND_DROP:
		ret = add_names(s, r, drop->netns, drop->netns_inode, drop->cgroup);
		return ret || !s->finder ? ret : add_owner_of_drop(s, drop);
	case TCPCLOSE_KIND_FAILED_CALL:
		return add_names(s, r, failed->netns, failed->netns_inode, failed->cgroup);
	case TCPCLOSE_KIND_SESSION:
		return add_names(s, r, session->netns, session->netns_inode,
				 session->cgroup);
	default:
		return 0;
	}
}
