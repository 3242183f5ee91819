// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes events of records: counts them, puts details to their transitions, names to
 * their namespaces and times to the wall clock, and checks their order.
 *
 * Knows nothing of where records come from, or of what a transition means.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/decoder.h"
#include "lib/source.h"
#include "sys/cgroup_table.h"

/**
 * struct decoder_cpu - state of one CPU's records
 * @next_seq: number that the next record has if none is lost
 * @started: @next_seq is known
 * @has_detail: @detail waits for its transition
 * @detail: of the next record
 * @order: whether its records are in order
 */
struct decoder_cpu {
	uint64_t next_seq;
	bool started;
	bool has_detail;
	struct tcpclose_detail detail;
	struct order_cpu order;
};

/**
 * decoder_init() - begin with nothing
 * @d: the decoder; zeroed
 * @head: header of the stream
 * @every: every event is wanted; otherwise transitions and losses
 */
void decoder_init(struct decoder *d, const struct recording_header *head,
		  bool every)
{
	unsigned int i;

	d->every = every;
	d->head = *head;
	for (i = 0; i < DECODER_CLOCK_STEPS; i++)
		d->clock[i].offset_ns = head->realtime_offset_ns;
	netns_table_init(&d->netns);
	cgroup_table_init(&d->cgroups);
	owners_init(&d->owners);
	lingers_init(&d->lingers);
	mptcp_init(&d->mptcp);
}

/**
 * decoder_free() - free everything
 * @d: the decoder, or a zeroed one
 */
void decoder_free(struct decoder *d)
{
	recent_free(&d->netns);
	recent_free(&d->cgroups);
	owners_free(&d->owners);
	lingers_free(&d->lingers);
	mptcp_free(&d->mptcp);
	free(d->cpus);
}

/**
 * decoder_drop() - leave out what was pulled and is not decoded yet
 * @d: the decoder
 */
void decoder_drop(struct decoder *d)
{
	d->count = 0;
	d->held = false;
}

static struct decoder_cpu *new_cpu(struct decoder *d, unsigned int cpu)
{
	struct decoder_cpu *cpus;
	unsigned int count;

	count = cpu + 1 > d->head.cpus || d->head.cpus > UINT16_MAX + 1 ?
			cpu + 1 :
			d->head.cpus;
	cpus = realloc(d->cpus, count * sizeof(*cpus));
	if (!cpus)
		return NULL;
	memset(cpus + d->cpu_count, 0, (count - d->cpu_count) * sizeof(*cpus));
	d->cpus = cpus;
	d->cpu_count = count;
	return &cpus[cpu];
}

/* NULL: no memory. A damaged recording may hold any number. */
static struct decoder_cpu *cpu_of(struct decoder *d, unsigned int cpu)
{
	return cpu < d->cpu_count ? &d->cpus[cpu] : new_cpu(d, cpu);
}

/* The wall clock was set; records from before keep their time, also if they come later. */
static void set_clock(struct decoder *d, const struct recording_marker *m)
{
	memmove(d->clock + 1, d->clock,
		(DECODER_CLOCK_STEPS - 1) * sizeof(d->clock[0]));
	d->clock[0].ts_ns = m->ts_ns;
	d->clock[0].offset_ns = (int64_t)m->value;
}

static uint64_t realtime_ns(const struct decoder *d, uint64_t ts_ns)
{
	unsigned int i = 0;

	while (i + 1 < DECODER_CLOCK_STEPS && ts_ns < d->clock[i].ts_ns)
		i++;
	return ts_ns + (uint64_t)d->clock[i].offset_ns;
}

static int name_netns(struct decoder *d, const struct recording_marker *m)
{
	struct netns_entry *entry =
		recent_take(&d->netns, m->value, m->inode);

	if (!entry)
		return -ENOMEM;
	memcpy(entry->name, m->name, sizeof(entry->name));
	entry->name[sizeof(entry->name) - 1] = '\0';
	return 0;
}

static int name_cgroup(struct decoder *d, const struct recording_marker *m)
{
	struct cgroup_entry *entry;

	if (m->inode >= CGROUP_NAMES)
		return 0;
	entry = recent_take(&d->cgroups, m->value, 0);
	if (!entry)
		return -ENOMEM;
	memcpy(entry->names.text[m->inode], m->name, CGROUP_NAME_SIZE);
	entry->names.text[m->inode][CGROUP_NAME_SIZE - 1] = '\0';
	return 0;
}

