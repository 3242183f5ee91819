/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TCP sockets of this machine as they are now: of all network namespaces that can
 * be found and entered, as sock_diag lists them.
 */
#ifndef TCPCLOSE_SYS_SOCKETS_H
#define TCPCLOSE_SYS_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sys/netns_table.h"
#include "sys/netports.h"
#include "sys/netsysctl.h"

/*
 * Bound to a port, but neither listening nor connected: listed from Linux 6.8 on, if asked
 * for by this number. No &enum tcpclose_state has it.
 */
#define SOCKETS_BOUND 13

/* Value of a member that the kernel does not say. */
#define SOCKETS_UNKNOWN (-1)

/**
 * enum sockets_timer - what waits on a socket: idiag_timer
 * @SOCKETS_TIMER_NONE: nothing
 * @SOCKETS_TIMER_RETRANSMIT: the next retransmission, or loss probe
 * @SOCKETS_TIMER_KEEPALIVE: a keepalive probe, or the end of FIN_WAIT2 of an orphan
 * @SOCKETS_TIMER_TIME_WAIT: the end of a mini-socket
 * @SOCKETS_TIMER_PROBE: a probe of a closed window
 */
enum sockets_timer {
	SOCKETS_TIMER_NONE,
	SOCKETS_TIMER_RETRANSMIT,
	SOCKETS_TIMER_KEEPALIVE,
	SOCKETS_TIMER_TIME_WAIT,
	SOCKETS_TIMER_PROBE,
};

/**
 * struct sockets_entry - one socket, request or mini-socket
 * @cookie: its cookie
 * @cgroup: id of its cgroup; 0: unknown
 * @netns: index of its namespace in &struct sockets.netns
 * @inode: its inode; 0: none (a request, a mini-socket, not accepted, orphaned)
 * @uid: its owner
 * @receive_queue: bytes not read; of a listener: connections in its accept queue
 * @send_queue: bytes not acknowledged; of a listener: limit of that queue
 * @expires_ms: when @timer is due
 * @last_sent_ms: since payload was last sent, or %SOCKETS_UNKNOWN
 * @last_received_ms: since it was last received, or %SOCKETS_UNKNOWN
 * @last_ack_ms: since the latest segment with an ACK was received, or %SOCKETS_UNKNOWN
 * @total_retransmits: segments sent again, or %SOCKETS_UNKNOWN
 * @unsent_bytes: never sent, or %SOCKETS_UNKNOWN
 * @bytes_sent: payload sent, or %SOCKETS_UNKNOWN
 * @bytes_received: payload received, or %SOCKETS_UNKNOWN
 * @window: what the peer's window has room for, or %SOCKETS_UNKNOWN
 * @lport: local port
 * @rport: remote port
 * @state: &enum tcpclose_state, or %SOCKETS_BOUND
 * @timer: &enum sockets_timer
 * @retransmits: of the segment, or SYN, that waits to be acknowledged
 * @probes: of a closed window, or keepalive probes, without an answer
 * @shutdown: directions shut down, RCV_SHUTDOWN 1, SEND_SHUTDOWN 2
 * @ipv6: addresses are 16 bytes, else 4
 * @mini: a mini-socket
 * @laddr: local address
 * @raddr: remote address
 */
struct sockets_entry {
	uint64_t cookie;
	uint64_t cgroup;
	uint32_t netns;
	uint32_t inode;
	uint32_t uid;
	uint32_t receive_queue;
	uint32_t send_queue;
	uint32_t expires_ms;
	int64_t last_sent_ms;
	int64_t last_received_ms;
	int64_t last_ack_ms;
	int64_t total_retransmits;
	int64_t unsent_bytes;
	int64_t bytes_sent;
	int64_t bytes_received;
	int64_t window;
	uint16_t lport;
	uint16_t rport;
	uint8_t state;
	uint8_t timer;
	uint8_t retransmits;
	uint8_t probes;
	uint8_t shutdown;
	bool ipv6;
	bool mini;
	uint8_t laddr[16];
	uint8_t raddr[16];
};

/**
 * struct sockets_netns - a network namespace whose sockets were listed
 * @cookie: its cookie; 0: unknown
 * @inode: its inode
 * @own: that of this process
 * @name: empty: it has none
 * @settings: its settings
 * @reserved: its reserved ports
 */
struct sockets_netns {
	uint64_t cookie;
	uint32_t inode;
	bool own;
	char name[NETNS_NAME_SIZE];
	struct netsysctl settings;
	struct netports reserved;
};

/**
 * struct sockets - sockets of the machine
 * @states: bit N: those in state N are wanted; set by the caller
 * @all: namespaces other than the own, too; set by the caller
 * @entries: in no order
 * @count: how many
 * @room: number for which there is memory
 * @netns: namespaces
 * @netns_count: how many
 * @netns_room: number for which there is memory
 * @taken_ns: when the list was complete, CLOCK_MONOTONIC
 * @closed: namespaces that could not be entered, or not be read
 * @why: why there is no list, or for the latest of @closed
 */
struct sockets {
	uint32_t states;
	bool all;
	struct sockets_entry *entries;
	size_t count;
	size_t room;
	struct sockets_netns *netns;
	size_t netns_count;
	size_t netns_room;
	uint64_t taken_ns;
	unsigned int closed;
	struct error why;
};

int sockets_read(struct sockets *s);
void sockets_free(struct sockets *s);

#endif /* TCPCLOSE_SYS_SOCKETS_H */
