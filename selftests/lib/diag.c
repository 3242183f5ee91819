// SPDX-License-Identifier: GPL-2.0-only
/*
 * The administrator's hand on a socket: what "ss -K" does.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <unistd.h>

#include "lib/diag.h"

static void copy_address(__be32 to[4], const union net_addr *addr)
{
	if (addr->sa.sa_family == AF_INET)
		memcpy(to, &addr->in.sin_addr, 4);
	else
		memcpy(to, &addr->in6.sin6_addr, 16);
}

int diag_destroy(const union net_addr *local, const union net_addr *remote)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = {
			.nlmsg_len = sizeof(message),
			.nlmsg_type = SOCK_DESTROY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.request = {
			.sdiag_family = local->sa.sa_family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = ~0U,
			.id = {
				.idiag_sport = local->in.sin_port,
				.idiag_dport = remote->in.sin_port,
				.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
			},
		},
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char room[256];
	} answer;
	ssize_t len;
	int fd, err;

	copy_address(message.request.id.idiag_src, local);
	copy_address(message.request.id.idiag_dst, remote);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		return -errno;
	len = send(fd, &message, sizeof(message), 0);
	if (len > 0)
		len = recv(fd, &answer, sizeof(answer), 0);
	err = len < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	if (answer.header.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return answer.error.error;
}
