// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of the kernel's trace, made by hand, whole or damaged: the events that verify
 * --against-kernel reads from them.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/event.h"
#include "witness/trace_format.h"

static const char page_format[] =
	"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
	"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
	"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
	"\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n";

/* With padding at another place than in today's kernels */
static const char event_format[] =
	"name: inet_sock_set_state\nID: 1512\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:const void * skaddr;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:int oldstate;\toffset:24;\tsize:4;\tsigned:1;\n"
	"\tfield:int newstate;\toffset:28;\tsize:4;\tsigned:1;\n"
	"\tfield:__u16 sport;\toffset:32;\tsize:2;\tsigned:0;\n"
	"\tfield:__u16 dport;\toffset:34;\tsize:2;\tsigned:0;\n"
	"\tfield:__u16 family;\toffset:36;\tsize:2;\tsigned:0;\n"
	"\tfield:__u16 protocol;\toffset:38;\tsize:2;\tsigned:0;\n"
	"\tfield:__u8 saddr[4];\toffset:40;\tsize:4;\tsigned:0;\n"
	"\tfield:__u8 daddr[4];\toffset:44;\tsize:4;\tsigned:0;\n"
	"\tfield:__u8 saddr_v6[16];\toffset:48;\tsize:16;\tsigned:0;\n"
	"\tfield:__u8 daddr_v6[16];\toffset:64;\tsize:16;\tsigned:0;\n";

#define EVENT_SIZE 80
#define PAGE 4096

/* A page under construction, with unreadable memory after it, and the events found */
struct page {
	struct trace_format format;
	struct trace_event events[64];
	unsigned int count;
	unsigned char *bytes;
	size_t len;
};

FIXTURE(page)
{
	struct page page;
};

FIXTURE_SETUP(page)
{
	struct page *page = &self->page;
	uint64_t start_ns = 1000;

	memset(page, 0, sizeof(*page));
	ASSERT_EQ(0, trace_format_page(&page->format, page_format));
	ASSERT_EQ(0, trace_format_event(&page->format, event_format));
	ASSERT_EQ(EVENT_SIZE, page->format.size);
	page->bytes = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page->bytes);
	ASSERT_EQ(0, mprotect(page->bytes + PAGE, PAGE, PROT_NONE));
	memcpy(page->bytes, &start_ns, sizeof(start_ns));
	page->len = 16;
}

FIXTURE_TEARDOWN(page)
{
	munmap(self->page.bytes, 2 * PAGE);
}

static void add(struct page *page, const void *bytes, size_t len)
{
	memcpy(page->bytes + page->len, bytes, len);
	page->len += len;
}

static void add_head(struct page *page, unsigned int type,
		     unsigned int delta)
{
	uint32_t word = type | delta << 5;

	add(page, &word, sizeof(word));
}

static void add_word(struct page *page, uint32_t word)
{
	add(page, &word, sizeof(word));
}

static void add_event(struct page *page, unsigned int delta,
		      uint16_t family, uint16_t protocol, uint16_t port)
{
	unsigned char event[EVENT_SIZE] = { 1512 & 255, 1512 >> 8 };
	uint64_t socket = 0xffff888000000000ULL + port;

	memcpy(event + 16, &socket, 8);
	event[24] = TCPCLOSE_LAST_ACK;
	event[28] = TCPCLOSE_CLOSE;
	memcpy(event + 32, &port, 2);
	memcpy(event + 36, &family, 2);
	memcpy(event + 38, &protocol, 2);
	memcpy(event + 40, "\x7f\0\0\1\x7f\0\0\2", 8);
	memcpy(event + 48, "0123456789abcdef", 16);
	add_head(page, EVENT_SIZE / 4, delta);
	add(page, event, sizeof(event));
}

static void keep(void *ctx, const struct trace_event *e)
{
	struct page *page = ctx;

	if (page->count < 64)
		page->events[page->count++] = *e;
}

static int parse(struct page *page, uint64_t flags)
{
	uint64_t commit = (page->len - 16) | flags;

	memcpy(page->bytes + 8, &commit, sizeof(commit));
	page->count = 0;
	return trace_format_parse(&page->format, page->bytes, PAGE, 3, keep,
				  page);
}

TEST_F(page, gives_its_events)
{
	struct page *page = &self->page;

	add_event(page, 5, AF_INET, IPPROTO_TCP, 80);
	add_event(page, 7, AF_INET6, IPPROTO_TCP, 443);
	ASSERT_EQ(0, parse(page, 0));
	ASSERT_EQ(2, page->count);
	EXPECT_EQ(1005, page->events[0].ts_ns);
	EXPECT_EQ(3, page->events[0].cpu);
	EXPECT_EQ(80, page->events[0].lport);
	EXPECT_FALSE(page->events[0].ipv6);
	EXPECT_EQ(0, memcmp(page->events[0].laddr, "\x7f\0\0\1\0\0\0\0", 8));
	EXPECT_EQ(0, memcmp(page->events[0].raddr, "\x7f\0\0\2\0\0\0\0", 8));
	EXPECT_EQ(TCPCLOSE_LAST_ACK, page->events[0].old);
	EXPECT_EQ(TCPCLOSE_CLOSE, page->events[0].new);
	EXPECT_EQ(1012, page->events[1].ts_ns);
	EXPECT_EQ(0xffff8880000001bbULL, page->events[1].socket);
	EXPECT_TRUE(page->events[1].ipv6);
	EXPECT_EQ(0, memcmp(page->events[1].laddr, "0123456789abcdef", 16));
}

