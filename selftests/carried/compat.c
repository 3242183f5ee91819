// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/tcpclose for a 32-bit program: the same requests through the kernel's
 * 32-bit system calls, which any x86-64 program can make with "int $0x80".
 *
 * The host's test "layout" checks that the structures have the same layout.
 */
/* vm: --smp 1 --disruptive */
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/traffic.h"

/* arch/x86/entry/syscalls/syscall_32.tbl */
enum {
	NR32_READ = 3,
	NR32_OPEN = 5,
	NR32_CLOSE = 6,
	NR32_LSEEK = 19,
	NR32_IOCTL = 54,
	NR32_OLD_MMAP = 90,
	NR32_POLL = 168,
};

struct mmap_arguments {
	uint32_t addr;
	uint32_t length;
	uint32_t prot;
	uint32_t flags;
	uint32_t fd;
	uint32_t offset;
};

#ifdef __x86_64__
static long call32(uint32_t nr, uint32_t a, uint32_t b, uint32_t c)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(nr), "b"(a), "c"(b), "d"(c)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int32_t)ret;
}
#else
/* A program of 64 bits can make no such calls. */
#define MAP_32BIT 0

static long call32(uint32_t nr, uint32_t a, uint32_t b, uint32_t c)
{
	return -ENOSYS;
}
#endif

static uint32_t address32(const void *object)
{
	return (uintptr_t)object;
}

/* Memory that a 32-bit pointer can address */
struct low {
	char path[64];
	struct tcpclose_version version;
	struct tcpclose_geometry geometry;
	struct tcpclose_stats_request request;
	struct tcpclose_cursor cursor;
	struct tcpclose_wakeup wakeup;
	struct tcpclose_hook hook;
	struct tcpclose_conns_request conns_request;
	struct tcpclose_conn conns[8];
	struct pollfd poll;
	struct mmap_arguments mmap;
	struct tcpclose_stats stats;
	struct tcpclose_record records[64];
};

FIXTURE(program32)
{
	int fd;
	struct low *low;
};

FIXTURE_SETUP(program32)
{
	self->low = mmap(NULL, sizeof(*self->low), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ASSERT_NE(MAP_FAILED, self->low);
	strcpy(self->low->path, TCPCLOSE_DEVICE);
	self->fd = call32(NR32_OPEN, address32(self->low->path), O_RDONLY, 0);
	if (self->fd == -ENOSYS)
		SKIP(return, "kernel without 32-bit system calls");
	ASSERT_LE(0, self->fd);
	/* With the 64-bit call: discards what earlier tests left */
	ASSERT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_STATS_RESET, NULL));
}

FIXTURE_TEARDOWN(program32)
{
	close(self->fd);
}

TEST_F(program32, makes_every_request)
{
	struct low *low = self->low;

	EXPECT_EQ(0, call32(NR32_IOCTL, self->fd, TCPCLOSE_IOC_VERSION,
			    address32(&low->version)));
	EXPECT_EQ(TCPCLOSE_ABI_MAJOR, low->version.abi_major);
	EXPECT_EQ(0, call32(NR32_IOCTL, self->fd, TCPCLOSE_IOC_GEOMETRY,
			    address32(&low->geometry)));
	EXPECT_EQ(256, low->geometry.ring_records);
	EXPECT_EQ(0, call32(NR32_IOCTL, self->fd, TCPCLOSE_IOC_STATS_RESET, 0));
	EXPECT_EQ(0, call32(NR32_IOCTL, self->fd, TCPCLOSE_IOC_CURSOR,
			    address32(&low->cursor)));
	low->wakeup.watermark = 1;
	EXPECT_EQ(0, call32(NR32_IOCTL, self->fd, TCPCLOSE_IOC_WAKEUP,
			    address32(&low->wakeup)));
	EXPECT_EQ(0, call32(NR32_IOCTL, self->fd, TCPCLOSE_IOC_HOOK,
			    address32(&low->hook)));
	EXPECT_NE(0, low->hook.name[0]);
	EXPECT_EQ(-ENOTTY,
		  call32(NR32_IOCTL, self->fd, _IO(TCPCLOSE_IOC_MAGIC, 99), 0));
}

