/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_FAILED_CALL_H
#define TCPCLOSE_FAILED_CALL_H

#include <linux/types.h>

#include "hook.h"

struct sock;

void tcpclose_failed_call_opening(const struct sock *sk, u64 now_ns, u8 cause,
				  u8 context);
void tcpclose_failed_call_reading(bool begin);
void tcpclose_failed_call_exit(void);

extern struct tcpclose_hooks tcpclose_failed_call_hooks;
extern struct tcpclose_hooks tcpclose_failed_connect_hooks;

#endif /* TCPCLOSE_FAILED_CALL_H */
