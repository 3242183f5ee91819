/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the C library's headers lack.
 */
#ifndef TCPCLOSE_COMPILER_H
#define TCPCLOSE_COMPILER_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The compiler checks the arguments of what is formatted. */
#define __printf(format, first) \
	__attribute((__format__(__printf__, format, first)))

#endif /* TCPCLOSE_COMPILER_H */
