/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the steps of a ladder send and receive.
 */
#ifndef TCPCLOSE_LADDER_SEGMENTS_H
#define TCPCLOSE_LADDER_SEGMENTS_H

#include <stdbool.h>

#include "ladder/ladder.h"

/**
 * enum segment_purpose - purpose of a segment
 * @SEGMENT_SYN: opens
 * @SEGMENT_SYN_ACK: answers a SYN, in a simultaneous open
 * @SEGMENT_ACK_OF_SYN: completes an opening
 * @SEGMENT_FIN: closes one direction
 * @SEGMENT_ACK_OF_FIN: acknowledges a FIN
 * @SEGMENT_RST: aborts the connection
 */
enum segment_purpose {
	SEGMENT_SYN = 0x01,
	SEGMENT_SYN_ACK = 0x02,
	SEGMENT_ACK_OF_SYN = 0x04,
	SEGMENT_FIN = 0x08,
	SEGMENT_ACK_OF_FIN = 0x10,
	SEGMENT_RST = 0x20,
};

unsigned int segments_sent(const struct ladder_step *ls);
unsigned int segments_received(const struct ladder_step *ls, unsigned int bits);
unsigned int segments_bits(const struct ladder_step *ls, unsigned int part);
bool segments_sure_rst(const struct ladder_step *ls);
bool segments_fit_rst(const struct ladder_step *ls,
		      const struct ladder_step *received);
bool segments_is_restored(const struct side_step *step);

#endif /* TCPCLOSE_LADDER_SEGMENTS_H */
