/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_HANDOVER_H
#define TCPCLOSE_HANDOVER_H

#include "hook.h"

struct sock;
struct tcpclose_conn;

void tcpclose_handover_take(const struct sock *sk, struct tcpclose_conn *last);
bool tcpclose_handover_watched(void);

extern struct tcpclose_probe tcpclose_handover_probes[2];

#endif /* TCPCLOSE_HANDOVER_H */
