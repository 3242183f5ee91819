// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's list of mini-sockets, as sock_diag gives it.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tcpclose.h>

#include "sys/sockdiag.h"

/* inet_diag_msg.idiag_timer of a mini-socket: inet_twsk_diag_fill(). */
#define TIMER_OF_MINISOCK 3

static int ask(int fd, int family)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = {
			.nlmsg_len = sizeof(message),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.request = {
			.sdiag_family = (__u8)family,
			.sdiag_protocol = IPPROTO_TCP,
			/* Full sockets in FIN_WAIT2 come, too. */
			.idiag_states = 1U << TCPCLOSE_TIME_WAIT |
					1U << TCPCLOSE_FIN_WAIT2,
		},
	};

	return send(fd, &message, sizeof(message), 0) < 0 ? -errno : 0;
}

static int add(struct sockdiag_list *list, const struct inet_diag_msg *m)
{
	struct sockdiag_entry *entry;

	if (m->idiag_timer != TIMER_OF_MINISOCK)
		return 0;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 256;

		entry = realloc(list->entries, room * sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		list->entries = entry;
		list->room = room;
	}
	entry = &list->entries[list->count++];
	entry->cookie = m->id.idiag_cookie[0] |
			(uint64_t)m->id.idiag_cookie[1] << 32;
	entry->state = m->idiag_state;
	return 0;
}

/* Return: 1 at the end, 0 if more is to come, or -errno. */
static int take(struct sockdiag_list *list, const struct nlmsghdr *header)
{
	int ret = 0;

	switch (header->nlmsg_type) {
	case NLMSG_DONE:
		if (header->nlmsg_len >= NLMSG_LENGTH(sizeof(ret)))
			memcpy(&ret, NLMSG_DATA(header), sizeof(ret));
		return ret < 0 ? ret : 1;
	case NLMSG_ERROR:
		if (header->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr)))
			return -EPROTO;
		memcpy(&ret, NLMSG_DATA(header), sizeof(ret));
		return ret < 0 ? ret : -EPROTO;
	case SOCK_DIAG_BY_FAMILY:
		if (header->nlmsg_len <
		    NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			return -EPROTO;
		return add(list, NLMSG_DATA(header));
	default:
		return 0;
	}
}

static int receive(int fd, struct sockdiag_list *list)
{
	union {
		struct nlmsghdr header;
		char bytes[32768];
	} buffer;
	int ret = 0;

	while (!ret) {
		const struct nlmsghdr *header = &buffer.header;
		ssize_t got = recv(fd, &buffer, sizeof(buffer), 0);
		unsigned int left = (unsigned int)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EPROTO;
		for (; !ret && NLMSG_OK(header, left);
		     header = NLMSG_NEXT(header, left))
			ret = take(list, header);
	}
	return ret < 0 ? ret : 0;
}

/**
 * sockdiag_read() - list the mini-sockets of the calling thread's namespace
 * @list: result
 *
 * What comes or goes meanwhile may be in the list or not, and something else in
 * the same bucket may be skipped.
 *
 * Return: 0, or -errno; -ENOENT: the kernel has no tcp_diag
 */
int sockdiag_read(struct sockdiag_list *list)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	socklen_t len = sizeof(list->netns);
	unsigned int i;
	int ret = 0;

	memset(list, 0, sizeof(*list));
	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &list->netns, &len))
		list->netns = 0;
	for (i = 0; !ret && i < 2; i++) {
		ret = ask(fd, families[i]);
		if (!ret)
			ret = receive(fd, list);
	}
	close(fd);
	if (ret)
		sockdiag_free(list);
	return ret;
}

/**
 * sockdiag_free() - give a list back
 * @list: the list, empty afterwards but for @netns
 */
void sockdiag_free(struct sockdiag_list *list)
{
	free(list->entries);
	list->entries = NULL;
	list->count = 0;
	list->room = 0;
}
