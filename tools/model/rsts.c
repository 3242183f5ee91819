// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which RST may be sent or received, by what, and in which state: RFC 9293 section
 * 3.10.7, and what Linux adds (tcp_send_active_reset(), mini-sockets, MPTCP).
 *
 * Pure: does no I/O, keeps no state.
 */
#include <stddef.h>

#include "base/compiler.h"
#include "model/rsts.h"

#define STATE(name)	(1U << TCPCLOSE_##name)
#define OWNER(name)	(1U << TCPCLOSE_RST_OWNER_##name)

#define NO_STATE	(1U << 0)
/* Those that exist */
#define ANY_STATE	((1U << (TCPCLOSE_NEW_SYN_RECV + 1)) - 1)

/* The peer knows of the connection, so a RST is sent to it (tcp_need_reset()). */
#define SYNCHRONIZED (STATE(ESTABLISHED) | STATE(CLOSE_WAIT) | STATE(FIN_WAIT1) | \
		      STATE(FIN_WAIT2) | STATE(SYN_RECV))

/**
 * struct rst_rule - what a RST may be like
 * @known: there is such a RST
 * @owners: bit N: its &enum tcpclose_rst_owner may be N
 * @states: bit N: its socket may be in &enum tcpclose_state N; bit 0: in none
 * @answers: it may be sent for a segment
 * @own: it may be sent on the socket's own account
 */
struct rst_rule {
	bool known;
	unsigned int owners;
	unsigned int states;
	bool answers;
	bool own;
};

/* By &enum tcpclose_rst_reason, of those that are sent */
static const struct rst_rule sent[TCPCLOSE_RST_REASONS] = {
	[TCPCLOSE_RST_NOT_SPECIFIED] = { true, ~0U, ANY_STATE, true, true },
	[TCPCLOSE_RST_NO_SOCKET] = { true, OWNER(NONE), NO_STATE, true, false },
	[TCPCLOSE_RST_TCP_INVALID_ACK_SEQUENCE] = {
		true, OWNER(SOCKET), STATE(SYN_SENT), true, false },
	[TCPCLOSE_RST_TCP_RFC7323_PAWS] = {
		true, OWNER(SOCKET), STATE(SYN_SENT), true, false },
	[TCPCLOSE_RST_TCP_TOO_OLD_ACK] = {
		true, OWNER(SOCKET), STATE(SYN_RECV), true, false },
	[TCPCLOSE_RST_TCP_ACK_UNSENT_DATA] = {
		true, OWNER(SOCKET), STATE(SYN_RECV), true, false },
	[TCPCLOSE_RST_TCP_FLAGS] = { true, OWNER(LISTENER), STATE(LISTEN), true, false },
	[TCPCLOSE_RST_TCP_OLD_ACK] = {
		true, OWNER(SOCKET), STATE(SYN_RECV), true, false },
	/* tcp_reset() or tcp_done() comes first. */
	[TCPCLOSE_RST_TCP_ABORT_ON_DATA] = {
		true, OWNER(SOCKET), STATE(CLOSE), true, false },
	/* Another CPU may have changed its state since. */
	[TCPCLOSE_RST_TCP_TIMEWAIT_SOCKET] = {
		true, OWNER(MINI), STATE(FIN_WAIT2) | STATE(TIME_WAIT), true, false },
	/* Of Fast Open there is a socket already. */
	[TCPCLOSE_RST_INVALID_SYN] = {
		true, OWNER(REQUEST) | OWNER(SOCKET),
		STATE(NEW_SYN_RECV) | STATE(SYN_RECV) | STATE(FIN_WAIT1), true, false },
	/* MPTCP resets subflows in any state. */
	[TCPCLOSE_RST_TCP_ABORT_ON_CLOSE] = {
		true, OWNER(SOCKET), ANY_STATE, false, true },
	[TCPCLOSE_RST_TCP_ABORT_ON_LINGER] = {
		true, OWNER(SOCKET), STATE(CLOSE), false, true },
	[TCPCLOSE_RST_TCP_ABORT_ON_MEMORY] = {
		true, OWNER(SOCKET), ANY_STATE & ~STATE(LISTEN), false, true },
	[TCPCLOSE_RST_TCP_STATE] = {
		true, OWNER(SOCKET), SYNCHRONIZED | STATE(CLOSE), false, true },
	[TCPCLOSE_RST_TCP_KEEPALIVE_TIMEOUT] = {
		true, OWNER(SOCKET), ANY_STATE & ~(STATE(LISTEN) | STATE(CLOSE)),
		false, true },
	[TCPCLOSE_RST_TCP_DISCONNECT_WITH_DATA] = {
		true, OWNER(SOCKET), STATE(CLOSE), false, true },
	[TCPCLOSE_RST_MPTCP_RST_EUNSPEC] = { true, ~0U, ANY_STATE, true, true },
	[TCPCLOSE_RST_MPTCP_RST_EMPTCP] = { true, ~0U, ANY_STATE, true, true },
	[TCPCLOSE_RST_MPTCP_RST_ERESOURCE] = { true, ~0U, ANY_STATE, true, true },
	[TCPCLOSE_RST_MPTCP_RST_EPROHIBIT] = { true, ~0U, ANY_STATE, true, true },
	[TCPCLOSE_RST_MPTCP_RST_EWQ2BIG] = { true, ~0U, ANY_STATE, true, true },
	[TCPCLOSE_RST_MPTCP_RST_EBADPERF] = { true, ~0U, ANY_STATE, true, true },
	[TCPCLOSE_RST_MPTCP_RST_EMIDDLEBOX] = { true, ~0U, ANY_STATE, true, true },
	[TCPCLOSE_RST_ERROR] = { true, ~0U, ANY_STATE, true, true },
};

