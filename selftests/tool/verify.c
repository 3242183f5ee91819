// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose verify on real streams: whatever happens to the machine, the module
 * and the reader, the records are complete and contain only what TCP may do.
 */
/* vm: --smp 4 --one-thread --disruptive --slow */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/net.h"
#include "lib/patience.h"
#include "lib/traffic.h"
#include "lib/verifier.h"

FIXTURE(verify)
{
	struct verifier verifier;
};

FIXTURE_SETUP(verify)
{
	self->verifier.pid = 0;
}

FIXTURE_TEARDOWN(verify)
{
	verifier_kill(&self->verifier);
	EXPECT_EQ(0, module_reload(""));
}

/* The number that follows @line in the report; 0: @line is not in it */
static long number(const struct verifier *v, const char *line)
{
	const char *at = strstr(v->report, line);

	return at ? strtol(at + strlen(line), NULL, 10) : 0;
}

#define CHECKED(v)	number(v, "Checked ")

static long closes(int family, unsigned int cycles, unsigned int threads)
{
	return traffic_run(&(struct traffic){
		.family = family,
		.closes = TRAFFIC_MIXED,
		.cycles = cycles,
		.threads = threads,
	});
}

/* ---- what happens to connections */

TEST_F_TIMEOUT(verify, mixed_closes_are_clean, 120)
{
	ASSERT_EQ(0, verifier_start(&self->verifier, NULL));
	EXPECT_EQ(1200, closes(AF_UNSPEC, 300, 4));
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	EXPECT_LE(3 * 1200, CHECKED(&self->verifier));
}

TEST_F_TIMEOUT(verify, whole_lives_are_clean, 120)
{
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, verifier_start(&self->verifier, NULL));
	EXPECT_EQ(800, closes(AF_UNSPEC, 200, 4));
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	EXPECT_LE(6 * 800, CHECKED(&self->verifier));
	EXPECT_EQ(0, number(&self->verifier, "opening not recorded (scope=teardown)"));
}

TEST_F_TIMEOUT(verify, changes_of_scope_are_clean, 120)
{
	struct traffic_run *run;
	int i;

	ASSERT_EQ(0, verifier_start(&self->verifier, NULL));
	run = traffic_start_mixed(3);
	ASSERT_NE(NULL, run);
	for (i = 0; i < 40; i++) {
		ASSERT_EQ(0, device_scope(i % 2 ? "teardown" : "all"));
		usleep(20000);
	}
	EXPECT_LT(0, traffic_stop(run));
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	EXPECT_LT(0, number(&self->verifier, "opening not recorded (scope=teardown)"));
}

/* The mini-socket keeps the cookie of a socket that connects again. */
TEST_F_TIMEOUT(verify, a_socket_that_is_used_again_is_clean, 60)
{
	union net_addr addr = net_loopback(AF_INET, 21000);
	int listener = net_listen(&addr, 8);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	int i, server;
	char byte;

	ASSERT_LE(0, listener);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, verifier_start(&self->verifier, NULL));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, connect(client, &addr.sa, sizeof(addr.in)));
		server = accept(listener, NULL, NULL);
		ASSERT_LE(0, server);
		/* The client's FIN, then the server's: TIME_WAIT is the client's. */
		ASSERT_EQ(0, shutdown(client, SHUT_WR));
		ASSERT_EQ(0, read(server, &byte, 1));
		ASSERT_EQ(0, close(server));
		ASSERT_EQ(0, read(client, &byte, 1));
		if (i == 2)
			ASSERT_EQ(0, device_scope("teardown"));
		ASSERT_EQ(0, net_disconnect(client));
	}
	close(client);
	close(listener);
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	EXPECT_EQ(8, number(&self->verifier, "ended") + number(&self->verifier, "still open"));
}

/* Subflows of MPTCP are TCP sockets that MPTCP closes in its own ways. */
TEST_F_TIMEOUT(verify, subflows_of_mptcp_are_clean, 60)
{
	const struct linger none = { .l_onoff = 1 };
	union net_addr addr = net_loopback(AF_INET, 21001);
	int listener = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	int i, client, server;
	char byte;

	ASSERT_LE(0, listener);
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, verifier_start(&self->verifier, NULL));
	ASSERT_EQ(0, bind(listener, &addr.sa, sizeof(addr.in)));
	ASSERT_EQ(0, listen(listener, 8));
	for (i = 0; i < 8; i++) {
		client = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
		ASSERT_LE(0, client);
		ASSERT_EQ(0, connect(client, &addr.sa, sizeof(addr.in)));
		server = accept(listener, NULL, NULL);
		ASSERT_LE(0, server);
		ASSERT_EQ(1, write(client, "x", 1));
		if (i % 4 != 1)
			ASSERT_EQ(1, read(server, &byte, 1));
		if (i % 4 == 2)
			ASSERT_EQ(0, shutdown(client, SHUT_WR));
		if (i % 4 == 3)
			ASSERT_EQ(0, setsockopt(client, SOL_SOCKET, SO_LINGER, &none,
						sizeof(none)));
		close(i % 2 ? server : client);
		usleep(20000);
		close(i % 2 ? client : server);
	}
	close(listener);
	sleep(2);
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	EXPECT_LE(8 * 4, CHECKED(&self->verifier));
}

/* ---- what happens to the reader */

