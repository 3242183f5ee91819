/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the steps of a ladder send and receive.
 */
#ifndef TCPCLOSE_LADDER_SEGMENTS_H
#define TCPCLOSE_LADDER_SEGMENTS_H

#include <stdbool.h>

#include "ladder/ladder.h"

/**
 * enum ladder_part - what a segment is there for
 * @PART_SYN: opens
 * @PART_SYN_ACK: answers a SYN, in a simultaneous open
 * @PART_ACK_OF_SYN: completes an opening
 * @PART_FIN: closes one direction
 * @PART_ACK_OF_FIN: answers that
 * @PART_RST: ends it all
 */
enum ladder_part {
	PART_SYN = 0x01,
	PART_SYN_ACK = 0x02,
	PART_ACK_OF_SYN = 0x04,
	PART_FIN = 0x08,
	PART_ACK_OF_FIN = 0x10,
	PART_RST = 0x20,
};

unsigned int ladder_parts_sent(const struct ladder_step *ls);
unsigned int ladder_parts_received(const struct end_step *step,
				   unsigned int bits);
unsigned int ladder_bits_of_part(unsigned int part);
bool ladder_sends_rst_surely(const struct ladder_step *ls);

#endif /* TCPCLOSE_LADDER_SEGMENTS_H */