/* By &enum tcpclose_rst_effect, of those that are received */
static const struct rst_rule received[TCPCLOSE_RST_EFFECTS] = {
	[TCPCLOSE_RST_ENDED] = {
		true, OWNER(SOCKET),
		ANY_STATE & ~(NO_STATE | STATE(LISTEN) | STATE(CLOSE)), true, false },
	[TCPCLOSE_RST_IGNORED] = {
		true, ~0U & ~(OWNER(NONE) | OWNER(MINI)), ANY_STATE, true, false },
	[TCPCLOSE_RST_MINI] = {
		true, OWNER(MINI), STATE(FIN_WAIT2) | STATE(TIME_WAIT), true, false },
	[TCPCLOSE_RST_UNMATCHED] = { true, OWNER(NONE), NO_STATE, true, false },
	[TCPCLOSE_RST_OTHER] = { true, OWNER(UNKNOWN), NO_STATE, true, false },
};

/* The segment: the RST itself, or what it answers, which is none. */
static const char *judge_segment(const struct event *e, const struct rst_rule *rule)
{
	bool is_rst = e->flags & TCPCLOSE_FLAG_RST;

	if (!e->rst.segment && (e->flags || e->rst.length || e->rst.seq || e->rst.ack))
		return "without a segment it has no values";
	if (e->rst.effect != TCPCLOSE_RST_SENT)
		return is_rst ? NULL : "what was received is no RST";
	if (is_rst)
		return "a RST is not answered";
	if (e->rst.segment && !rule->answers)
		return "is not sent for a segment";
	return e->rst.segment || rule->own ? NULL : "is sent for a segment only";
}

/**
 * rsts_judge() - what the model says of a RST
 * @e: the RST
 *
 * Return: what does not fit, one phrase; NULL: everything fits
 */
const char *rsts_judge(const struct event *e)
{
	const struct event_rst *rst = &e->rst;
	const struct rst_rule *rule = NULL;

	if (rst->effect == TCPCLOSE_RST_SENT) {
		if (rst->reason < ARRAY_SIZE(sent))
			rule = &sent[rst->reason];
	} else if (rst->effect < ARRAY_SIZE(received)) {
		rule = &received[rst->effect];
	}
	if (!rule || !rule->known)
		return "of a kind that this program does not know";
	if (e->context > TCPCLOSE_CONTEXT_BACKLOG)
		return "in a context that this program does not know";
	if (rst->effect != TCPCLOSE_RST_SENT && rst->reason)
		return "what is received has no reason";
	if (rst->owner == TCPCLOSE_RST_OWNER_NONE && (e->cookie || e->inode || e->pid))
		return "without a socket there is no owner";
	if (rst->owner >= 32 || !(rule->owners >> rst->owner & 1))
		return "not by such a socket";
	if (!(rule->states >> e->old & 1))
		return "not in this state";
	return judge_segment(e, rule);
}
