/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program whose output the test reads while it runs.
 */
#ifndef _SELFTESTS_LIB_PIPED_H
#define _SELFTESTS_LIB_PIPED_H

#include <sys/types.h>

/**
 * piped_start() - run a command of the shell, in a group of processes of its own
 * @from: set to a file that reads its standard output
 * @command: begins with "exec" if the process that is returned is to be the program
 *
 * Return: the process, or -errno
 */
pid_t piped_start(int *from, const char *command);

#endif /* _SELFTESTS_LIB_PIPED_H */
