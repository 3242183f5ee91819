// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's parameters: the effect of each, and errors for bad values.
 */
/* vm: --smp 1 --disruptive */
#include <fcntl.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/collector.h"
#include "lib/device.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/procfile.h"
#include "lib/traffic.h"

#define PARAMETERS "/sys/module/tcpclose/parameters/"

FIXTURE(bad_parameters)
{
	int log;
};

FIXTURE_VARIANT(bad_parameters)
{
	const char *bad;
	const char *name;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(bad_parameters, scope_unknown) {
	.bad = "scope=foo",
	.name = "scope",
};

FIXTURE_VARIANT_ADD(bad_parameters, scope_empty) {
	.bad = "scope=",
	.name = "scope",
};

FIXTURE_VARIANT_ADD(bad_parameters, ring_no_power_of_two) {
	.bad = "ring_records=1000",
	.name = "ring_records",
};

FIXTURE_VARIANT_ADD(bad_parameters, ring_too_small) {
	.bad = "ring_records=128",
	.name = "ring_records",
};

FIXTURE_VARIANT_ADD(bad_parameters, ring_zero) {
	.bad = "ring_records=0",
	.name = "ring_records",
};

FIXTURE_VARIANT_ADD(bad_parameters, ring_too_large) {
	.bad = "ring_records=2097152",
	.name = "ring_records",
};

FIXTURE_VARIANT_ADD(bad_parameters, ring_no_number) {
	.bad = "ring_records=many",
	.name = "ring_records",
};

FIXTURE_VARIANT_ADD(bad_parameters, max_conns_too_large) {
	.bad = "max_conns=4294967295",
	.name = "max_conns",
};

FIXTURE_VARIANT_ADD(bad_parameters, hooks_unknown) {
	.bad = "hooks=magic",
	.name = "hooks",
};

/* clang-format on */

FIXTURE_SETUP(bad_parameters)
{
	if (module_is_loaded())
		ASSERT_EQ(0, module_unload());
	self->log = module_log_open();
	ASSERT_LE(0, self->log);
}

FIXTURE_TEARDOWN(bad_parameters)
{
	close(self->log);
}

TEST_F(bad_parameters, are_refused_and_named)
{
	EXPECT_EQ(-EINVAL, module_load(variant->bad));
	EXPECT_FALSE(module_is_loaded());
	EXPECT_TRUE(module_log_has(self->log, variant->name));
}

FIXTURE(parameters)
{
	int fd;
};

FIXTURE_SETUP(parameters)
{
	self->fd = -1;
	if (module_is_loaded())
		ASSERT_EQ(0, module_unload());
}

FIXTURE_TEARDOWN(parameters)
{
	close(self->fd);
}

TEST_F(parameters, are_not_needed)
{
	char text[32];

	ASSERT_EQ(0, module_load(""));
	EXPECT_LT(0, procfile_read(PARAMETERS "scope", text, sizeof(text)));
	EXPECT_STREQ("teardown", text);
	EXPECT_EQ(16384, procfile_number(PARAMETERS "ring_records"));
	EXPECT_LT(1000, procfile_number(PARAMETERS "max_conns"));
}

/* Kernels that have both ways: see "hooks" below */
TEST_F(parameters, may_insist_on_ftrace_where_there_is_one)
{
	int log = module_log_open();

	ASSERT_LE(0, log);
	if (module_can_use_ftrace()) {
		EXPECT_EQ(0, module_load("hooks=ftrace"));
	} else {
		EXPECT_EQ(-EOPNOTSUPP, module_load("hooks=ftrace"));
		EXPECT_FALSE(module_is_loaded());
		EXPECT_TRUE(module_log_has(log, "hooks=ftrace"));
	}
	close(log);
}

TEST_F(parameters, may_be_the_smallest_allowed)
{
	ASSERT_EQ(0, module_load("ring_records=256 scope=all hooks=auto"));
	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load("max_conns=1 ring_records=256"));
	EXPECT_EQ(1, traffic_one(TRAFFIC_CLIENT));
	ASSERT_EQ(0, module_unload());
}

