/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the parts of the source; for inclusion in lib/source*.c only.
 */
#ifndef TCPCLOSE_LIB_SOURCE_INTERNAL_H
#define TCPCLOSE_LIB_SOURCE_INTERNAL_H

#include <poll.h>

#include "base/clock.h"
#include "lib/intake.h"
#include "lib/rings.h"
#include "lib/source.h"
#include "sys/cgroup_table.h"
#include "sys/cgroups.h"
#include "sys/netns_names.h"
#include "sys/netns_table.h"
#include "sys/sockowners.h"
#include "sys/wallclock.h"

#define BATCH_SIZE (2048 * TCPCLOSE_RECORD_SIZE)

/*
 * Producers on two CPUs may write in another order than they read the clock:
 * younger records are not read yet, as read() does (module/reader.c).
 */
#define HOLD_NS NS_PER_MS

/**
 * struct source_cpu - state of one CPU's records (live only)
 * @next_seq: number that the next record has if none is lost, the low half
 * @lost: losses that the device reported so far (reader of one namespace only)
 * @begin: number of the first record to come
 * @lost_before: losses that the device had reported then
 * @delivered: records delivered
 * @reported: losses reported in the stream, or queued for it
 * @there: the device has a ring for it
 */
struct source_cpu {
	uint32_t next_seq;
	uint64_t lost;
	uint64_t begin;
	uint64_t lost_before;
	uint64_t delivered;
	uint64_t reported;
	bool there;
};

/**
 * struct source_finder - finds whose connections are (live only)
 * @owners: processes that hold sockets
 * @cgroups: paths of cgroups
 * @known: cgroups that were looked for
 * @latest_cgroup: of the latest record: looked for already in this batch
 */
struct source_finder {
	struct sockowners owners;
	struct cgroups cgroups;
	struct recent known;
	uint64_t latest_cgroup;
};

struct source {
	int fd;
	bool live;
	/* The markers before the record at buf[pos] are queued (live only). */
	bool inspected;
	/* There will be only markers (live only). */
	bool concluded;
	bool at_end;
	/* A recording of a machine of the other byte order. */
	bool swapped;
	/* source_live_start() has started @wallclock. */
	bool watches_clock;
	struct recording_header head;
	struct wallclock wallclock;
	/* Live only; the first step that is not in the stream yet: UINT64_MAX: none. */
	uint64_t step_ns;
	/* Live only; when the latest read began. */
	uint64_t batch_ns;
	size_t cut_bytes;

	/* As many as the header says (live only). */
	struct source_cpu *cpus;

	/* Reads the device for it, which is not live then; NULL: nothing does. */
	struct intake *intake;

	/* The whole machine's records, mapped; rings.map is NULL: read() them. */
	struct rings rings;
	size_t map_size;
	/* Namespace of the latest record: looked up already in this batch. */
	uint64_t latest_netns;
	uint32_t latest_inode;

	/* Markers to be delivered before the record at buf[pos]. */
	struct recording_marker *queue;
	size_t queue_first, queue_end, queue_size;

	struct recent netns;
	struct netns_names names; /* live only */
	struct source_finder *finder; /* NULL: owners are not asked for */
	size_t pos, len;
	uint64_t buf[BATCH_SIZE / sizeof(uint64_t)];
};

/**
 * source_queue_is_empty() - whether no marker is to be delivered
 * @s: the source
 */
static inline bool source_queue_is_empty(struct source *s)
{
	if (s->queue_first < s->queue_end)
		return false;
	s->queue_first = 0;
	s->queue_end = 0;
	return true;
}

/**
 * source_at() - the next record of the buffer
 * @s: the source; there is one
 */
static inline const struct recording_marker *source_at(const struct source *s)
{
	return (const void *)((const char *)s->buf + s->pos);
}

/**
 * source_wants_owner() - whether it is not known yet whose a transition is
 * @r: the transition
 *
 * Another process that acts has it, but for what an administrator destroys. What a
 * mini-socket has is the inode of a socket of before, which may be another's by
 * now.
 */
static inline bool source_wants_owner(const struct tcpclose_record *r)
{
	return r->inode &&
	       (TCPCLOSE_HOW_CONTEXT(r->how) != TCPCLOSE_CONTEXT_PROCESS ||
		r->cause == TCPCLOSE_CAUSE_DESTROYED) &&
	       TCPCLOSE_HOW_ORIGIN(r->how) == TCPCLOSE_ORIGIN_TRACEPOINT;
}

/**
 * source_names_are_known() - whether a transition needs no marker with a name, as most
 * @s: a live source
 * @r: the transition
 *
 * Most are of the same namespace and cgroup as the one before.
 */
static inline bool source_names_are_known(const struct source *s,
					  const struct tcpclose_record *r)
{
	const struct source_finder *f = s->finder;

	return r->netns_inode == s->latest_inode && r->netns == s->latest_netns &&
	       (!f || ((!r->cgroup || r->cgroup == f->latest_cgroup) &&
		       !source_wants_owner(r)));
}

int source_fill(struct source *s);
struct recording_marker *source_enqueue(struct source *s, unsigned int kind,
					uint64_t ts_ns, unsigned int cpu, uint64_t value);

void source_names_begin(struct source *s);
int source_names_add(struct source *s, const struct tcpclose_record *r);
void source_names_free(struct source *s);

int source_live_start(struct source *s,
		      const struct tcpclose_geometry *geometry);
int source_live_next(struct source *s, const struct recording_marker **first,
		     size_t *count);
int source_live_prepare_wait(struct source *s, struct pollfd *fd,
			     uint64_t *deadline_ns);
int source_live_wait(struct source *s, uint64_t deadline_ns);
int source_live_conclude(struct source *s, uint64_t ts_ns);
int source_live_balance(struct source *s, struct error *why);
void source_live_end(struct source *s);

#endif /* TCPCLOSE_LIB_SOURCE_INTERNAL_H */
