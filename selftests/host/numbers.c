// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers, addresses, strings and percentiles: the tool's own formatting
 * against the C library's.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "base/clock_text.h"
#include "base/format.h"
#include "base/histogram.h"
#include "base/parse.h"

#define ROUNDS 200000

static const char *u64(__u64 value)
{
	static char text[FORMAT_U64_MAX + 1];

	*format_u64(text, value) = '\0';
	return text;
}

static const char *duration(__u64 ns)
{
	static char text[FORMAT_DURATION_MAX + 1];

	*format_duration(text, ns) = '\0';
	return text;
}

static const char *json(const char *string)
{
	static char text[256];

	*format_json_string(text, string) = '\0';
	return text;
}

static const char *shown(const char *string, bool utf8)
{
	static char text[256];

	*format_text(text, string, utf8) = '\0';
	return text;
}

TEST(numbers_are_written_as_the_c_library_does)
{
	unsigned int seed = 1;
	char expected[32];
	int i;

	EXPECT_STREQ(u64(0), "0");
	EXPECT_STREQ(u64(~0ULL), "18446744073709551615");
	for (i = 0; i < ROUNDS; i++) {
		__u64 value = ((__u64)rand_r(&seed) << 40 ^
			       (__u64)rand_r(&seed) << 20 ^ rand_r(&seed)) >>
			      rand_r(&seed) % 64;

		snprintf(expected, sizeof(expected), "%llu", value);
		ASSERT_STREQ(u64(value), expected);
	}
}

TEST(ipv6_addresses_are_written_as_the_c_library_does)
{
	char text[FORMAT_IP_MAX + 1], expected[INET6_ADDRSTRLEN];
	unsigned char addr[16];
	unsigned int seed = 1;
	int i, j;

	for (i = 0; i < ROUNDS; i++) {
		/* Many zeros: runs of zeros are the difficult case. */
		for (j = 0; j < 16; j++)
			addr[j] = rand_r(&seed) % 4 ? 0 : rand_r(&seed);
		/* The library formats IPv4-compatible addresses, which are obsolete, as IPv4. */
		addr[0] |= 0x20;
		*format_ipv6(text, addr) = '\0';
		inet_ntop(AF_INET6, addr, expected, sizeof(expected));
		ASSERT_STREQ(text, expected);
	}
}

TEST(special_ipv6_addresses)
{
	static const char *const addrs[] = {
		"::",
		"::1",
		"1::",
		"::ffff:192.0.2.1",
		"2001:db8::1:0:0:1",
		"1:0:0:2::3",
		"1:0:2:0:3:0:4:0",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
	};
	char text[FORMAT_IP_MAX + 1];
	unsigned char addr[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		ASSERT_EQ(inet_pton(AF_INET6, addrs[i], addr), 1);
		*format_ipv6(text, addr) = '\0';
		EXPECT_STREQ(text, addrs[i]);
	}
}

TEST(durations_have_three_digits_and_a_unit)
{
	EXPECT_STREQ(duration(0), "0ns");
	EXPECT_STREQ(duration(999), "999ns");
	EXPECT_STREQ(duration(1000), "1.0us");
	EXPECT_STREQ(duration(12345678), "12.3ms");
	EXPECT_STREQ(duration(999949), "999.9us");
	EXPECT_STREQ(duration(999950), "1.0ms");
	EXPECT_STREQ(duration(999949999), "999.9ms");
	EXPECT_STREQ(duration(999950000), "1.0s");
	EXPECT_STREQ(duration(60149000000), "60.1s");
	EXPECT_STREQ(duration(999949999999), "999.9s");
	EXPECT_STREQ(duration(999950000000), "16.7m");
	EXPECT_STREQ(duration(7196999999999), "119.9m");
	EXPECT_STREQ(duration(7197000000000), "2.0h");
	EXPECT_STREQ(duration(259019999999999), "71.9h");
	EXPECT_STREQ(duration(259020000000000), "3.0d");
	/* Longer than any real duration, but it must fit. */
	EXPECT_LE(strlen(duration(~0ULL)), FORMAT_DURATION_MAX);
}

