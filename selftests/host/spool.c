// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue between the thread that reads the device and the one that is slow: each
 * item comes once, in order, also if memory is short.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "base/spool.h"

/* As little memory as a queue can have, and much more than the items need. */
#define LITTLE 0
#define MUCH ((size_t)1 << 30)

FIXTURE(spool)
{
	struct spool *spool;
	char buffer[SPOOL_ITEM_MAX];
};

FIXTURE_VARIANT(spool)
{
	size_t memory;
	/* The file can't be written. */
	bool nowhere;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(spool, in_memory) { MUCH, false };
FIXTURE_VARIANT_ADD(spool, in_a_file) { LITTLE, false };
FIXTURE_VARIANT_ADD(spool, full) { LITTLE, true };
/* clang-format on */

FIXTURE_SETUP(spool)
{
	ASSERT_EQ(0, spool_new(&self->spool, variant->memory));
}

FIXTURE_TEARDOWN(spool)
{
	spool_free(self->spool);
}

/* Also those that the test's output may go to: not for long */
static void forbid_files(bool forbid)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = forbid ? 0 : limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* The length and content of an item follow from its number. */
static size_t make(char *to, uint32_t number)
{
	size_t len = number * 7919ULL % (SPOOL_ITEM_MAX / 4) + 1;

	memset(to, (int)(number % 251), len);
	return len;
}

static bool is_item(const struct spool_item *item, uint32_t number, char *buffer)
{
	return item->kind == number && item->len == make(buffer, number) &&
	       !((uintptr_t)item->bytes & 7) &&
	       !memcmp(item->bytes, buffer, item->len);
}

struct producer {
	struct spool *spool;
	uint32_t count;
	char buffer[SPOOL_ITEM_MAX];
};

static void *produce(void *arg)
{
	struct producer *p = arg;
	uint32_t i;

	for (i = 0; i < p->count; i++) {
		size_t len = make(p->buffer, i);

		while (spool_add(p->spool, i, p->buffer, len) == -EAGAIN)
			usleep(100);
		if (i % 1000 == 999)
			spool_notify(p->spool);
	}
	spool_end(p->spool, -ECOMM);
	return NULL;
}

/* A consumer that sleeps until it is told, and is slow now and then */
TEST_F(spool, delivers_each_item_once_and_in_order)
{
	struct producer *p = calloc(1, sizeof(*p));
	struct pollfd fd = { .events = POLLIN };
	struct spool_item item;
	pthread_t thread;
	uint32_t number = 0;
	int ret;

	ASSERT_NE(NULL, p);
	forbid_files(variant->nowhere);
	p->spool = self->spool;
	p->count = 30000;
	fd.fd = spool_fd(self->spool);
	ASSERT_EQ(0, pthread_create(&thread, NULL, produce, p));
	for (;;) {
		ret = spool_next(self->spool, &item);
		if (ret == -EAGAIN) {
			ASSERT_EQ(1, poll(&fd, 1, 20000));
			continue;
		}
		if (ret != 1)
			break;
		ASSERT_TRUE(is_item(&item, number, self->buffer));
		if (++number % 5000 == 0)
			usleep(50000);
	}
	forbid_files(false);
	EXPECT_EQ(-ECOMM, ret);
	EXPECT_EQ(30000, number);
	pthread_join(thread, NULL);
	free(p);
}

/* The consumer takes nothing until all was added */
TEST_F(spool, keeps_what_no_one_takes)
{
	struct spool_item item;
	uint32_t number, added;

	forbid_files(variant->nowhere);
	for (added = 0; added < 3000; added++) {
		if (spool_add(self->spool, added, self->buffer,
			      make(self->buffer, added)))
			break;
	}
	forbid_files(false);
	EXPECT_EQ(variant->nowhere, added < 3000);
	EXPECT_EQ(variant->memory == LITTLE && !variant->nowhere,
		  spool_spilled(self->spool) > 0);
	for (number = 0; number < added; number++) {
		ASSERT_EQ(1, spool_next(self->spool, &item));
		ASSERT_TRUE(is_item(&item, number, self->buffer));
	}
	EXPECT_EQ(-EAGAIN, spool_next(self->spool, &item));
	/* What was in the file is gone: it begins anew, in memory. */
	ASSERT_EQ(0, spool_add(self->spool, 1, self->buffer,
			       make(self->buffer, 1)));
	spool_end(self->spool, 0);
	ASSERT_EQ(1, spool_next(self->spool, &item));
	EXPECT_TRUE(is_item(&item, 1, self->buffer));
	EXPECT_EQ(0, spool_next(self->spool, &item));
	EXPECT_EQ(0, spool_next(self->spool, &item));
}

TEST_HARNESS_MAIN
