// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges who has local ports.
 */
#include <errno.h>
#include <string.h>

#include "answer/ports_help.h"
#include "answer/why_internal.h"

static void set_subject(struct subject *s, const struct ports_destination *d,
			const struct ports_process *p)
{
	*s = (struct subject){
		.netns_inode = d->netns->inode,
		.rport = d->ends.rport,
		.ipv6 = d->ends.ipv6,
		.process = { .pid = p->pid },
	};
	memcpy(s->netns_name, d->netns->name, sizeof(s->netns_name));
	memcpy(s->laddr, d->ends.laddr, sizeof(s->laddr));
	memcpy(s->raddr, d->ends.raddr, sizeof(s->raddr));
	memcpy(s->process.comm, p->comm, sizeof(s->process.comm));
	memcpy(s->container, p->container, sizeof(s->container));
}

static uint64_t held_by(const struct ports_process *p)
{
	return p->counts[PORTS_OPEN] + p->counts[PORTS_CLOSING] + p->counts[PORTS_TIME_WAIT] +
	       p->counts[PORTS_HELD];
}

/* Who holds most of the ports: that is another one than who finds none, perhaps. */
static int judge(struct why *w, const struct ports *p, const struct ports_destination *d)
{
	const struct ports_process *most = d->sum.processes;
	struct diagnosis *g;
	struct subject s;

	if (!d->wanted || !ports_is_short(p, d) || !most || !held_by(most))
		return 0;
	set_subject(&s, d, most);
	g = diagnoses_add_as(&w->found, DIAGNOSIS_PORTS_EXHAUSTED, &s,
			     ~subject_hash(&s, w->found.seed));
	if (!g)
		return -ENOMEM;
	g->holds = true;
	g->count = held_by(most);
	g->limit = d->netns->available;
	g->since_ns = d->failed_ns;
	g->last_ns = p->now_ns;
	return 0;
}

/**
 * why_ports() - judge who has local ports
 * @w: what was judged
 * @p: the ports, after ports_find()
 *
 * Return: 0 or -ENOMEM
 */
int why_ports(struct why *w, const struct ports *p)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < p->destination_count && !ret; i++)
		ret = judge(w, p, p->destinations[i]);
	for (i = 0; i < p->address_count && !ret; i++)
		ret = judge(w, p, p->addresses[i]);
	return ret;
}
