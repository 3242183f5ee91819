/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the C library's headers lack.
 */
#ifndef TCPCLOSE_BASE_COMPILER_H
#define TCPCLOSE_BASE_COMPILER_H

#include <stddef.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

/* For functions that are fast only if their arguments are constants. */
#ifndef __always_inline
#define __always_inline inline __attribute((__always_inline__))
#endif

/* The object that has @pointer's object as a member; NULL if @pointer is NULL. */
#define CONTAINER_OR_NULL(pointer, type, member) \
	((type *)container_or_null(pointer, offsetof(type, member)))

/* The compiler checks the arguments of what is formatted. */
#ifndef __printf
#define __printf(format, first) \
	__attribute((__format__(__printf__, format, first)))
#endif

static inline void *container_or_null(void *member, size_t offset)
{
	return member ? (char *)member - offset : NULL;
}

#endif /* TCPCLOSE_BASE_COMPILER_H */
