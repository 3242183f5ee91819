/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What helps where ports run short, and what is often tried and does not.
 */
#ifndef TCPCLOSE_ANSWER_PORTS_HELP_H
#define TCPCLOSE_ANSWER_PORTS_HELP_H

#include "answer/ports.h"

/* So many percent are short. */
#define PORTS_SHORT_PERCENT 80
/* So many are, if no port will be left at the rate at which TIME_WAITs begin. */
#define PORTS_GROWING_PERCENT 50

/**
 * enum ports_help - what may help
 * @PORTS_HELP_POOL: connections that are kept open and used again; number: how many
 *	TIME_WAITs there are
 * @PORTS_HELP_LIMIT: fewer open connections at a time; number: how many there are
 * @PORTS_HELP_SPREAD: more remote addresses or ports, or local addresses
 * @PORTS_HELP_WIDEN: a larger ip_local_port_range; number: ports that it can have
 * @PORTS_HELP_UNRESERVE: fewer reserved ports; number: how many there are
 * @PORTS_HELP_UNBIND: fewer listeners and bound sockets in the range; number: ports that
 *	they have
 * @PORTS_HELP_BIND_LATE: IP_BIND_ADDRESS_NO_PORT, where a process calls bind() for an
 *	address only
 * @PORTS_HELP_REUSE: tcp_tw_reuse 1; number: TIME_WAITs whose port connect() could take
 * @PORTS_HELP_REUSE_ON: that has been done; number: TIME_WAITs whose port it can take
 * @PORTS_HELP_TIMESTAMPS: tcp_tw_reuse, which needs tcp_timestamps
 * @PORTS_HELP_REUSE_BIND: tcp_tw_reuse, where bind() finds no port
 * @PORTS_HELP_FIN_TIMEOUT: tcp_fin_timeout
 * @PORTS_HELP_LINGER: SO_LINGER with 0 seconds
 * @PORTS_HELP_RECYCLE: tcp_tw_recycle
 * @PORTS_HELP_BUCKETS: a larger tcp_max_tw_buckets; number: that limit
 */
enum ports_help {
	PORTS_HELP_POOL,
	PORTS_HELP_LIMIT,
	PORTS_HELP_SPREAD,
	PORTS_HELP_WIDEN,
	PORTS_HELP_UNRESERVE,
	PORTS_HELP_UNBIND,
	PORTS_HELP_BIND_LATE,
	PORTS_HELP_REUSE,
	PORTS_HELP_REUSE_ON,
	PORTS_HELP_TIMESTAMPS,
	PORTS_HELP_REUSE_BIND,
	PORTS_HELP_FIN_TIMEOUT,
	PORTS_HELP_LINGER,
	PORTS_HELP_RECYCLE,
	PORTS_HELP_BUCKETS,
	PORTS_HELPS,
};

/**
 * struct ports_advice - whether something helps
 * @what: &enum ports_help
 * @helps: it does
 * @number: as @what says
 */
struct ports_advice {
	enum ports_help what;
	bool helps;
	uint64_t number;
};

bool ports_is_short(const struct ports *p, const struct ports_destination *d);
bool ports_is_overflowing(const struct ports_netns *n);
size_t ports_advise(const struct ports *p, const struct ports_destination *d,
		    struct ports_advice advice[PORTS_HELPS]);

#endif /* TCPCLOSE_ANSWER_PORTS_HELP_H */
