/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of a ladder, the same in text and SVG.
 */
#ifndef TCPCLOSE_VIEW_LADDER_WORDS_H
#define TCPCLOSE_VIEW_LADDER_WORDS_H

#include <stdbool.h>

#include "base/line.h"
#include "ladder/ladder.h"

/* Largest number of lines of each part. */
#define WORDS_CAPTIONS 4
#define WORDS_HEADINGS 8
#define WORDS_CONCLUSIONS 26

void words_title(struct line *w, const struct ladder *ladder);
void words_start(struct line *w, const struct ladder *ladder);
int words_headings(struct line lines[WORDS_HEADINGS],
		   const struct ladder *ladder, enum ladder_column column);
void words_state(struct line *w, unsigned int state, int64_t stay_ns);
int words_captions(struct line lines[WORDS_CAPTIONS],
		   const struct ladder *ladder, int step);
int words_conclusions(struct line lines[WORDS_CONCLUSIONS],
		      const struct ladder *ladder);
void words_caption_rst(struct line *w, const struct ladder_step *ls);
int words_conclude_rsts(struct line *w, const struct ladder *ladder,
			enum ladder_column column);
void words_add_state(struct line *w, unsigned int state);
void words_add_process(struct line *w, const struct side_step *step);
void words_bits(struct line *w, unsigned int bits);
void words_add_address(struct line *w, const struct ladder *ladder,
		       enum ladder_column column);
void words_endpoints(struct line *w, const struct side *side);

#endif /* TCPCLOSE_VIEW_LADDER_WORDS_H */
