/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ends the state that a socket is in, and when that happens by itself.
 */
#ifndef TCPCLOSE_ANSWER_FATE_H
#define TCPCLOSE_ANSWER_FATE_H

#include "answer/item.h"

/**
 * enum fate_by - what ends it
 * @FATE_CLOSE: only the process, by close() or by ending: the peer has closed
 * @FATE_ACCEPT: only accept() and close(), or the end of the listener
 * @FATE_FIN: the peer's FIN; this end has only shut down
 * @FATE_ACK: the peer's ACK; or else giving up after retransmissions
 * @FATE_WINDOW: the peer opens its window
 * @FATE_TIMER: a timer
 * @FATE_HANDSHAKE: the last ACK of the handshake; or else giving up
 * @FATE_UNKNOWN: a recording does not say
 */
enum fate_by {
	FATE_CLOSE,
	FATE_ACCEPT,
	FATE_FIN,
	FATE_ACK,
	FATE_WINDOW,
	FATE_TIMER,
	FATE_HANDSHAKE,
	FATE_UNKNOWN,
};

/**
 * struct fate - how a socket's state will end
 * @by: &enum fate_by
 * @known: @in_ns is known
 * @in_ns: it ends by itself after about so long, if nothing else ends it
 * @keepalive: a keepalive timer runs: a peer that is gone will be noticed
 */
struct fate {
	uint8_t by;
	bool known;
	bool keepalive;
	uint64_t in_ns;
};

void fate_of(const struct item *i, bool live, struct fate *f);

#endif /* TCPCLOSE_ANSWER_FATE_H */
