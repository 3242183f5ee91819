/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that a person typed: read in full or refused.
 */
#ifndef TCPCLOSE_BASE_PARSE_H
#define TCPCLOSE_BASE_PARSE_H

#include <stdint.h>

int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value);
int parse_cookie(const char *text, uint64_t *cookie);
int parse_seconds(const char *text, uint64_t *ns);
int parse_duration(const char *text, int64_t *ns);
int parse_bytes(const char *text, int64_t *bytes);

#endif /* TCPCLOSE_BASE_PARSE_H */
