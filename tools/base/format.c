// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers, addresses and strings as characters, without printf(): a busy
 * machine's stream has many millions of them.
 *
 * Names from outside (of threads and namespaces) never reach a terminal or a JSON
 * reader unescaped.
 */
#include "base/clock.h"
#include "base/format.h"

static const char hex[] = "0123456789abcdef";

/* All pairs of digits, one after the other. */
#define TEN(tens) \
#tens "0" #tens "1" #tens "2" #tens "3" #tens "4" #tens "5" #tens "6" #tens "7" #tens "8" #tens "9"
static const char pairs[] = TEN(0) TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6)
	TEN(7) TEN(8) TEN(9);

/* @value: below 100 */
static inline char *format_pair(char *p, unsigned int value)
{
	return format_bytes(p, pairs + 2 * value, 2);
}

static unsigned int count_digits(uint64_t value)
{
	static const uint64_t powers[] = {
		0,
		10ULL,
		100ULL,
		1000ULL,
		10000ULL,
		100000ULL,
		1000000ULL,
		10000000ULL,
		100000000ULL,
		1000000000ULL,
		10000000000ULL,
		100000000000ULL,
		1000000000000ULL,
		10000000000000ULL,
		100000000000000ULL,
		1000000000000000ULL,
		10000000000000000ULL,
		100000000000000000ULL,
		1000000000000000000ULL,
		10000000000000000000ULL,
	};
	/* Bits by log10(2), which is 1233 / 4096, and one too many at most. */
	unsigned int bits = 64 - (unsigned int)__builtin_clzll(value | 1);
	unsigned int digits = bits * 1233 >> 12;

	return digits + (value >= powers[digits]);
}

/**
 * format_u64() - a decimal number
 * @p: room for %FORMAT_U64_MAX characters
 * @value: the number
 */
char *format_u64(char *p, uint64_t value)
{
	char *end = p + count_digits(value);
	unsigned int rest;

	for (p = end; value >= 10000; value /= 10000) {
		rest = (unsigned int)(value % 10000);
		p -= 4;
		format_pair(p, rest / 100);
		format_pair(p + 2, rest % 100);
	}
	rest = (unsigned int)value;
	if (rest >= 100) {
		p -= 2;
		format_pair(p, rest % 100);
		rest /= 100;
	}
	if (rest >= 10)
		format_pair(p - 2, rest);
	else
		p[-1] = (char)('0' + rest);
	return end;
}

/**
 * format_digits() - a decimal number with leading zeros
 * @p: room for @digits characters
 * @value: the number; digits in front that do not fit are left out
 * @digits: how many
 */
char *format_digits(char *p, uint64_t value, unsigned int digits)
{
	char *end = p + digits;

	for (p = end; digits >= 2; digits -= 2) {
		p -= 2;
		format_pair(p, (unsigned int)(value % 100));
		value /= 100;
	}
	if (digits)
		p[-1] = (char)('0' + value % 10);
	return end;
}

/**
 * format_micros() - the microseconds of a second, with leading zeros
 * @p: room for 6 characters
 * @us: below 1000000
 */
char *format_micros(char *p, unsigned int us)
{
	p = format_pair(p, us / 10000);
	p = format_pair(p, us / 100 % 100);
	return format_pair(p, us % 100);
}

static char *format_octet(char *p, unsigned int value)
{
	if (value < 10) {
		*p++ = (char)('0' + value);
		return p;
	}
	if (value >= 100) {
		*p++ = (char)('0' + value / 100);
		value %= 100;
	}
	return format_pair(p, value);
}

/**
 * format_ipv4() - an IPv4 address
 * @p: room for 15 characters
 * @addr: 4 bytes, network order
 */
char *format_ipv4(char *p, const uint8_t *addr)
{
	int i;

	p = format_octet(p, addr[0]);
	for (i = 1; i < 4; i++) {
		*p++ = '.';
		p = format_octet(p, addr[i]);
	}
	return p;
}

static char *format_hex16(char *p, unsigned int value)
{
	if (value >= 0x1000)
		*p++ = hex[value >> 12];
	if (value >= 0x100)
		*p++ = hex[value >> 8 & 0xf];
	if (value >= 0x10)
		*p++ = hex[value >> 4 & 0xf];
	*p++ = hex[value & 0xf];
	return p;
}

