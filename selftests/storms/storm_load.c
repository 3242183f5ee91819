// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: the module is loaded and unloaded while connections open and close on
 * all processors.
 */
/*
 * Each load patches functions in use, so the processors take turns, see loading.c.
 *
 * vm: --smp 4 --one-thread --limit 900 --disruptive --slow
 */
#include <fcntl.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/storm.h"
#include "lib/traffic.h"

FIXTURE(storm)
{
	struct traffic_run *traffic;
};

FIXTURE_SETUP(storm)
{
	ASSERT_EQ(0, module_unload());
	self->traffic = traffic_start(&(struct traffic){
		.family = AF_UNSPEC,
		.closes = TRAFFIC_MIXED,
		.threads = 4,
		.pause_us = STORM_PAUSE_US,
	});
	ASSERT_NE(NULL, self->traffic);
}

FIXTURE_TEARDOWN(storm)
{
}

static bool is_any(const struct tcpclose_record *record)
{
	return true;
}

/* The module records the traffic, and the sum is right when the file is closed */
static int read_a_little(void)
{
	struct device_log log = {};
	int ret, fd = device_open(O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return fd;
	ret = device_log_until(&log, fd, is_any, 20, 20000);
	device_log_free(&log);
	close(fd);
	return ret;
}

TEST_F_TIMEOUT(storm, of_loads_under_traffic_is_clean, STORM_TIMEOUT_S)
{
	static const char *const parameters[] = {
		"ring_records=1024",
		"ring_records=1024 scope=all",
		"ring_records=256 max_conns=16",
		"ring_records=1024 hooks=kprobe",
	};
	unsigned int i, loads = storm_count(1000, 20);

	for (i = 0; i < loads; i++) {
		ASSERT_EQ(0, module_load(parameters[i % 4]));
		ASSERT_EQ(0, read_a_little());
		ASSERT_EQ(0, module_unload());
	}
	TH_LOG("%u loads, %ld connections", loads, traffic_stop(self->traffic));
	ASSERT_EQ(0, storm_reload(""));
	EXPECT_STREQ("", storm_aftermath());
}

TEST_HARNESS_MAIN
