/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who has local ports: for each network namespace, local address and destination how many
 * of those that the kernel picks by itself are in use, by whose connections, since when
 * that grows, and which calls found none.
 */
#ifndef TCPCLOSE_ANSWER_PORTS_H
#define TCPCLOSE_ANSWER_PORTS_H

#include "answer/inventory.h"
#include "base/hashtable.h"
#include "conn/recorded.h"

/* Sockets in these states have a port. */
#define PORTS_STATES \
	(1U << TCPCLOSE_ESTABLISHED | 1U << TCPCLOSE_SYN_SENT | 1U << TCPCLOSE_SYN_RECV | \
	 1U << TCPCLOSE_FIN_WAIT1 | 1U << TCPCLOSE_FIN_WAIT2 | 1U << TCPCLOSE_TIME_WAIT | \
	 1U << TCPCLOSE_CLOSE_WAIT | 1U << TCPCLOSE_LAST_ACK | 1U << TCPCLOSE_LISTEN | \
	 1U << TCPCLOSE_CLOSING | 1U << SOCKETS_BOUND)

/* Most destinations, and failures, that only the stream knows of. */
#define PORTS_STREAM_MAX 65536
/* Most processes of one destination that are told apart; the rest is in one. */
#define PORTS_PROCESSES_MAX 64
/* Seconds of which it is known how many connections entered TIME_WAIT in each. */
#define PORTS_SECONDS 64

/**
 * enum ports_what - what is counted
 * @PORTS_OPEN: sockets that are open, or connect
 * @PORTS_CLOSING: sockets that close, and orphans of these
 * @PORTS_TIME_WAIT: TIME_WAITs
 * @PORTS_HELD: listeners, and sockets that are bound but not connected
 * @PORTS_BEGUN: TIME_WAITs that began in the time that is known of
 * @PORTS_RECYCLED: those that connect() took the port of
 * @PORTS_OVERFLOWED: those that were not made, because of tcp_max_tw_buckets
 * @PORTS_FAILED: calls that found no port
 * @PORTS_WHATS: number of these
 */
enum ports_what {
	PORTS_OPEN,
	PORTS_CLOSING,
	PORTS_TIME_WAIT,
	PORTS_HELD,
	PORTS_BEGUN,
	PORTS_RECYCLED,
	PORTS_OVERFLOWED,
	PORTS_FAILED,
	PORTS_WHATS,
};

/**
 * struct ports_process - processes of one name and container
 * @next: another one
 * @pid: the process; 0: unknown, or several
 * @seen: @pid was set
 * @rest: all that are not told apart
 * @comm: name; empty: unknown
 * @container: container, or else unit; empty: none, or unknown
 * @counts: by &enum ports_what
 */
struct ports_process {
	struct ports_process *next;
	uint32_t pid;
	bool seen;
	bool rest;
	char comm[17];
	char container[CGROUP_NAME_SIZE];
	uint64_t counts[PORTS_WHATS];
};

/**
 * struct ports_sum - what there is, and whose it is
 * @counts: by &enum ports_what
 * @processes: theirs; after ports_find() those with the most ports first
 * @process_count: how many
 */
struct ports_sum {
	uint64_t counts[PORTS_WHATS];
	struct ports_process *processes;
	size_t process_count;
};

/**
 * struct ports_maps - a bit for each port
 * @used: a socket has it
 * @held: a listener or a bound socket has it
 * @any: a socket that is bound to any address has it
 */
struct ports_maps {
	uint8_t used[(UINT16_MAX + 1) / 8];
	uint8_t held[(UINT16_MAX + 1) / 8];
	uint8_t any[(UINT16_MAX + 1) / 8];
};

/* What tells namespaces apart: the number of an inode is soon another one's. */
static inline uint64_t ports_netns_id(uint64_t cookie, uint32_t inode)
{
	return cookie ? cookie : 1ULL << 63 | inode;
}

