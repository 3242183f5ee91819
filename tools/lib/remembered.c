// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the module remembers of the connections that are alive, read from the device and
 * found by cookie. Knows neither addresses nor namespaces, which the module does not
 * remember: they are the kernel's (sys/sockdiag.h).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/remembered.h"

#define ROOM_FIRST 1024

static int grow(struct remembered *list)
{
	size_t room = list->room ? 2 * list->room : ROOM_FIRST;
	struct tcpclose_conn *conns = realloc(list->conns, room * sizeof(*conns));

	if (!conns)
		return -ENOMEM;
	list->conns = conns;
	list->room = room;
	return 0;
}

/* Read on from *@position, as far as there is room. */
static int read_some(int device, struct remembered *list, uint64_t *position)
{
	size_t room = list->room - list->count;
	struct tcpclose_conns_request request = {
		.position = *position,
		.buf = (uintptr_t)(list->conns + list->count),
		.count = room < UINT32_MAX ? room : UINT32_MAX,
		.size = sizeof(*list->conns),
	};

	if (ioctl(device, TCPCLOSE_IOC_CONNS, &request))
		return -errno;
	*position = request.position;
	list->count += request.count;
	return 0;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare(const void *left, const void *right)
{
	const struct tcpclose_conn *a = left, *b = right;
	int ret = order(a->cookie, b->cookie);

	if (!ret)
		ret = order(remembered_is_mini(a), remembered_is_mini(b));
	return ret ? ret : order(b->born_ns, a->born_ns);
}

/**
 * remembered_read() - read all connections that are alive
 * @device: the device
 * @list: result; to be freed by remembered_free(), also after an error
 *
 * Return: 0, -EPERM if the file sees its own network namespace only, -ENOTTY if the
 * module is too old for this, or another -errno
 */
int remembered_read(int device, struct remembered *list)
{
	uint64_t position = 0;
	int ret = 0;

	memset(list, 0, sizeof(*list));
	while (!ret && position != TCPCLOSE_CONNS_END) {
		if (list->count == list->room)
			ret = grow(list);
		if (!ret)
			ret = read_some(device, list, &position);
	}
	if (list->count)
		qsort(list->conns, list->count, sizeof(*list->conns), compare);
	return ret;
}

/* The first one that is not before the cookie's full socket, or mini-sockets. */
static size_t lower_bound(const struct remembered *list, uint64_t cookie, bool mini)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct tcpclose_conn *conn = &list->conns[middle];

		if (conn->cookie < cookie ||
		    (conn->cookie == cookie && remembered_is_mini(conn) < mini))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_match(const struct remembered *list, size_t i, uint64_t cookie, bool mini)
{
	return i < list->count && list->conns[i].cookie == cookie &&
	       remembered_is_mini(&list->conns[i]) == mini;
}

/**
 * remembered_find() - find a connection
 * @list: the connections
 * @cookie: socket cookie
 * @mini: its mini-socket; false: its full socket
 *
 * A socket that was closed and connected again while the list was read may be in it twice:
 * the later connection is the one that is alive.
 *
 * Return: the connection; NULL: it is not remembered, or a socket has connected several
 * times, and there are mini-sockets of which none is known to be the one
 */
const struct tcpclose_conn *remembered_find(const struct remembered *list, uint64_t cookie,
					    bool mini)
{
	size_t i = lower_bound(list, cookie, mini);

	if (!cookie || !is_match(list, i, cookie, mini))
		return NULL;
	return mini && is_match(list, i + 1, cookie, mini) ? NULL : &list->conns[i];
}

/**
 * remembered_free() - free the connections
 * @list: the connections
 */
void remembered_free(struct remembered *list)
{
	free(list->conns);
	memset(list, 0, sizeof(*list));
}
