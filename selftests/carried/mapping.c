// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapping of /dev/tcpclose: its contents, its size, and refused accesses.
 */
/* vm: --smp 2 --disruptive */
#include <fcntl.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/traffic.h"

FIXTURE(mapping)
{
	int fd;
	struct tcpclose_geometry geometry;
	size_t size;
};

FIXTURE_SETUP(mapping)
{
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, device_geometry(self->fd, &self->geometry));
	self->size = self->geometry.mmap_size;
	ASSERT_EQ(0, self->size % getpagesize());
}

FIXTURE_TEARDOWN(mapping)
{
	close(self->fd);
}

static long closes(void)
{
	return traffic_run_mixed(50, 2);
}

TEST_F(mapping, holds_what_read_gives)
{
	struct tcpclose_record record;
	struct device_log log = {};
	struct device_map map;
	uint64_t at[64] = {};
	unsigned int ring;
	size_t i, seen = 0;

	ASSERT_GE(64, self->geometry.rings);
	ASSERT_EQ(0, device_map_open(&map, self->fd));
	ASSERT_EQ(100, closes());
	ASSERT_EQ(0, device_log_drain(&log, self->fd));
	ASSERT_LT(500, log.count);
	for (ring = 0; ring < map.geometry.rings; ring++) {
		for (i = 0; i < log.count; i++) {
			if (log.records[i].cpu != ring)
				continue;
			ASSERT_EQ(1, device_map_read(&map, ring, &record));
			ASSERT_EQ(0, memcmp(&record, &log.records[i],
					    sizeof(record)));
			seen++;
			at[ring]++;
		}
		EXPECT_EQ(0, device_map_read(&map, ring, &record));
		EXPECT_EQ(at[ring], device_map_header(&map, ring)->begun);
		EXPECT_EQ(at[ring], device_map_header(&map, ring)->committed);
	}
	EXPECT_EQ(log.count, seen);
	EXPECT_EQ(0, map.lost);
	device_map_close(&map);
	device_log_free(&log);
}

TEST_F(mapping, shows_nothing_but_records)
{
	struct device_map map;
	unsigned int ring;
	size_t at, used;

	ASSERT_EQ(100, closes());
	ASSERT_EQ(0, device_map_open(&map, self->fd));
	for (ring = 0; ring < map.geometry.rings; ring++) {
		const unsigned char *area =
			map.base + ring * map.geometry.ring_size;

		for (at = sizeof(struct tcpclose_ring_header);
		     at < map.geometry.header_size; at++)
			ASSERT_EQ(0, area[at]);
		used = device_map_header(&map, ring)->committed;
		ASSERT_GT(map.geometry.ring_records, used);
		for (at = map.geometry.header_size +
			  used * map.geometry.record_size;
		     at < map.geometry.ring_size; at++)
			ASSERT_EQ(0, area[at]);
	}
	device_map_close(&map);
}

TEST_F(mapping, is_live)
{
	struct device_map map;
	uint64_t before = 0, after = 0;
	unsigned int ring;

	ASSERT_EQ(0, device_map_open(&map, self->fd));
	for (ring = 0; ring < map.geometry.rings; ring++)
		before += device_map_header(&map, ring)->committed;
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	for (ring = 0; ring < map.geometry.rings; ring++)
		after += device_map_header(&map, ring)->committed;
	EXPECT_LT(before, after);
	device_map_close(&map);
}

TEST_F(mapping, can_never_be_written)
{
	static const int sharing[] = { MAP_SHARED, MAP_PRIVATE };
	int fd = device_open(O_RDWR), memory, i;
	uint64_t word;
	void *base;

	/* Whether or not the file was opened for writing */
	if (fd < 0)
		fd = dup(self->fd);
	for (i = 0; i < 2; i++) {
		base = mmap(NULL, self->size, PROT_READ | PROT_WRITE,
			    sharing[i], fd, 0);
		EXPECT_EQ(MAP_FAILED, base);
		base = mmap(NULL, self->size, PROT_READ, sharing[i], fd, 0);
		if (base == MAP_FAILED)
			continue;
		EXPECT_EQ(-1,
			  mprotect(base, self->size, PROT_READ | PROT_WRITE));
		EXPECT_EQ(-1, mprotect(base, getpagesize(), PROT_WRITE));
		/* As a debugger writes, bypassing the protection */
		memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
		EXPECT_LE(0, memory);
		EXPECT_EQ(8, pread(memory, &word, 8, (uintptr_t)base));
		EXPECT_EQ(-1, pwrite(memory, &word, 8, (uintptr_t)base));
		close(memory);
		munmap(base, self->size);
	}
	close(fd);
}

TEST_F(mapping, can_never_be_executed)
{
	void *base = mmap(NULL, self->size, PROT_READ | PROT_EXEC, MAP_SHARED, self->fd, 0);

	EXPECT_EQ(MAP_FAILED, base);
	EXPECT_EQ(EPERM, errno);
	base = mmap(NULL, self->size, PROT_READ, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, base);
	EXPECT_EQ(-1, mprotect(base, getpagesize(), PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	munmap(base, self->size);
}

TEST_F(mapping, ends_where_the_geometry_says)
{
	size_t page = getpagesize();

	EXPECT_EQ(MAP_FAILED, mmap(NULL, self->size + page, PROT_READ,
				   MAP_SHARED, self->fd, 0));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, page, PROT_READ, MAP_SHARED, self->fd,
				   self->size));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 2 * page, PROT_READ, MAP_SHARED,
				   self->fd, self->size - page));
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, page, PROT_READ, MAP_SHARED, self->fd, 1LL << 44));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 2 * page, PROT_READ, MAP_SHARED,
				   self->fd, INT64_MAX - 2 * page + 1));
}

TEST_F(mapping, cannot_grow_beyond_its_end)
{
	char *base = mmap(NULL, self->size, PROT_READ, MAP_SHARED, self->fd, 0);

	ASSERT_NE(MAP_FAILED, base);
	EXPECT_EQ(MAP_FAILED,
		  mremap(base, self->size, self->size + getpagesize(),
			 MREMAP_MAYMOVE));
	munmap(base, self->size);
}

TEST_F(mapping, of_a_part_holds_that_part)
{
	const struct tcpclose_ring_header *header;
	size_t page = getpagesize();

	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	header = mmap(NULL, page, PROT_READ, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, header);
	EXPECT_GE(header->begun, header->committed);
	munmap((void *)header, page);
}

TEST_F(mapping, outlives_its_file)
{
	struct device_map map;
	uint64_t before;

	ASSERT_EQ(0, device_map_open(&map, self->fd));
	before = device_map_header(&map, 0)->committed;
	close(self->fd);
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	EXPECT_LE(before, device_map_header(&map, 0)->committed);
	EXPECT_EQ(-EBUSY, module_unload());
	device_map_close(&map);
	EXPECT_EQ(0, module_unload());
	self->fd = -1;
	ASSERT_EQ(0, module_load("ring_records=4096"));
}

TEST_F(mapping, is_inherited_by_fork)
{
	struct device_map map;
	int status;
	pid_t child;

	ASSERT_EQ(0, device_map_open(&map, self->fd));
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		struct tcpclose_record record;
		unsigned int ring, seen = 0;

		for (ring = 0; ring < map.geometry.rings; ring++)
			while (device_map_read(&map, ring, &record))
				seen++;
		_exit(seen > 0 ? 0 : 1);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	device_map_close(&map);
}

TEST_MAIN_WITH_MODULE("ring_records=4096")
