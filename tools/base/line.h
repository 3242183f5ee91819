/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of text, put together from pieces.
 */
#ifndef TCPCLOSE_BASE_LINE_H
#define TCPCLOSE_BASE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/view.h"

#define LINE_SIZE 512
/* The longest name that line_add_name() takes, bytes. */
#define LINE_NAME_MAX 96

/**
 * struct line - a line of text
 * @text: the line
 * @how: how it is shown; NULL: as plain ASCII
 * @raw: names are added unescaped, because what draws the line escapes them
 */
struct line {
	char text[LINE_SIZE];
	const struct view *how;
	bool raw;
};

void line_init(struct line *lines, unsigned int count, const struct view *how);
void line_begin(struct line *w);
void __printf(2, 3) line_add(struct line *w, const char *format, ...);
bool line_is_utf8(const struct line *w);
void line_add_name(struct line *w, const char *name);
void line_add_duration(struct line *w, int64_t ns);
void line_add_endpoint(struct line *w, const uint8_t addr[16],
		       unsigned int port);
void line_duration(struct line *w, int64_t ns);
size_t line_fit(const char *text, size_t columns);

#endif /* TCPCLOSE_BASE_LINE_H */
