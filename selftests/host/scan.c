// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scan that secrets.c relies on finds planted data at any place, and finds nothing
 * in clean data.
 */
#include <string.h>

#include "kselftest_harness.h"

#include "lib/scan.h"

FIXTURE(scan)
{
	struct scan scan;
	union {
		struct tcpclose_record record;
		unsigned char bytes[sizeof(struct tcpclose_record)];
	};
	struct tcpclose_detail detail;
};

FIXTURE_SETUP(scan)
{
	self->record = (struct tcpclose_record){
		.ts_ns = 81234567890,
		.seq = 4711,
		.cpu = 3,
		.kind = TCPCLOSE_KIND_TRANSITION,
		.cookie = 0x1003,
		.dwell_ns = 1234567,
		.age_ns = 7654321,
		.laddr = { 0x20, 1, 0xd, 0xb8, [14] = 0xff, 0xff },
		.raddr = { [10] = 0xff, 0xff, 127, 0, 0, 1 },
		.lport = 65535,
		.rport = 443,
		.netns = 1,
		.netns_inode = 4026531840,
		.inode = 4242,
		.cgroup = 77,
		.uid = 1000,
		.how = TCPCLOSE_HOW(0, 1, 1, 1, 3),
		.index = 4,
	};
	self->detail = (struct tcpclose_detail){
		.ts_ns = 81234567890,
		.kind = TCPCLOSE_KIND_DETAIL,
		.cookie = 0x1003,
		.netns = 1,
		.pid = 300,
		.tid = 301,
		.comm = "fifteen letters",
	};
}

FIXTURE_TEARDOWN(scan)
{
}

static bool detail_is_clean(struct scan *scan, const struct tcpclose_detail *detail)
{
	return scan_record(scan, (const struct tcpclose_record *)detail);
}

TEST_F(scan, finds_nothing_in_what_is_clean)
{
	EXPECT_TRUE(scan_record(&self->scan, &self->record));
	EXPECT_TRUE(detail_is_clean(&self->scan, &self->detail));
	EXPECT_EQ(NULL, self->scan.what);
}

TEST_F(scan, takes_what_is_unknown_for_no_pointer)
{
	self->record.dwell_ns = TCPCLOSE_UNKNOWN_NS;
	self->record.age_ns = TCPCLOSE_UNKNOWN_NS;
	self->record.uid = TCPCLOSE_UNKNOWN_UID;
	EXPECT_TRUE(scan_record(&self->scan, &self->record));
}

TEST_F(scan, finds_a_pointer_at_any_offset)
{
	static const __u64 pointers[] = {
		0xffff888003a4c180, /* of memory */
		0xffffc90000013d20, /* of a stack */
		0xffffea00000e9300, /* of a page */
		0xffffffff8234f6c0, /* of the kernel */
		0xffffffffc0403018, /* of a module */
		0xffffe8ffffc0b040, /* of a processor */
		0xfffffe0000002fd8, /* of its entry stack */
	};
	struct tcpclose_record clean = self->record;
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(pointers); i++) {
		for (at = 0; at + 8 <= sizeof(clean); at++) {
			self->record = clean;
			memcpy(self->bytes + at, &pointers[i], 8);
			ASSERT_FALSE(scan_bytes(&self->scan, self->bytes,
						sizeof(self->bytes)));
			ASSERT_GE(at, self->scan.at);
			ASSERT_LT(at, self->scan.at + 8);
		}
	}
}

/* Times may have any value, and so may the halves of two adjacent ones */
TEST_F(scan, takes_no_time_for_a_pointer)
{
	__u64 low;

	for (low = 0; low <= 0xffff; low++) {
		self->record.ts_ns = low << 8;
		self->record.dwell_ns = low << 16 | 0xff;
		self->record.age_ns = 0x30000 | low;
		EXPECT_TRUE(scan_record(&self->scan, &self->record))
		{
			TH_LOG("%llx: %s, at %zu", low, self->scan.what,
			       self->scan.at);
		}
	}
}

