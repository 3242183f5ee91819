// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's list of mini-sockets, as sock_diag reports it.
 *
 * Knows sock_diag; libmnl knows netlink.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <tcpclose.h>

#include "base/compiler.h"
#include "sys/sockdiag.h"

/* inet_diag_msg.idiag_timer of a mini-socket: inet_twsk_diag_fill(). */
#define TIMER_OF_MINISOCK 3
/* What the kernel fills in one go, if there is so much. */
#define ANSWER_SIZE 32768

static int ask(const struct mnl_socket *socket, int family)
{
	char message[256] __attribute__((aligned(NLMSG_ALIGNTO))) = {};
	struct nlmsghdr *header = mnl_nlmsg_put_header(message);
	struct inet_diag_req_v2 *request;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = (__u8)family;
	request->sdiag_protocol = IPPROTO_TCP;
	/* Includes full sockets in FIN_WAIT2. */
	request->idiag_states = 1U << TCPCLOSE_TIME_WAIT |
				1U << TCPCLOSE_FIN_WAIT2;
	return mnl_socket_sendto(socket, header, header->nlmsg_len) < 0 ?
		       -errno :
		       0;
}

static int add(const struct nlmsghdr *header, void *data)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(header);
	struct sockdiag_list *list = data;
	struct sockdiag_entry *entry;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*m)) {
		errno = EPROTO;
		return MNL_CB_ERROR;
	}
	if (m->idiag_timer != TIMER_OF_MINISOCK)
		return MNL_CB_OK;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 256;

		entry = realloc(list->entries, room * sizeof(*entry));
		if (!entry)
			return MNL_CB_ERROR;
		list->entries = entry;
		list->room = room;
	}
	entry = &list->entries[list->count++];
	entry->cookie = m->id.idiag_cookie[0] |
			(uint64_t)m->id.idiag_cookie[1] << 32;
	entry->state = m->idiag_state;
	return MNL_CB_OK;
}

/* The last message of a dump has its errno, which libmnl ignores. */
static int end(const struct nlmsghdr *header, void *data)
{
	const int *error = mnl_nlmsg_get_payload(header);

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*error) || *error >= 0)
		return MNL_CB_STOP;
	errno = -*error;
	return MNL_CB_ERROR;
}

static int receive(const struct mnl_socket *socket, struct sockdiag_list *list)
{
	static mnl_cb_t control[] = {
		[NLMSG_ERROR] = end,
		[NLMSG_DONE] = end,
	};
	char answer[ANSWER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	int ret = MNL_CB_OK;

	while (ret == MNL_CB_OK) {
		ssize_t got = mnl_socket_recvfrom(socket, answer, sizeof(answer));

		if (got < 0 && errno == EINTR)
			continue;
		ret = got < 0 ? MNL_CB_ERROR :
				mnl_cb_run2(answer, (size_t)got, 0, 0, add, list,
					    control, ARRAY_SIZE(control));
	}
	return ret == MNL_CB_ERROR ? -errno : 0;
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
	static const int families[] = { AF_INET, AF_INET6 };
	struct mnl_socket *socket =
		mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	socklen_t len = sizeof(list->netns);
	unsigned int i;
	int ret = 0;

	memset(list, 0, sizeof(*list));
	if (!socket)
		return -errno;
	if (getsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_NETNS_COOKIE,
		       &list->netns, &len))
		list->netns = 0;
	for (i = 0; !ret && i < ARRAY_SIZE(families); i++) {
		ret = ask(socket, families[i]);
		if (!ret)
			ret = receive(socket, list);
	}
	mnl_socket_close(socket);
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
