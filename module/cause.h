/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_CAUSE_H
#define TCPCLOSE_CAUSE_H

#include <linux/types.h>

#include "uapi/tcpclose.h"

struct sock;

/**
 * struct tcpclose_verdict - why and in which context a socket closed
 * @cause: &enum tcpclose_cause
 * @context: &enum tcpclose_context
 * @segment: a segment was behind it
 */
struct tcpclose_verdict {
	u8 cause;
	u8 context;
	bool segment;
};

struct tcpclose_verdict tcpclose_cause_of_close(const struct sock *sk, int old);
u8 tcpclose_context_of_segment(const struct sock *sk);
u8 tcpclose_context_in_doubt(const struct sock *sk);
u8 tcpclose_cause_of_end(u8 end);
u8 tcpclose_closer_of_cause(u8 cause);

#endif /* TCPCLOSE_CAUSE_H */