TEST_F(scan, finds_a_pointer_in_a_record)
{
	self->record.cookie = 0xffff888003a4c180;
	EXPECT_FALSE(scan_record(&self->scan, &self->record));
	EXPECT_STREQ("a pointer", self->scan.what);
	self->detail.cgroup = 0xffffffff8234f6c0;
	EXPECT_FALSE(detail_is_clean(&self->scan, &self->detail));
	EXPECT_STREQ("a pointer", self->scan.what);
}

TEST_F(scan, finds_poison)
{
	static const unsigned char poisons[] = { 0x5a, 0x6b, 0xbb, 0xcc, 0xaa };
	struct tcpclose_record clean = self->record;
	size_t i, at;

	for (i = 0; i < sizeof(poisons); i++) {
		for (at = 0; at + 4 <= sizeof(clean); at++) {
			self->record = clean;
			memset(self->bytes + at, poisons[i], 4);
			ASSERT_FALSE(scan_bytes(&self->scan, self->bytes,
						sizeof(self->bytes)));
		}
	}
	EXPECT_STREQ("poisoned memory", self->scan.what);
}

TEST_F(scan, finds_a_secret_at_any_offset)
{
	static const char secret[] = "my voice";
	struct tcpclose_record clean = self->record;
	size_t at;

	scan_for(&self->scan, "other", 5, "another");
	scan_for(&self->scan, secret, 8, "a word");
	EXPECT_TRUE(scan_record(&self->scan, &self->record));
	for (at = 0; at + 8 <= sizeof(clean); at++) {
		self->record = clean;
		memcpy(self->bytes + at, secret, 8);
		ASSERT_FALSE(scan_bytes(&self->scan, self->bytes,
					sizeof(self->bytes)));
		ASSERT_STREQ("a word", self->scan.what);
		ASSERT_EQ(at, self->scan.at);
	}
}

TEST_F(scan, finds_what_an_earlier_record_left)
{
	struct tcpclose_detail clean = self->detail;
	size_t i;

	for (i = 0; i < sizeof(clean.reserved1); i++) {
		self->detail = clean;
		self->detail.reserved1[i] = 1;
		ASSERT_FALSE(detail_is_clean(&self->scan, &self->detail));
	}
	self->detail = clean;
	self->detail.mark = 0x80;
	EXPECT_FALSE(detail_is_clean(&self->scan, &self->detail));

	self->record.how &= ~TCPCLOSE_HOW(0, 1, 0, 0, 0);
	EXPECT_FALSE(scan_record(&self->scan, &self->record));
	memset(self->record.laddr + 4, 0, 12);
	EXPECT_FALSE(scan_record(&self->scan, &self->record));
	memset(self->record.raddr + 4, 0, 12);
	EXPECT_TRUE(scan_record(&self->scan, &self->record));
	self->record.kind = 9;
	EXPECT_FALSE(scan_record(&self->scan, &self->record));
}

TEST_F(scan, finds_what_an_earlier_record_left_in_a_rst)
{
	struct tcpclose_rst clean = {
		.ts_ns = 1000000000,
		.kind = TCPCLOSE_KIND_RST,
		.uid = TCPCLOSE_UNKNOWN_UID,
		.lport = 80,
		.comm = "nginx",
	};
	struct tcpclose_left_out left_out = { .kind = TCPCLOSE_KIND_LEFT_OUT, .sent = 7 };
	struct tcpclose_rst rst = clean;
	size_t i;

	EXPECT_TRUE(scan_record(&self->scan, (const void *)&rst));
	for (i = 0; i < sizeof(rst.reserved); i++) {
		rst = clean;
		rst.reserved[i] = 1;
		EXPECT_FALSE(scan_record(&self->scan, (const void *)&rst));
	}
	rst = clean;
	rst.comm[9] = 'x';
	EXPECT_FALSE(scan_record(&self->scan, (const void *)&rst));
	rst = clean;
	rst.raddr[5] = 1;
	EXPECT_FALSE(scan_record(&self->scan, (const void *)&rst));
	rst.mark = TCPCLOSE_RST_MARK_IPV6;
	EXPECT_TRUE(scan_record(&self->scan, (const void *)&rst));
	rst.mark = 0x80;
	EXPECT_FALSE(scan_record(&self->scan, (const void *)&rst));

	EXPECT_TRUE(scan_record(&self->scan, (const void *)&left_out));
	left_out.reserved2[sizeof(left_out.reserved2) - 1] = 1;
	EXPECT_FALSE(scan_record(&self->scan, (const void *)&left_out));
}