TEST_F(program32, gets_the_statistics_where_it_says)
{
	struct low *low = self->low;

	ASSERT_EQ(1, traffic_one(TRAFFIC_CLIENT));
	low->request.buf = address32(&low->stats);
	low->request.size = sizeof(low->stats);
	ASSERT_EQ(0, call32(NR32_IOCTL, self->fd, TCPCLOSE_IOC_STATS,
			    address32(&low->request)));
	EXPECT_EQ(sizeof(low->stats), low->request.size);
	EXPECT_EQ(1, low->stats.born);
	EXPECT_LT(low->stats.since_ns, low->stats.now_ns);
}

TEST_F(program32, gets_the_connections_where_it_says)
{
	struct low *low = self->low;
	int pair[2];

	ASSERT_EQ(0, net_pair(AF_INET, pair));
	low->conns_request = (struct tcpclose_conns_request){
		.buf = address32(low->conns),
		.count = 1,
		.size = sizeof(low->conns[0]),
	};
	ASSERT_EQ(0, call32(NR32_IOCTL, self->fd, TCPCLOSE_IOC_CONNS,
			    address32(&low->conns_request)));
	ASSERT_EQ(1, low->conns_request.count);
	EXPECT_NE(TCPCLOSE_CONNS_END, low->conns_request.position);
	EXPECT_LT(0, low->conns[0].since_ns);
	low->conns_request.position = TCPCLOSE_CONNS_END;
	ASSERT_EQ(0, call32(NR32_IOCTL, self->fd, TCPCLOSE_IOC_CONNS,
			    address32(&low->conns_request)));
	EXPECT_EQ(0, low->conns_request.count);
	net_abort(pair[0]);
	net_abort(pair[1]);
}

TEST_F(program32, polls_reads_and_seeks)
{
	struct low *low = self->low;
	long got;

	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	low->poll.fd = self->fd;
	low->poll.events = POLLIN;
	EXPECT_EQ(1, call32(NR32_POLL, address32(&low->poll), 1, 5000));
	got = call32(NR32_READ, self->fd, address32(low->records),
		     sizeof(low->records));
	ASSERT_LE(128, got);
	EXPECT_EQ(0, got % 128);
	EXPECT_EQ(0, low->records[0].seq);
	EXPECT_EQ(0, call32(NR32_LSEEK, self->fd, 0, SEEK_SET));
	EXPECT_EQ(got, call32(NR32_READ, self->fd, address32(low->records),
			      sizeof(low->records)));
}

TEST_F(program32, maps_the_rings)
{
	const struct tcpclose_ring_header *header;
	struct low *low = self->low;
	int32_t base;

	ASSERT_EQ(0, call32(NR32_IOCTL, self->fd, TCPCLOSE_IOC_GEOMETRY,
			    address32(&low->geometry)));
	low->mmap = (struct mmap_arguments){
		.length = low->geometry.mmap_size,
		.prot = PROT_READ,
		.flags = MAP_SHARED,
		.fd = self->fd,
	};
	base = call32(NR32_OLD_MMAP, address32(&low->mmap), 0, 0);
	ASSERT_TRUE(base > 0 || base < -4095);
	header = (const void *)(uintptr_t)(uint32_t)base;
	EXPECT_EQ(header->begun, header->committed);
	low->mmap.prot = PROT_READ | PROT_WRITE;
	base = call32(NR32_OLD_MMAP, address32(&low->mmap), 0, 0);
	EXPECT_TRUE(base < 0 && base >= -4095);
}

TEST_MAIN_WITH_MODULE("ring_records=256")