TEST_F_TIMEOUT(verify, loss_is_reported_and_explains_gaps, 120)
{
	struct traffic_run *run;
	int pairs[8][2], i;

	ASSERT_EQ(0, module_reload("ring_records=256"));
	ASSERT_EQ(0, verifier_start(&self->verifier, NULL));
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(0, net_pair(i % 2 ? AF_INET6 : AF_INET, pairs[i]));
		ASSERT_EQ(0, shutdown(pairs[i][0], SHUT_WR));
	}
	run = traffic_start_mixed(4);
	ASSERT_NE(NULL, run);
	usleep(300000);
	ASSERT_EQ(0, kill(self->verifier.pid, SIGSTOP));
	/* The records of their way to TIME_WAIT are lost */
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(0, close(pairs[i][1]));
		ASSERT_EQ(0, close(pairs[i][0]));
	}
	usleep(patience_ms(3000) * 1000);
	ASSERT_EQ(0, kill(self->verifier.pid, SIGCONT));
	usleep(300000);
	EXPECT_LT(0, traffic_stop(run));
	EXPECT_EQ(0, net_run("ss -K -t state time-wait"));
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	EXPECT_LT(0, number(&self->verifier, "records reported as lost"));
	EXPECT_LT(0, number(&self->verifier, "gaps in histories, explained by that loss"));
}

TEST_F_TIMEOUT(verify, what_is_left_in_the_rings_is_clean, 120)
{
	ASSERT_EQ(0, module_reload("ring_records=256"));
	EXPECT_EQ(800, closes(AF_UNSPEC, 200, 4));
	ASSERT_EQ(0, verifier_start(&self->verifier, "--all"));
	EXPECT_EQ(40, closes(AF_UNSPEC, 10, 4));
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	EXPECT_LE(256, CHECKED(&self->verifier));
	EXPECT_LT(0, number(&self->verifier, "began before the stream"));
}

TEST_F_TIMEOUT(verify, one_namespace_is_clean, 120)
{
	struct traffic_run *others;
	int space = namespace_new(), before;

	ASSERT_LE(0, space);
	others = traffic_start(&(struct traffic){
		.family = AF_INET,
		.closes = TRAFFIC_MIXED,
		.threads = 2,
	});
	ASSERT_NE(NULL, others);
	before = namespace_enter(space);
	ASSERT_LE(0, before);
	ASSERT_EQ(0, verifier_start(&self->verifier, NULL));
	EXPECT_EQ(200, closes(AF_UNSPEC, 100, 2));
	ASSERT_EQ(0, namespace_leave(before));
	EXPECT_LT(0, traffic_stop(others));
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	/* Only its own connections; other namespaces have more. */
	EXPECT_LE(3 * 200, CHECKED(&self->verifier));
	EXPECT_GE(6 * 200, CHECKED(&self->verifier));
	close(space);
}

/* ---- what happens to the module */

TEST_F_TIMEOUT(verify, connections_older_than_the_module_are_clean, 120)
{
	int pairs[8][2], i;

	ASSERT_EQ(0, module_unload());
	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, net_pair(i % 2 ? AF_INET6 : AF_INET, pairs[i]));
	/* In TIME_WAIT, FIN_WAIT2, CLOSE_WAIT, and at first FIN_WAIT1. */
	EXPECT_EQ(8, closes(AF_INET, 8, 1));
	ASSERT_EQ(0, shutdown(pairs[0][0], SHUT_WR));
	ASSERT_EQ(0, close(pairs[1][0]));
	ASSERT_EQ(0, module_load(""));
	ASSERT_EQ(0, verifier_start(&self->verifier, NULL));
	for (i = 0; i < 8; i++) {
		if (i != 1)
			ASSERT_EQ(0, close(pairs[i][0]));
		ASSERT_EQ(0, close(pairs[i][1]));
	}
	EXPECT_EQ(0, net_run("ss -K -t state time-wait"));
	EXPECT_EQ(40, closes(AF_UNSPEC, 20, 2));
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	EXPECT_LE(16, number(&self->verifier, "older than the module, or not tracked by it"));
}

TEST_F_TIMEOUT(verify, more_connections_than_are_tracked_are_clean, 120)
{
	ASSERT_EQ(0, module_reload("max_conns=20"));
	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, verifier_start(&self->verifier, NULL));
	EXPECT_EQ(400, closes(AF_UNSPEC, 100, 4));
	EXPECT_EQ(0, net_run("ss -K -t state time-wait"));
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	EXPECT_LT(100, number(&self->verifier, "older than the module, or not tracked by it"));
}

/*
 * Without a hook the module reports less, but nothing wrong. (Without
 * tcp_rcv_state_process() control bits may be those of a segment that an earlier
 * socket in the same memory received.)
 */
TEST_F_TIMEOUT(verify, a_module_without_some_hooks_is_clean, 300)
{
	static const char *const parameters[] = {
		"hooks=kprobe",
		"without=tcp_time_wait",
		"without=tcp_timewait_state_process",
		"without=__inet_twsk_schedule",
		"without=inet_twsk_deschedule_put",
		"without=inet_twsk_kill",
		"without=tcp_twsk_destructor",
		"without=tcp_data_queue",
		"without=tcp_reset",
		"without=tcp_v4_send_reset,tcp_v6_send_reset",
		"without=tcp_send_active_reset",
		"without=inet_csk_clone_lock",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parameters); i++) {
		ASSERT_EQ(0, module_reload(parameters[i]))
		TH_LOG("%s", parameters[i]);
		ASSERT_EQ(0, device_scope("all"));
		ASSERT_EQ(0, verifier_start(&self->verifier, NULL));
		EXPECT_EQ(64, closes(AF_UNSPEC, 16, 4));
		EXPECT_EQ(0, net_run("ss -K -t state time-wait"));
		EXPECT_EQ(0, verifier_finish(&self->verifier))
		TH_LOG("%s", parameters[i]);
	}
}

TEST_HARNESS_MAIN
