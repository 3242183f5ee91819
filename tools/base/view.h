/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How something is shown: the same for every view, whatever its subject.
 *
 * A view is a function (const struct view *how, struct buffer *to, subject), in
 * that order.
 */
#ifndef TCPCLOSE_BASE_VIEW_H
#define TCPCLOSE_BASE_VIEW_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/terminal.h"

/**
 * struct view - how something is shown
 * @json: as JSON, else as text
 * @utf8: text may have characters beyond ASCII
 * @colour: text may have colours
 * @width: columns that a line of text may have; 0: no limit
 */
struct view {
	bool json;
	bool utf8;
	bool colour;
	unsigned int width;
};

/**
 * view_colour() - what begins a colour; view_plain() ends it
 * @how: how text is shown
 * @colour: one of terminal.h
 *
 * Return: @colour, or nothing where text has no colours
 */
static inline const char *view_colour(const struct view *how,
				      const char *colour)
{
	return how->colour ? colour : "";
}

static inline const char *view_plain(const struct view *how)
{
	return how->colour ? TERMINAL_PLAIN : "";
}

/**
 * view_arrow() - an arrow from one state to another
 * @how: how text is shown
 */
static inline const char *view_arrow(const struct view *how)
{
	return how->utf8 ? "\u2192" : "->";
}

void view_init(struct view *how, int fd);
void view_title(const struct view *how, struct buffer *to, const char *title);

#endif /* TCPCLOSE_BASE_VIEW_H */