static const char *rfc3339(struct clock_utc *c, __u64 ns)
{
	static char text[CLOCK_RFC3339_SIZE];

	clock_rfc3339(text, c, ns);
	return text;
}

TEST(moments_are_written_as_rfc_3339_has_them)
{
	struct clock_utc c = CLOCK_UTC_INIT;
	unsigned int seed = 1;
	char expected[64], end[16];
	struct tm tm;
	int i;

	EXPECT_STREQ(rfc3339(&c, 0), "1970-01-01T00:00:00.000000000Z");
	EXPECT_STREQ(rfc3339(&c, 1), "1970-01-01T00:00:00.000000001Z");
	EXPECT_STREQ(rfc3339(&c, 951827696987654321), "2000-02-29T12:34:56.987654321Z");
	/* The second that was written last. */
	EXPECT_STREQ(rfc3339(&c, 951827696000000000), "2000-02-29T12:34:56.000000000Z");
	EXPECT_STREQ(rfc3339(&c, ~0ULL), "2554-07-21T23:34:33.709551615Z");
	for (i = 0; i < ROUNDS; i++) {
		__u64 ns = (__u64)rand_r(&seed) << 33 ^ (__u64)rand_r(&seed) << 16 ^
			   rand_r(&seed);
		time_t second = ns / 1000000000;

		ASSERT_NE(NULL, gmtime_r(&second, &tm));
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S", &tm);
		snprintf(end, sizeof(end), ".%09uZ", (unsigned int)(ns % 1000000000));
		strcat(expected, end);
		ASSERT_STREQ(rfc3339(&c, ns), expected);
	}
}

TEST(json_strings_are_valid_whatever_they_hold)
{
	EXPECT_STREQ(json(""), "\"\"");
	EXPECT_STREQ(json("a b/c"), "\"a b/c\"");
	EXPECT_STREQ(json("\"\\"), "\"\\\"\\\\\"");
	EXPECT_STREQ(json("\n\x1f\x7f"), "\"\\u000a\\u001f\\u007f\"");
	EXPECT_STREQ(json("\xc3\xa9\xe2\x86\x92\xf0\x9f\x98\x80"),
		     "\"\xc3\xa9\xe2\x86\x92\xf0\x9f\x98\x80\"");
	/* Cut, lone, overlong, surrogate, beyond Unicode */
	EXPECT_STREQ(json("\xe2\x86"), "\"\\ufffd\\ufffd\"");
	EXPECT_STREQ(json("\x80x"), "\"\\ufffdx\"");
	EXPECT_STREQ(json("\xc0\xaf"), "\"\\ufffd\\ufffd\"");
	EXPECT_STREQ(json("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
	EXPECT_STREQ(json("\xf4\x90\x80\x80"),
		     "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
	EXPECT_STREQ(json("\xff"), "\"\\ufffd\"");
}

TEST(text_does_a_terminal_no_harm)
{
	EXPECT_STREQ(shown("curl", true), "curl");
	EXPECT_STREQ(shown("\033[2J", true), "\\x1b[2J");
	EXPECT_STREQ(shown("a\\x1b", true), "a\\x5cx1b");
	EXPECT_STREQ(shown("\xc3\xa9", true), "\xc3\xa9");
	EXPECT_STREQ(shown("\xc3\xa9", false), "\\xc3\\xa9");
	/* C1 control, right-to-left override, invisible no-break space, cut character */
	EXPECT_STREQ(shown("\xc2\x9b[2J", true), "\\xc2\\x9b[2J");
	EXPECT_STREQ(shown("\xe2\x80\xae", true), "\\xe2\\x80\\xae");
	EXPECT_STREQ(shown("\xef\xbb\xbf", true), "\\xef\\xbb\\xbf");
	EXPECT_STREQ(shown("\xe2\x80", true), "\\xe2\\x80");
}

/* Encoded; what is beyond U+FFFF takes four bytes. */
static const char *utf8_of(unsigned int c)
{
	static char text[5];
	char *p = text;

	if (c >= 0x10000)
		*p++ = (char)(0xf0 | c >> 18);
	if (c >= 0x800)
		*p++ = (char)((c >= 0x10000 ? 0x80 | (c >> 12 & 0x3f) : 0xe0 | c >> 12));
	if (c >= 0x80)
		*p++ = (char)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3f) : 0xc0 | c >> 6);
	*p++ = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
	*p = '\0';
	return text;
}

/* What turns or hides the text around it, as Unicode has it; and nothing beside it. */
TEST(borders_of_what_is_not_shown)
{
	static const struct {
		unsigned int first;
		unsigned int last;
	} hidden[] = {
		{ 0x01, 0x1f }, { '\\', '\\' }, { 0x7f, 0x9f }, { 0xad, 0xad },
		{ 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x180e, 0x180e },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0x3164, 0x3164 }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
		{ 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hidden); i++) {
		unsigned int first = hidden[i].first, last = hidden[i].last;

		EXPECT_EQ('\\', shown(utf8_of(first), true)[0]);
		EXPECT_EQ('\\', shown(utf8_of(last), true)[0]);
		if (first > 1)
			EXPECT_STREQ(utf8_of(first - 1), shown(utf8_of(first - 1), true));
		EXPECT_STREQ(utf8_of(last + 1), shown(utf8_of(last + 1), true));
	}
}

