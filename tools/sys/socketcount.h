/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many TCP sockets the kernel has, by state, in all network namespaces that
 * can be found and entered.
 */
#ifndef TCPCLOSE_SYS_SOCKETCOUNT_H
#define TCPCLOSE_SYS_SOCKETCOUNT_H

#include "base/error.h"
#include "sys/sockdiag.h"

/**
 * struct socketcount - TCP sockets of the machine
 * @states: bit N: count those in &enum tcpclose_state N; set by the caller
 * @counts: by state
 * @namespaces: namespaces whose sockets were counted
 * @closed: namespaces that could not be entered, or not be read
 * @why: why there is no number, or for the latest of @closed
 */
struct socketcount {
	uint32_t states;
	uint64_t counts[SOCKDIAG_STATES];
	unsigned int namespaces;
	unsigned int closed;
	struct error why;
};

int socketcount_read(struct socketcount *s);

#endif /* TCPCLOSE_SYS_SOCKETCOUNT_H */
