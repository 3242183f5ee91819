/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors as messages from one process to another (SCM_RIGHTS).
 *
 * Every function returns -errno on failure and prints nothing.
 */
#ifndef _SELFTESTS_LIB_DESCRIPTOR_H
#define _SELFTESTS_LIB_DESCRIPTOR_H

/** descriptor_send() - send a descriptor over a socket of AF_UNIX */
int descriptor_send(int to, int fd);

/** descriptor_receive() - wait for one; returns it */
int descriptor_receive(int from);

#endif /* _SELFTESTS_LIB_DESCRIPTOR_H */