TEST(numbers_are_read_in_full)
{
	__u64 max = ~0ULL;
	uint_least64_t value;

	EXPECT_EQ(parse_u64("18446744073709551615", 0, max, &value), 0);
	EXPECT_EQ(value, max);
	EXPECT_EQ(parse_u64("18446744073709551616", 0, max, &value), -EINVAL);
	EXPECT_EQ(parse_u64("007", 0, 10, &value), 0);
	EXPECT_EQ(value, 7);
	EXPECT_EQ(parse_u64("11", 0, 10, &value), -EINVAL);
	EXPECT_EQ(parse_u64("", 0, 10, &value), -EINVAL);
	EXPECT_EQ(parse_seconds("1.5", &value), 0);
	EXPECT_EQ(value, 1500000000);
	EXPECT_EQ(parse_seconds("0.0000000019", &value), 0);
	EXPECT_EQ(value, 1);
	EXPECT_EQ(parse_seconds("0.0000000009", &value), -EINVAL);
	EXPECT_EQ(parse_seconds("1000000000", &value), 0);
	EXPECT_EQ(parse_seconds("1000000001", &value), -EINVAL);
}

TEST(cookies_are_read_in_full)
{
	uint_least64_t value;

	EXPECT_EQ(parse_cookie("0xffffffffffffffff", &value), 0);
	EXPECT_EQ(value, ~0ULL);
	EXPECT_EQ(parse_cookie("sk:1000000000000000", &value), 0);
	EXPECT_EQ(value, 1ULL << 60);
	EXPECT_EQ(parse_cookie("4711", &value), 0);
	EXPECT_EQ(value, 4711);
	EXPECT_EQ(parse_cookie("0x10000000000000000", &value), -EINVAL);
	EXPECT_EQ(parse_cookie("0x", &value), -EINVAL);
	EXPECT_EQ(parse_cookie("0x0", &value), -EINVAL);
	EXPECT_EQ(parse_cookie("0", &value), -EINVAL);
	EXPECT_EQ(parse_cookie("sk:g", &value), -EINVAL);
}

