// SPDX-License-Identifier: GPL-2.0-only
/*
 * Destroys a socket as an administrator does with "ss -K".
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <pthread.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "lib/diag.h"

static void copy_address(__be32 to[4], const union net_addr *addr)
{
	if (addr->sa.sa_family == AF_INET)
		memcpy(to, &addr->in.sin_addr, 4);
	else
		memcpy(to, &addr->in6.sin6_addr, 16);
}

static void put_request(struct nlmsghdr *header, const union net_addr *local,
			const union net_addr *remote)
{
	struct inet_diag_req_v2 *request =
		mnl_nlmsg_put_extra_header(header, sizeof(*request));

	request->sdiag_family = (__u8)local->sa.sa_family;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_states = ~0U;
	request->id.idiag_sport = local->in.sin_port;
	request->id.idiag_dport = remote->in.sin_port;
	request->id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	copy_address(request->id.idiag_src, local);
	copy_address(request->id.idiag_dst, remote);
}

static int request(const union net_addr *local, const union net_addr *remote)
{
	struct mnl_socket *socket =
		mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	char message[1024] __attribute__((aligned(NLMSG_ALIGNTO))) = {};
	struct nlmsghdr *header = mnl_nlmsg_put_header(message);
	ssize_t ret;
	int err;

	if (!socket)
		return -errno;
	header->nlmsg_type = SOCK_DESTROY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	put_request(header, local, remote);
	ret = mnl_socket_sendto(socket, header, header->nlmsg_len);
	if (ret > 0)
		ret = mnl_socket_recvfrom(socket, message, sizeof(message));
	/* The answer is an ACK or an error. */
	if (ret > 0)
		ret = mnl_cb_run(message, (size_t)ret, 0, 0, NULL, NULL);
	err = ret < 0 ? -errno : 0;
	mnl_socket_close(socket);
	return err;
}

static void load(void)
{
	const union net_addr none = { .sa.sa_family = AF_INET };

	request(&none, &none);
}

/*
 * The first request loads tcp_diag. Another one that comes meanwhile may fail: BusyBox's
 * modprobe takes a module that is being loaded for one that is there.
 */
int diag_destroy(const union net_addr *local, const union net_addr *remote)
{
	static pthread_once_t loaded = PTHREAD_ONCE_INIT;

	pthread_once(&loaded, load);
	return request(local, remote);
}