static bool is_any(const struct tcpclose_record *record)
{
	return true;
}

static bool is_opening(const struct tcpclose_record *record)
{
	return device_from_tracepoint(record) &&
	       record->edge ==
		       TCPCLOSE_EDGE(TCPCLOSE_SYN_SENT, TCPCLOSE_ESTABLISHED);
}

TEST_F(parameters, include_a_scope_that_can_change_while_loaded)
{
	struct device_log log = {};

	ASSERT_EQ(0, module_load(""));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(0, device_log_until(&log, self->fd, is_any, 3, 5000));
	EXPECT_EQ(0, device_log_count(&log, is_opening));
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	EXPECT_EQ(0, device_log_until(&log, self->fd, is_opening, 1, 5000));
	EXPECT_EQ(-EINVAL, device_scope("nothing"));
	ASSERT_EQ(0, device_scope("teardown"));
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_END));
	log.count = 0;
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(0, device_log_until(&log, self->fd, is_any, 3, 5000));
	EXPECT_EQ(0, device_log_count(&log, is_opening));
	device_log_free(&log);
}

/* How many hooks are attached in that way; -1 if one is off that should be on */
static int hooks_via(int fd, unsigned int via)
{
	struct tcpclose_hook hook = {};
	int count = 0;

	for (; !device_ioctl(fd, TCPCLOSE_IOC_HOOK, &hook); hook.index++) {
		if (hook.via == TCPCLOSE_HOOK_OFF && !module_may_lack(hook.name))
			return -1;
		count += hook.via == via;
	}
	return count;
}

/* Is it hooked where it returns, as what counts is its result? */
static bool needs_return(const char *function)
{
	static const char *const functions[] = {
		"__inet_bind",
		"__inet6_bind",
		"inet_csk_listen_start",
		"tcp_v4_connect",
		"tcp_v6_connect",
		"tcp_peer_is_proven",
	};

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		if (!strcmp(functions[i], function))
			return true;
	return false;
}

FIXTURE(hooks)
{
	int fd;
};

FIXTURE_VARIANT(hooks)
{
	const char *parameters;
	unsigned int via;
	unsigned int not_via;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(hooks, by_ftrace) {
	.parameters = "scope=all hooks=ftrace",
	.via = TCPCLOSE_HOOK_FTRACE,
	.not_via = TCPCLOSE_HOOK_KPROBE,
};

FIXTURE_VARIANT_ADD(hooks, by_kprobe) {
	.parameters = "scope=all hooks=kprobe",
	.via = TCPCLOSE_HOOK_KPROBE,
	.not_via = TCPCLOSE_HOOK_FTRACE,
};

/* clang-format on */

FIXTURE_SETUP(hooks)
{
	if (variant->via == TCPCLOSE_HOOK_FTRACE && !module_can_use_ftrace())
		SKIP(return, "no ftrace in this kernel");
	ASSERT_EQ(0, module_reload(variant->parameters));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(hooks)
{
	close(self->fd);
}

TEST_F(hooks, are_attached_as_asked_and_report_it)
{
	struct tcpclose_hook hook = {};

	/* Some are attached only while somebody reads. */
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_END));
	EXPECT_LT(3, hooks_via(self->fd, variant->via));
	EXPECT_EQ(0, hooks_via(self->fd, variant->not_via));
	for (; !device_ioctl(self->fd, TCPCLOSE_IOC_HOOK, &hook); hook.index++)
		EXPECT_EQ(needs_return(hook.name), hook.via == TCPCLOSE_HOOK_KRETPROBE)
	TH_LOG("%s", hook.name);
}

