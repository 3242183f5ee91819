/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_LIMIT_H
#define TCPCLOSE_LIMIT_H

#include <linux/types.h>

struct sock;

u8 tcpclose_limit_of_timer(const struct sock *sk, int old);
u8 tcpclose_limit_of_resources(const struct sock *sk);
u8 tcpclose_limit_of_connect(const struct sock *sk);

#endif /* TCPCLOSE_LIMIT_H */
