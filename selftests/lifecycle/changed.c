// SPDX-License-Identifier: GPL-2.0-only
/*
 * No function is hooked whose arguments are not those that its handler reads. On a kernel
 * that was changed on purpose (debug/prototype.change) tcp_reset() and tcp_data_queue()
 * take another argument first: their hooks are off, and named. On any other one every hook
 * is on.
 *
 * vm: --icount --smp 1 --disruptive
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/lab.h"
#include "lib/lab_fixture.h"
#include "lib/module.h"

FIXTURE(changed)
{
	struct lab lab;
	struct peer peer;
	int log;
	int fd;
};

FIXTURE_VARIANT(changed)
{
	const char *parameters;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(changed, by_any) {
	.parameters = "",
};

FIXTURE_VARIANT_ADD(changed, by_kprobe) {
	.parameters = "hooks=kprobe",
};

/* clang-format on */

FIXTURE_SETUP(changed)
{
	self->log = module_log_open();
	ASSERT_LE(0, self->log);
	ASSERT_EQ(0, module_reload(variant->parameters));
	/* Of the whole machine, as the lab is not */
	self->fd = device_open(O_RDONLY);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, lab_open(&self->lab, AF_INET));
	peer_init(&self->peer, &self->lab.puppet);
}

FIXTURE_TEARDOWN(changed)
{
	EXPECT_EQ(0, stream_poll(&self->lab.stream, 0));
	EXPECT_TRUE(stream_exact(&self->lab.stream));
	lab_close(&self->lab);
	close(self->fd);
	close(self->log);
}

static bool is_changed_kernel(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.release, "-prototype");
}

static bool takes_other_arguments(const char *function)
{
	return is_changed_kernel() &&
	       (!strcmp(function, "tcp_reset") || !strcmp(function, "tcp_data_queue"));
}

TEST_F(changed, hooks_that_do_not_fit_are_off_and_named)
{
	struct tcpclose_hook hook = {};
	unsigned int off = 0;

	for (; !device_ioctl(self->fd, TCPCLOSE_IOC_HOOK, &hook); hook.index++) {
		if (module_may_lack(hook.name))
			continue;
		EXPECT_EQ(takes_other_arguments(hook.name) ? EPROTOTYPE : 0, hook.error)
		TH_LOG("%s: %s", hook.name, strerror((int)hook.error));
		if (!hook.error)
			continue;
		EXPECT_EQ(TCPCLOSE_HOOK_OFF, hook.via);
		EXPECT_EQ(0, hook.calls);
		off++;
	}
	EXPECT_LT(20, hook.index);
	EXPECT_EQ(is_changed_kernel() ? 2 : 0, off);
	EXPECT_EQ(is_changed_kernel(),
		  module_log_has(self->log, "no hook on tcp_reset (error -91: it takes other "));
}

/* The first RST was an oops. */
TEST_F(changed, a_rst_ends_a_connection)
{
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH("ESTABLISHED>CLOSE=RST");
	/* Without the hook the stack shows a RST, but not its other bits */
	EXPECT_EQ(is_changed_kernel() ? 0 : TCPCLOSE_FLAG_ACK,
		  EVENT(0)->r.flags & ~TCPCLOSE_FLAG_RST);
}

TEST_F(changed, a_fin_closes_a_connection)
{
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK | PUPPET_PSH, "x", 1));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_ACK));
	PATH("ESTABLISHED>CLOSE_WAIT");
	if (is_changed_kernel())
		return;
	EXPECT_EQ(TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK | TCPCLOSE_FLAG_PSH, EVENT(0)->r.flags);
}

/* All other hooks work */
TEST_F(changed, a_mini_socket_lives_and_ends)
{
	ASSERT_EQ(0, peer_accept(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	EXPECT_EQ(self->peer.cookie, EVENT(3)->r.cookie);
	EXPECT_EQ(TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK, EVENT(3)->r.flags);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!RST");
	EXPECT_EQ(TCPCLOSE_FLAG_RST | TCPCLOSE_FLAG_ACK, EVENT(4)->r.flags);
}

TEST_HARNESS_MAIN
