/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections in short, a line each, and sums of them.
 */
#ifndef TCPCLOSE_VIEW_CONNS_VIEW_H
#define TCPCLOSE_VIEW_CONNS_VIEW_H

#include "base/clock_text.h"
#include "base/columns.h"
#include "conn/conn.h"
#include "conn/groups.h"

/**
 * struct conns_view - connections being written
 * @how: how they are shown
 * @to: where they go
 * @clock: time of day of the latest
 * @utc: likewise, as JSON has it
 * @date: the latest date that was written, as text; empty: none
 * @columns: the table, as text
 */
struct conns_view {
	const struct view *how;
	struct buffer *to;
	struct clock_text clock;
	struct clock_utc utc;
	char date[sizeof(((struct clock_text *)NULL)->date)];
	struct columns columns;
};

void conns_view_begin(struct conns_view *v, const struct view *how, struct buffer *to);
void conns_view_add(struct conns_view *v, const struct conn *c);

void conns_text_begin(struct conns_view *v);
void conns_text(struct conns_view *v, const struct conn *c);
void conns_json(struct conns_view *v, const struct conn *c);

void groups_text(const struct view *how, struct buffer *to, const struct groups *g);
void groups_json(const struct view *how, struct buffer *to, const struct groups *g);

#endif /* TCPCLOSE_VIEW_CONNS_VIEW_H */
