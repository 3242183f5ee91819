/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_TRANSITION_H
#define TCPCLOSE_TRANSITION_H

#include <linux/types.h>

struct tcpclose_conn;

extern bool tcpclose_scope_all;

void tcpclose_conn_forget(struct tcpclose_conn *conn);
u8 tcpclose_mark_of(const struct tcpclose_conn *conn);
u64 tcpclose_time_since(u64 now_ns, u64 then_ns);
u16 tcpclose_next(u16 number);
u8 tcpclose_conn_unknown_flag(u8 why);

int tcpclose_transition_init(void);
void tcpclose_transition_exit(void);

#endif /* TCPCLOSE_TRANSITION_H */
