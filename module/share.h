/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_SHARE_H
#define TCPCLOSE_SHARE_H

#include <linux/types.h>

#include "uapi/tcpclose.h"

/* Numbers of shares: 8 bits in an entry. */
#define TCPCLOSE_SHARE_NUMBERS 256u
/* The share of the initial network namespace: all that is free. */
#define TCPCLOSE_SHARE_HOST 0u

struct sock;

void tcpclose_share_init(void);
u8 tcpclose_share_of(const struct sock *sk);
void tcpclose_share_failed(u8 share, u8 why);
void tcpclose_share_refuse(const struct sock *sk);
void tcpclose_share_settle(const struct sock *sk);
u8 tcpclose_share_unknown(const struct sock *sk);
void tcpclose_share_report(struct tcpclose_share *to, bool reset);

#endif /* TCPCLOSE_SHARE_H */
