/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's list of TCP sockets, as sock_diag reports it (and ss shows it):
 * mini-sockets one by one, all sockets by number.
 */
#ifndef TCPCLOSE_SYS_SOCKDIAG_H
#define TCPCLOSE_SYS_SOCKDIAG_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

/**
 * sockdiag_key() - what tells mini-sockets apart
 * @cookie: cookie; a socket that connects again has that of its living mini-sockets
 * @lport: local port
 * @rport: remote port
 * @raddr: remote address; an IPv4 address is in the first 4 bytes, the others are 0
 */
static inline uint64_t sockdiag_key(uint64_t cookie, uint16_t lport,
				    uint16_t rport, const uint8_t raddr[16])
{
	uint64_t key = hash_bytes(0, &cookie, sizeof(cookie));

	key = hash_bytes(key, &lport, sizeof(lport));
	key = hash_bytes(key, &rport, sizeof(rport));
	return hash_bytes(key, raddr, 16);
}

/**
 * struct sockdiag_entry - one mini-socket
 * @key: what it is found by, sockdiag_key()
 * @cookie: its cookie
 * @state: FIN_WAIT2 or TIME_WAIT
 */
struct sockdiag_entry {
	uint64_t key;
	uint64_t cookie;
	unsigned int state;
};

/**
 * struct sockdiag_list - all mini-sockets of a network namespace
 * @entries: in no order
 * @count: number of mini-sockets
 * @room: number for which there is memory
 * @netns: cookie of the namespace; 0: unknown
 */
struct sockdiag_list {
	struct sockdiag_entry *entries;
	size_t count;
	size_t room;
	uint64_t netns;
};

/* Size of an array indexed by state. */
#define SOCKDIAG_STATES 16

/* inet_diag_msg.idiag_timer of a mini-socket: inet_twsk_diag_fill(). */
#define SOCKDIAG_TIMER_OF_MINISOCK 3

struct inet_diag_msg;

/* Called for each socket of a dump; returns 0 or -errno */
typedef int (*sockdiag_each_fn)(void *context, const struct inet_diag_msg *m, size_t size);

int sockdiag_open(void);
int sockdiag_dump(int socket, uint32_t states, uint8_t attributes, sockdiag_each_fn each,
		  void *context);
int sockdiag_count(uint32_t states, uint64_t counts[SOCKDIAG_STATES]);
int sockdiag_read(struct sockdiag_list *list);
void sockdiag_free(struct sockdiag_list *list);

#endif /* TCPCLOSE_SYS_SOCKDIAG_H */
