// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections in short, for people.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "lib/names.h"
#include "view/conns_view.h"

/* First widths: what a line of IPv4 usually needs. */
static const struct column specs[] = {
	{ .title = "TIME", .width = 15 },
	{ .title = "NETNS", .width = 8 },
	{ .title = "PROCESS", .width = 16 },
	{ .title = "LOCAL", .width = 18 },
	{ .title = "REMOTE", .width = 18 },
	{ .title = "AGE", .width = 7, .right = true },
	{ .title = "SENT", .width = 6, .right = true },
	{ .title = "RECEIVED", .width = 8, .right = true },
	{ .title = "RETRANS", .width = 7, .right = true },
	{ .title = "FIRST", .width = 6 },
	{ .title = "IDLE", .width = 7, .right = true },
	{ .title = "CLOSING", .width = 34 },
	{ .title = "TIME_WAIT", .width = 14 },
	{ .title = "WHY" },
};

static void day(struct conns_view *v, uint64_t realtime_ns)
{
	clock_text(&v->clock, realtime_ns);
	if (!strcmp(v->clock.date, v->date))
		return;
	strcpy(v->date, v->clock.date);
	buffer_printf(v->to, "-- %s\n", v->date);
}

/**
 * conns_view_begin() - begin a table, or JSON
 * @v: the view
 * @how: how connections are shown
 * @to: where they go
 */
void conns_view_begin(struct conns_view *v, const struct view *how, struct buffer *to)
{
	v->how = how;
	v->to = to;
	v->clock.second = -1;
	v->utc.second = -1;
	v->date[0] = '\0';
	if (how->json)
		return;
	columns_init(&v->columns, how, to, specs, ARRAY_SIZE(specs));
	columns_header(&v->columns);
}

/* In parentheses: it only opened it, as far as is known. */
static void add_process(struct columns *c, const struct conn *conn)
{
	const char *container = conn->cgroup_names.text[CGROUP_CONTAINER];
	const char *unit = conn->cgroup_names.text[CGROUP_UNIT];
	char text[256], where[64] = "";

	if (*container)
		snprintf(where, sizeof(where), "@%.12s", container);
	else if (*unit)
		snprintf(where, sizeof(where), "@%.40s", unit);
	if (conn->pid)
		snprintf(text, sizeof(text), "%s%s%u%s", conn->comm,
			 *conn->comm ? "/" : "", conn->pid, where);
	else if (conn->opener)
		snprintf(text, sizeof(text), "(%s%s%u)%s", conn->opener_comm,
			 *conn->opener_comm ? "/" : "", conn->opener, where);
	else
		snprintf(text, sizeof(text), "-%s", where);
	columns_name(c, text);
}

static void add_endpoint(struct columns *c, bool ipv6, const uint8_t *addr, uint16_t port)
{
	char text[FORMAT_ENDPOINT_MAX + 1];

	*format_endpoint(text, ipv6, addr, port) = '\0';
	columns_text(c, text);
}

static void add_size(struct columns *c, int64_t bytes)
{
	char text[FORMAT_SIZE_MAX + 1];

	if (bytes == EVENT_UNKNOWN) {
		columns_text(c, "-");
		return;
	}
	*format_size(text, (uint64_t)bytes) = '\0';
	columns_text(c, text);
}

static void add_number(struct columns *c, int64_t number)
{
	if (number == EVENT_UNKNOWN)
		columns_text(c, "-");
	else
		columns_s64(c, number);
}

/* The states that it closed in, in the order of RFC 9293, and how long it was in each. */
static void add_closing(struct columns *c, const struct conn *conn)
{
	static const uint8_t order[] = {
		TCPCLOSE_SYN_SENT,  TCPCLOSE_SYN_RECV,	 TCPCLOSE_FIN_WAIT1,
		TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSING,	 TCPCLOSE_CLOSE_WAIT,
		TCPCLOSE_LAST_ACK,
	};
	char text[256] = "", *p = text;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		unsigned int state = order[i];

		if (!(conn->states >> state & 1) || !conn->dwells_ns[state])
			continue;
		p += sprintf(p, "%s%s ", p == text ? "" : ", ", names_state(state));
		p = format_duration(p, conn->dwells_ns[state]);
		*p = '\0';
	}
	columns_text(c, p == text ? "-" : text);
}

