/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_TIMEWAIT_H
#define TCPCLOSE_TIMEWAIT_H

#include "hook.h"

struct sock;
struct tcpclose_conn;

void tcpclose_timewait_take(const struct sock *sk, struct tcpclose_conn *last);

/* In the order in which they are to be attached. */
extern struct tcpclose_probe tcpclose_timewait_probes[7];

#endif /* TCPCLOSE_TIMEWAIT_H */
