/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lines of the tool say of processes, in words: each process of the cast by its name,
 * another one as "innocent".
 *
 * "nobody" is null; a process of which only the number is known is "(unnamed)"; "+1": so many
 * others hold the socket, too.
 */
#ifndef _SELFTESTS_LIB_TOLD_H
#define _SELFTESTS_LIB_TOLD_H

/**
 * told_line() - who acts | whose the connection is, and how that is known | who opened it,
 *	and how
 * @line: a transition, of "watch --json"
 *
 * Return: valid until the next call
 */
const char *told_line(const char *line);

/**
 * told_conn() - whose the connection is | who opened it | who closed it, and the call
 * @line: a connection, of "conns --json"
 *
 * Return: valid until the next call
 */
const char *told_conn(const char *line);

#endif /* _SELFTESTS_LIB_TOLD_H */
