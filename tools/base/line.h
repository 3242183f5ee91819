/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of text, made bit by bit.
 */
#ifndef TCPCLOSE_BASE_LINE_H
#define TCPCLOSE_BASE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define WORDS_SIZE 512

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

void words_begin(struct words *w);
void __printf(2, 3) words_add(struct words *w, const char *format, ...);
void words_add_name(struct words *w, const char *name);
void words_add_duration(struct words *w, int64_t ns);
void words_add_endpoint(struct words *w, const uint8_t addr[16],
			unsigned int port);
void words_add_state(struct words *w, unsigned int state);
void words_duration(struct words *w, int64_t ns);
void words_bits(struct words *w, unsigned int bits);
size_t words_fit(const char *text, size_t columns);

#endif /* TCPCLOSE_BASE_LINE_H */
