/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's network counters, by table and name, as nstat(8) and ss(8) show
 * them.
 */
#ifndef TCPCLOSE_SYS_NETSTAT_H
#define TCPCLOSE_SYS_NETSTAT_H

#include <stdint.h>

/**
 * struct netstat - counters of one network namespace
 * @tables: text of netstat and snmp
 * @sockets: text of sockstat
 */
struct netstat {
	char tables[65536];
	char sockets[4096];
};

int netstat_read(struct netstat *n);
int netstat_counter(const struct netstat *n, const char *table,
		    const char *name, uint64_t *value);
int netstat_sockets(const struct netstat *n, const char *protocol,
		    const char *name, uint64_t *value);

#endif /* TCPCLOSE_SYS_NETSTAT_H */
