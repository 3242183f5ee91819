// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ten thousand plain connections give ten thousand of each transition.
 */
/* vm: --smp 2 --disruptive */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/collector.h"
#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/traffic.h"

#define CYCLES 10000
#define THREADS 4

/**
 * struct account - the device's records and counts of the cycles over one family
 * @failed: the step that went wrong, NULL if none
 */
struct account {
	const char *failed;
	struct device_log log;
	struct tcpclose_cursor before;
	struct tcpclose_cursor after;
};

static struct account accounts[2];

static const char *make_cycles(int family, int namespace)
{
	const struct traffic traffic = {
		.family = family,
		.closes = TRAFFIC_CLIENT,
		.cycles = CYCLES / THREADS,
		.threads = THREADS,
		.netns = namespace,
	};

	if (namespace_write(namespace, "/proc/sys/net/ipv4/tcp_max_tw_buckets", "100000"))
		return "tcp_max_tw_buckets";
	if (namespace_write(namespace, "/proc/sys/net/ipv4/tcp_tw_reuse", "0"))
		return "tcp_tw_reuse";
	return traffic_run(&traffic) == CYCLES ? NULL : "traffic";
}

/* Once for each family, before the tests use it */
static void observe(struct account *account, int family)
{
	struct collector collector;
	int fd, namespace;

	account->failed = "set-up";
	fd = device_open_at_end();
	namespace = namespace_new();
	if (fd < 0 || namespace < 0 || device_totals(fd, &account->before) ||
	    collector_start(&collector, fd))
		return;
	account->failed = make_cycles(family, namespace);
	if (collector_stop(&collector) || device_totals(fd, &account->after))
		account->failed = "reading";
	account->log = collector.log;
	close(namespace);
	close(fd);
}

FIXTURE(plain_cycles)
{
	const struct account *account;
};

FIXTURE_VARIANT(plain_cycles)
{
	int account;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(plain_cycles, ipv4) {
	.account = 0,
};

FIXTURE_VARIANT_ADD(plain_cycles, ipv6) {
	.account = 1,
};

/* clang-format on */

FIXTURE_SETUP(plain_cycles)
{
	self->account = &accounts[variant->account];
	ASSERT_EQ(NULL, self->account->failed)
	TH_LOG("%s", self->account->failed);
}

FIXTURE_TEARDOWN(plain_cycles)
{
}

/* A listener's states are not states of a connection */
static bool is_of_connection(const struct tcpclose_record *record)
{
	return device_from_tracepoint(record) && record->rport;
}

static bool is_handover(const struct tcpclose_record *record)
{
	return device_from_tracepoint(record) &&
	       record->raw ==
		       TCPCLOSE_EDGE(TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE) &&
	       TCPCLOSE_EDGE_FROM(record->edge) == TCPCLOSE_FIN_WAIT2 &&
	       TCPCLOSE_EDGE_TO(record->edge) != TCPCLOSE_CLOSE;
}

static int compare_cookies(const void *left, const void *right)
{
	const __u64 *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

TEST_F(plain_cycles, give_ten_thousand_of_each_transition)
{
	const struct device_log *log = &self->account->log;

	EXPECT_EQ(CYCLES, device_log_edges(log, TCPCLOSE_ESTABLISHED,
					   TCPCLOSE_FIN_WAIT1));
	EXPECT_EQ(CYCLES, device_log_edges(log, TCPCLOSE_FIN_WAIT1,
					   TCPCLOSE_FIN_WAIT2));
	EXPECT_EQ(CYCLES, device_log_count(log, is_handover));
	EXPECT_EQ(CYCLES, device_log_edges(log, TCPCLOSE_FIN_WAIT2,
					   TCPCLOSE_TIME_WAIT));
	EXPECT_EQ(CYCLES, device_log_edges(log, TCPCLOSE_ESTABLISHED,
					   TCPCLOSE_CLOSE_WAIT));
	EXPECT_EQ(CYCLES, device_log_edges(log, TCPCLOSE_CLOSE_WAIT,
					   TCPCLOSE_LAST_ACK));
	EXPECT_EQ(CYCLES,
		  device_log_edges(log, TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE));
	EXPECT_EQ(6 * CYCLES, device_log_count(log, is_of_connection));
}

TEST_F(plain_cycles, deliver_or_count_every_record_that_was_written)
{
	const struct account *account = self->account;
	/* From where it was read: the namespace of the other family goes meanwhile. */
	__u64 written = account->after.written - account->before.position;
	__u64 lost = account->after.lost - account->before.lost;

	EXPECT_EQ(written, account->log.count + lost);
	EXPECT_EQ(0, lost);
}

TEST_F(plain_cycles, have_a_cookie_for_each_of_twenty_thousand_sockets)
{
	const struct device_log *log = &self->account->log;
	__u64 *cookies = calloc(log->count, sizeof(*cookies));
	size_t i, count = 0, distinct = 0;

	ASSERT_NE(NULL, cookies);
	for (i = 0; i < log->count; i++)
		if (is_of_connection(&log->records[i]))
			cookies[count++] = log->records[i].cookie;
	qsort(cookies, count, sizeof(*cookies), compare_cookies);
	for (i = 0; i < count; i++) {
		EXPECT_NE(0, cookies[i]);
		distinct += !i || cookies[i] != cookies[i - 1];
	}
	EXPECT_EQ(2 * CYCLES, distinct);
	free(cookies);
}

int main(int argc, char **argv)
{
	/* Large enough for a reader that is delayed on a busy machine */
	if (module_reload("ring_records=65536")) {
		perror("module");
		return 1;
	}
	observe(&accounts[0], AF_INET);
	observe(&accounts[1], AF_INET6);
	return test_harness_run(argc, argv);
}
