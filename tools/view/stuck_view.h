/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets that are stuck, and sums of them.
 */
#ifndef TCPCLOSE_VIEW_STUCK_VIEW_H
#define TCPCLOSE_VIEW_STUCK_VIEW_H

#include "answer/stuck.h"
#include "base/view.h"

void stuck_text(const struct view *how, struct buffer *to, const struct stuck *s, size_t top);
void stuck_json(const struct view *how, struct buffer *to, const struct stuck *s, size_t top);

#endif /* TCPCLOSE_VIEW_STUCK_VIEW_H */
