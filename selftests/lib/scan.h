/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Searches bytes that the kernel gave to user space for data that it must not give
 * away.
 *
 * Knows the interface's structures; does no I/O.
 */
#ifndef _SELFTESTS_LIB_SCAN_H
#define _SELFTESTS_LIB_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "tcpclose.h"

#define SCAN_SECRETS 16

/**
 * struct scan - what to search for, besides pointers and poisoned memory
 * @secrets: bytes that must not appear; at least 4 bytes, since fewer may appear by
 *	chance
 * @what: description of what was found; NULL: nothing
 * @at: offset of what was found, in bytes
 */
struct scan {
	struct {
		const void *bytes;
		size_t size;
		const char *name;
	} secrets[SCAN_SECRETS];
	unsigned int count;
	const char *what;
	size_t at;
};

/** scan_for() - search for these bytes, too; the caller keeps them */
void scan_for(struct scan *scan, const void *bytes, size_t size,
	      const char *name);

/**
 * scan_bytes() - search any bytes, at any offset
 *
 * A value counts as a pointer if it lies in an address range that a kernel without
 * KASLR uses. A value of all ones is no pointer, but together with its neighbours it
 * could look like half of one: a caller that knows the place of such a value sets it
 * to 0 first, as scan_record() does.
 *
 * Return: whether the bytes are clean; so do the functions below
 */
bool scan_bytes(struct scan *scan, const void *bytes, size_t size);

/** scan_zeros() - check bytes that are never written: all must be 0 */
bool scan_zeros(struct scan *scan, const void *bytes, size_t size);

/** scan_record() - search a record of any kind; its unused bytes must be 0 */
bool scan_record(struct scan *scan, const struct tcpclose_record *record);

/** scan_conn() - search what is remembered of a connection */
bool scan_conn(struct scan *scan, const struct tcpclose_conn *conn);

/** scan_stats() - search statistics */
bool scan_stats(struct scan *scan, const struct tcpclose_stats *stats);

/**
 * scan_unwritten() - check one answer that was written twice, into memory full of
 *	@fill and of its complement: no byte of either may remain
 */
bool scan_unwritten(struct scan *scan, const void *first, const void *second,
		    size_t size, unsigned char fill);

#endif /* _SELFTESTS_LIB_SCAN_H */
