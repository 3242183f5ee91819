// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's list of TCP sockets, as sock_diag reports it.
 */
#include <arpa/inet.h>
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

#include "base/compiler.h"
#include "sys/netns.h"
#include "sys/sockdiag.h"

/* What the kernel fills in one go, if there is so much. */
#define ANSWER_SIZE 32768

static int ask(int socket, int family, uint32_t states, uint8_t attributes)
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
			.idiag_ext = attributes,
			.idiag_states = states,
		},
	};
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t sent = sendto(socket, &message, sizeof(message), 0,
			      (const struct sockaddr *)&kernel, sizeof(kernel));

	return sent < 0 ? -errno : 0;
}

static int count(void *context, const struct inet_diag_msg *m, size_t size)
{
	uint64_t *counts = context;

	if (m->idiag_state < SOCKDIAG_STATES)
		counts[m->idiag_state]++;
	return 0;
}

static int add(void *context, const struct inet_diag_msg *m, size_t size)
{
	struct sockdiag_list *list = context;
	struct sockdiag_entry *entry;
	uint8_t raddr[16] = {};

	if (m->idiag_timer != SOCKDIAG_TIMER_OF_MINISOCK)
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
	memcpy(raddr, m->id.idiag_dst,
	       m->idiag_family == AF_INET ? 4 : sizeof(raddr));
	entry->key = sockdiag_key(entry->cookie, ntohs(m->id.idiag_sport),
				  ntohs(m->id.idiag_dport), raddr);
	return 0;
}

/* Both messages that can end a dump begin with an errno, 0 or negative. */
static int end_of(const struct nlmsghdr *header)
{
	int error;

	if (NLMSG_PAYLOAD(header, 0) < sizeof(error))
		return 0;
	memcpy(&error, NLMSG_DATA(header), sizeof(error));
	return error < 0 ? error : 0;
}

/* Return: 1 if the dump goes on, 0 at its end, or -errno */
static int read_messages(const void *answer, size_t size, sockdiag_each_fn each,
			 void *context)
{
	const struct nlmsghdr *header = answer;
	int ret;

	for (; NLMSG_OK(header, size); header = NLMSG_NEXT(header, size)) {
		if (header->nlmsg_type == NLMSG_DONE ||
		    header->nlmsg_type == NLMSG_ERROR)
			return end_of(header);
		if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
			continue;
		if (NLMSG_PAYLOAD(header, 0) < sizeof(struct inet_diag_msg))
			return -EPROTO;
		ret = each(context, NLMSG_DATA(header), NLMSG_PAYLOAD(header, 0));
		if (ret)
			return ret;
	}
	return 1;
}

static int receive(int socket, sockdiag_each_fn each, void *context)
{
	char answer[ANSWER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	int ret = 1;

	while (ret > 0) {
		ssize_t got = recv(socket, answer, sizeof(answer), MSG_TRUNC);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if ((size_t)got > sizeof(answer))
			return -EMSGSIZE;
		ret = read_messages(answer, (size_t)got, each, context);
	}
	return ret;
}

/**
 * sockdiag_open() - open a socket that asks about the calling thread's namespace
 *
 * Return: it, to be closed by the caller, or -errno
 */
int sockdiag_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	return fd < 0 ? -errno : fd;
}

/**
 * sockdiag_dump() - list all TCP sockets in some states, of both families
 * @socket: of sockdiag_open()
 * @states: bit N: those in &enum tcpclose_state N
 * @attributes: bit N - 1: with attribute N of the first eight (INET_DIAG_INFO)
 * @each: called for each, with the message and its size
 * @context: its first argument
 *
 * Return: 0, -errno, or what @each returned; -ENOENT: the kernel has no tcp_diag
 */
int sockdiag_dump(int socket, uint32_t states, uint8_t attributes, sockdiag_each_fn each,
		  void *context)
{
	static const int families[] = { AF_INET, AF_INET6 };
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(families); i++) {
		ret = ask(socket, families[i], states, attributes);
		if (!ret)
			ret = receive(socket, each, context);
	}
	return ret;
}

/**
 * sockdiag_count() - count TCP sockets, also mini-sockets, of the calling thread's
 *	namespace
 * @states: bit N: those in &enum tcpclose_state N
 * @counts: by state; the numbers are added
 *
 * One that changes its state meanwhile may be counted in one of them, both or
 * none.
 *
 * Return: 0, or -errno; -ENOENT: the kernel has no tcp_diag
 */
int sockdiag_count(uint32_t states, uint64_t counts[SOCKDIAG_STATES])
{
	int fd = sockdiag_open();
	int ret;

	if (fd < 0)
		return fd;
	ret = sockdiag_dump(fd, states, 0, count, counts);
	close(fd);
	return ret;
}

/**
 * sockdiag_read() - list the mini-sockets of the calling thread's namespace
 * @list: result
 *
 * A mini-socket that is added or removed meanwhile may be in the list or not, and
 * another one in the same bucket may be skipped.
 *
 * Return: 0, or -errno; -ENOENT: the kernel has no tcp_diag
 */
int sockdiag_read(struct sockdiag_list *list)
{
	int fd = sockdiag_open();
	int ret;

	memset(list, 0, sizeof(*list));
	if (fd < 0)
		return fd;
	if (netns_cookie_of(fd, &list->netns))
		list->netns = 0;
	/* Includes full sockets in FIN_WAIT2. */
	ret = sockdiag_dump(fd, 1U << TCPCLOSE_TIME_WAIT | 1U << TCPCLOSE_FIN_WAIT2, 0,
			    add, list);
	close(fd);
	if (ret)
		sockdiag_free(list);
	return ret;
}

/**
 * sockdiag_free() - free a list
 * @list: the list, empty afterwards but for @netns
 */
void sockdiag_free(struct sockdiag_list *list)
{
	free(list->entries);
	list->entries = NULL;
	list->count = 0;
	list->room = 0;
}
