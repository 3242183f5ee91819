/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From when on a stream has a record of each RST that ends a connection.
 */
#ifndef TCPCLOSE_CONN_RECORDED_H
#define TCPCLOSE_CONN_RECORDED_H

#include <stdint.h>

#include "base/clock.h"
#include "lib/event.h"
#include "lib/recording.h"

/*
 * How much later than a segment the transition that it belongs to may be recorded:
 * Linux sends some segments a moment before it changes the state (tcp_fin(),
 * tcp_abort(), TCP_TW_RST).
 */
#define RECORDED_LATE_NS (10 * NS_PER_MS)

/**
 * struct recorded - what is known of that
 * @since_ns: no such RST of after this time lacks its record; UINT64_MAX: any may
 * @start_ns: when the reader began to read
 * @seen: bit N of byte M: there was an event of CPU 8 * M + N
 */
struct recorded {
	uint64_t since_ns;
	uint64_t start_ns;
	uint8_t seen[(UINT16_MAX + 1) / 8];
};

void recorded_begin(struct recorded *r, const struct recording_header *head);
void recorded_add(struct recorded *r, const struct event *e);

#endif /* TCPCLOSE_CONN_RECORDED_H */
