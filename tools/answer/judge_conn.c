// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges connections that ended.
 */
#include <errno.h>
#include <string.h>

#include "answer/why_internal.h"
#include "base/clock.h"

/* The RST that ended it, and the end that sent it, are this close. */
#define SAME_NS (2 * NS_PER_S)

static bool was_in(const struct conn *c, unsigned int state)
{
	return c->states >> state & 1;
}

/* It carried data, as far as is known. */
static bool carried(const struct conn *c)
{
	return c->bytes_sent > 0 || c->bytes_received > 0;
}

static void add_bytes(struct diagnosis *g, int64_t bytes)
{
	if (bytes > 0)
		g->bytes += (uint64_t)bytes;
}

/* Whether an end on this machine sent the RST that ended it: that end is judged itself. */
static bool is_explained(struct why *w, const struct subject *s)
{
	const struct why_end *peer = why_find_end(w, s, true);

	if (!peer || peer->ts_ns + SAME_NS < s->ts_ns || s->ts_ns + SAME_NS < peer->ts_ns)
		return false;
	return peer->cause && peer->cause != TCPCLOSE_CAUSE_FIN &&
	       peer->cause != TCPCLOSE_CAUSE_RST;
}

/* This end sent to one that had closed: a request that met the close, or much later. */
static enum diagnosis_id of_sender(const struct conn *c)
{
	bool quiet = c->heard_ms >= THRESHOLDS_IDLE_MS;

	return quiet && c->dwells_ns[TCPCLOSE_CLOSE_WAIT] < THRESHOLDS_RACE_NS ?
		       DIAGNOSIS_KEEP_ALIVE_RACE :
		       DIAGNOSIS_RST_DATA_AFTER_CLOSE;
}

/* The process at the other end, if that is on this machine, and has acted. */
static void add_peer(struct why *w, struct diagnosis *g, const struct subject *s)
{
	const struct why_end *peer = why_find_end(w, s, true);
	struct subject other = *s;

	if (!peer || !peer->process.pid)
		return;
	other.process = peer->process;
	diagnosis_add_process(g, &other);
}

static int judge_rst(struct why *w, const struct conn *c, const struct subject *s)
{
	struct diagnosis *g = NULL;
	int ret = 0;

	switch (c->cut_from) {
	case TCPCLOSE_CLOSE_WAIT:
		if (c->unacked_bytes > 0 || c->sk_err == EPIPE)
			g = why_add(w, of_sender(c), s, &ret);
		break;
	case TCPCLOSE_FIN_WAIT1:
	case TCPCLOSE_FIN_WAIT2:
		/* After close() nobody misses what the peer resets. */
		if (c->call == TCPCLOSE_CALL_SHUTDOWN)
			g = why_add(w, DIAGNOSIS_HALF_CLOSE_CUT, s, &ret);
		if (g)
			add_peer(w, g, s);
		break;
	case TCPCLOSE_ESTABLISHED:
		if (is_explained(w, s))
			break;
		g = why_add(w, DIAGNOSIS_RST_RECEIVED, s, &ret);
		if (g && !carried(c))
			g->mild++;
		break;
	}
	if (g)
		add_bytes(g, c->unacked_bytes);
	return ret;
}

/* What has the addresses and ports at the other end, if a SYN was not answered. */
static enum diagnosis_id of_unanswered(struct why *w, const struct subject *s)
{
	const struct why_end *peer = why_find_end(w, s, true);

	if (peer && peer->state == TCPCLOSE_TIME_WAIT)
		return DIAGNOSIS_TIME_WAIT_REUSE;
	if (peer && peer->state == TCPCLOSE_LAST_ACK)
		return DIAGNOSIS_SYN_IN_LAST_ACK;
	return DIAGNOSIS_PEER_SILENT;
}

/* The application gave up a connect() that nobody answered. */
static int judge_aborted(struct why *w, const struct conn *c, const struct subject *s)
{
	int ret = 0;

	if (c->sk_err == EHOSTUNREACH || c->sk_err == ENETUNREACH)
		why_add(w, DIAGNOSIS_UNREACHABLE, s, &ret);
	else if (c->dwells_ns[TCPCLOSE_SYN_SENT] >= NS_PER_S && c->retransmits > 0)
		why_add(w, of_unanswered(w, s), s, &ret);
	return ret;
}

