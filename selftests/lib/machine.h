/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine that a test runs on: skips a test that needs another one, and finds
 * what belongs to the test.
 *
 * A test says what it needs in a comment that begins with "vm:", see
 * selftests/qemu/tests. In the virtual machine of "make check" all of that is
 * there; on a machine of the user's it may not be.
 */
#ifndef _SELFTESTS_LIB_MACHINE_H
#define _SELFTESTS_LIB_MACHINE_H

/**
 * machine_path() - a file that is installed with the tests
 * @name: its name
 *
 * Return: its path, valid until the next call
 */
const char *machine_path(const char *name);

#endif /* _SELFTESTS_LIB_MACHINE_H */
