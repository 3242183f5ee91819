// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffered writing to a file descriptor, with errors that are not forgotten.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"

/* A write() of less costs more than to copy it. */
#define DIRECT_SIZE (16 * 1024)

/**
 * buffer_init() - begin with nothing
 * @b: the buffer
 * @fd: where it is written to
 */
void buffer_init(struct buffer *b, int fd)
{
	b->fd = fd;
	b->error = 0;
	b->len = 0;
}

static void write_all(struct buffer *b, const char *bytes, size_t len)
{
	size_t done = 0;

	while (done < len && !b->error) {
		ssize_t n = write(b->fd, bytes + done, len - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno == EAGAIN) {
			/* Another process made our standard output non-blocking. */
			struct pollfd fd = { .fd = b->fd, .events = POLLOUT };

			poll(&fd, 1, -1);
		} else if (errno != EINTR) {
			b->error = -errno;
		}
	}
}

/**
 * buffer_flush() - write all that waits
 * @b: the buffer; empty afterwards, also after an error
 *
 * Return: 0, or the first -errno that ever happened
 */
int buffer_flush(struct buffer *b)
{
	write_all(b, b->data, b->len);
	b->len = 0;
	return b->error;
}

/**
 * buffer_add() - add bytes
 * @b: the buffer
 * @bytes: what
 * @len: how many, at most %BUFFER_SIZE
 */
void buffer_add(struct buffer *b, const void *bytes, size_t len)
{
	memcpy(buffer_reserve(b, len), bytes, len);
	b->len += len;
}

/**
 * buffer_write() - add bytes; many are written at once, without being copied
 * @b: the buffer
 * @bytes: what
 * @len: how many
 */
void buffer_write(struct buffer *b, const void *bytes, size_t len)
{
	if (len < DIRECT_SIZE) {
		buffer_add(b, bytes, len);
		return;
	}
	buffer_flush(b);
	write_all(b, bytes, len);
}

/**
 * buffer_printf() - add text; for what is not in a hurry
 * @b: the buffer
 * @format: as for printf(); the result is cut at 4095 bytes
 */
void buffer_printf(struct buffer *b, const char *format, ...)
{
	char *p = buffer_reserve(b, 4096);
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(p, 4096, format, args);
	va_end(args);
	if (len > 0)
		b->len += len < 4096 ? (size_t)len : 4095;
}