static int judge_timeout(struct why *w, const struct conn *c, const struct subject *s)
{
	enum diagnosis_id id = DIAGNOSIS_PEER_SILENT;
	struct diagnosis *g;
	int ret;

	if (c->cut_from == TCPCLOSE_LAST_ACK || c->cut_from == TCPCLOSE_CLOSING)
		id = DIAGNOSIS_LAST_ACK_STUCK;
	else if (c->cut_from == TCPCLOSE_SYN_SENT)
		id = of_unanswered(w, s);
	g = why_add(w, id, s, &ret);
	if (g)
		add_bytes(g, c->unacked_bytes);
	return ret;
}

/* It was left in CLOSE_WAIT, unused, until its process ended. */
static bool was_leaked(const struct conn *c)
{
	bool ended = c->call == TCPCLOSE_CALL_EXIT || c->call == TCPCLOSE_CALL_KILL ||
		     c->call == TCPCLOSE_CALL_EXEC;

	return ended && c->silent_ns >= (int64_t)THRESHOLDS_READ_NS;
}

static void note_longest(struct diagnosis *g, uint64_t ns)
{
	if (ns > g->longest_ns)
		g->longest_ns = ns;
}

/* What may be found of any connection, however it ended. */
static int judge_any(struct why *w, const struct conn *c, const struct subject *s)
{
	struct diagnosis *g;
	int ret = 0;

	if (c->end == TCPCLOSE_END_OVERFLOW)
		why_add(w, DIAGNOSIS_TIME_WAIT_OVERFLOW, s, &ret);
	if (!ret && c->rearms >= THRESHOLDS_REARMS) {
		g = why_add(w, DIAGNOSIS_REARM_STORM, s, &ret);
		if (g)
			g->limit = c->rearms;
	}
	if (!ret && was_in(c, TCPCLOSE_TIME_WAIT) && c->strays > 0)
		why_add(w, DIAGNOSIS_TIME_WAIT_REUSE, s, &ret);
	if (!ret && was_leaked(c)) {
		g = why_add(w, DIAGNOSIS_CLOSE_WAIT_LEAK, s, &ret);
		if (g)
			note_longest(g, c->dwells_ns[TCPCLOSE_CLOSE_WAIT]);
	}
	return ret;
}

/*
 * Whether an abort may have lost data: there was some on its way, or the peer was still to
 * finish what this end had waited for, or this end spoke last, and the peer may not have read
 * that. Who listens speaks last if both are in the same jiffy.
 */
static bool may_have_lost(const struct conn *c, const struct subject *s)
{
	if (c->unacked_bytes > 0 || c->unread_bytes > 0)
		return true;
	if (was_in(c, TCPCLOSE_FIN_WAIT2))
		return true;
	if (!carried(c))
		return false;
	return c->spoke_ms < c->heard_ms || (c->spoke_ms == c->heard_ms && s->passive);
}

static int judge_linger(struct why *w, const struct conn *c, const struct subject *s)
{
	struct diagnosis *g;
	int ret;

	g = why_add(w, DIAGNOSIS_RST_LINGER, s, &ret);
	if (!g)
		return ret;
	add_bytes(g, c->unacked_bytes);
	/* As a health check does, or a proxy that has the whole answer. */
	if (!may_have_lost(c, s))
		g->mild++;
	return ret;
}

static int judge_after_close(struct why *w, const struct conn *c, const struct subject *s)
{
	bool idle = c->idle_ms >= THRESHOLDS_IDLE_MS;
	int ret;

	why_add(w, idle ? DIAGNOSIS_KEEP_ALIVE_RACE : DIAGNOSIS_RST_DATA_AFTER_CLOSE, s, &ret);
	return ret;
}

/* The other end had ended before: nobody is reset. */
static bool is_peer_gone(struct why *w, const struct subject *s)
{
	const struct why_end *peer = why_find_end(w, s, true);

	return peer && peer->state == TCPCLOSE_CLOSE && peer->ts_ns < s->ts_ns &&
	       peer->cause != TCPCLOSE_CAUSE_RST;
}

static int judge_unread(struct why *w, const struct conn *c, const struct subject *s)
{
	struct diagnosis *g;
	int ret;

	g = why_add(w, DIAGNOSIS_RST_UNREAD_DATA, s, &ret);
	if (!g)
		return ret;
	add_bytes(g, c->unread_bytes);
	if (is_peer_gone(w, s))
		g->mild++;
	return 0;
}

