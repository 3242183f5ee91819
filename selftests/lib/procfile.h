/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files of /proc and /sys: settings, counters.
 *
 * Every function returns -errno on failure and prints nothing.
 */
#ifndef _SELFTESTS_LIB_PROCFILE_H
#define _SELFTESTS_LIB_PROCFILE_H

#include <stddef.h>
#include <sys/types.h>

/** procfile_write() - write a text in one go */
int procfile_write(const char *path, const char *text);

/** procfile_append() - likewise, at the end of the file */
int procfile_append(const char *path, const char *text);

/**
 * procfile_read() - read a text, NUL-terminated, last newline removed
 *
 * Return: its length
 */
int procfile_read(const char *path, char *text, size_t size);

/** procfile_number() - the number in a file, or -errno */
long procfile_number(const char *path);

/**
 * procfile_sleeps_in() - the system call that a thread sleeps in
 * @tid: its id
 * @state: how, as in /proc/PID/stat: 'S', or 'D' where few signals end it
 *
 * Return: number of the call; -EAGAIN: it does not sleep so
 */
int procfile_sleeps_in(pid_t tid, char state);

/**
 * procfile_tcpext() - a counter of TcpExt in /proc/thread-self/net/netstat
 * @name: without the prefix, as "TWRecycled"
 *
 * Reads the counter of the calling thread's network namespace.
 */
long procfile_tcpext(const char *name);

/** procfile_tcp() - likewise, a counter of Tcp in .../net/snmp, as "InErrs" */
long procfile_tcp(const char *name);

/**
 * procfile_sockstat() - a number of the TCP line in .../net/sockstat
 * @name: "inuse", "orphan", "tw", "alloc", "mem"
 */
long procfile_sockstat(const char *name);

#endif /* _SELFTESTS_LIB_PROCFILE_H */
