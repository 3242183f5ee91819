/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixtures of the claims' tests: on the stage, and with the puppet where a test
 * needs hand-made segments. Each fixture runs once for each address family and makes
 * a recording.
 */
#ifndef _SELFTESTS_LIB_CLAIMS_FIXTURE_H
#define _SELFTESTS_LIB_CLAIMS_FIXTURE_H

#include "lib/claim.h"
#include "lib/lab_fixture.h"
#include "lib/patience.h"
#include "lib/stage.h"

/* @events: stream of the lab or the stage; @leave: closes the lab or the stage */
#define CLAIMS_TEARDOWN(set, events, leave)				\
FIXTURE_TEARDOWN(set)							\
{									\
	EXPECT_EQ(0, claim_end(&self->claim));				\
	EXPECT_EQ(0, stream_poll(&(events), 0));			\
	EXPECT_TRUE(stream_exact(&(events)));				\
	leave;								\
	EXPECT_TRUE(claim_ladder_agrees(&self->claim));			\
}									\
struct claims_teardown_##set

/* Each test gets self->stage, self->claim. */
#define CLAIMS_FIXTURE(set)						\
FIXTURE(set) {								\
	struct stage stage;						\
	struct claim claim;						\
};									\
FAMILY_VARIANTS(set);							\
FIXTURE_SETUP(set)							\
{									\
	ASSERT_EQ(0, stage_open(&self->stage, variant->family,		\
				claim_port(_metadata->name)));		\
	ASSERT_EQ(0, claim_begin(&self->claim, _metadata->name,		\
				 variant->family, self->stage.stream.fd)); \
}									\
CLAIMS_TEARDOWN(set, self->stage.stream, stage_close(&self->stage));	\
struct claims_fixture_##set

/* Each test gets self->lab, self->peer as in LAB_FIXTURE(), self->claim. */
#define CLAIMS_BY_HAND_FIXTURE(set)					\
FIXTURE(set) {								\
	struct lab lab;							\
	struct peer peer;						\
	struct claim claim;						\
};									\
FAMILY_VARIANTS(set);							\
FIXTURE_SETUP(set)							\
{									\
	ASSERT_EQ(0, lab_open(&self->lab, variant->family));		\
	ASSERT_EQ(0, claim_begin(&self->claim, _metadata->name,		\
				 variant->family, self->lab.stream.fd)); \
	peer_init(&self->peer, &self->lab.puppet);			\
	self->peer.rport = self->claim.port;				\
}									\
CLAIMS_TEARDOWN(set, self->lab.stream,					\
		EXPECT_RSTS_TOLD(&self->lab); lab_close(&self->lab));	\
struct claims_by_hand_fixture_##set

/* On the stage: paths of the ends, segments as the client's machine sees them. */
#define CLIENT(path) \
	EXPECT_STREQ(path, stage_path(&self->stage, &self->stage.client, path))
#define SERVER(path) \
	EXPECT_STREQ(path, stage_path(&self->stage, &self->stage.server, path))
#define WIRE(path) \
	EXPECT_STREQ(path, stage_wire(&self->stage, &self->stage.client, path))
#define CLIENT_EVENT(n)	stage_event(&self->stage, &self->stage.client, n)
#define SERVER_EVENT(n)	stage_event(&self->stage, &self->stage.server, n)

#define EXPECT_BETWEEN(low, high, value) do { \
	EXPECT_LE((__u64)(low), (__u64)(value)); \
	EXPECT_GE((__u64)(high), (__u64)(value)); \
} while (0)

#define S	1000000000ULL
#define MS	1000000ULL
#define US	1000ULL

/* Time that a segment, and its records, need to pass through a machine */
#define AT_ONCE	(patience_ms(1) * MS)

/* The timer's granularity at 60 s: 512 jiffies at 250 Hz (kernel/time/timer.c) */
#define GRANULARITY		(2048 * MS)
#define EXPECT_TIME_WAIT(after, ns) \
	EXPECT_BETWEEN(60 * S + (after), 60 * S + (after) + GRANULARITY + 10 * MS, ns)

#endif /* _SELFTESTS_LIB_CLAIMS_FIXTURE_H */
