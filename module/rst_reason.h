/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_RST_REASON_H
#define TCPCLOSE_RST_REASON_H

#include <linux/types.h>

#include "caller.h"

struct sk_buff;
struct sock;

void tcpclose_rst_reason_init(void);
u8 tcpclose_rst_reason_of_kernel(unsigned long argument);
u8 tcpclose_rst_reason_of_answer(const struct sock *sk, u8 state,
				 const struct sk_buff *skb, enum tcpclose_way way);
u8 tcpclose_rst_reason_of_own(const struct sock *sk, enum tcpclose_way way);

#endif /* TCPCLOSE_RST_REASON_H */
