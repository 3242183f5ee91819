/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The books of every reader of the device: see audit.c. Nobody has to call it;
 * who reads in another way than by read() tells what does not add up.
 */
#ifndef _SELFTESTS_LIB_AUDIT_H
#define _SELFTESTS_LIB_AUDIT_H

/** audit_fail() - the books do not balance: say so, abort the program */
void audit_fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

#endif /* _SELFTESTS_LIB_AUDIT_H */