/**
 * struct ports_netns - a network namespace
 * @node: found by ports_netns_id()
 * @inode: its inode
 * @cookie: its cookie; 0: unknown
 * @own: that of this process
 * @name: empty: none known
 * @settings: its settings
 * @reserved_ports: reserved ports
 * @listed: its sockets were listed
 * @wanted: the filter wants some of it
 * @range_known: @first, @last and @range are known
 * @reserved_known: @reserved is, and is left out of @available
 * @first: first port of ip_local_port_range
 * @last: last port of it
 * @range: number of ports of that
 * @reserved: number of those that are reserved
 * @available: number of the others
 * @used: number of the available ones that any socket has
 * @held: number of those that listeners and bound sockets have: for no destination
 *	connect() picks one of these
 * @listeners: listeners at available ports
 * @bound: sockets that are bound to available ports, but not connected
 * @bound_known: the kernel lists these
 * @buckets: mini-sockets, which tcp_max_tw_buckets limits
 * @passive: TIME_WAITs of connections of peers, which take no port from anybody
 * @passive_most: those at one port, at which there are most
 * @passive_port: that port
 * @failed_ns: when a call found no port for the last time; 0: never
 * @sum: its sockets at available ports; and what became of all TIME_WAITs, also those of
 *	connections of peers
 * @maps: while sockets are counted
 */
struct ports_netns {
	struct hashtable_node node;
	uint32_t inode;
	uint64_t cookie;
	bool own;
	char name[NETNS_NAME_SIZE];
	struct netsysctl settings;
	const struct netports *reserved_ports;
	bool listed;
	bool wanted;
	bool range_known;
	bool reserved_known;
	uint16_t first;
	uint16_t last;
	uint32_t range;
	uint32_t reserved;
	uint32_t available;
	uint32_t used;
	uint32_t held;
	uint32_t listeners;
	uint32_t bound;
	bool bound_known;
	uint64_t buckets;
	uint64_t passive;
	uint64_t passive_most;
	uint16_t passive_port;
	uint64_t failed_ns;
	struct ports_sum sum;
	struct ports_maps *maps;
};

/**
 * struct ports_ends - what makes a destination; with neither @raddr nor @rport it is a
 *	local address, for bind()
 * @netns: ports_netns_id() of the network namespace
 * @ipv6: addresses are 16 bytes, else 4
 * @bind: bind() wants any port of @laddr
 * @rport: remote port
 * @unused: 0
 * @laddr: local address
 * @raddr: remote address
 */
struct ports_ends {
	uint64_t netns;
	bool ipv6;
	bool bind;
	uint16_t rport;
	uint32_t unused;
	uint8_t laddr[16];
	uint8_t raddr[16];
};

/**
 * struct ports_growth - what becomes of a destination
 * @known: @rate is
 * @ends: no port is left, or more will be wanted than there are
 * @begun: TIME_WAITs that began in the last @window_ns
 * @window_ns: the time in which they were counted
 * @steady: ports that are in use when as many end as begin
 * @in_ns: time until no port is left (@ends)
 */
struct ports_growth {
	bool known;
	bool ends;
	uint64_t begun;
	uint64_t window_ns;
	uint64_t steady;
	uint64_t in_ns;
};

/**
 * struct ports_destination - where connections lead to; or a local address
 * @node: found by a hash of @ends
 * @ends: which
 * @netns: its namespace
 * @sum: its connections from available ports; of a local address its sockets at such
 *	ports, without those of listeners' connections
 * @reusable: TIME_WAITs whose port connect() may take now: tcp_tw_reuse
 * @would_be_reusable: further ones that it might with tcp_tw_reuse 1
 * @taken: available ports that connect() cannot take now: of its own connections, and
 *	&struct ports_netns.held; of a local address: those that bind() cannot take
 * @shared: its own that are held, too
 * @growth: what becomes of it
 * @failed_ns: when a call found no port for the last time; 0: never
 * @wanted: the filter wants some of it
 * @begun: TIME_WAITs by the second in which they began, modulo %PORTS_SECONDS; NULL: none
 * @begun_s: the latest second of @begun
 * @left: likewise those that are there, by the seconds until they end
 */
struct ports_destination {
	struct hashtable_node node;
	struct ports_ends ends;
	struct ports_netns *netns;
	struct ports_sum sum;
	uint64_t reusable;
	uint64_t would_be_reusable;
	uint64_t taken;
	uint64_t shared;
	struct ports_growth growth;
	uint64_t failed_ns;
	bool wanted;
	uint32_t *begun;
	uint64_t begun_s;
	uint32_t *left;
};

