// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether closing is healthy: what the judges have in common, and the verdict.
 */
#include <errno.h>
#include <string.h>

#include "answer/why_internal.h"
#include "base/clock.h"
#include "base/hash.h"

/* A connection that begins so soon with the addresses of one that was cut took its place. */
#define REUSED_NS (10 * NS_PER_S)

/**
 * why_init() - begin with nothing judged
 * @w: result
 */
void why_init(struct why *w)
{
	*w = (struct why){ 0 };
	diagnoses_init(&w->found);
	recent_init(&w->crowds, sizeof(struct why_crowd), WHY_CROWDS);
	recent_init(&w->places, sizeof(struct why_place), WHY_CROWDS);
	recent_init(&w->ends, sizeof(struct why_end), WHY_ENDS);
}

/**
 * why_crowd() - connections of a subject
 * @w: what was judged
 * @s: the subject
 *
 * Return: them, or NULL if there is no memory
 */
struct why_crowd *why_crowd(struct why *w, const struct subject *s)
{
	return recent_take(&w->crowds, subject_hash(s, w->found.seed), 0);
}

/**
 * why_place() - the destination of a subject
 * @w: what was judged
 * @s: the subject; not passive
 *
 * Return: it, or NULL if there is no memory
 */
struct why_place *why_place(struct why *w, const struct subject *s)
{
	uint64_t seed = w->found.seed;

	return recent_take(&w->places, hash_bytes(seed, s->raddr, sizeof(s->raddr)),
			   (uint64_t)s->rport << 32 | s->netns_inode);
}

static struct why_end *take_end(struct why *w, const struct subject *s)
{
	return recent_take(&w->ends, subject_tuple_hash(s, w->found.seed, false), 0);
}

/**
 * why_find_end() - how the latest connection with the same addresses and ports closes
 * @w: what was judged
 * @s: one that has them
 * @reversed: as the other end has them
 *
 * Return: that, or NULL if none is known
 */
const struct why_end *why_find_end(struct why *w, const struct subject *s, bool reversed)
{
	return recent_find(&w->ends, subject_tuple_hash(s, w->found.seed, reversed), 0);
}

/**
 * why_add() - something was found
 * @w: what was judged
 * @id: what it is
 * @s: of whom
 * @ret: result: 0 or -ENOMEM
 *
 * Return: what is found of the same subject so far; NULL: it was too long ago, or -ENOMEM
 */
struct diagnosis *why_add(struct why *w, enum diagnosis_id id, const struct subject *s,
			  int *ret)
{
	struct diagnosis *g;

	*ret = 0;
	if (s->ts_ns && s->ts_ns < w->begin_ns)
		return NULL;
	g = diagnoses_add(&w->found, id, s);
	if (!g)
		*ret = -ENOMEM;
	return g;
}

/**
 * why_reused() - whether a connection took the place of one that was cut in LAST_ACK
 * @w: what was judged
 * @s: the connection
 * @born_ns: when it began; 0: unknown
 *
 * Return: 0 or -ENOMEM
 */
int why_reused(struct why *w, const struct subject *s, uint64_t born_ns)
{
	const struct why_end *end = why_find_end(w, s, false);
	int ret = 0;

	if (!end || end->from != TCPCLOSE_LAST_ACK || end->cause != TCPCLOSE_CAUSE_RST ||
	    born_ns < end->ts_ns || born_ns > end->ts_ns + REUSED_NS)
		return 0;
	why_add(w, DIAGNOSIS_SYN_IN_LAST_ACK, s, &ret);
	return ret;
}

static void note_time(struct why *w, uint64_t ts_ns)
{
	if (!w->first_ns || ts_ns < w->first_ns)
		w->first_ns = ts_ns;
	if (ts_ns > w->last_ns)
		w->last_ns = ts_ns;
}

/* The close of a connection, for what comes later with its addresses and ports. */
static int note_end(struct why *w, const struct event *e)
{
	struct subject s;
	struct why_end *end;

	if (e->new != TCPCLOSE_CLOSE && e->new != TCPCLOSE_LAST_ACK &&
	    e->new != TCPCLOSE_TIME_WAIT && e->new != TCPCLOSE_FIN_WAIT2)
		return 0;
	/* What a mini-socket does may be later than the connection that follows. */
	if (event_is_mini(e) && e->new == TCPCLOSE_CLOSE && e->old == TCPCLOSE_TIME_WAIT)
		return 0;
	subject_of_event(&s, e);
	end = take_end(w, &s);
	if (!end)
		return -ENOMEM;
	end->ts_ns = e->ts_ns;
	end->state = e->new;
	end->from = e->old;
	end->cause = e->cause;
	end->process = s.process;
	return 0;
}

