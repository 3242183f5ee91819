/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_RST_RECORD_H
#define TCPCLOSE_RST_RECORD_H

#include <linux/types.h>

struct sk_buff;
struct sock;

/**
 * struct tcpclose_rst_step - a RST and what was found out about it
 * @sk: socket, mini-socket or listener; NULL: none, or unknown
 * @skb: the segment that was received, or is answered; NULL: none
 * @ipv6: whether segment and RST are IPv6 ones
 * @state: state of @sk when it was looked at: a listener's may change
 * @mark: TCPCLOSE_RST_MARK_* but for %TCPCLOSE_RST_MARK_IPV6
 * @effect: &enum tcpclose_rst_effect
 * @reason: &enum tcpclose_rst_reason
 * @derived: likewise, as the module found it out
 * @owner: &enum tcpclose_rst_owner
 * @context: &enum tcpclose_context
 */
struct tcpclose_rst_step {
	const struct sock *sk;
	const struct sk_buff *skb;
	bool ipv6;
	u8 state;
	u8 mark;
	u8 effect;
	u8 reason;
	u8 derived;
	u8 owner;
	u8 context;
};

void tcpclose_rst_record(const struct tcpclose_rst_step *step, u64 now_ns);

#endif /* TCPCLOSE_RST_RECORD_H */
