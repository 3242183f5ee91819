/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Byte order: turns what a machine of the other byte order recorded into this one's.
 */
#ifndef TCPCLOSE_LIB_BYTEORDER_H
#define TCPCLOSE_LIB_BYTEORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/recording.h"

bool byteorder_is_swapped(const struct recording_header *h, size_t len);
void byteorder_swap_header(struct recording_header *h);
void byteorder_swap_records(void *records, size_t count);

#endif /* TCPCLOSE_LIB_BYTEORDER_H */
