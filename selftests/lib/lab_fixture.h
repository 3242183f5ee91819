/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests in the lab, once for each address family.
 */
#ifndef _SELFTESTS_LIB_LAB_FIXTURE_H
#define _SELFTESTS_LIB_LAB_FIXTURE_H

#include "kselftest_harness.h"
#include "lib/lab.h"

/* Variants of a fixture: variant->family is that of IPv4, then of IPv6. */
#define FAMILY_VARIANTS(name)						\
FIXTURE_VARIANT(name) {							\
	int family;							\
};									\
FIXTURE_VARIANT_ADD(name, ipv4) {					\
	.family = AF_INET,						\
};									\
FIXTURE_VARIANT_ADD(name, ipv6) {					\
	.family = AF_INET6,						\
};									\
struct family_variants_##name

/* Every RST has a record; see lab_rsts_differ(). */
#define EXPECT_RSTS_TOLD(lab) do {					\
	const char *_rsts = lab_rsts_differ(lab);			\
	EXPECT_EQ(NULL, _rsts)						\
	TH_LOG("RSTs: %s", _rsts);					\
} while (0)

/* Every drop by a listener has a record; see lab_drops_differ(). */
#define EXPECT_DROPS_TOLD(lab, unseen) do {				\
	const char *_drops = lab_drops_differ(lab, unseen);		\
	EXPECT_EQ(NULL, _drops)						\
	TH_LOG("drops: %s", _drops);					\
} while (0)

/*
 * Each test gets self->lab and self->peer, a connection with the puppet that
 * does not exist yet; variant->family. At the end the stream has no gap.
 */
#define LAB_FIXTURE(name)						\
FIXTURE(name) {								\
	struct lab lab;							\
	struct peer peer;						\
};									\
FAMILY_VARIANTS(name);							\
FIXTURE_SETUP(name)							\
{									\
	ASSERT_EQ(0, lab_open(&self->lab, variant->family));		\
	peer_init(&self->peer, &self->lab.puppet);			\
}									\
FIXTURE_TEARDOWN(name)							\
{									\
	EXPECT_EQ(0, stream_poll(&self->lab.stream, 0));		\
	EXPECT_TRUE(stream_exact(&self->lab.stream));			\
	EXPECT_RSTS_TOLD(&self->lab);					\
	EXPECT_DROPS_TOLD(&self->lab, 0);				\
	lab_close(&self->lab);						\
}									\
struct lab_fixture_##name

/* In a test with this fixture: check the connection's path, get its n-th event. */
#define PATH(path)	EXPECT_PEER_PATH(&self->lab, &self->peer, path)
#define EVENT(n)	lab_event(&self->lab, &self->peer, n)

/* Check the context in which that event was recorded, and the side that closed first. */
#define EXPECT_BY(n, context, closer) do { \
	EXPECT_EQ(TCPCLOSE_CONTEXT_##context, event_context(EVENT(n))); \
	EXPECT_EQ(TCPCLOSE_CLOSER_##closer, event_closer(EVENT(n))); \
} while (0)

/* Likewise, and check the socket's error. */
#define EXPECT_FROM(n, context, closer, error) do { \
	EXPECT_BY(n, context, closer); \
	EXPECT_EQ(error, EVENT(n)->r.sk_err); \
} while (0)

/* The beginning of every active close, if the peer answers. */
#define TO_FIN_WAIT2 \
	"ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2[CLOSE]"
#define TO_TIME_WAIT	TO_FIN_WAIT2 " tw:FIN_WAIT2>TIME_WAIT=FIN"
#define REARM		" tw:TIME_WAIT>TIME_WAIT*"

#endif /* _SELFTESTS_LIB_LAB_FIXTURE_H */
