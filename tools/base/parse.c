// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers that a person typed: read in full or refused.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"

#define SECONDS_MAX 1000000000ULL

/* Digits only: neither sign nor space, which strtoull() would both accept. */
static const char *digits(const char *text, uint64_t *value)
{
	uint64_t v = 0;

	if (*text < '0' || *text > '9')
		return NULL;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*text - '0'), &v))
			return NULL;
	*value = v;
	return text;
}

/**
 * parse_u64() - read a decimal number, all of it
 * @text: the number
 * @min: least value allowed
 * @max: greatest value allowed
 * @value: result
 *
 * Return: 0, or -EINVAL if it is no number or out of range
 */
int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t v;
	const char *end = digits(text, &v);

	if (!end || *end || v < min || v > max)
		return -EINVAL;
	*value = v;
	return 0;
}

/**
 * parse_cookie() - read a socket cookie
 * @text: as ss -e shows it ("sk:1a"), as JSON does (26), or as C would (0x1a)
 * @cookie: result
 *
 * Return: 0, or -EINVAL if it is no number or 0
 */
int parse_cookie(const char *text, uint64_t *cookie)
{
	bool hex = !strncmp(text, "0x", 2);
	size_t skip = hex ? 2 : !strncmp(text, "sk:", 3) ? 3 : 0;
	const char *number = text + skip;

	if (!skip)
		return parse_u64(text, 1, UINT64_MAX, cookie);
	if (!*number || strlen(number) > 16 ||
	    number[strspn(number, "0123456789abcdefABCDEF")])
		return -EINVAL;
	*cookie = strtoull(number, NULL, 16);
	return *cookie ? 0 : -EINVAL;
}

/**
 * parse_seconds() - read a duration such as "10" or "0.25"
 * @text: the duration in seconds
 * @ns: result, nanoseconds
 *
 * Return: 0, or -EINVAL if it is no number, 0 or more than a billion seconds
 */
int parse_seconds(const char *text, uint64_t *ns)
{
	uint64_t seconds, fraction = 0, scale = NS_PER_S;
	const char *end = digits(text, &seconds);

	if (!end || seconds > SECONDS_MAX)
		return -EINVAL;
	if (*end == '.') {
		if (!end[1])
			return -EINVAL;
		for (end++; *end >= '0' && *end <= '9'; end++) {
			scale /= 10;
			fraction += (uint64_t)(*end - '0') * scale;
		}
	}
	if (*end || (!seconds && !fraction))
		return -EINVAL;
	*ns = seconds * NS_PER_S + fraction;
	return 0;
}