/* A segment for a connection that this machine does not know. */
static int judge_unmatched(struct why *w, const struct event *e)
{
	const struct why_end *end;
	struct diagnosis *g;
	struct subject s;
	uint64_t key;

	if (!event_is_unmatched(e) || event_unmatched(e) != EVENT_UNMATCHED_CONNECTION)
		return 0;
	subject_of_event(&s, e);
	if (s.ts_ns < w->begin_ns)
		return 0;
	end = why_find_end(w, &s, false);
	/* The rest of a connection that is known to have ended, unless nobody told the peer. */
	if (end && end->cause != TCPCLOSE_CAUSE_REPAIR)
		return 0;
	key = hash_bytes(w->found.seed ^ s.netns_inode, s.raddr, sizeof(s.raddr));
	g = diagnoses_add_as(&w->found, DIAGNOSIS_RST_NO_SOCKET, &s, key);
	if (!g)
		return -ENOMEM;
	/* One service after the other: somebody looks for open ports. */
	if (s.lport < THRESHOLDS_PORT && s.lport != g->subject.lport)
		g->limit++;
	if (g->limit >= THRESHOLDS_SCAN)
		g->mild = g->count;
	return 0;
}

/* An answer to a SYN that belongs to an older connection with the same ports. */
static int judge_stale_answer(struct why *w, const struct event *e)
{
	enum diagnosis_id id = DIAGNOSIS_TIME_WAIT_REUSE;
	const struct why_end *peer;
	struct subject s;
	int ret;

	if (e->rst.effect != TCPCLOSE_RST_SENT ||
	    e->rst.reason != TCPCLOSE_RST_TCP_INVALID_ACK_SEQUENCE)
		return 0;
	subject_of_event(&s, e);
	peer = why_find_end(w, &s, true);
	if (peer && peer->state == TCPCLOSE_LAST_ACK)
		id = DIAGNOSIS_SYN_IN_LAST_ACK;
	why_add(w, id, &s, &ret);
	return ret;
}

static int judge_drop(struct why *w, const struct event *e)
{
	struct diagnosis *g;
	struct subject s;
	int ret;

	if (e->drop.reason == TCPCLOSE_DROP_ICMP)
		return 0;
	subject_of_event(&s, e);
	g = why_add(w, DIAGNOSIS_LISTEN_OVERFLOW, &s, &ret);
	if (g) {
		g->limit = e->drop.limit;
		g->inode = e->inode;
	}
	return ret;
}

static int judge_failed_call(struct why *w, const struct event *e)
{
	enum diagnosis_id id;
	struct diagnosis *g;
	struct subject s;
	int ret;

	/* A connect() without a port has a transition, too. */
	if (e->call == TCPCLOSE_CALL_CONNECT && e->failed.error == EADDRNOTAVAIL)
		return 0;
	switch (e->failed.error) {
	case EADDRINUSE:
		id = e->failed.range ? DIAGNOSIS_PORTS_EXHAUSTED : DIAGNOSIS_ADDRESS_IN_USE;
		break;
	case ENETUNREACH:
	case EHOSTUNREACH:
		id = DIAGNOSIS_UNREACHABLE;
		break;
	default:
		return 0;
	}
	subject_of_event(&s, e);
	s.passive = e->call != TCPCLOSE_CALL_CONNECT;
	g = why_add(w, id, &s, &ret);
	if (g && e->failed.range)
		g->limit = (uint64_t)(e->failed.port_high - e->failed.port_low) + 1;
	return ret;
}

/**
 * why_event() - judge an event
 * @w: what was judged
 * @e: the event, of any kind
 *
 * Return: 0 or -ENOMEM
 */