static int track_marker(struct decoder *d, struct decoder_cpu *cpu,
			const struct recording_marker *m)
{
	switch (m->kind) {
	case RECORDING_KIND_START:
		cpu->next_seq = m->value;
		cpu->started = true;
		cpu->has_detail = false;
		break;
	case RECORDING_KIND_LOST:
		d->summary.lost += m->value;
		break;
	case RECORDING_KIND_CLOCK:
		set_clock(d, m);
		break;
	case RECORDING_KIND_NETNS:
		return name_netns(d, m);
	case RECORDING_KIND_OWNER:
		if (d->with_owners)
			owners_mark(&d->owners, (const void *)m);
		break;
	case RECORDING_KIND_CGROUP:
		return name_cgroup(d, m);
	default:
		d->summary.skipped++;
		break;
	}
	return 0;
}

/* Records have the low half of their number. */
static void track_record(struct decoder *d, struct decoder_cpu *cpu,
			 const struct recording_marker *raw)
{
	uint32_t distance = raw->seq - (uint32_t)cpu->next_seq;

	if (raw->kind == TCPCLOSE_KIND_TRANSITION)
		d->summary.transitions++;
	else if (!recording_is_known(raw->kind))
		d->summary.skipped++;
	if (!cpu->started || distance >= 1U << 31)
		cpu->next_seq = (cpu->next_seq & ~(uint64_t)UINT32_MAX) |
				raw->seq;
	else
		cpu->next_seq += distance;
	cpu->next_seq++;
	cpu->started = true;
}

/* Return: 0, or -errno */
static int take(struct decoder *d, const struct recording_marker *raw)
{
	struct decoder_cpu *cpu = cpu_of(d, raw->cpu);
	int ret = 0;

	if (!cpu)
		return -ENOMEM;
	if (recording_is_marker(raw->kind))
		ret = track_marker(d, cpu, raw);
	else
		track_record(d, cpu, raw);
	if (!d->every)
		return ret;
	order_check(&cpu->order, d->head.visible, raw, &d->flaws);
	d->flaw = 0;
	return ret;
}

static void lost_event(const struct decoder *d,
		       const struct recording_marker *m, struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->kind = EVENT_LOST;
	e->lost = m->value;
	e->cpu = m->cpu;
	e->ts_ns = m->ts_ns;
	e->realtime_ns = realtime_ns(d, m->ts_ns);
}

/* One that is gone may have had the inode before. */
static bool is_own_netns(const struct recording_header *head, const struct event *e)
{
	return e->netns_inode && e->netns_inode == head->own_netns &&
	       (!head->own_netns_cookie || !e->netns ||
		e->netns == head->own_netns_cookie);
}

/* Most streams have no names of cgroups. */
static const struct cgroup_names *names_of_cgroup(struct decoder *d, uint64_t id)
{
	const struct cgroup_entry *entry;

	if (!id || !d->cgroups.entries.count)
		return NULL;
	entry = recent_find(&d->cgroups, id, 0);
	return entry ? &entry->names : NULL;
}

/* What is not in the record itself. */
static void complete_event(struct decoder *d, struct event *e)
{
	const struct netns_entry *entry;

	e->seq = d->cpus[e->cpu].next_seq - 1;
	e->realtime_ns = realtime_ns(d, e->ts_ns);
	e->own_netns = is_own_netns(&d->head, e);
	e->owner = NULL;
	e->listener_owner = NULL;
	e->session_closer = NULL;
	e->cgroup_names = names_of_cgroup(d, e->cgroup);
	entry = recent_find(&d->netns, e->netns, e->netns_inode);
	if (entry && entry->name[0])
		e->netns_name = entry->name;
	else if (e->own_netns)
		e->netns_name = d->head.visible ? "host" : "self";
	else
		e->netns_name = NULL;
}

static void transition_event(struct decoder *d, const struct tcpclose_record *r,
			     struct event *e)
{
	struct decoder_cpu *cpu = &d->cpus[r->cpu];
	const struct tcpclose_detail *detail = NULL;

	if (cpu->has_detail && cpu->detail.seq + 1 == r->seq)
		detail = &cpu->detail;
	cpu->has_detail = false;
	event_decode(e, r, detail);
	complete_event(d, e);
	lingers_follow(&d->lingers, e);
	if (d->with_owners)
		owners_follow(&d->owners, e);
	mptcp_tell(&d->mptcp, e);
}

