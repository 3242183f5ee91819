/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of a network namespace that decide how its connections close.
 */
#ifndef TCPCLOSE_SYS_NETSYSCTL_H
#define TCPCLOSE_SYS_NETSYSCTL_H

#include <stdint.h>

/* The kernel has no such setting, or it cannot be read. */
#define NETSYSCTL_UNKNOWN INT64_MIN

/**
 * enum netsysctl_name - settings, named as in ip-sysctl
 * @NETSYSCTL_PORT_FIRST: first of ip_local_port_range
 * @NETSYSCTL_PORT_LAST: last of ip_local_port_range
 * @NETSYSCTL_TW_REUSE: tcp_tw_reuse
 * @NETSYSCTL_TW_REUSE_DELAY: tcp_tw_reuse_delay, milliseconds
 * @NETSYSCTL_MAX_TW_BUCKETS: tcp_max_tw_buckets
 * @NETSYSCTL_MAX_ORPHANS: tcp_max_orphans, of the whole machine
 * @NETSYSCTL_FIN_TIMEOUT: tcp_fin_timeout, seconds
 * @NETSYSCTL_ORPHAN_RETRIES: tcp_orphan_retries
 * @NETSYSCTL_RETRIES2: tcp_retries2
 * @NETSYSCTL_SYN_RETRIES: tcp_syn_retries
 * @NETSYSCTL_SYNACK_RETRIES: tcp_synack_retries
 * @NETSYSCTL_KEEPALIVE_TIME: tcp_keepalive_time, seconds
 * @NETSYSCTL_RFC1337: tcp_rfc1337
 * @NETSYSCTL_ABORT_ON_OVERFLOW: tcp_abort_on_overflow
 * @NETSYSCTL_TIMESTAMPS: tcp_timestamps
 * @NETSYSCTL_SOMAXCONN: somaxconn
 * @NETSYSCTLS: number of these
 */
enum netsysctl_name {
	NETSYSCTL_PORT_FIRST,
	NETSYSCTL_PORT_LAST,
	NETSYSCTL_TW_REUSE,
	NETSYSCTL_TW_REUSE_DELAY,
	NETSYSCTL_MAX_TW_BUCKETS,
	NETSYSCTL_MAX_ORPHANS,
	NETSYSCTL_FIN_TIMEOUT,
	NETSYSCTL_ORPHAN_RETRIES,
	NETSYSCTL_RETRIES2,
	NETSYSCTL_SYN_RETRIES,
	NETSYSCTL_SYNACK_RETRIES,
	NETSYSCTL_KEEPALIVE_TIME,
	NETSYSCTL_RFC1337,
	NETSYSCTL_ABORT_ON_OVERFLOW,
	NETSYSCTL_TIMESTAMPS,
	NETSYSCTL_SOMAXCONN,
	NETSYSCTLS,
};

/**
 * struct netsysctl - settings of one network namespace
 * @values: by &enum netsysctl_name; %NETSYSCTL_UNKNOWN: unknown
 */
struct netsysctl {
	int64_t values[NETSYSCTLS];
};

void netsysctl_init(struct netsysctl *n);
void netsysctl_read(struct netsysctl *n);

#endif /* TCPCLOSE_SYS_NETSYSCTL_H */
