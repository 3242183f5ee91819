/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is said about a ladder, whatever draws it.
 */
#ifndef TCPCLOSE_LADDER_WORDS_H
#define TCPCLOSE_LADDER_WORDS_H

#include <stdbool.h>

#include "ladder.h"

#define WORDS_SIZE 512
/* Lines that there are at most. */
#define WORDS_CAPTIONS 2
#define WORDS_HEADINGS 6
#define WORDS_CONCLUSIONS 12

/**
 * struct words - a line of text
 * @text: the line
 * @utf8: it may have characters beyond ASCII
 * @raw: names are as somebody chose them: whoever draws makes them harmless
 */
struct words {
	char text[WORDS_SIZE];
	bool utf8;
	bool raw;
};

void words_title(struct words *w, const struct ladder *ladder);
void words_start(struct words *w, const struct ladder *ladder);
int words_headings(struct words lines[WORDS_HEADINGS],
		   const struct ladder *ladder, enum ladder_side side);
void words_state(struct words *w, unsigned int state, int64_t stay_ns);
int words_captions(struct words lines[WORDS_CAPTIONS],
		   const struct ladder *ladder, int step);
void words_bits(struct words *w, unsigned int bits);
void words_duration(struct words *w, int64_t ns);
int words_conclusions(struct words lines[WORDS_CONCLUSIONS],
		      const struct ladder *ladder);
void words_endpoints(struct words *w, const struct end *end);

#endif /* TCPCLOSE_LADDER_WORDS_H */
