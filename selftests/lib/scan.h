/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looks through what a kernel gave away for what it should have kept.
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
 * struct scan - what to look for, besides pointers and poisoned memory
 * @secrets: bytes that must not be anywhere; shorter than 4 bytes are chance
 * @what: what was found, in words; NULL: nothing
 * @at: where, offset in bytes
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

/** scan_for() - look for these bytes, too; they stay the caller's */
void scan_for(struct scan *scan, const void *bytes, size_t size,
	      const char *name);

/**
 * scan_bytes() - anything, at any offset
 *
 * A pointer is what lies where a kernel that is not randomized has things. All
 * ones are none, but would be half of one next to something else: who knows where such
 * a value may be, puts 0 in its place first, as scan_record() does.
 *
 * Return: whether it is clean, as all of these
 */
bool scan_bytes(struct scan *scan, const void *bytes, size_t size);

/** scan_zeros() - a place where nothing is ever written */
bool scan_zeros(struct scan *scan, const void *bytes, size_t size);

/** scan_record() - a record of any kind, with its places that must be 0 */
bool scan_record(struct scan *scan, const struct tcpclose_record *record);

/** scan_stats() - statistics */
bool scan_stats(struct scan *scan, const struct tcpclose_stats *stats);

/**
 * scan_unwritten() - an answer that was given twice, into memory full of @fill
 *	and of its complement: no byte is left of either
 */
bool scan_unwritten(struct scan *scan, const void *first, const void *second,
		    size_t size, unsigned char fill);

#endif /* _SELFTESTS_LIB_SCAN_H */
