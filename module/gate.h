/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_GATE_H
#define TCPCLOSE_GATE_H

#include <linux/types.h>

#define TCPCLOSE_GATE_RATE_DEFAULT	100

extern unsigned int tcpclose_gate_rate;

void tcpclose_gate_init(unsigned int ring_records);
void tcpclose_gate_exit(void);
bool tcpclose_gate_admits(u64 now_ns);
void tcpclose_gate_left_out(bool sent);

#endif /* TCPCLOSE_GATE_H */