/**
 * format_is_mapped_ipv4() - whether an IPv6 address stands for an IPv4 one
 * @addr: 16 bytes; the IPv4 address is the last 4
 */
bool format_is_mapped_ipv4(const uint8_t *addr)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(addr, prefix, sizeof(prefix));
}

/**
 * format_ipv6() - an IPv6 address, as RFC 5952 wants it
 * @p: room for %FORMAT_IP_MAX characters
 * @addr: 16 bytes, network order
 */
char *format_ipv6(char *p, const uint8_t *addr)
{
	unsigned int words[8], i, len, best = 8, best_len = 1;

	if (format_is_mapped_ipv4(addr))
		return format_ipv4(FORMAT_LITERAL(p, "::ffff:"), addr + 12);
	for (i = 0; i < 8; i++)
		words[i] = (unsigned int)addr[2 * i] << 8 | addr[2 * i + 1];
	/* The first of the longest runs of zeros, if longer than one. */
	for (i = 0; i < 8; i += len + 1) {
		for (len = 0; i + len < 8 && !words[i + len]; len++)
			;
		if (len > best_len) {
			best = i;
			best_len = len;
		}
	}
	for (i = 0; i < 8; i++) {
		if (i == best) {
			p = FORMAT_LITERAL(p, "::");
			i += best_len - 1;
			continue;
		}
		if (i && i != best + best_len)
			*p++ = ':';
		p = format_hex16(p, words[i]);
	}
	return p;
}

/**
 * format_ip() - an address
 * @p: room for %FORMAT_IP_MAX characters
 * @ipv6: it is IPv6's
 * @addr: 4 or 16 bytes, network order
 */
char *format_ip(char *p, bool ipv6, const uint8_t *addr)
{
	return ipv6 ? format_ipv6(p, addr) : format_ipv4(p, addr);
}

/**
 * format_endpoint() - an address and its port
 * @p: room for %FORMAT_ENDPOINT_MAX characters
 * @ipv6: the address is IPv6's; one that is IPv4's on the wire is written so,
 *	whatever the socket's family
 * @addr: 4 or 16 bytes, network order
 * @port: its port; 0: none
 */
char *format_endpoint(char *p, bool ipv6, const uint8_t *addr, uint16_t port)
{
	if (ipv6 && format_is_mapped_ipv4(addr)) {
		p = format_ipv4(p, addr + 12);
	} else if (ipv6) {
		*p++ = '[';
		p = format_ipv6(p, addr);
		*p++ = ']';
	} else {
		p = format_ipv4(p, addr);
	}
	*p++ = ':';
	if (port)
		return format_u64(p, port);
	*p++ = '*';
	return p;
}

/**
 * format_duration() - a duration for people: three digits or so and a unit
 * @p: room for %FORMAT_DURATION_MAX characters
 * @ns: nanoseconds
 */
char *format_duration(char *p, uint64_t ns)
{
	static const struct {
		uint64_t limit_ns; /* rounded to the unit it would overflow */
		uint64_t tenth_ns;
		const char *unit;
	} units[] = {
		{ 999950ULL, 100ULL, "us" },
		{ 999950000ULL, 100000ULL, "ms" },
		{ 999950000000ULL, 100000000ULL, "s" },
		{ 7197000000000ULL, 6000000000ULL, "m" },
		{ 259020000000000ULL, 360000000000ULL, "h" },
		{ UINT64_MAX, 8640000000000ULL, "d" },
	};
	unsigned int i = 0;
	uint64_t tenths;

	if (ns < 1000)
		return FORMAT_LITERAL(format_u64(p, ns), "ns");
	while (ns >= units[i].limit_ns && units[i].limit_ns != UINT64_MAX)
		i++;
	tenths = ns / units[i].tenth_ns;
	if (ns % units[i].tenth_ns >= units[i].tenth_ns / 2)
		tenths++;
	p = format_u64(p, tenths / 10);
	*p++ = '.';
	*p++ = (char)('0' + tenths % 10);
	return format_string(p, units[i].unit);
}

/**
 * format_size() - a number of bytes for people: exact up to 9999, then three digits or
 *	so and a unit of 1024
 * @p: room for %FORMAT_SIZE_MAX characters
 * @bytes: the number
 */