static void left_out_event(const struct decoder *d, const struct tcpclose_left_out *r,
			   struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->kind = EVENT_LEFT_OUT;
	e->cpu = r->cpu;
	e->ts_ns = r->ts_ns;
	e->realtime_ns = realtime_ns(d, r->ts_ns);
	e->seq = d->cpus[r->cpu].next_seq - 1;
	e->left_out.sent = r->sent;
	e->left_out.received = r->received;
	e->left_out.drops = r->drops;
	e->left_out.calls = r->calls;
}

static void start_event(const struct recording_marker *m, struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->kind = EVENT_START;
	e->seq = m->value;
	e->cpu = m->cpu;
	e->ts_ns = m->ts_ns;
}

/* The number of the record that was taken last; a marker has none. */
static uint64_t full_seq(const struct decoder *d,
			 const struct recording_marker *m)
{
	if (recording_is_known(m->kind))
		return d->cpus[m->cpu].next_seq - 1;
	return m->kind < RECORDING_KIND_START ? m->seq : (uint64_t)EVENT_UNKNOWN;
}

static void flaw_event(struct decoder *d, const struct recording_marker *m,
		       struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->kind = EVENT_FLAW;
	e->flaw = d->flaws.what[d->flaw];
	e->lost = d->flaws.lost[d->flaw++];
	e->seq = full_seq(d, m);
	e->cpu = m->cpu;
	e->ts_ns = m->ts_ns;
	e->realtime_ns = realtime_ns(d, m->ts_ns);
}

/* Return: whether a record is an event of its own that is wanted. */
static bool make_event(struct decoder *d, const struct recording_marker *raw,
		       struct event *e)
{
	struct decoder_cpu *cpu;

	switch (raw->kind) {
	case TCPCLOSE_KIND_TRANSITION:
		transition_event(d, (const void *)raw, e);
		return true;
	case TCPCLOSE_KIND_DETAIL:
		cpu = &d->cpus[raw->cpu];
		memcpy(&cpu->detail, raw, sizeof(cpu->detail));
		cpu->has_detail = true;
		return false;
	case TCPCLOSE_KIND_RST:
		event_decode_rst(e, (const void *)raw);
		complete_event(d, e);
		return true;
	case TCPCLOSE_KIND_LEFT_OUT:
		left_out_event(d, (const void *)raw, e);
		return true;
	case TCPCLOSE_KIND_DROP:
		event_decode_drop(e, (const void *)raw);
		complete_event(d, e);
		if (d->with_owners)
			owners_tell(&d->owners, e);
		return true;
	case TCPCLOSE_KIND_FAILED_CALL:
		event_decode_failed_call(e, (const void *)raw);
		complete_event(d, e);
		return true;
	case TCPCLOSE_KIND_SESSION:
		event_decode_session(e, (const void *)raw);
		complete_event(d, e);
		mptcp_follow(&d->mptcp, e);
		return true;
	case RECORDING_KIND_START:
		start_event(raw, e);
		return d->every;
	case RECORDING_KIND_LOST:
		lost_event(d, raw, e);
		return true;
	default:
		return false;
	}
}

/* Return: 1, 0 if nothing is left of what was pulled, or -errno */
static int decode(struct decoder *d, struct event *e)
{
	while (d->count) {
		const struct recording_marker *raw = d->raw;
		int ret = d->held ? 0 : take(d, raw);

		if (ret)
			return ret;
		d->held = d->flaw < d->flaws.count;
		if (d->held) {
			flaw_event(d, raw, e);
			return 1;
		}
		d->raw++;
		d->count--;
		if (make_event(d, raw, e))
			return 1;
	}
	return 0;
}

/**
 * decoder_next() - the next event
 * @d: the decoder
 * @s: where records are pulled from, as soon as those before are used up
 * @e: result; strings that it points to are valid until the next call; flaws of a
 *	record come before it
 *
 * Return: as source_next_run()
 */
int decoder_next(struct decoder *d, struct source *s, struct event *e)
{
	int ret;

	while (!(ret = decode(d, e))) {
		ret = source_next_run(s, &d->raw, &d->count);
		if (ret <= 0)
			break;
	}
	return ret;
}