static void add_time_wait(struct columns *c, const struct conn *conn)
{
	char text[64], *p = text;

	if (!(conn->states >> TCPCLOSE_TIME_WAIT & 1)) {
		columns_text(c, conn->end == TCPCLOSE_END_OVERFLOW ? "overflow" : "-");
		return;
	}
	if (!conn->over_ns) {
		columns_text(c, "not over");
		return;
	}
	p = format_duration(p, conn->dwells_ns[TCPCLOSE_TIME_WAIT]);
	snprintf(p, sizeof(text) - (size_t)(p - text), " %s",
		 names_end(conn->end) ? names_end(conn->end) : "");
	columns_text(c, text);
}

static void add_why(struct columns *c, const struct conn *conn)
{
	const char *cause = names_cause(conn->cause);
	char text[256], *p = text;

	if (conn->closed_ns)
		p += sprintf(p, "%s", cause ? cause : "-");
	else
		p += sprintf(p, "open: %s", names_state(conn->life.state) ?
						    names_state(conn->life.state) : "?");
	if (conn->rst && conn->rst_effect == TCPCLOSE_RST_SENT)
		p += sprintf(p, ", sent a RST: %s", names_rst_reason(conn->rst_reason) ?
						    names_rst_reason(conn->rst_reason) :
						    "unknown reason");
	if (conn->sk_err > 0 && names_error((unsigned int)conn->sk_err))
		p += sprintf(p, ", %s", names_error((unsigned int)conn->sk_err));
	if (conn->unread_bytes > 0)
		p += sprintf(p, ", %lld B unread", (long long)conn->unread_bytes);
	if (conn->unsent_bytes > 0)
		p += sprintf(p, ", %lld B unsent", (long long)conn->unsent_bytes);
	if (conn->rearms)
		p += sprintf(p, ", %u re-arm%s", conn->rearms, format_plural(conn->rearms));
	if (conn->mark & TCPCLOSE_MARK_UNACCEPTED &&
	    conn->cause != TCPCLOSE_CAUSE_NOT_ACCEPTED)
		p += sprintf(p, ", unaccepted");
	if (conn->mark & TCPCLOSE_MARK_MPTCP)
		p += sprintf(p, ", mptcp");
	if (conn->mark & TCPCLOSE_MARK_OLD)
		p += sprintf(p, ", old");
	if (conn->mark & TCPCLOSE_MARK_UNTRACKED)
		p += sprintf(p, ", untracked");
	columns_text(c, text);
}

static bool is_graceful(const struct conn *conn)
{
	return !conn->cause || conn->cause == TCPCLOSE_CAUSE_FIN;
}

/**
 * conns_text() - write a connection as a line
 * @v: the view
 * @conn: the connection
 */
void conns_text(struct conns_view *v, const struct conn *conn)
{
	struct columns *c = &v->columns;
	const char *closer = names_closer(conn->closer);

	day(v, conn->realtime_ns);
	columns_begin(c, v->how->colour && !is_graceful(conn) ? TERMINAL_RED : NULL);
	columns_printf(c, "%.8s.%06u", v->clock.text,
		       (unsigned int)(conn->realtime_ns % NS_PER_S / NS_PER_US));
	if (*conn->netns_name)
		columns_name(c, conn->netns_name);
	else
		columns_u64(c, conn->netns_inode);
	add_process(c, conn);
	add_endpoint(c, conn->ipv6, conn->laddr, conn->lport);
	add_endpoint(c, conn->ipv6, conn->raddr, conn->rport);
	columns_duration(c, conn->age_ns >= 0, (uint64_t)conn->age_ns);
	add_size(c, conn->bytes_sent);
	add_size(c, conn->bytes_received);
	add_number(c, conn->retransmits);
	columns_text(c, closer ? closer : "-");
	columns_duration(c, conn->idle_ms >= 0, (uint64_t)conn->idle_ms * NS_PER_MS);
	add_closing(c, conn);
	add_time_wait(c, conn);
	add_why(c, conn);
	columns_end(c);
}

/**
 * conns_view_add() - write a connection
 * @v: the view
 * @conn: the connection
 */
void conns_view_add(struct conns_view *v, const struct conn *conn)
{
	if (v->how->json)
		conns_json(v, conn);
	else
		conns_text(v, conn);
}
