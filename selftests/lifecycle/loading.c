// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading the module: while it is in use, and with function tracing
 * switched off. For traffic see storm_load.
 */
/*
 * QEMU without KVM and with a thread for each processor may continue to execute an
 * instruction that another processor has patched. These tests patch functions in
 * use, so the processors take turns in one thread.
 *
 * vm: --smp 2 --one-thread --disruptive
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/hog.h"
#include "lib/module.h"
#include "lib/procfile.h"
#include "lib/traffic.h"

#define FTRACE_ENABLED "/proc/sys/kernel/ftrace_enabled"
#define KPROBES_ENABLED "/sys/kernel/debug/kprobes/enabled"

FIXTURE(loading)
{
	int fd;
	int log;
};

FIXTURE_SETUP(loading)
{
	self->fd = -1;
	self->log = module_log_open();
	ASSERT_LE(0, self->log);
	if (module_is_loaded())
		ASSERT_EQ(0, module_unload());
	/*
	 * What traffic left may fill the table of mini-sockets for a minute:
	 * then a connection ends without one, and there is no hand-over.
	 */
	ASSERT_EQ(0, traffic_end_leftovers());
}

FIXTURE_TEARDOWN(loading)
{
	procfile_write(FTRACE_ENABLED, "1");
	procfile_write(KPROBES_ENABLED, "1");
	close(self->fd);
	close(self->log);
}

TEST_F(loading, twice_is_refused)
{
	ASSERT_EQ(0, module_load(""));
	EXPECT_EQ(-EEXIST, module_load(""));
}

TEST_F(loading, cannot_be_undone_while_a_file_is_open)
{
	ASSERT_EQ(0, module_load(""));
	self->fd = device_open(O_RDONLY);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(-EBUSY, module_unload());
	close(self->fd);
	EXPECT_EQ(0, module_unload());
}

TEST_F(loading, cannot_be_undone_while_a_mapping_lives)
{
	struct device_map map;

	ASSERT_EQ(0, module_load("ring_records=256"));
	self->fd = device_open(O_RDONLY);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, device_map_open(&map, self->fd));
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(-EBUSY, module_unload());
	/* A mapping of a part is enough */
	ASSERT_EQ(0, munmap((void *)map.base,
			    map.geometry.mmap_size - getpagesize()));
	EXPECT_EQ(-EBUSY, module_unload());
	ASSERT_EQ(0, munmap((void *)(map.base + map.geometry.mmap_size -
				     getpagesize()),
			    getpagesize()));
	EXPECT_EQ(0, module_unload());
}

/*
 * The module sees the hand-over only with its hooks. The peer's FIN may arrive
 * before the hand-over, or after it: then the mini-socket passes FIN_WAIT2.
 */
static bool is_handover(const struct tcpclose_record *record)
{
	return device_from_tracepoint(record) && record->edge != record->raw;
}

static void expect_live_hooks(struct __test_metadata *_metadata, int fd)
{
	struct device_log log = {};

	ASSERT_EQ(0, lseek(fd, 0, SEEK_END));
	ASSERT_EQ(1, traffic_one(TRAFFIC_CLIENT));
	EXPECT_EQ(0, device_log_until(&log, fd, is_handover, 1, 2000))
	TH_LOG("%zu records, none of a hand-over", log.count);
	device_log_free(&log);
}

TEST_F(loading, with_function_tracing_off_is_refused_or_falls_back)
{
	int ret;

	if (procfile_write(FTRACE_ENABLED, "0"))
		SKIP(return, "kernel cannot switch function tracing off");
	ret = module_load("");
	if (ret) {
		EXPECT_FALSE(module_is_loaded());
		EXPECT_TRUE(module_log_has(self->log, "ftrace"));
		return;
	}
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	expect_live_hooks(_metadata, self->fd);
}

TEST_F(loading, keeps_its_hooks_when_function_tracing_is_switched_off)
{
	ASSERT_EQ(0, module_load(""));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	procfile_write(FTRACE_ENABLED, "0");
	expect_live_hooks(_metadata, self->fd);
}

TEST_F(loading, with_kprobes_switched_off_is_refused)
{
	ASSERT_EQ(0, procfile_write(KPROBES_ENABLED, "0"));
	EXPECT_EQ(-ENXIO, module_load("hooks=kprobe"));
	EXPECT_TRUE(module_log_has(self->log, "kprobes are off"));
	ASSERT_EQ(0, procfile_write(KPROBES_ENABLED, "1"));
	EXPECT_EQ(0, module_load("hooks=kprobe"));
}

/* The number of hooks that are reported as silenced */
static int silenced(int fd)
{
	struct tcpclose_hook hook = {};
	int count = 0;

	for (; !device_ioctl(fd, TCPCLOSE_IOC_HOOK, &hook); hook.index++)
		count += hook.via == TCPCLOSE_HOOK_OFF && hook.error == ENXIO;
	return count;
}

