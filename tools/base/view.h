/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How something is shown: what each view is given, whatever its subject.
 */
#ifndef TCPCLOSE_BASE_VIEW_H
#define TCPCLOSE_BASE_VIEW_H

#include <stdbool.h>

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

void view_init(struct view *how, int fd);

#endif /* TCPCLOSE_BASE_VIEW_H */