TEST_F(page, leaves_other_protocols_out)
{
	struct page *page = &self->page;

	add_event(page, 1, AF_INET, IPPROTO_DCCP, 80);
	add_event(page, 1, AF_INET6, IPPROTO_SCTP, 80);
	ASSERT_EQ(0, parse(page, 0));
	EXPECT_EQ(0, page->count);
}

TEST_F(page, has_mptcp)
{
	struct page *page = &self->page;

	add_event(page, 1, AF_INET6, IPPROTO_MPTCP, 80);
	ASSERT_EQ(0, parse(page, 0));
	EXPECT_EQ(1, page->count);
}

TEST_F(page, keeps_the_time)
{
	struct page *page = &self->page;

	/* 2^27 and 3 more; the whole time; and a discarded event */
	add_head(page, 30, 3);
	add_word(page, 1);
	add_event(page, 1, AF_INET, IPPROTO_TCP, 1);
	add_head(page, 31, 9);
	add_word(page, 2);
	add_event(page, 1, AF_INET, IPPROTO_TCP, 2);
	add_head(page, 29, 1);
	add_word(page, 12);
	add_word(page, 0);
	add_word(page, 0);
	add_event(page, 1, AF_INET, IPPROTO_TCP, 3);
	/* The rest of the page */
	add_head(page, 29, 0);
	add_word(page, 0xffffffff);
	ASSERT_EQ(0, parse(page, 0));
	ASSERT_EQ(3, page->count);
	EXPECT_EQ(1000 + (1 << 27) + 3 + 1, page->events[0].ts_ns);
	EXPECT_EQ((2 << 27) + 9 + 1, page->events[1].ts_ns);
	EXPECT_EQ((2 << 27) + 9 + 2, page->events[2].ts_ns);
}

TEST_F(page, reports_losses)
{
	struct page *page = &self->page;

	add_event(page, 1, AF_INET, IPPROTO_TCP, 1);
	EXPECT_EQ(1, parse(page, 1U << 31));
	EXPECT_EQ(1, page->count);
	EXPECT_EQ(1, parse(page, 3U << 30));
	/* A count after the events, for which a full page has no room */
	while (page->len + 4 + EVENT_SIZE <= PAGE)
		add_event(page, 1, AF_INET, IPPROTO_TCP, 1);
	add_head(page, 29, 0);
	page->len = PAGE;
	EXPECT_EQ(1, parse(page, 3U << 30));
	EXPECT_EQ(48, page->count);
}

/* With any content, nothing is read beyond the page */
TEST_F(page, may_be_damaged)
{
	struct page *page = &self->page;
	unsigned int seed = 1, i, at;

	add_head(page, 20, 1);
	EXPECT_EQ(-EPROTO, parse(page, 0));
	page->len = 16;
	add_head(page, 0, 1);
	add_word(page, 2);
	EXPECT_EQ(-EPROTO, parse(page, 0));
	page->len = 5000;
	EXPECT_EQ(-EPROTO, parse(page, 0));
	EXPECT_EQ(-EPROTO, trace_format_parse(&page->format, page->bytes, 8, 0,
					      keep, page));
	page->len = 16 + (1 << 27) - 1;
	EXPECT_EQ(-EPROTO, parse(page, 0));
	/* An event that was discarded, whose length is -4 */
	page->len = 16;
	add_head(page, 29, 1);
	add_word(page, 0xfffffffc);
	add_event(page, 1, AF_INET, IPPROTO_TCP, 1);
	EXPECT_EQ(-EPROTO, parse(page, 0));
	for (i = 0; i < 20000; i++) {
		page->len = 16 + rand_r(&seed) % 4081;
		for (at = 16; at < PAGE; at += 4) {
			uint32_t word = (uint32_t)rand_r(&seed) >>
					rand_r(&seed) % 31;

			memcpy(page->bytes + at, &word, sizeof(word));
		}
		EXPECT_GE(0, parse(page, 0));
	}
}

TEST_F(page, has_to_be_described_whole)
{
	struct page *page = &self->page;
	char text[sizeof(event_format)];
	char *at;

	strcpy(text, event_format);
	at = strstr(text, "skaddr;");
	*at = 'x';
	EXPECT_EQ(-EPROTO, trace_format_event(&page->format, text));
	*at = 's';
	EXPECT_EQ(0, trace_format_event(&page->format, text));
	at = strstr(text, "offset:28;\tsize:4;");
	at[16] = '8';
	EXPECT_EQ(-EPROTO, trace_format_event(&page->format, text));
	EXPECT_EQ(-EPROTO, trace_format_event(&page->format, ""));
	EXPECT_EQ(-EPROTO, trace_format_page(&page->format, event_format));
}

TEST_HARNESS_MAIN
