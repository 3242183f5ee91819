// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processors that come and go: each has a ring from when it is online for the first
 * time, which any reader sees; and what happens if there is no memory for it.
 *
 * Bringing a processor online patches code, see loading.c.
 *
 * vm: --smp 2 --one-thread --disruptive
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/hog.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/processor.h"
#include "lib/ringmem.h"
#include "lib/traffic.h"
#include "lib/watcher.h"

#define LAST 1u

/* Large enough to tell its memory from that of others: 128 MiB */
#define LARGE "ring_records=1048576"
#define LARGE_KIB (128L * 1024)

/* The last processor was not online since the module was loaded. */
FIXTURE(processors)
{
	int fd;
	int log;
	struct device_log records;
	struct hog hog;
};

FIXTURE_SETUP(processors)
{
	self->fd = -1;
	self->log = module_log_open();
	ASSERT_LE(0, self->log);
	if (module_is_loaded())
		ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, ringmem_rings());
	ASSERT_EQ(0, traffic_end_leftovers());
	ASSERT_EQ(0, processor_set_online(LAST, false));
}

FIXTURE_TEARDOWN(processors)
{
	device_log_free(&self->records);
	close(self->fd);
	close(self->log);
	hog_release(&self->hog);
	processor_set_online(LAST, true);
}

/* One connection, of which that processor writes all records */
static int close_on(unsigned int cpu)
{
	int err = processor_pin(cpu);

	return err ? err : traffic_one(TRAFFIC_LINGER) != 1;
}

static size_t count_of(const struct device_log *log, unsigned int cpu)
{
	size_t i, count = 0;

	for (i = 0; i < log->count; i++)
		count += log->records[i].cpu == cpu;
	return count;
}

TEST_F(processors, have_a_ring_from_when_they_are_online)
{
	ASSERT_EQ(0, module_load(""));
	EXPECT_EQ(LAST, ringmem_rings());
	ASSERT_EQ(0, processor_set_online(LAST, true));
	EXPECT_EQ(LAST + 1, ringmem_rings());
	ASSERT_EQ(0, module_unload());
	EXPECT_EQ(0, ringmem_rings());
	/* Nothing is left that a processor would call. */
	ASSERT_EQ(0, processor_set_online(LAST, false));
	ASSERT_EQ(0, processor_set_online(LAST, true));
	EXPECT_EQ(0, ringmem_rings());
}

TEST_F(processors, keep_their_records_when_they_go)
{
	struct ringmem before, after;

	ASSERT_EQ(0, module_load(""));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, processor_set_online(LAST, true));
	ASSERT_EQ(0, ringmem_read(&before));
	ASSERT_EQ(0, close_on(LAST));
	ASSERT_EQ(0, processor_pin(0));
	ASSERT_EQ(0, processor_set_online(LAST, false));
	ASSERT_EQ(0, device_log_drain(&self->records, self->fd));
	EXPECT_LT(1, count_of(&self->records, LAST));
	ASSERT_EQ(0, processor_set_online(LAST, true));
	ASSERT_EQ(0, ringmem_read(&after));
	EXPECT_EQ(before.rings, after.rings);
	EXPECT_EQ(before.pages, after.pages);
}

TEST_F(processors, that_come_are_read_from_an_open_file)
{
	struct tcpclose_cursor cursor;

	ASSERT_EQ(0, module_load(""));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, close_on(0));
	ASSERT_EQ(0, device_cursor(self->fd, LAST, &cursor));
	EXPECT_EQ(0, cursor.written);
	ASSERT_EQ(0, processor_set_online(LAST, true));
	ASSERT_EQ(0, close_on(LAST));
	ASSERT_EQ(0, device_log_drain(&self->records, self->fd));
	EXPECT_LT(1, count_of(&self->records, 0));
	ASSERT_EQ(0, device_cursor(self->fd, LAST, &cursor));
	EXPECT_EQ(cursor.written, count_of(&self->records, LAST));
	EXPECT_LT(1, cursor.written);
	EXPECT_EQ(0, cursor.lost);
}

