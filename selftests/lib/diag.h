/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Destroys a socket as an administrator does with "ss -K".
 */
#ifndef _SELFTESTS_LIB_DIAG_H
#define _SELFTESTS_LIB_DIAG_H

#include "lib/net.h"

/**
 * diag_destroy() - destroy a TCP socket or mini-socket (SOCK_DESTROY)
 * @local: the socket's address and port
 * @remote: the other end's address and port; port 0 for a listener
 *
 * Return: 0, -ENOENT if no such socket exists, or another -errno.
 */
int diag_destroy(const union net_addr *local, const union net_addr *remote);

#endif /* _SELFTESTS_LIB_DIAG_H */
