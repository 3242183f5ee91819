/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests of uncommon sockets: the lab, and a tool that compares all of
 * it with what the kernel reports.
 */
#ifndef _SELFTESTS_LIB_ODD_FIXTURE_H
#define _SELFTESTS_LIB_ODD_FIXTURE_H

#include "lib/device.h"
#include "lib/lab_fixture.h"
#include "lib/verifier.h"

/* The time limit of a test, which is longer where the witnesses are slow, seconds */
#define ODD_LIMIT	120

/*
 * As LAB_FIXTURE(). At the end of each test the model allows every transition and,
 * with IPv4, the kernel reports the same: to load its witnesses takes longer than
 * most tests.
 */
#define ODD_FIXTURE(name, scope)					\
FIXTURE(name) {								\
	struct verifier verifier;					\
	struct lab lab;							\
	struct peer peer;						\
};									\
FAMILY_VARIANTS(name);							\
FIXTURE_SETUP(name)							\
{									\
	self->verifier.pid = 0;						\
	ASSERT_EQ(0, device_scope(scope));				\
	ASSERT_EQ(0, variant->family == AF_INET ?			\
			     verifier_start_against_kernel(&self->verifier) : \
			     verifier_start(&self->verifier, NULL));	\
	ASSERT_EQ(0, lab_open_scope(&self->lab, variant->family, scope)); \
	peer_init(&self->peer, &self->lab.puppet);			\
}									\
FIXTURE_TEARDOWN(name)							\
{									\
	EXPECT_EQ(0, stream_poll(&self->lab.stream, 0));		\
	EXPECT_TRUE(stream_exact(&self->lab.stream));			\
	EXPECT_RSTS_TOLD(&self->lab);					\
	EXPECT_EQ(0, verifier_finish(&self->verifier));			\
	verifier_kill(&self->verifier);					\
	lab_close(&self->lab);						\
}									\
struct odd_fixture_##name

#define ODD_TEST(name, test)	TEST_F_TIMEOUT(name, test, ODD_LIMIT)

/* The passive end of a graceful close. */
#define PASSIVE_CLOSE	"ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN"

#endif /* _SELFTESTS_LIB_ODD_FIXTURE_H */
