// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who closed MPTCP sessions. A process closes its session; what follows for the subflows
 * is done by a worker of the kernel, whose records name that only.
 *
 * A subflow belongs to the session whose cookie it has. Without one, as the first subflow
 * of an accepted session may be, it has its session's addresses and ports. A session that
 * is accepted gets its listener's cookie if that has any (sk_clone_lock()): a cookie of
 * more than one session tells nothing.
 */
#include <string.h>

#include "base/hash.h"
#include "lib/mptcp.h"

/* Sessions that are remembered: 4 MiB. */
#define MPTCP_MAX (1U << 14)

/**
 * struct mptcp_entry - a session
 * @recent: by cookie, or by addresses and ports; and by network namespace
 * @cookie: of the session
 * @laddr: local address of its first subflow
 * @raddr: remote address
 * @lport: local port
 * @rport: remote port
 * @shared: several sessions have the cookie
 * @closed_ns: when it was closed
 * @closer: by whom; pid 0: by no process
 */
struct mptcp_entry {
	struct recent_entry recent;
	uint64_t cookie;
	uint8_t laddr[16];
	uint8_t raddr[16];
	uint16_t lport;
	uint16_t rport;
	bool shared;
	uint64_t closed_ns;
	struct event_owner closer;
};

/**
 * mptcp_init() - begin with none
 * @m: the sessions
 */
void mptcp_init(struct mptcp *m)
{
	recent_init(&m->by_cookie, sizeof(struct mptcp_entry), MPTCP_MAX);
	recent_init(&m->by_tuple, sizeof(struct mptcp_entry), MPTCP_MAX);
}

/**
 * mptcp_free() - free all
 * @m: the sessions, or zeroed ones
 */
void mptcp_free(struct mptcp *m)
{
	recent_free(&m->by_cookie);
	recent_free(&m->by_tuple);
}

static uint64_t tuple_of(const struct event *e)
{
	uint64_t tuple = hash_bytes((uint64_t)e->lport << 16 | e->rport, e->laddr,
				    sizeof(e->laddr));

	return hash_bytes(tuple, e->raddr, sizeof(e->raddr));
}

static bool has_tuple_of(const struct mptcp_entry *entry, const struct event *e)
{
	return entry->lport == e->lport && entry->rport == e->rport &&
	       !memcmp(entry->laddr, e->laddr, sizeof(e->laddr)) &&
	       !memcmp(entry->raddr, e->raddr, sizeof(e->raddr));
}

static void take(struct mptcp_entry *entry, const struct event *e)
{
	if (!entry)
		return;
	if (entry->cookie && !has_tuple_of(entry, e))
		entry->shared = true;
	if (entry->cookie != e->cookie || e->new == TCPCLOSE_ESTABLISHED)
		entry->closer.pid = 0;
	entry->cookie = e->cookie;
	entry->lport = e->lport;
	entry->rport = e->rport;
	memcpy(entry->laddr, e->laddr, sizeof(e->laddr));
	memcpy(entry->raddr, e->raddr, sizeof(e->raddr));
	/* What a worker does is a consequence. */
	if (!e->pid || event_is_kernels(e))
		return;
	entry->closed_ns = e->ts_ns;
	entry->closer.pid = e->pid;
	entry->closer.from = e->call;
	memcpy(entry->closer.comm, e->comm, sizeof(e->comm));
}

/**
 * mptcp_follow() - learn from a transition of a session
 * @m: the sessions
 * @e: the transition
 *
 * Without memory for it, nobody is known.
 */
void mptcp_follow(struct mptcp *m, const struct event *e)
{
	/* A listener, a session without a subflow yet, or what changes nothing */
	if (!e->cookie || !e->rport || e->old == TCPCLOSE_CLOSE || e->old == e->new)
		return;
	take(recent_take(&m->by_cookie, e->cookie, e->netns), e);
	take(recent_take(&m->by_tuple, tuple_of(e), e->netns), e);
}

static const struct mptcp_entry *session_of(struct mptcp *m, const struct event *e)
{
	const struct mptcp_entry *entry =
		recent_find(&m->by_tuple, tuple_of(e), e->netns);

	if (entry && has_tuple_of(entry, e) &&
	    (!e->session || e->session == entry->cookie))
		return entry;
	if (!e->session)
		return NULL;
	entry = recent_find(&m->by_cookie, e->session, e->netns);
	return entry && !entry->shared ? entry : NULL;
}

/**
 * mptcp_tell() - say who closed the session of a subflow
 * @m: the sessions
 * @e: a transition; if a worker of the kernel made it for a session that a process had
 *	closed, its session_closer is set, valid until the next call
 */
void mptcp_tell(struct mptcp *m, struct event *e)
{
	const struct mptcp_entry *entry;

	if (!(e->mark & TCPCLOSE_MARK_MPTCP) || !event_is_kernels(e))
		return;
	entry = session_of(m, e);
	if (!entry || !entry->closer.pid)
		return;
	/* An earlier session had the same addresses and ports. */
	if (e->age_ns != EVENT_UNKNOWN &&
	    entry->closed_ns + (uint64_t)e->age_ns < e->ts_ns)
		return;
	m->told = entry->closer;
	e->session_closer = &m->told;
}