TEST_F(hooks, miss_nothing)
{
	struct tcpclose_stats stats;
	struct collector collector;

	ASSERT_EQ(0, collector_start(&collector, self->fd));
	ASSERT_EQ(600, traffic_run(&(struct traffic){
			       .family = AF_UNSPEC,
			       .closes = TRAFFIC_CLIENT | TRAFFIC_SERVER,
			       .cycles = 300,
			       .threads = 2,
		       }));
	ASSERT_EQ(0, collector_stop(&collector));
	ASSERT_EQ(0, device_stats(self->fd, &stats));
	EXPECT_EQ(0, stats.missed);
	EXPECT_EQ(0, stats.late);
	EXPECT_EQ(600, stats.born);
	EXPECT_EQ(600, device_log_edges(&collector.log, TCPCLOSE_FIN_WAIT2,
					TCPCLOSE_TIME_WAIT));
	device_log_free(&collector.log);
}

FIXTURE(max_conns)
{
	int fd;
};

FIXTURE_SETUP(max_conns)
{
	ASSERT_EQ(0, module_reload("max_conns=1"));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(max_conns)
{
	close(self->fd);
}

static bool is_untracked(const struct tcpclose_record *record)
{
	return device_from_tracepoint(record) &&
	       record->mark & TCPCLOSE_MARK_UNTRACKED;
}

TEST_F(max_conns, beyond_them_transitions_are_recorded_without_a_dwell)
{
	struct device_log log = {};
	struct tcpclose_stats stats;
	size_t i;

	ASSERT_EQ(50, traffic_run(&(struct traffic){
			      .family = AF_INET,
			      .closes = TRAFFIC_CLIENT,
			      .cycles = 50,
		      }));
	ASSERT_EQ(0, device_log_drain(&log, self->fd));
	/* Every transition is recorded, also without an entry */
	EXPECT_EQ(50, device_log_edges(&log, TCPCLOSE_ESTABLISHED,
				       TCPCLOSE_FIN_WAIT1));
	EXPECT_EQ(50,
		  device_log_edges(&log, TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE));
	EXPECT_LE(100, device_log_count(&log, is_untracked));
	for (i = 0; i < log.count; i++)
		if (is_untracked(&log.records[i]))
			EXPECT_EQ(TCPCLOSE_UNKNOWN_NS, log.records[i].dwell_ns);
	ASSERT_EQ(0, device_stats(self->fd, &stats));
	EXPECT_EQ(1, stats.max_conns);
	EXPECT_GE(1, stats.tracked);
	EXPECT_LE(device_log_count(&log, is_untracked),
		  stats.untracked[TCPCLOSE_UNTRACKED_FULL]);
	EXPECT_EQ(0, stats.missed);
	device_log_free(&log);
}

static bool is_old(const struct tcpclose_record *record)
{
	return device_from_tracepoint(record) && record->mark & TCPCLOSE_MARK_OLD;
}

/* No connection is refused any more once the refused ones have ended. */
TEST(max_conns_that_were_reached_once_make_nothing_of_what_is_older)
{
	struct device_log log = {};
	struct tcpclose_stats before, after;
	int fd, pair[2];

	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, net_pair(AF_INET, pair));
	ASSERT_EQ(0, module_load("max_conns=1"));
	fd = device_open_at_end();
	ASSERT_LE(0, fd);
	ASSERT_EQ(50, traffic_run(&(struct traffic){
			      .family = AF_INET,
			      .closes = TRAFFIC_LINGER,
			      .cycles = 50,
		      }));
	ASSERT_EQ(0, device_log_drain(&log, fd));
	ASSERT_LT(0, device_log_count(&log, is_untracked));
	ASSERT_EQ(0, device_stats(fd, &before));
	log.count = 0;
	ASSERT_EQ(0, shutdown(pair[0], SHUT_WR));
	ASSERT_EQ(0, device_log_drain(&log, fd));
	EXPECT_EQ(0, device_log_count(&log, is_untracked));
	EXPECT_LE(2, device_log_count(&log, is_old));
	ASSERT_EQ(0, device_stats(fd, &after));
	EXPECT_EQ(before.untracked[TCPCLOSE_UNTRACKED_FULL],
		  after.untracked[TCPCLOSE_UNTRACKED_FULL]);
	device_log_free(&log);
	close(pair[0]);
	close(pair[1]);
	close(fd);
}

TEST_HARNESS_MAIN