TEST_F(loading, reports_kprobes_that_are_switched_off_later)
{
	ASSERT_EQ(0, module_load("hooks=kprobe"));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, silenced(self->fd));
	ASSERT_EQ(0, procfile_write(KPROBES_ENABLED, "0"));
	EXPECT_LT(3, silenced(self->fd));
	ASSERT_EQ(0, procfile_write(KPROBES_ENABLED, "1"));
	EXPECT_EQ(0, silenced(self->fd));
	expect_live_hooks(_metadata, self->fd);
}

TEST_F_TIMEOUT(loading, without_memory_for_the_table_is_refused, 120)
{
	struct hog hog = {};
	long kills = hog_kills();
	bool told;

	ASSERT_LE(0, kills);
	ASSERT_EQ(0, hog_take(&hog, 128 * 1024));
	EXPECT_EQ(-ENOMEM, module_load("max_conns=16777216"));
	told = module_log_has(self->log,
			      "no memory for the table, 262144 KiB: load the module with a smaller max_conns= (it is 16777216)");
	EXPECT_TRUE(told);
	EXPECT_EQ(kills, hog_kills());
	EXPECT_EQ(0, module_load("max_conns=1048576"));
	hog_release(&hog);
}

/* ---- memory that a load or an unload keeps */

#define ROUNDS 16
/* Less than half of the smallest of what a load allocates, 24 KiB, each time */
#define KEPT_MAX_KB (ROUNDS * 10)

static long meminfo_kb(const char *name)
{
	char line[128];
	long kb = -1, value;
	char found[64];
	FILE *file = fopen("/proc/meminfo", "re");

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63[^:]: %ld", found, &value) == 2 && !strcmp(found, name))
			kb = value;
	fclose(file);
	return kb;
}

/* Memory of the kinds that the module takes */
static long used_kb(void)
{
	return meminfo_kb("VmallocUsed") + meminfo_kb("Percpu") +
	       meminfo_kb("SUnreclaim");
}

/*
 * Load several times, and unload where that succeeds. Returns by how much the used
 * memory grew, KiB, or a negative errno if a load did not return @expected.
 */
static long kept_by_loads(const char *parameters, int expected)
{
	long before = 0, after = 0;
	int i, ret;

	for (i = -ROUNDS; i < ROUNDS; i++) {
		/* The first ones fill caches */
		if (!i)
			before = used_kb();
		ret = module_load(parameters);
		if (ret != expected)
			return ret ? ret : -EBADE;
		if (!ret)
			ret = module_unload();
		if (ret && ret != expected)
			return ret;
	}
	/* Memory of a module is freed by a worker */
	for (i = 0; i < 50; i++) {
		after = used_kb();
		if (after - before < KEPT_MAX_KB)
			break;
		usleep(100000);
	}
	return after > before ? after - before : 0;
}

/* Its own notes grow, and KASAN holds back what is freed. */
#define SKIP_WITH_KMEMLEAK() \
	do { \
		if (!access("/sys/kernel/debug/kmemleak", F_OK)) \
			SKIP(return, "kmemleak looks for that memory"); \
	} while (0)

#define EXPECT_KEPT(parameters, expected) \
	do { \
		long _kb = kept_by_loads(parameters, expected); \
		EXPECT_LE(0, _kb) \
		TH_LOG("%s: %s", parameters, strerror((int)-_kb)); \
		EXPECT_GT(KEPT_MAX_KB, _kb) \
		TH_LOG("%s: %ld KiB kept by %d loads", parameters, _kb, ROUNDS); \
	} while (0)

TEST_F_TIMEOUT(loading, keeps_no_memory_when_unloaded, 120)
{
	SKIP_WITH_KMEMLEAK();
	EXPECT_KEPT("", 0);
}

/* At each step of a load that something outside the module can make fail */
TEST_F_TIMEOUT(loading, keeps_no_memory_when_it_fails, 240)
{
	SKIP_WITH_KMEMLEAK();
	/* The table: larger than the machine's memory */
	EXPECT_KEPT("max_conns=67108864", -ENOMEM);
	/* The hooks' first step */
	ASSERT_EQ(0, procfile_write(KPROBES_ENABLED, "0"));
	EXPECT_KEPT("hooks=kprobe", -ENXIO);
	ASSERT_EQ(0, procfile_write(KPROBES_ENABLED, "1"));
	/* Attaching */
	if (module_can_use_ftrace() && !procfile_write(FTRACE_ENABLED, "0"))
		EXPECT_KEPT("hooks=ftrace", -EBUSY);
}

TEST_HARNESS_MAIN
