/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_GATE_H
#define TCPCLOSE_GATE_H

#include <linux/types.h>

#define TCPCLOSE_GATE_RATE_DEFAULT	100

/**
 * enum tcpclose_gate_class - what has limits of its own
 * @TCPCLOSE_GATE_RST: RSTs
 * @TCPCLOSE_GATE_DROP: drops by listeners
 * @TCPCLOSE_GATE_CALL: failed calls
 * @TCPCLOSE_GATE_CLASSES: number of classes
 */
enum tcpclose_gate_class {
	TCPCLOSE_GATE_RST,
	TCPCLOSE_GATE_DROP,
	TCPCLOSE_GATE_CALL,
	TCPCLOSE_GATE_CLASSES,
};

/**
 * enum tcpclose_gate_count - what is left out: a member of &struct tcpclose_left_out
 * @TCPCLOSE_GATE_SENT: a RST that was sent
 * @TCPCLOSE_GATE_RECEIVED: a RST that was received
 * @TCPCLOSE_GATE_DROPS: a drop by a listener
 * @TCPCLOSE_GATE_CALLS: a failed call
 * @TCPCLOSE_GATE_COUNTS: number of these
 */
enum tcpclose_gate_count {
	TCPCLOSE_GATE_SENT,
	TCPCLOSE_GATE_RECEIVED,
	TCPCLOSE_GATE_DROPS,
	TCPCLOSE_GATE_CALLS,
	TCPCLOSE_GATE_COUNTS,
};

extern unsigned int tcpclose_gate_rates[TCPCLOSE_GATE_CLASSES];

void tcpclose_gate_init(unsigned int ring_records);
void tcpclose_gate_exit(void);
bool tcpclose_gate_admits(enum tcpclose_gate_class class, u64 now_ns);
void tcpclose_gate_left_out(enum tcpclose_gate_count what);

#endif /* TCPCLOSE_GATE_H */
