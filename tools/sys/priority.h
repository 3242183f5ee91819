/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The priority of a thread that must not be delayed by other programs.
 */
#ifndef TCPCLOSE_SYS_PRIORITY_H
#define TCPCLOSE_SYS_PRIORITY_H

void priority_raise(int above);

#endif /* TCPCLOSE_SYS_PRIORITY_H */