TEST_F(processors, that_come_are_read_from_a_mapping)
{
	struct tcpclose_record record;
	struct tcpclose_cursor cursor;
	struct device_map map;
	unsigned int seen = 0;
	const char *area;
	size_t at;

	ASSERT_EQ(0, module_load(""));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, device_map_open(&map, self->fd));
	EXPECT_EQ(0, device_map_read(&map, LAST, &record));
	ASSERT_EQ(0, processor_set_online(LAST, true));
	ASSERT_EQ(0, close_on(LAST));
	while (device_map_read(&map, LAST, &record))
		seen++;
	ASSERT_EQ(0, device_cursor(self->fd, LAST, &cursor));
	EXPECT_LT(1, cursor.written);
	EXPECT_EQ(cursor.written, seen);
	EXPECT_EQ(0, map.lost);
	/* The rest of its memory is empty. */
	area = (const char *)map.base + LAST * map.geometry.ring_size;
	for (at = map.geometry.header_size + seen * sizeof(record);
	     at < map.geometry.ring_size; at++)
		ASSERT_EQ(0, area[at]);
	device_map_close(&map);
}

static void handler(int signal)
{
	_exit(signal == SIGBUS ? 7 : 8);
}

TEST_F(processors, that_never_came_have_no_records_in_a_mapping)
{
	struct device_map map;
	int status;
	pid_t child;

	ASSERT_EQ(0, module_load(""));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, device_map_open(&map, self->fd));
	EXPECT_EQ(0, device_map_header(&map, LAST)->begun);
	EXPECT_EQ(0, device_map_header(&map, LAST)->committed);
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		signal(SIGBUS, handler);
		_exit(__atomic_load_n(map.base + LAST * map.geometry.ring_size +
					      map.geometry.header_size,
				      __ATOMIC_RELAXED));
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(7, WEXITSTATUS(status));
	device_map_close(&map);
}

TEST_F_TIMEOUT(processors, that_come_are_shown_by_the_tool, 120)
{
	struct watcher *watcher;
	int pair[2];
	const char *line;

	ASSERT_EQ(0, module_load(""));
	watcher = watcher_start("exec tcpclose watch --json");
	ASSERT_NE(NULL, watcher);
	ASSERT_EQ(0, watcher_await_start(watcher));
	ASSERT_EQ(0, processor_set_online(LAST, true));
	ASSERT_EQ(0, processor_pin(LAST));
	ASSERT_EQ(0, net_pair(AF_INET, pair));
	ASSERT_EQ(0, shutdown(pair[0], SHUT_WR));
	line = watcher_await(watcher, net_local_port(pair[0]), net_remote_port(pair[0]),
			     "FIN_WAIT1", 10000);
	EXPECT_STREQ("1", watcher_member(line, "cpu"))
	{
		TH_LOG("%s", line);
	}
	watcher_kill(watcher);
	close(pair[0]);
	close(pair[1]);
}

TEST_F_TIMEOUT(processors, without_memory_for_rings_refuse_the_module, 120)
{
	long kills = hog_kills();
	bool told;

	ASSERT_LE(0, kills);
	ASSERT_EQ(0, hog_take(&self->hog, LARGE_KIB * 3 / 4));
	ASSERT_EQ(-ENOMEM, module_load(LARGE));
	told = module_log_has(self->log,
			      "no memory for the rings of 1 CPUs, 131076 KiB: load the module with a smaller ring_records= (it is 1048576)");
	EXPECT_TRUE(told);
	EXPECT_EQ(kills, hog_kills());
	EXPECT_EQ(0, ringmem_rings());
	/* Less can be had. */
	EXPECT_EQ(0, module_load("ring_records=65536"));
}

TEST_F_TIMEOUT(processors, without_memory_for_their_ring_stay_offline, 120)
{
	long kills = hog_kills();
	bool told;

	ASSERT_LE(0, kills);
	ASSERT_EQ(0, module_load(LARGE));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, hog_take(&self->hog, LARGE_KIB * 3 / 4));
	EXPECT_EQ(-ENOMEM, processor_set_online(LAST, true));
	told = module_log_has(self->log,
			      "no memory for the ring of CPU 1, 131076 KiB, so it stays offline: free memory, or load the module with a smaller ring_records= (it is 1048576)");
	EXPECT_TRUE(told);
	EXPECT_FALSE(processor_is_online(LAST));
	EXPECT_EQ(kills, hog_kills());
	EXPECT_EQ(LAST, ringmem_rings());
	ASSERT_EQ(0, close_on(0));

	hog_release(&self->hog);
	ASSERT_EQ(0, processor_set_online(LAST, true));
	EXPECT_EQ(LAST + 1, ringmem_rings());
	ASSERT_EQ(0, close_on(LAST));
	ASSERT_EQ(0, device_log_drain(&self->records, self->fd));
	EXPECT_LT(1, count_of(&self->records, 0));
	EXPECT_LT(1, count_of(&self->records, LAST));
}

TEST_HARNESS_MAIN
