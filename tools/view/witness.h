/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all witnesses report, for people and for programs.
 */
#ifndef TCPCLOSE_VIEW_WITNESS_H
#define TCPCLOSE_VIEW_WITNESS_H

#include "base/buffer.h"
#include "base/json.h"
#include "base/view.h"
#include "witness/outcome.h"

void witness_add_json(struct json *w, const struct outcome *h);
void witness_json(const struct view *how, struct buffer *to,
		  const struct outcome *h);
void witness_text(const struct view *how, struct buffer *to,
		  const struct outcome *h);

#endif /* TCPCLOSE_VIEW_WITNESS_H */
