/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_RST_H
#define TCPCLOSE_RST_H

#include "hook.h"

struct inet_timewait_sock;
struct sk_buff;
struct sock;

void tcpclose_rst_ended(const struct sock *sk, const struct sk_buff *skb,
			unsigned long caller);
void tcpclose_rst_at_mini(const struct inet_timewait_sock *tw,
			  const struct sk_buff *skb);

extern struct tcpclose_hooks tcpclose_rst_hooks;
extern struct tcpclose_tracepoint tcpclose_rst_drops;

#endif /* TCPCLOSE_RST_H */
