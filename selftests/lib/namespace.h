/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network namespaces by descriptor: make one, visit it, read its counters.
 *
 * Every function returns -errno on failure and prints nothing.
 */
#ifndef _SELFTESTS_LIB_NAMESPACE_H
#define _SELFTESTS_LIB_NAMESPACE_H

/**
 * namespace_new() - a new network namespace whose loopback device is up
 *
 * Return: a descriptor; closing the last one ends the namespace
 */
int namespace_new(void);

/** namespace_loopback_up() - for a namespace made otherwise */
int namespace_loopback_up(void);

/** namespace_inode() - number of the one this thread is in; 0: unknown */
unsigned int namespace_inode(void);

/** namespace_enter() - move this thread there; a descriptor of where it was */
int namespace_enter(int namespace);

/** namespace_leave() - move back, close the descriptor of namespace_enter() */
int namespace_leave(int before);

/** namespace_write() - write a file of /proc/sys/net there */
int namespace_write(int namespace, const char *path, const char *text);

/**
 * struct namespace_counters - what the kernel counted
 * @tw: TcpExtTW and TcpExtTWKilled: mini-sockets that were born
 * @overflow: TcpExtTCPTimeWaitOverflow: mini-sockets that could not be
 * @recycled: TcpExtTWRecycled: mini-sockets whose port connect() took
 * @alive: "tw" of sockstat: mini-sockets, now
 */
struct namespace_counters {
	long tw;
	long overflow;
	long recycled;
	long alive;
};

/** namespace_counters() - the sum of several namespaces */
int namespace_counters(const int *namespaces, int count,
		       struct namespace_counters *sum);

#endif /* _SELFTESTS_LIB_NAMESPACE_H */