/* Those that a listener had for a moment only were on their way to accept(). */
static int judge_not_accepted(struct why *w, const struct conn *c, const struct subject *s)
{
	struct diagnosis *g;
	int ret;

	g = why_add(w, DIAGNOSIS_NOT_ACCEPTED, s, &ret);
	if (g && c->age_ns >= 0 &&
	    (uint64_t)c->age_ns < thresholds[DIAGNOSIS_NOT_ACCEPTED].after_ns)
		g->mild++;
	return ret;
}

/* Both whose it was and who did that. */
static int judge_destroyed(struct why *w, const struct conn *c, const struct subject *s)
{
	struct subject other = *s;
	struct diagnosis *g;
	int ret;

	g = why_add(w, DIAGNOSIS_DESTROYED, s, &ret);
	if (!g || !c->closer_pid)
		return ret;
	other.process.pid = c->closer_pid;
	memcpy(other.process.comm, c->closer_comm, sizeof(other.process.comm));
	*other.container = '\0';
	diagnosis_add_process(g, &other);
	return 0;
}

static int judge_cause(struct why *w, const struct conn *c, const struct subject *s)
{
	static const uint8_t plain[TCPCLOSE_CAUSES] = {
		[TCPCLOSE_CAUSE_REFUSED] = DIAGNOSIS_REFUSED,
		[TCPCLOSE_CAUSE_UNREACHABLE] = DIAGNOSIS_UNREACHABLE,
		[TCPCLOSE_CAUSE_KEEPALIVE] = DIAGNOSIS_KEEP_ALIVE_TIMEOUT,
		[TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT] = DIAGNOSIS_FIN_WAIT2_ORPHANS,
		[TCPCLOSE_CAUSE_MEMORY] = DIAGNOSIS_ORPHAN_LIMIT,
		[TCPCLOSE_CAUSE_ORPHANS] = DIAGNOSIS_ORPHAN_LIMIT,
		[TCPCLOSE_CAUSE_NETNS] = DIAGNOSIS_NAMESPACE_GONE,
		[TCPCLOSE_CAUSE_NO_PORT] = DIAGNOSIS_PORTS_EXHAUSTED,
		[TCPCLOSE_CAUSE_ZERO_WINDOW] = DIAGNOSIS_ZERO_WINDOW_KILL,
	};
	int ret = 0;

	switch (c->cause) {
	case TCPCLOSE_CAUSE_RST:
		return judge_rst(w, c, s);
	case TCPCLOSE_CAUSE_UNREAD:
		return judge_unread(w, c, s);
	case TCPCLOSE_CAUSE_LINGER:
		return judge_linger(w, c, s);
	case TCPCLOSE_CAUSE_DATA_AFTER_CLOSE:
		return judge_after_close(w, c, s);
	case TCPCLOSE_CAUSE_CONNECT_ABORTED:
		return judge_aborted(w, c, s);
	case TCPCLOSE_CAUSE_TIMEOUT:
	case TCPCLOSE_CAUSE_USER_TIMEOUT:
		return judge_timeout(w, c, s);
	case TCPCLOSE_CAUSE_NOT_ACCEPTED:
		return judge_not_accepted(w, c, s);
	case TCPCLOSE_CAUSE_DESTROYED:
		return judge_destroyed(w, c, s);
	}
	/* CLOSE_WAIT_LEAK is the first of them, but no cause. */
	if (plain[c->cause % TCPCLOSE_CAUSES])
		why_add(w, plain[c->cause % TCPCLOSE_CAUSES], s, &ret);
	return ret;
}

/**
 * why_conn() - judge a connection that ended
 * @w: what was judged
 * @c: the connection
 *
 * Return: 0 or -ENOMEM
 */
int why_conn(struct why *w, const struct conn *c)
{
	struct why_crowd *crowd;
	struct why_place *place;
	struct subject s;
	int ret;

	if (!c->closed_ns)
		return 0;
	subject_of_conn(&s, c);
	crowd = why_crowd(w, &s);
	if (!crowd)
		return -ENOMEM;
	crowd->count++;
	w->connections++;
	w->graceful += c->cause == TCPCLOSE_CAUSE_FIN;
	if (!s.passive && was_in(c, TCPCLOSE_ESTABLISHED)) {
		place = why_place(w, &s);
		if (place && place->reached_ns < s.ts_ns)
			place->reached_ns = s.ts_ns;
	}
	ret = why_reused(w, &s, c->life.born_ns);
	if (!ret)
		ret = judge_any(w, c, &s);
	return ret ? ret : judge_cause(w, c, &s);
}
