// SPDX-License-Identifier: GPL-2.0-only
/*
 * MPTCP sessions: each transition is one that MPTCP has, and begins where the one before
 * ended.
 *
 * As many sessions as there is room for are followed, each in a place of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "check/check_internal.h"
#include "lib/names.h"

/* Places: 400 KiB; a power of two. */
#define PLACES 16384

/**
 * struct check_session - the latest transition of a session
 * @key: cookie, namespace, addresses and ports, hashed: the kernel gives a listener's
 *	cookie to each session that it accepts
 * @ts_ns: when it was
 * @state: its new state; 0: none
 */
struct check_session {
	uint64_t key;
	uint64_t ts_ns;
	uint8_t state;
};

#define S(state) (1U << TCPCLOSE_##state)

/*
 * States that follow each: mptcp_close_state(), mptcp_check_data_fin(),
 * mptcp_check_data_fin_ack(), mptcp_listen(), mptcp_connect(), mptcp_sk_clone_init() and
 * whatever stores CLOSE. An opening may be simultaneous (__mptcp_sync_state()).
 */
static const uint16_t edges[TCPCLOSE_STATES] = {
	[TCPCLOSE_CLOSE] = S(CLOSE) | S(LISTEN) | S(SYN_SENT),
	[TCPCLOSE_LISTEN] = S(CLOSE) | S(LISTEN) | S(ESTABLISHED),
	[TCPCLOSE_SYN_SENT] = S(ESTABLISHED) | S(FIN_WAIT1) | S(FIN_WAIT2) |
			      S(CLOSE_WAIT) | S(CLOSE),
	[TCPCLOSE_ESTABLISHED] = S(FIN_WAIT1) | S(CLOSE_WAIT) | S(CLOSE),
	[TCPCLOSE_FIN_WAIT1] = S(FIN_WAIT1) | S(FIN_WAIT2) | S(CLOSING) | S(CLOSE),
	[TCPCLOSE_FIN_WAIT2] = S(FIN_WAIT2) | S(CLOSE),
	[TCPCLOSE_CLOSE_WAIT] = S(LAST_ACK) | S(CLOSE),
	[TCPCLOSE_LAST_ACK] = S(LAST_ACK) | S(CLOSE),
	[TCPCLOSE_CLOSING] = S(CLOSING) | S(CLOSE),
};

/* Whether transitions that are recorded with scope=all only lead from one to the other. */
static bool opens(unsigned int from, unsigned int to)
{
	return (S(CLOSE) | S(LISTEN) | S(SYN_SENT)) & 1U << from &&
	       (S(CLOSE) | S(LISTEN) | S(SYN_SENT) | S(ESTABLISHED)) & 1U << to;
}

static uint64_t key_of(const struct event *e)
{
	uint64_t key = hash_bytes(e->cookie, &e->netns, sizeof(e->netns));

	key = hash_bytes(key, &e->lport, sizeof(e->lport));
	key = hash_bytes(key, &e->rport, sizeof(e->rport));
	key = hash_bytes(key, e->laddr, sizeof(e->laddr));
	return hash_bytes(key, e->raddr, sizeof(e->raddr));
}

static int check_order(struct check *c, const struct event *e,
		       const struct check_session *last)
{
	const char *was = names_state(last->state);
	struct finding f;

	if (!c->wanted || last->state == e->old || opens(last->state, e->old))
		return 0;
	finding_of_event(&f, FINDING_GAP, e);
	snprintf(f.what, sizeof(f.what), "the session was in %s before", was ? was : "?");
	return gaps_add(&c->gaps, &f, last->ts_ns);
}

/**
 * check_session() - check a transition of a session
 * @c: the check; its CPU was taken, and whether it is wanted
 * @e: the transition
 *
 * Return: 0 or -ENOMEM
 */
int check_session(struct check *c, const struct event *e)
{
	struct check_session *place;
	uint64_t key = key_of(e);
	int ret = 0;

	c->sessions += c->wanted;
	if (!(edges[e->old] & 1U << e->new))
		check_finding(c, FINDING_SESSION, e, "MPTCP has no such transition");
	if (!c->session_places)
		c->session_places = calloc(PLACES, sizeof(*c->session_places));
	if (!c->session_places)
		return -ENOMEM;
	place = &c->session_places[key % PLACES];
	if (place->state && place->key == key && e->cookie)
		ret = check_order(c, e, place);
	/* As many begin as a listener accepts, with its addresses and ports. */
	place->key = key;
	place->ts_ns = e->ts_ns;
	place->state = e->old == TCPCLOSE_LISTEN ? 0 : e->new;
	return ret;
}