char *format_size(char *p, uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	unsigned int i = 0;
	uint64_t tenths;

	if (bytes < 10000)
		return format_u64(p, bytes);
	for (tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024; tenths >= 10240; i++)
		tenths /= 1024;
	p = format_u64(p, tenths / 10);
	if (tenths < 1000) {
		*p++ = '.';
		*p++ = (char)('0' + tenths % 10);
	}
	*p++ = units[i];
	return p;
}

/* Length of the UTF-8 character at @s with its value, or 0 if it is none. */
static size_t utf8_decode(const unsigned char *s, uint32_t *value)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len, i;

	if (s[0] < 0x80) {
		*value = s[0];
		return 1;
	}
	if (s[0] >= 0xf0 && s[0] < 0xf8)
		len = 4;
	else if (s[0] >= 0xe0)
		len = 3;
	else if (s[0] >= 0xc0)
		len = 2;
	else
		return 0;
	if (s[0] >= 0xf8)
		return 0;
	*value = s[0] & (0xffU >> (len + 1));
	/* The NUL at the end is no continuation, so this stops there. */
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*value = *value << 6 | (s[i] & 0x3f);
	}
	if (*value < least[len] || *value > 0x10ffff ||
	    (*value >= 0xd800 && *value < 0xe000))
		return 0;
	return len;
}

/* Characters that need neither a closer look nor an escape. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

/**
 * format_json_string() - a string in quotes, valid whatever it holds
 * @p: room for FORMAT_JSON_MAX() of its length
 * @string: the string; what is no UTF-8 becomes U+FFFD
 */
char *format_json_string(char *p, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;

	*p++ = '"';
	while (*s) {
		uint32_t value;
		size_t len;

		if (is_plain(*s) && *s != '"') {
			*p++ = (char)*s++;
			continue;
		}
		len = utf8_decode(s, &value);
		if (!len) {
			p = FORMAT_LITERAL(p, "\\ufffd");
			s++;
			continue;
		}
		if (value == '"' || value == '\\') {
			*p++ = '\\';
			*p++ = (char)value;
		} else if (value < 0x20 || (value >= 0x7f && value < 0xa0)) {
			p = FORMAT_LITERAL(p, "\\u00");
			*p++ = hex[value >> 4];
			*p++ = hex[value & 0xf];
		} else {
			p = format_bytes(p, (const char *)s, len);
		}
		s += len;
	}
	*p++ = '"';
	return p;
}

/* Controls, and what turns or hides the text around it. */
static bool is_printable(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != '\\' &&
	       c != 0xad && c != 0x61c && c != 0x115f && c != 0x1160 &&
	       c != 0x180e && !(c >= 0x200b && c <= 0x200f) &&
	       !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f) &&
	       c != 0x3164 && c != 0xfeff && c != 0xffa0 &&
	       !(c >= 0xfff9 && c <= 0xfffb) && !(c >= 0xe0000 && c <= 0xe0fff);
}

/**
 * format_text() - a string that does a terminal no harm
 * @p: room for FORMAT_TEXT_MAX() of its length
 * @string: the string; bytes that must not be shown become \xNN
 * @utf8: characters beyond ASCII may be shown
 */
char *format_text(char *p, const char *string, bool utf8)
{
	const unsigned char *s = (const unsigned char *)string;

	while (*s) {
		uint32_t value;
		size_t len;

		if (is_plain(*s)) {
			*p++ = (char)*s++;
			continue;
		}
		len = utf8_decode(s, &value);
		if (len && is_printable(value) && (len == 1 || utf8)) {
			p = format_bytes(p, (const char *)s, len);
			s += len;
			continue;
		}
		for (len = len ? len : 1; len > 0; len--, s++) {
			p = FORMAT_LITERAL(p, "\\x");
			*p++ = hex[*s >> 4];
			*p++ = hex[*s & 0xf];
		}
	}
	return p;
}

/**
 * format_columns() - how wide a text is on a terminal, about
 * @text: valid UTF-8
 * @len: its length, bytes
 */
size_t format_columns(const char *text, size_t len)
{
	const uint64_t ones = 0x0101010101010101ULL;
	size_t columns = len;

	/* Less the bytes 10xxxxxx, which continue a character. */
	for (; len >= 8; len -= 8, text += 8) {
		uint64_t word;

		memcpy(&word, text, 8);
		word = word >> 7 & ~(word >> 6) & ones;
		columns -= word * ones >> 56;
	}
	for (; len; len--, text++)
		columns -= ((unsigned char)*text & 0xc0) == 0x80;
	return columns;
}
