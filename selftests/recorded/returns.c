// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kretprobes and the function graph tracer replace return addresses. The module
 * still finds the caller, and with it the cause of a mini-socket's end.
 *
 * vm: --icount --smp 1 --disruptive
 */
#include <stdio.h>

#include "lib/lab_fixture.h"
#include "lib/module.h"
#include "lib/procfile.h"

#define TRACING "/sys/kernel/tracing/"

/*
 * Functions that the module hooks to find their caller, and functions that jump to
 * one of these instead of calling it.
 */
static const char *const functions[] = {
	"tw_timer_handler",
	"inet_twsk_kill",
	"inet_twsk_deschedule_put",
	"tcp_time_wait",
	"tcp_timewait_state_process",
	"tcp_send_active_reset",
	"tcp_v4_send_reset",
};

static int probe_returns(void)
{
	char line[128];
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(functions); i++) {
		snprintf(line, sizeof(line), "r:returns/r%zu %s\n", i, functions[i]);
		ret = procfile_append(TRACING "kprobe_events", line);
	}
	return ret ? ret : procfile_write(TRACING "events/returns/enable", "1");
}

static int graph(void)
{
	char line[128];
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(functions); i++) {
		snprintf(line, sizeof(line), "%s\n", functions[i]);
		ret = procfile_append(TRACING "set_ftrace_filter", line);
	}
	return ret ? ret : procfile_write(TRACING "current_tracer", "function_graph");
}

static int nothing(void)
{
	return 0;
}

static void let_go(void)
{
	procfile_write(TRACING "current_tracer", "nop");
	procfile_write(TRACING "set_ftrace_filter", "");
	procfile_write(TRACING "events/returns/enable", "0");
	procfile_write(TRACING "kprobe_events", "");
}

FIXTURE(returns)
{
	struct lab lab;
	struct peer peer;
};

FIXTURE_VARIANT(returns)
{
	const char *parameters;
	bool ftrace;
	int (*hook)(void);
};

/* clang-format off */
FIXTURE_VARIANT_ADD(returns, own_by_ftrace_and_kretprobes) {
	.parameters = "hooks=ftrace",
	.ftrace = true,
	.hook = probe_returns,
};

FIXTURE_VARIANT_ADD(returns, own_by_ftrace_and_function_graph) {
	.parameters = "hooks=ftrace",
	.ftrace = true,
	.hook = graph,
};

FIXTURE_VARIANT_ADD(returns, own_by_kprobe_and_nothing) {
	.parameters = "hooks=kprobe",
	.hook = nothing,
};

FIXTURE_VARIANT_ADD(returns, own_by_kprobe_and_kretprobes) {
	.parameters = "hooks=kprobe",
	.hook = probe_returns,
};

FIXTURE_VARIANT_ADD(returns, own_by_kprobe_and_function_graph) {
	.parameters = "hooks=kprobe",
	.ftrace = true,
	.hook = graph,
};

/* clang-format on */

FIXTURE_SETUP(returns)
{
	if (variant->ftrace && !module_can_use_ftrace())
		SKIP(return, "no ftrace in this kernel");
	ASSERT_EQ(0, module_keep(variant->parameters));
	ASSERT_EQ(0, lab_open(&self->lab, AF_INET));
	peer_init(&self->peer, &self->lab.puppet);
	ASSERT_EQ(0, variant->hook());
}

FIXTURE_TEARDOWN(returns)
{
	let_go();
	EXPECT_TRUE(stream_exact(&self->lab.stream));
	lab_close(&self->lab);
}

TEST_F_TIMEOUT(returns, time_wait_expires, 150)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 5, 100000));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!EXPIRED");
	EXPECT_EQ(TCPCLOSE_CONTEXT_TIMER, event_context(EVENT(4)));
}

TEST_F_TIMEOUT(returns, fin_wait2_expires, 150)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 4, 100000));
	PATH(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=FIN_WAIT2_TIMEOUT!EXPIRED");
	EXPECT_EQ(TCPCLOSE_CONTEXT_TIMER, event_context(EVENT(3)));
}

TEST_F(returns, rst_ends_time_wait)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!RST");
	EXPECT_EQ(TCPCLOSE_FLAG_RST, EVENT(4)->r.flags);
}

TEST_F(returns, data_into_fin_wait2_is_answered_with_rst)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "late", 4));
	PATH(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=DATA_AFTER_CLOSE!RST_SENT");
}

TEST_F(returns, time_wait_is_destroyed)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	ASSERT_EQ(0, peer_destroy(&self->peer));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!DESTROYED");
	EXPECT_EQ((__u32)getpid(), EVENT(4)->detail.pid);
}

/* A process hands its socket over: FIN_WAIT2 began before close(). */
TEST_F(returns, close_hands_over)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2[CLOSE]");
	EXPECT_EQ(TCPCLOSE_CONTEXT_PROCESS, event_context(EVENT(3)));
	EXPECT_EQ((__u32)getpid(), EVENT(3)->detail.pid);
}

/* A timer hands it over: the orphan waits longer than a mini-socket may. */
TEST_F_TIMEOUT(returns, keepalive_timer_hands_over, 300)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_fin_timeout", "100"));
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_half(&self->peer));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 3, 100000));
	PATH(TO_FIN_WAIT2);
	EXPECT_EQ(TCPCLOSE_CONTEXT_TIMER, event_context(EVENT(2)));
	EXPECT_EQ(0, EVENT(2)->r.flags);
}

/* The caller says why a RST is sent, and on whose behalf. */
TEST_F(returns, resets)
{
	struct flow flow = lab_flow(&self->lab, 0, self->peer.rport);

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "unread", 6));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLIN, LAB_TIMEOUT_MS));
	ASSERT_EQ(0, peer_close(&self->peer));
	PATH("ESTABLISHED>CLOSE=UNREAD");

	self->peer.lport++;
	self->peer.fd = -1;
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, net_abort(self->peer.fd));
	PATH("ESTABLISHED>CLOSE=LINGER");

	self->peer.lport++;
	self->peer.fd = -1;
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_ACK, 1000, 2000, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, 1000, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_SYN | PUPPET_ACK));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_SYN, 1001, 0, NULL, 0));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_RST));
	ASSERT_EQ(0, lab_sync(&self->lab));
	EXPECT_STREQ(">TCP_ABORT_ON_CLOSE >TCP_STATE listener:>TCP_FLAGS request:>INVALID_SYN",
		     stream_rsts(&self->lab.stream, &flow));
	EXPECT_EQ((__u32)getpid(), stream_rst(&self->lab.stream, &flow, 0)->pid);
	EXPECT_EQ((__u32)getpid(), stream_rst(&self->lab.stream, &flow, 1)->pid);
	EXPECT_EQ(stream_rst(&self->lab.stream, &flow, 3)->reason,
		  stream_rst(&self->lab.stream, &flow, 3)->derived);
}

TEST_HARNESS_MAIN
