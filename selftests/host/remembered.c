// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of connections that the module remembers: read in parts, and searched. The
 * linker puts a device in place whose connections the tests choose.
 */
#include <errno.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/remembered.h"

#define CONNS 5000
/* Positions are the module's own */
#define DISTANCE 7

static struct tcpclose_conn conns[CONNS];
static unsigned int conn_count, calls;
/* At most as many at a time, as if a signal came */
static unsigned int most;
static int refusal;

int __wrap_ioctl(int fd, unsigned long number, struct tcpclose_conns_request *request);

int __wrap_ioctl(int fd, unsigned long number, struct tcpclose_conns_request *request)
{
	unsigned int first, count;

	calls++;
	if (number != TCPCLOSE_IOC_CONNS)
		refusal = ENOTTY;
	if (!request->count || request->size != sizeof(conns[0]) || request->flags ||
	    request->reserved || request->position % DISTANCE)
		refusal = EINVAL;
	if (refusal) {
		errno = refusal;
		return -1;
	}
	first = request->position / DISTANCE;
	count = conn_count - first;
	request->position = TCPCLOSE_CONNS_END;
	if (count >= request->count || count > most) {
		count = request->count < most ? request->count : most;
		request->position = (__u64)(first + count) * DISTANCE;
	}
	memcpy((void *)(uintptr_t)request->buf, &conns[first], count * sizeof(conns[0]));
	request->count = count;
	return 0;
}

FIXTURE(remembered)
{
	struct remembered list;
};

FIXTURE_SETUP(remembered)
{
	memset(&self->list, 0, sizeof(self->list));
	conn_count = 0;
	calls = 0;
	most = CONNS;
	refusal = 0;
}

FIXTURE_TEARDOWN(remembered)
{
	remembered_free(&self->list);
	EXPECT_EQ(NULL, self->list.conns);
}

static void add(__u64 cookie, __u16 flags, __u64 born_ns)
{
	conns[conn_count++] = (struct tcpclose_conn){
		.cookie = cookie,
		.flags = flags,
		.born_ns = born_ns,
	};
}

static __u64 born_of(const struct remembered *list, __u64 cookie, bool mini)
{
	const struct tcpclose_conn *conn = remembered_find(list, cookie, mini);

	return conn ? conn->born_ns : 0;
}

TEST_F(remembered, nothing_is_an_empty_list)
{
	ASSERT_EQ(0, remembered_read(3, &self->list));
	EXPECT_EQ(0, self->list.count);
	EXPECT_EQ(1, calls);
	EXPECT_EQ(NULL, remembered_find(&self->list, 1, false));
	EXPECT_EQ(NULL, remembered_find(&self->list, 1, true));
}

TEST_F(remembered, all_are_found_however_many_come_at_a_time)
{
	static const unsigned int parts[] = { 1, 3, 1023, 1024, 1025, CONNS };
	unsigned int i, part;

	for (i = 0; i < CONNS; i++)
		add(1 + (i * 1237ULL) % CONNS, 0, 1000 + (i * 1237ULL) % CONNS);
	for (part = 0; part < 6; part++) {
		most = parts[part];
		ASSERT_EQ(0, remembered_read(3, &self->list));
		ASSERT_EQ(CONNS, self->list.count);
		for (i = 0; i < CONNS; i++) {
			ASSERT_EQ(i + 1, self->list.conns[i].cookie);
			ASSERT_EQ(1000 + i, born_of(&self->list, i + 1, false));
			ASSERT_EQ(0, born_of(&self->list, i + 1, true));
		}
		EXPECT_EQ(0, born_of(&self->list, CONNS + 1, false));
		remembered_free(&self->list);
	}
}

TEST_F(remembered, a_full_socket_and_a_mini_socket_have_one_cookie)
{
	add(7, TCPCLOSE_CONN_MINI, 100);
	add(8, TCPCLOSE_CONN_MINI, 300);
	add(7, TCPCLOSE_CONN_OLD, 200);
	ASSERT_EQ(0, remembered_read(3, &self->list));
	EXPECT_EQ(100, born_of(&self->list, 7, true));
	EXPECT_EQ(200, born_of(&self->list, 7, false));
	EXPECT_EQ(300, born_of(&self->list, 8, true));
	EXPECT_EQ(0, born_of(&self->list, 8, false));
}

TEST_F(remembered, the_later_full_socket_is_the_one_alive)
{
	add(7, 0, 100);
	add(7, 0, 300);
	add(7, 0, 200);
	ASSERT_EQ(0, remembered_read(3, &self->list));
	EXPECT_EQ(300, born_of(&self->list, 7, false));
}

TEST_F(remembered, of_several_mini_sockets_none_is_guessed)
{
	add(7, TCPCLOSE_CONN_MINI, 100);
	add(7, TCPCLOSE_CONN_MINI, 200);
	ASSERT_EQ(0, remembered_read(3, &self->list));
	EXPECT_EQ(2, self->list.count);
	EXPECT_EQ(NULL, remembered_find(&self->list, 7, true));
}

TEST_F(remembered, no_cookie_finds_nothing)
{
	add(0, 0, 100);
	add(0, TCPCLOSE_CONN_MINI, 100);
	ASSERT_EQ(0, remembered_read(3, &self->list));
	EXPECT_EQ(2, self->list.count);
	EXPECT_EQ(NULL, remembered_find(&self->list, 0, false));
	EXPECT_EQ(NULL, remembered_find(&self->list, 0, true));
}

TEST_F(remembered, errors_are_passed_on)
{
	static const int errors[] = { EPERM, ENOTTY, EFAULT };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		refusal = errors[i];
		EXPECT_EQ(-errors[i], remembered_read(3, &self->list));
		EXPECT_EQ(0, self->list.count);
		remembered_free(&self->list);
	}
}

TEST_HARNESS_MAIN
