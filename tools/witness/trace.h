/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own trace of sock:inet_sock_set_state, in an instance of tracefs
 * that no other process uses.
 */
#ifndef TCPCLOSE_WITNESS_TRACE_H
#define TCPCLOSE_WITNESS_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/**
 * struct trace_event - one call of the tracepoint for a TCP socket, or an MPTCP session
 * @ts_ns: CLOCK_MONOTONIC
 * @socket: address of the socket, for comparison only
 * @cpu: where it ran
 * @lport: host byte order
 * @rport: host byte order
 * @laddr: IPv4 in the first 4 bytes, the others 0
 * @raddr: likewise
 * @ipv6: addresses are 16 bytes
 * @session: it is an MPTCP session
 * @old: state before
 * @new: state after
 */
struct trace_event {
	uint64_t ts_ns;
	uint64_t socket;
	uint32_t cpu;
	uint16_t lport;
	uint16_t rport;
	uint8_t laddr[16];
	uint8_t raddr[16];
	bool ipv6;
	bool session;
	uint8_t old;
	uint8_t new;
};

struct trace_witness;

int trace_open(struct trace_witness **result, struct error *why);
void trace_set_receiver(struct trace_witness *w,
			void (*receive)(void *ctx, const struct trace_event *e),
			void *ctx);
int trace_enable(struct trace_witness *w, struct error *why);
int trace_read(struct trace_witness *w);
void trace_disable(struct trace_witness *w);
uint64_t trace_lost(const struct trace_witness *w);
void trace_close(struct trace_witness *w);

#endif /* TCPCLOSE_WITNESS_TRACE_H */
