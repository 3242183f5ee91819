/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether closing is healthy, and what is not.
 */
#ifndef TCPCLOSE_VIEW_WHY_VIEW_H
#define TCPCLOSE_VIEW_WHY_VIEW_H

#include "answer/why.h"
#include "base/line.h"
#include "base/view.h"

/**
 * struct why_view - what is shown
 * @why: what was judged
 * @offset_ns: what must be added to its times for the time since the epoch
 * @input: the recording; NULL: this machine
 */
struct why_view {
	const struct why *why;
	int64_t offset_ns;
	const char *input;
};

/**
 * struct why_words - what is said of one kind
 * @title: in a few words
 * @what: what it is, behind "N connections of P to R"
 * @usually: what usually causes it
 * @advice: what to do
 * @command: shows it
 * @words: of a filter
 */
struct why_words {
	const char *title;
	const char *what;
	const char *usually;
	const char *advice;
	const char *command;
	const char *words;
};

const struct why_words *why_words(const struct diagnosis *g);
void why_words_text(struct line *w, const struct diagnosis *g);
void why_words_command(struct line *w, const struct diagnosis *g, const char *input);
void why_words_input(struct line *w, const char *input);
void why_words_filter(struct line *w, const struct diagnosis *g);

void why_text(const struct view *how, struct buffer *to, const struct why_view *v);
void why_json(const struct view *how, struct buffer *to, const struct why_view *v);

#endif /* TCPCLOSE_VIEW_WHY_VIEW_H */
