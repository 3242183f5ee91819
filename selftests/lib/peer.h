/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One connection between a socket of this kernel and the puppet: keeps the
 * sequence numbers, so that a test specifies only what differs from the ordinary.
 */
#ifndef _SELFTESTS_LIB_PEER_H
#define _SELFTESTS_LIB_PEER_H

#include "lib/puppet.h"

#define PEER_TIMEOUT_MS	5000

/**
 * struct peer - the puppet's end, and the kernel's socket at the other end
 * @fd: the kernel's socket; -1: none
 * @listener: the listening socket that accepted @fd; -1: none
 * @lport: the kernel's port
 * @rport: the puppet's port
 * @seq: next sequence number of the puppet
 * @ack: next sequence number that the puppet expects
 * @timestamps: send the timestamps option; set before opening
 * @window_shift: send the window scale option, if not 0; set before opening
 * @ts_value: next value to send in the timestamps option
 * @ts_recent: last value received in the timestamps option
 * @cookie: the socket's cookie
 * @last: last segment received
 * @packet: the IP packet of @last
 */
struct peer {
	struct puppet *puppet;
	int fd;
	int listener;
	uint16_t lport;
	uint16_t rport;
	uint32_t seq;
	uint32_t ack;
	bool timestamps;
	uint8_t window_shift;
	uint32_t ts_value;
	uint32_t ts_recent;
	uint64_t cookie;
	struct segment last;
	uint8_t packet[2048];
	size_t packet_len;
};

/** peer_init() - a connection that does not exist yet, with default ports */
void peer_init(struct peer *peer, struct puppet *puppet);

/** peer_socket() - a socket bound to @peer->lport (0: any), not connected */
int peer_socket(struct peer *peer);

/** peer_connecting() - connect(), up to SYN_SENT; the puppet has the SYN */
int peer_connecting(struct peer *peer);

/** peer_connect() - the kernel opens, the puppet accepts: ESTABLISHED */
int peer_connect(struct peer *peer);

/** peer_crossed() - SYNs that cross, up to SYN_RECV of a full socket */
int peer_crossed(struct peer *peer);

/** peer_listen() - the kernel listens at @peer->lport */
int peer_listen(struct peer *peer);

/** peer_knock() - the puppet connects to the listener: ESTABLISHED */
int peer_knock(struct peer *peer);

/**
 * peer_knock_fast() - likewise with data in the SYN: SYN_RECV, ready for accept(); the
 *	listener takes Fast Open without a cookie (tcp_fastopen)
 */
int peer_knock_fast(struct peer *peer);

/** peer_accept() - peer_listen(), peer_knock(), accept() */
int peer_accept(struct peer *peer);

/** peer_send() - the next segment in order */
int peer_send(struct peer *peer, uint16_t flags, const void *data, size_t len);

/** peer_send_at() - a segment with any numbers; those of @peer do not change */
int peer_send_at(struct peer *peer, uint16_t flags, uint32_t seq, uint32_t ack,
		 const void *data, size_t len);

/** peer_expect() - receive until a segment has all of @flags; -ETIMEDOUT */
int peer_expect(struct peer *peer, uint16_t flags);

/** peer_count() - receive all that arrived; number of segments with all of @flags */
int peer_count(struct peer *peer, uint16_t flags);

/** peer_silent() - true if the kernel sends nothing for @ms */
bool peer_silent(struct peer *peer, int ms);

/** peer_segment() - the segment that peer_send_at() would send, for the test to change */
struct segment peer_segment(struct peer *peer, uint16_t flags, uint32_t seq,
			    uint32_t ack);

/** peer_close() - close() the kernel's socket */
int peer_close(struct peer *peer);

/** peer_close_half() - close(), ACK: a FIN_WAIT2 mini-socket is left */
int peer_close_half(struct peer *peer);

/** peer_close_active() - close(), ACK, FIN, last ACK: TIME_WAIT is left */
int peer_close_active(struct peer *peer);

/** peer_destroy() - "ss -K" for the kernel's end of the connection */
int peer_destroy(const struct peer *peer);

#endif /* _SELFTESTS_LIB_PEER_H */
