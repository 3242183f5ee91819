/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network namespaces by descriptor: create, enter, read counters.
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

/** namespace_loopback_up() - set the loopback device of another namespace up */
int namespace_loopback_up(void);

/** namespace_inode() - inode of this thread's network namespace; 0: unknown */
unsigned int namespace_inode(void);

/** namespace_enter() - move this thread there; a descriptor of its old namespace */
int namespace_enter(int namespace);

/** namespace_enter_init() - likewise, to the initial namespace */
int namespace_enter_init(void);

/** namespace_leave() - move back, close the descriptor of namespace_enter() */
int namespace_leave(int before);

/** namespace_write() - write a file of /proc/sys/net there */
int namespace_write(int namespace, const char *path, const char *text);

/**
 * struct namespace_counters - the kernel's counters
 * @tw: TcpExtTW and TcpExtTWKilled: mini-sockets created
 * @overflow: TcpExtTCPTimeWaitOverflow: mini-sockets that could not be created
 * @recycled: TcpExtTWRecycled: mini-sockets whose port connect() took
 * @alive: "tw" of sockstat: mini-sockets that exist now
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
