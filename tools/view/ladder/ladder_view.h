/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ladders for people.
 */
#ifndef TCPCLOSE_VIEW_LADDER_LADDER_VIEW_H
#define TCPCLOSE_VIEW_LADDER_LADDER_VIEW_H

#include <stdbool.h>

#include "base/buffer.h"
#include "ladder/ladder.h"

/**
 * struct ladder_style - what the reader's terminal shows
 * @utf8: more than ASCII
 * @colour: colours
 */
struct ladder_style {
	bool utf8;
	bool colour;
};

int ladder_svg(struct buffer *to, const struct ladder *ladder);
int ladder_text(struct buffer *to, const struct ladder *ladder,
		const struct ladder_style *style);

#endif /* TCPCLOSE_VIEW_LADDER_LADDER_VIEW_H */
