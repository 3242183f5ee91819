/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection in short: what its records say of it, from the first closing step to
 * its end.
 */
#ifndef TCPCLOSE_CONN_CONN_H
#define TCPCLOSE_CONN_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "conn/lives.h"
#include "lib/event.h"
#include "sys/cgroup_names.h"
#include "sys/netns_table.h"

/**
 * struct conn - one end of a connection
 * @life: which records are its own
 * @next: the one that closed next
 * @words: words of the filter that match one of its events
 * @closing_ns: CLOCK_MONOTONIC of the first record; 0: there is none
 * @closed_ns: when the connection was over for both ends; 0: it is not
 * @realtime_ns: the same since the epoch; as long as it is not over, of its latest
 *	record
 * @over_ns: when its mini-socket was over, too; 0: it is not
 * @cookie: socket cookie
 * @netns: cookie of its network namespace; 0: unknown
 * @dwells_ns: time in each state that it left
 * @states: bits of the states that it was in
 * @age_ns: age when it was over, or %EVENT_UNKNOWN
 * @bytes_sent: payload sent, or %EVENT_UNKNOWN
 * @bytes_received: payload received, or %EVENT_UNKNOWN
 * @retransmits: segments sent again, or %EVENT_UNKNOWN
 * @srtt_us: smoothed round-trip time, or %EVENT_UNKNOWN
 * @idle_ms: without data, when the first end closed, or %EVENT_UNKNOWN
 * @unread_bytes: what the application had not read when it closed or it was cut, or
 *	%EVENT_UNKNOWN
 * @unsent_bytes: likewise what was never sent
 * @unacked_bytes: likewise what the peer had not acknowledged
 * @heard_ms: since data was last received, when it was over, or %EVENT_UNKNOWN
 * @spoke_ms: since data was last sent, likewise
 * @silent_ns: without sending in CLOSE_WAIT, when it left that, or %EVENT_UNKNOWN
 * @strays: segments with SYN or RST that its mini-socket ignored, or %EVENT_UNKNOWN
 * @uid: owner, or %EVENT_UNKNOWN
 * @sk_err: error pending on the socket at the end, 0: none, or %EVENT_UNKNOWN
 * @pid: process whose it is; 0: unknown
 * @opener: process that opened it; 0: unknown
 * @closer_pid: process that closed it; 0: none, or the kernel
 * @listener_pid: process that holds the listener, of one that was not accepted; 0:
 *	unknown
 * @netns_inode: inode of the network namespace; 0: unknown
 * @inode: inode of the socket; 0: unknown
 * @rearms: starts anew of TIME_WAIT's timer
 * @lport: local port
 * @rport: remote port
 * @cut_from: state that it was in when it was over for both ends
 * @mark: TCPCLOSE_MARK_* bits
 * @closer: &enum tcpclose_closer
 * @cause: &enum tcpclose_cause
 * @end: &enum tcpclose_end
 * @call: &enum tcpclose_call that closed it
 * @rst: a RST ended it, or was sent for it
 * @rst_effect: &enum tcpclose_rst_effect of that
 * @rst_reason: &enum tcpclose_rst_reason of that
 * @accepted: @opener accepted it
 * @ipv6: addresses are 16 bytes, else 4
 * @laddr: local address
 * @raddr: remote address
 * @comm: name of @pid; empty: unknown
 * @opener_comm: name of @opener; empty: unknown
 * @closer_comm: name of @closer_pid; empty: unknown
 * @listener_comm: name of @listener_pid; empty: unknown
 * @netns_name: name of the network namespace; empty: none known
 * @cgroup_names: container, pod and unit
 */
struct conn {
	struct life life;
	struct conn *next;
	uint64_t words;
	uint64_t closing_ns;
	uint64_t closed_ns;
	uint64_t realtime_ns;
	uint64_t over_ns;
	uint64_t cookie;
	uint64_t netns;
	uint64_t dwells_ns[TCPCLOSE_STATES];
	uint32_t states;
	int64_t age_ns;
	int64_t bytes_sent;
	int64_t bytes_received;
	int64_t retransmits;
	int64_t srtt_us;
	int64_t idle_ms;
	int64_t unread_bytes;
	int64_t unsent_bytes;
	int64_t unacked_bytes;
	int64_t heard_ms;
	int64_t spoke_ms;
	int64_t silent_ns;
	int64_t strays;
	int64_t uid;
	int sk_err;
	uint32_t pid;
	uint32_t opener;
	uint32_t closer_pid;
	uint32_t listener_pid;
	uint32_t netns_inode;
	uint32_t inode;
	uint32_t rearms;
	uint16_t lport;
	uint16_t rport;
	uint8_t cut_from;
	uint8_t mark;
	uint8_t closer;
	uint8_t cause;
	uint8_t end;
	uint8_t call;
	uint8_t rst_effect;
	uint8_t rst_reason;
	bool rst;
	bool accepted;
	bool ipv6;
	uint8_t laddr[16];
	uint8_t raddr[16];
	char comm[17];
	char opener_comm[17];
	char closer_comm[17];
	char listener_comm[17];
	char netns_name[NETNS_NAME_SIZE];
	struct cgroup_names cgroup_names;
};

/* A peer connected to this end, or so it seems: the remote port means nothing then. */
static inline bool conn_is_passive(const struct conn *c)
{
	if (c->accepted || c->mark & TCPCLOSE_MARK_UNACCEPTED)
		return true;
	if (c->opener || c->states >> TCPCLOSE_SYN_SENT & 1)
		return false;
	return c->states >> TCPCLOSE_SYN_RECV & 1 || c->lport <= c->rport;
}

void conn_init(struct conn *c, const struct event *e);
void conn_add(struct conn *c, const struct event *e);
void conn_add_rst(struct conn *c, const struct event *e);
int64_t conn_closing_ns(const struct conn *c);

#endif /* TCPCLOSE_CONN_CONN_H */
