/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffered writing to a file descriptor.
 */
#ifndef TCPCLOSE_BASE_BUFFER_H
#define TCPCLOSE_BASE_BUFFER_H

#include <stddef.h>

#include "base/compiler.h"

#define BUFFER_SIZE (128 * 1024)

/**
 * struct buffer - what has not been written yet
 * @fd: where it goes
 * @error: first error, -errno; from then on nothing is written
 * @len: bytes waiting
 * @data: the bytes
 */
struct buffer {
	int fd;
	int error;
	size_t len;
	char data[BUFFER_SIZE];
};

void buffer_init(struct buffer *b, int fd);
int buffer_flush(struct buffer *b);
void buffer_add(struct buffer *b, const void *bytes, size_t len);
void buffer_write(struct buffer *b, const void *bytes, size_t len);
void __printf(2, 3) buffer_printf(struct buffer *b, const char *format, ...);

/**
 * buffer_reserve() - room for direct writing; buffer_commit() ends it
 * @b: the buffer
 * @len: bytes wanted, at most %BUFFER_SIZE
 */
static inline char *buffer_reserve(struct buffer *b, size_t len)
{
	if (BUFFER_SIZE - b->len < len)
		buffer_flush(b);
	return b->data + b->len;
}

static inline void buffer_commit(struct buffer *b, const char *end)
{
	b->len = (size_t)(end - b->data);
}

#endif /* TCPCLOSE_BASE_BUFFER_H */
