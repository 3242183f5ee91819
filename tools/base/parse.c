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
	size_t skip = hex ? 2 : !strncmp(text, "sk:", 3) ? 3 :
							   0;
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

/* Digits, a point and more digits, and a unit of a table that ends with NULL. */
static int parse_quantity(const char *text, const char *const units[],
			  const int64_t factors[], int64_t *number)
{
	size_t count = strspn(text, "0123456789");
	int64_t whole = 0, part = 0, scale = 1;
	const char *unit = text + count;
	size_t i;

	if (!count || count > 12)
		return -EINVAL;
	for (i = 0; i < count; i++)
		whole = whole * 10 + (text[i] - '0');
	if (*unit == '.') {
		for (unit++; *unit >= '0' && *unit <= '9' && scale < (int64_t)NS_PER_S; unit++) {
			part = part * 10 + (*unit - '0');
			scale *= 10;
		}
		if (scale == 1)
			return -EINVAL;
	}
	for (i = 0; units[i]; i++)
		if (!strcmp(unit, units[i]))
			break;
	if (!units[i] || __builtin_mul_overflow(whole, factors[i], number))
		return -EINVAL;
	return __builtin_add_overflow(*number, part * (factors[i] / scale), number) ?
		       -EINVAL :
		       0;
}

/**
 * parse_duration() - read a duration such as "5s", "250ms", "2m", "0.5" or "1d"
 * @text: the duration; without a unit it is in seconds
 * @ns: result, nanoseconds
 *
 * Return: 0 or -EINVAL
 */
int parse_duration(const char *text, int64_t *ns)
{
	static const char *const units[] = { "s", "", "ms", "us", "ns", "m",
					     "h", "d", NULL };
	static const int64_t factors[] = {
		NS_PER_S,
		NS_PER_S,
		NS_PER_MS,
		NS_PER_US,
		1,
		60 * NS_PER_S,
		3600 * NS_PER_S,
		86400 * NS_PER_S,
	};

	return parse_quantity(text, units, factors, ns);
}

/**
 * parse_bytes() - read a number of bytes such as "100", "4K" or "1M"
 * @text: the number
 * @bytes: result
 *
 * Return: 0 or -EINVAL
 */
int parse_bytes(const char *text, int64_t *bytes)
{
	static const char *const units[] = { "", "B", "K", "M", "G", "k", NULL };
	static const int64_t factors[] = { 1, 1, 1 << 10, 1 << 20, 1 << 30, 1 << 10 };

	return parse_quantity(text, units, factors, bytes);
}
