/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests of conn/: a table of sides, and an event of a connection, of
 * which a test changes what it is about.
 */
#ifndef _SELFTESTS_HOST_LIB_SIDES_FIXTURE_H
#define _SELFTESTS_HOST_LIB_SIDES_FIXTURE_H

#include <arpa/inet.h>

#include "kselftest_harness.h"

#include "conn/sides.h"

#define SECOND	1000000000ULL
#define COOKIE	0x5005
#define HOME	100	/* its network namespace */
#define OTHER	200

#define SIDES_FIXTURE(name)						\
FIXTURE(name) {								\
	struct sides *sides;						\
	struct event e;							\
};									\
FIXTURE_SETUP(name)							\
{									\
	self->sides = sides_new();					\
	ASSERT_NE(NULL, self->sides);					\
	self->e = (struct event){					\
		.kind = EVENT_TRANSITION,				\
		.ts_ns = 1000 * SECOND,					\
		.cookie = COOKIE,					\
		.netns_inode = HOME,					\
		.lport = 40000,						\
		.rport = 80,						\
		.uid = EVENT_UNKNOWN,					\
	};								\
	inet_pton(AF_INET, "10.0.0.1", self->e.laddr);			\
	inet_pton(AF_INET, "10.0.0.2", self->e.raddr);			\
}									\
FIXTURE_TEARDOWN(name)							\
{									\
	sides_free(self->sides);					\
}									\
struct sides_fixture_##name

#endif /* _SELFTESTS_HOST_LIB_SIDES_FIXTURE_H */
