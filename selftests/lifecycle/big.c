// SPDX-License-Identifier: GPL-2.0-only
/*
 * A machine with two NUMA nodes and 240 processors, of which 64 are online: each ring is
 * on its processor's node, nothing is lost in a storm on all of them, and others that come
 * are recorded likewise.
 *
 * QEMU without KVM can't plug in a processor: such a kernel takes it for no virtual machine,
 * and ignores what is not there at boot.
 *
 * vm: --one-thread --smp 240 --numa 2 --append maxcpus=64 --memory 1024
 * vm: --limit 7200 --disruptive --slow --rare
 */
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/processor.h"
#include "lib/procfile.h"
#include "lib/ringmem.h"
#include "lib/traffic.h"

#define ONLINE 64u
#define POSSIBLE 240u
/* They come online: one on each node */
#define COMING 2u
#define NODES 2u

#define CYCLES 4u

FIXTURE(big)
{
	int fd;
	struct device_log records;
	struct tcpclose_geometry geometry;
};

FIXTURE_SETUP(big)
{
	char possible[64];

	if (procfile_read("/sys/devices/system/cpu/possible", possible, sizeof(possible)) < 0 ||
	    strcmp(possible, "0-239"))
		SKIP(return, "needs 240 possible processors");
	ASSERT_EQ(0, module_reload(""));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, device_geometry(self->fd, &self->geometry));
	ASSERT_EQ(POSSIBLE, self->geometry.rings);
}

FIXTURE_TEARDOWN(big)
{
	unsigned int cpu;

	device_log_free(&self->records);
	close(self->fd);
	for (cpu = ONLINE; cpu < ONLINE + COMING; cpu++)
		if (processor_is_online(cpu))
			processor_set_online(cpu, false);
}

/* Each ring is on its processor's node: as many on each as are online. */
static void expect_placed(struct __test_metadata *_metadata,
			  const struct tcpclose_geometry *geometry, unsigned int rings)
{
	unsigned int wanted[NODES] = {}, cpu, node, online = 0;
	struct ringmem memory;

	for (cpu = 0; cpu < POSSIBLE; cpu++) {
		if (!processor_is_online(cpu))
			continue;
		online++;
		ASSERT_LE(0, processor_node(cpu));
		ASSERT_GT((int)NODES, processor_node(cpu));
		wanted[processor_node(cpu)]++;
	}
	EXPECT_EQ(rings, online);
	ASSERT_EQ(0, ringmem_read(&memory));
	EXPECT_EQ(rings, memory.rings);
	EXPECT_EQ(rings * (geometry->ring_size - geometry->header_size) / getpagesize(),
		  memory.pages);
	for (node = 0; node < NODES; node++) {
		EXPECT_LT(10, wanted[node]);
		EXPECT_EQ(wanted[node], memory.on[node]);
	}
}

static int bring_online(void)
{
	unsigned int cpu;
	int err = 0;

	for (cpu = ONLINE; cpu < ONLINE + COMING && !err; cpu++)
		err = processor_set_online(cpu, true);
	return err;
}

TEST_F_TIMEOUT(big, has_each_ring_on_its_processors_node, 600)
{
	expect_placed(_metadata, &self->geometry, ONLINE);
	ASSERT_EQ(0, bring_online());
	expect_placed(_metadata, &self->geometry, ONLINE + COMING);
}

/* A process on each processor makes connections that close in all ways. */
static void storm(struct __test_metadata *_metadata, unsigned int cpus)
{
	struct traffic traffic = { .closes = TRAFFIC_MIXED, .cycles = CYCLES };
	unsigned int cpu;
	int status;

	for (cpu = 0; cpu < cpus; cpu++) {
		pid_t pid = fork();

		ASSERT_LE(0, pid);
		if (pid)
			continue;
		traffic.port = 20000 + cpu;
		_exit(processor_pin(cpu) || traffic_run(&traffic) != CYCLES);
	}
	for (cpu = 0; cpu < cpus; cpu++) {
		ASSERT_LT(0, wait(&status));
		ASSERT_EQ(0, status);
	}
}

/* What the file delivers: all that was written, in order of time. */
static void expect_all(struct __test_metadata *_metadata, int fd,
		       struct device_log *log, unsigned int cpus)
{
	unsigned int count[POSSIBLE] = {}, cpu;
	struct tcpclose_cursor cursor;
	size_t i;

	ASSERT_EQ(0, device_log_drain(log, fd));
	for (i = 0; i < log->count; i++) {
		ASSERT_GT(POSSIBLE, log->records[i].cpu);
		EXPECT_EQ(count[log->records[i].cpu]++, log->records[i].seq);
		if (i)
			EXPECT_LE(log->records[i - 1].ts_ns, log->records[i].ts_ns);
	}
	for (cpu = 0; cpu < POSSIBLE; cpu++) {
		ASSERT_EQ(0, device_cursor(fd, cpu, &cursor));
		EXPECT_EQ(cursor.written, count[cpu]);
		EXPECT_EQ(0, cursor.lost);
		EXPECT_EQ(cpu < cpus, count[cpu] > 10);
	}
}

TEST_F_TIMEOUT(big, loses_nothing_in_a_storm, 1500)
{
	const unsigned int cpus = ONLINE + COMING;
	struct tcpclose_record record;
	struct tcpclose_stats stats;
	unsigned int cpu, mapped = 0;
	struct device_map map;

	ASSERT_EQ(0, device_map_open(&map, self->fd));
	storm(_metadata, ONLINE);
	ASSERT_EQ(0, bring_online());
	storm(_metadata, cpus);
	ASSERT_EQ(0, processor_pin(0));
	expect_all(_metadata, self->fd, &self->records, cpus);
	for (cpu = 0; cpu < cpus; cpu++)
		while (device_map_read(&map, cpu, &record))
			mapped++;
	EXPECT_LE(self->records.count, mapped);
	EXPECT_EQ(0, map.lost);
	device_map_close(&map);
	ASSERT_EQ(0, device_stats(self->fd, &stats));
	EXPECT_EQ(0, stats.missed);
	TH_LOG("%zu records of %u processors", self->records.count, cpus);
	/* The tool, which reads the mapping, finds no fault in them, and none missing. */
	EXPECT_EQ(0, net_run("tcpclose verify --all --duration 1"));
}

TEST_HARNESS_MAIN