TEST_F(scan, finds_what_an_earlier_record_left_in_others)
{
	struct tcpclose_drop drop = { .kind = TCPCLOSE_KIND_DROP };
	struct tcpclose_failed_call failed = { .kind = TCPCLOSE_KIND_FAILED_CALL };
	struct tcpclose_session session = { .kind = TCPCLOSE_KIND_SESSION };

	EXPECT_TRUE(scan_record(&self->scan, (const void *)&drop));
	drop.bound[4] = 1;
	EXPECT_FALSE(scan_record(&self->scan, (const void *)&drop));
	drop.mark = TCPCLOSE_DROP_MARK_IPV6;
	EXPECT_TRUE(scan_record(&self->scan, (const void *)&drop));
	drop.reserved[sizeof(drop.reserved) - 1] = 1;
	EXPECT_FALSE(scan_record(&self->scan, (const void *)&drop));

	EXPECT_TRUE(scan_record(&self->scan, (const void *)&failed));
	failed.comm[9] = 'x';
	EXPECT_FALSE(scan_record(&self->scan, (const void *)&failed));
	failed.comm[9] = '\0';
	failed.reserved[sizeof(failed.reserved) - 1] = 1;
	EXPECT_FALSE(scan_record(&self->scan, (const void *)&failed));

	EXPECT_TRUE(scan_record(&self->scan, (const void *)&session));
	session.mark = 0x80;
	EXPECT_FALSE(scan_record(&self->scan, (const void *)&session));
	session.mark = 0;
	session.reserved[sizeof(session.reserved) - 1] = 1;
	EXPECT_FALSE(scan_record(&self->scan, (const void *)&session));
}

TEST_F(scan, finds_what_a_longer_name_left)
{
	memcpy(self->detail.comm, "short\0letters", 14);
	EXPECT_FALSE(detail_is_clean(&self->scan, &self->detail));
	memset(self->detail.comm, 'x', sizeof(self->detail.comm));
	EXPECT_FALSE(detail_is_clean(&self->scan, &self->detail));
}

TEST_F(scan, finds_a_pointer_in_statistics)
{
	static struct tcpclose_stats stats;
	int i;

	for (i = 0; i < TCPCLOSE_STATES; i++)
		stats.dwell[i].min_ns = TCPCLOSE_UNKNOWN_NS;
	stats.timewait.min_ns = TCPCLOSE_UNKNOWN_NS;
	EXPECT_TRUE(scan_stats(&self->scan, &stats));
	stats.timewait.max_ns = 0xffff888003a4c180;
	EXPECT_FALSE(scan_stats(&self->scan, &stats));
}

TEST_F(scan, finds_what_was_not_written)
{
	unsigned char first[32], second[32];
	size_t at;

	for (at = 0; at < sizeof(first); at++) {
		memset(first, 7, sizeof(first));
		/* Written, by chance with the value that was there */
		memset(second, 0xa5, sizeof(second));
		first[at] = 0xa5;
		ASSERT_TRUE(scan_unwritten(&self->scan, first, second,
					   sizeof(first), 0xa5));
		second[at] = 0x5a;
		ASSERT_FALSE(scan_unwritten(&self->scan, first, second,
					    sizeof(first), 0xa5));
		ASSERT_EQ(at, self->scan.at);
	}
}

TEST_HARNESS_MAIN
