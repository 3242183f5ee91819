/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ladders for people.
 */
#ifndef TCPCLOSE_VIEW_LADDER_LADDER_VIEW_H
#define TCPCLOSE_VIEW_LADDER_LADDER_VIEW_H

#include "base/buffer.h"
#include "base/view.h"
#include "ladder/ladder.h"

int ladder_text(const struct view *how, struct buffer *to,
		const struct ladder *ladder);
int ladder_svg(const struct view *how, struct buffer *to,
	       const struct ladder *ladder);

#endif /* TCPCLOSE_VIEW_LADDER_LADDER_VIEW_H */