static void count(struct tcpclose_histogram *h, __u64 ns)
{
	int b = TCPCLOSE_BUCKETS - 1;

	while (b && TCPCLOSE_BUCKET_NS(b) > ns)
		b--;
	h->buckets[b]++;
	h->count++;
	h->sum_ns += ns;
	if (ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
}

static int ascending(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

TEST(percentiles_are_off_by_a_bucket_at_most)
{
	static __u64 values[1000];
	unsigned int seed = 1, round, i, n;

	for (round = 0; round < 200; round++) {
		struct tcpclose_histogram h = { .min_ns = TCPCLOSE_UNKNOWN_NS };

		n = 1 + rand_r(&seed) % 1000;
		for (i = 0; i < n; i++) {
			values[i] = 300 + ((__u64)rand_r(&seed)
					   << rand_r(&seed) % 16);
			count(&h, values[i]);
		}
		qsort(values, n, sizeof(values[0]), ascending);
		for (i = 1; i < 100; i++) {
			double is = (double)histogram_percentile(&h, i);
			double exact = (double)values[(n * i + 99) / 100 - 1];

			ASSERT_LE(is, exact * 1.26);
			ASSERT_GE(is, exact / 1.26);
		}
	}
}

TEST(percentiles_of_little)
{
	struct tcpclose_histogram h = { .min_ns = TCPCLOSE_UNKNOWN_NS };

	EXPECT_EQ(histogram_percentile(&h, 50), TCPCLOSE_UNKNOWN_NS);
	count(&h, 5);
	EXPECT_EQ(histogram_percentile(&h, 50), 5);
	EXPECT_EQ(histogram_percentile(&h, 99), 5);
	count(&h, 100 * 86400 * 1000000000ULL);
	EXPECT_EQ(histogram_percentile(&h, 99), 100 * 86400 * 1000000000ULL);
}

TEST(rows_hold_what_the_buckets_hold)
{
	struct histogram_row rows[HISTOGRAM_ROWS];
	unsigned int first, last, n, i;

	for (first = 0; first < TCPCLOSE_BUCKETS; first++) {
		for (last = first; last < TCPCLOSE_BUCKETS; last++) {
			struct tcpclose_histogram h = { .count = 0 };
			__u64 sum = 0;

			h.buckets[first] = 1;
			h.buckets[last] += 2;
			n = histogram_rows(&h, rows);
			ASSERT_GE(n, 1);
			ASSERT_LE(n, HISTOGRAM_ROWS);
			for (i = 0; i < n; i++) {
				sum += rows[i].count;
				if (i)
					ASSERT_EQ(rows[i].from_ns,
						  rows[i - 1].to_ns);
			}
			ASSERT_EQ(sum, 3);
			ASSERT_NE(rows[0].count, 0);
			ASSERT_NE(rows[n - 1].count, 0);
		}
	}
}

/* Up to eight buckets are shown as they are; more in whole powers of two. */
TEST(rows_are_fine_where_they_are_few)
{
	struct histogram_row rows[HISTOGRAM_ROWS];
	unsigned int first, last, n, i, powers, wide;

	for (first = 0; first < TCPCLOSE_BUCKETS; first++) {
		for (last = first; last < TCPCLOSE_BUCKETS; last++) {
			struct tcpclose_histogram h = { .count = 0 };

			h.buckets[first] = 1;
			h.buckets[last] += 2;
			n = histogram_rows(&h, rows);
			if (last - first < 8) {
				ASSERT_EQ(n, last - first + 1);
				for (i = 0; i < n; i++)
					ASSERT_EQ(rows[i].from_ns,
						  first + i ? TCPCLOSE_BUCKET_NS(first + i) : 0);
				continue;
			}
			/* As few powers of two in each row as twelve rows allow */
			powers = last / 4 - first / 4 + 1;
			wide = (powers + 11) / 12;
			ASSERT_EQ(n, (powers + wide - 1) / wide);
			for (i = 0; i < n; i++)
				ASSERT_EQ(rows[i].from_ns,
					  first / 4 + i ? 256ULL << (first / 4 + i * wide) : 0);
		}
	}
}

TEST_HARNESS_MAIN
