/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine that a test runs on: skips a test whose needs the machine does not
 * meet, and finds the files that belong to the test.
 *
 * A test lists its needs in a comment that begins with "vm:", see
 * selftests/qemu/tests. The virtual machine of "make check" meets them; a user's
 * machine may not.
 */
#ifndef _SELFTESTS_LIB_MACHINE_H
#define _SELFTESTS_LIB_MACHINE_H

#include <stdbool.h>

/**
 * machine_path() - a file that is installed with the tests
 * @name: its name
 *
 * Return: its path, valid until the next call
 */
const char *machine_path(const char *name);

/** machine_is_realtime() - whether its kernel was built with PREEMPT_RT */
bool machine_is_realtime(void);

#endif /* _SELFTESTS_LIB_MACHINE_H */