/**
 * struct ports_failure - calls that found no port: of one kind, process and destination
 * @node: found by a hash of all that is not counted
 * @ends: the destination, or the local address
 * @netns: its namespace
 * @call: &enum tcpclose_call
 * @error: errno
 * @lport: port that it was bound to; 0: it wanted any
 * @range: it wanted any of @port_low to @port_high
 * @port_low: first port of the range
 * @port_high: last port of it
 * @pid: the latest process; 0: unknown
 * @comm: name; empty: unknown
 * @count: how many
 * @last_ns: the latest, CLOCK_MONOTONIC
 * @realtime_ns: the same since the epoch
 * @wanted: the filter wants some of it
 */
struct ports_failure {
	struct hashtable_node node;
	struct ports_ends ends;
	struct ports_netns *netns;
	uint8_t call;
	uint8_t error;
	uint16_t lport;
	bool range;
	uint16_t port_low;
	uint16_t port_high;
	uint32_t pid;
	char comm[17];
	uint64_t count;
	uint64_t last_ns;
	uint64_t realtime_ns;
	bool wanted;
};

/**
 * struct ports - who has local ports
 * @live: of this machine, now; otherwise at the end of a recording
 * @now_ns: as of when it is, CLOCK_MONOTONIC
 * @since_ns: from when on the stream has each record
 * @first_ns: time of the first record
 * @start_ns: when the reader began to read
 * @lists_bound: the kernel lists sockets that are bound but not connected
 * @recorded: finds out @since_ns
 * @tables: of &struct ports_netns, ports_destination and ports_failure
 * @seed: of the hashes
 * @netns: namespaces that are wanted; those with the most ports in use first
 * @netns_count: how many
 * @destinations: likewise destinations
 * @destination_count: how many
 * @addresses: local addresses likewise
 * @address_count: how many
 * @failures: failed calls that are wanted, the latest first
 * @failure_count: how many
 * @destinations_left_out: connections in the stream of destinations beyond
 *	%PORTS_STREAM_MAX
 * @failures_left_out: failed calls likewise
 * @calls_unrecorded: failed calls of any kind that have no record
 */
struct ports {
	bool live;
	uint64_t now_ns;
	uint64_t since_ns;
	uint64_t first_ns;
	uint64_t start_ns;
	bool lists_bound;
	struct recorded recorded;
	struct {
		struct hashtable netns;
		struct hashtable destinations;
		struct hashtable failures;
	} tables;
	uint64_t seed;
	struct ports_netns **netns;
	size_t netns_count;
	struct ports_destination **destinations;
	size_t destination_count;
	struct ports_destination **addresses;
	size_t address_count;
	struct ports_failure **failures;
	size_t failure_count;
	uint64_t destinations_left_out;
	uint64_t failures_left_out;
	uint64_t calls_unrecorded;
};

/* The time of which the stream has all records. */
static inline uint64_t ports_seen_ns(const struct ports *p)
{
	return p->now_ns > p->since_ns ? p->now_ns - p->since_ns : 0;
}

/* Available ports that have sockets of the destination. */
static inline uint64_t ports_used(const struct ports_destination *d)
{
	const uint64_t *counts = d->sum.counts;

	return counts[PORTS_OPEN] + counts[PORTS_CLOSING] + counts[PORTS_TIME_WAIT];
}

/* Of a hundred, rounded down; 0 if the range is not known. */
static inline unsigned int ports_percent(const struct ports_destination *d)
{
	/* All may be reserved. */
	if (!d->netns->available)
		return d->netns->range_known ? 100 : 0;
	return (unsigned int)(d->taken * 100 / d->netns->available);
}

void ports_begin(struct ports *p, const struct recording_header *head);
int ports_add_event(struct ports *p, const struct event *e, bool wanted);
int ports_add_conn(struct ports *p, const struct conn *c, bool wanted);
int ports_find(struct ports *p, const struct inventory *inv, const struct conns *conns,
	       const struct filter *filter);
bool ports_reuses(const struct ports_destination *d);
bool ports_failed_lately(const struct ports *p, const struct ports_destination *d);
unsigned int ports_worst(const struct ports *p, const struct ports_destination **which);
void ports_free(struct ports *p);

#endif /* TCPCLOSE_ANSWER_PORTS_H */