int why_event(struct why *w, const struct event *e)
{
	int ret;

	note_time(w, e->ts_ns);
	switch (e->kind) {
	case EVENT_TRANSITION:
		return note_end(w, e);
	case EVENT_RST:
		ret = judge_unmatched(w, e);
		return ret ? ret : judge_stale_answer(w, e);
	case EVENT_DROP:
		return judge_drop(w, e);
	case EVENT_FAILED_CALL:
		return judge_failed_call(w, e);
	case EVENT_LOST:
		w->lost += e->lost;
		return 0;
	case EVENT_LEFT_OUT:
		w->left_out += e->left_out.sent + e->left_out.received + e->left_out.drops +
			       e->left_out.calls;
		return 0;
	default:
		return 0;
	}
}

/* It failed for a while, as when the other end starts again. */
static bool is_reached(struct why *w, const struct diagnosis *g)
{
	struct why_place *p;

	if (g->id != DIAGNOSIS_REFUSED && g->id != DIAGNOSIS_UNREACHABLE)
		return false;
	p = why_place(w, &g->subject);
	return p && p->reached_ns > g->last_ns;
}

/* A few that the crowd of another process pushes out are no trouble of their own. */
static bool is_victim(const struct why *w, const struct diagnosis *g)
{
	return g->id == DIAGNOSIS_TIME_WAIT_OVERFLOW &&
	       g->count * THRESHOLDS_VICTIM < w->totals[g->id];
}

/* One process that tries many ports of one address. */
static bool is_scan(const struct diagnosis *g, const struct diagnosis *other)
{
	return other->id == DIAGNOSIS_REFUSED && !other->subject.passive &&
	       other->subject.process.pid == g->subject.process.pid &&
	       other->subject.rport != g->subject.rport &&
	       !memcmp(other->subject.raddr, g->subject.raddr, sizeof(g->subject.raddr));
}

static bool is_scanned(const struct why *w, const struct diagnosis *g)
{
	const struct recent_entry *e;
	unsigned int ports = 1;

	if (g->id != DIAGNOSIS_REFUSED || g->subject.passive)
		return false;
	for (e = w->found.table.oldest; e && ports < THRESHOLDS_SCAN; e = e->next)
		ports += is_scan(g, (const struct diagnosis *)e);
	return ports >= THRESHOLDS_SCAN;
}

/* A listener on this machine drops what these send: it is judged itself. */
static bool is_dropped(const struct why *w, const struct diagnosis *g)
{
	const struct recent_entry *e;

	if (g->id != DIAGNOSIS_PEER_SILENT || g->subject.passive ||
	    !w->totals[DIAGNOSIS_LISTEN_OVERFLOW])
		return false;
	for (e = w->found.table.oldest; e; e = e->next) {
		const struct diagnosis *other = (const struct diagnosis *)e;

		if (other->id == DIAGNOSIS_LISTEN_OVERFLOW &&
		    other->subject.lport == g->subject.rport)
			return true;
	}
	return false;
}

static void weigh(struct why *w, struct diagnosis *g)
{
	struct why_crowd *crowd = recent_find(&w->crowds, g->recent.a, 0);

	if (crowd && thresholds[g->id].share)
		g->of = crowd->count;
	if (is_reached(w, g) || is_victim(w, g) || is_scanned(w, g) || is_dropped(w, g))
		g->mild = g->count;
	g->severity = thresholds_severity(g);
}

/**
 * why_conclude() - decide how bad each is, and sort them
 * @w: what was judged
 *
 * Return: 0 or -ENOMEM
 */
int why_conclude(struct why *w)
{
	struct recent_entry *e;

	for (e = w->found.table.oldest; e; e = e->next)
		w->totals[((struct diagnosis *)e)->id] += ((struct diagnosis *)e)->count;
	for (e = w->found.table.oldest; e; e = e->next)
		weigh(w, (struct diagnosis *)e);
	return diagnoses_finish(&w->found);
}

/**
 * why_verdict() - the answer
 * @w: what was judged, after why_conclude()
 */
enum why_verdict why_verdict(const struct why *w)
{
	if (w->found.count && w->found.sorted[0]->severity >= DIAGNOSIS_WARNING)
		return WHY_TROUBLE;
	return w->lost || w->blind ? WHY_CANNOT_TELL : WHY_HEALTHY;
}

/**
 * why_free() - free all
 * @w: what was judged
 */
void why_free(struct why *w)
{
	diagnoses_free(&w->found);
	recent_free(&w->crowds);
	recent_free(&w->places);
	recent_free(&w->ends);
}
