/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks every reader of the device, see audit.c. No test has to call it; code that
 * reads records without read() reports wrong sums itself.
 */
#ifndef _SELFTESTS_LIB_AUDIT_H
#define _SELFTESTS_LIB_AUDIT_H

/** audit_fail() - a sum is wrong: print why, abort the program */
void audit_fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

#endif /* _SELFTESTS_LIB_AUDIT_H */
