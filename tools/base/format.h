/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers, addresses and strings as characters, quickly.
 *
 * Each function writes at @p, which must have room for the longest result, and
 * returns the place behind it. No NUL is written.
 */
#ifndef TCPCLOSE_BASE_FORMAT_H
#define TCPCLOSE_BASE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FORMAT_U64_MAX 20
#define FORMAT_IP_MAX 45
#define FORMAT_ENDPOINT_MAX (FORMAT_IP_MAX + 8)
#define FORMAT_DURATION_MAX 10
#define FORMAT_SIZE_MAX 8
/* Each byte may become six characters; and the quotes. */
#define FORMAT_JSON_MAX(len) (6 * (len) + 2)
#define FORMAT_TEXT_MAX(len) (4 * (len))

static inline char *format_bytes(char *p, const char *bytes, size_t len)
{
	memcpy(p, bytes, len);
	return p + len;
}

static inline char *format_string(char *p, const char *string)
{
	return format_bytes(p, string, strlen(string));
}

/* Of a literal the compiler knows the length. */
#define FORMAT_LITERAL(p, literal) format_bytes(p, literal, sizeof(literal) - 1)

/* What follows a noun: "1 record", "2 records". */
static inline const char *format_plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

bool format_is_mapped_ipv4(const uint8_t *addr);

char *format_u64(char *p, uint64_t value);
char *format_digits(char *p, uint64_t value, unsigned int digits);
char *format_micros(char *p, unsigned int us);
char *format_ipv4(char *p, const uint8_t *addr);
char *format_ipv6(char *p, const uint8_t *addr);
char *format_ip(char *p, bool ipv6, const uint8_t *addr);
char *format_endpoint(char *p, bool ipv6, const uint8_t *addr, uint16_t port);
char *format_duration(char *p, uint64_t ns);
char *format_size(char *p, uint64_t bytes);
char *format_json_string(char *p, const char *string);
char *format_text(char *p, const char *string, bool utf8);
size_t format_columns(const char *text, size_t len);

#endif /* TCPCLOSE_BASE_FORMAT_H */
