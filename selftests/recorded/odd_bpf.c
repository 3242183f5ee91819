// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections on which BPF programs act: sockets in a sockmap, and sockets that an
 * iterator destroys.
 *
 * vm: --icount --smp 1
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include "bpf/destroy.skel.h"
#include "bpf/redirect.skel.h"
#include "lib/odd_fixture.h"
#include "lib/start.h"

ODD_FIXTURE(odd_bpf, "teardown");

/* ---- bpf_sock_destroy() */

/* Destroy all sockets with that local port; their number, or -errno. */
static int destroy_port(struct destroy_bpf *bpf, uint16_t port)
{
	int iterator = bpf_iter_create(bpf_link__fd(bpf->links.destroy)), count = -errno;
	char byte;

	if (iterator < 0)
		return count;
	bpf->bss->port = port;
	bpf->bss->destroyed = 0;
	while (read(iterator, &byte, 1) > 0)
		;
	close(iterator);
	return bpf->bss->destroyed;
}

/* NULL: this kernel cannot */
static struct destroy_bpf *destroyer(void)
{
	struct destroy_bpf *bpf;

	libbpf_set_print(NULL);
	bpf = destroy_bpf__open_and_load();
	if (bpf && destroy_bpf__attach(bpf)) {
		destroy_bpf__destroy(bpf);
		return NULL;
	}
	return bpf;
}

ODD_TEST(odd_bpf, destroys_in_each_state)
{
	struct destroy_bpf *bpf = destroyer();
	const struct start *start;

	if (!bpf)
		SKIP(return, "no bpf_sock_destroy() in this kernel");
	FOR_EACH_START(start, SYN_SENT, LAST_ACK) {
		struct flow flow;
		char path[256];

		TH_LOG("%s", start->state);
		peer_init(&self->peer, &self->lab.puppet);
		self->peer.lport += 10 + (start - starts);
		ASSERT_EQ(0, start->reach(&self->peer));
		EXPECT_EQ(1, destroy_port(bpf, self->peer.lport));
		snprintf(path, sizeof(path), "%s%s>CLOSE=DESTROYED", start->path, start->state);
		PATH(path);
		EXPECT_EQ(ECONNABORTED, EVENT(stream_words(path) - 1)->r.sk_err);
		EXPECT_STREQ("odd_bpf", EVENT(stream_words(path) - 1)->detail.comm);
		flow = lab_peer_flow(&self->lab, &self->peer);
		close(self->peer.fd);
		EXPECT_PATH(&self->lab, &flow, path);
	}
	destroy_bpf__destroy(bpf);
}

ODD_TEST(odd_bpf, destroys_what_no_process_has)
{
	struct destroy_bpf *bpf = destroyer();
	struct peer orphan, half, unaccepted;

	if (!bpf)
		SKIP(return, "no bpf_sock_destroy() in this kernel");
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close_active(&self->peer));
	PATH(TO_TIME_WAIT);
	EXPECT_EQ(1, destroy_port(bpf, self->peer.lport));
	PATH(TO_TIME_WAIT " tw:TIME_WAIT>CLOSE!DESTROYED");
	EXPECT_STREQ("odd_bpf", EVENT(4)->detail.comm);

	peer_init(&half, &self->lab.puppet);
	half.lport = 5001;
	ASSERT_EQ(0, peer_connect(&half));
	ASSERT_EQ(0, peer_close_half(&half));
	EXPECT_PEER_PATH(&self->lab, &half, TO_FIN_WAIT2);
	EXPECT_EQ(1, destroy_port(bpf, half.lport));
	EXPECT_PEER_PATH(&self->lab, &half, TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=DESTROYED!DESTROYED");

	peer_init(&orphan, &self->lab.puppet);
	orphan.lport = 5002;
	ASSERT_EQ(0, peer_connect(&orphan));
	ASSERT_EQ(0, peer_close(&orphan));
	EXPECT_EQ(1, destroy_port(bpf, orphan.lport));
	EXPECT_PEER_PATH(&self->lab, &orphan, "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE=DESTROYED");

	/* The listener comes first, and closes what is not accepted. */
	peer_init(&unaccepted, &self->lab.puppet);
	unaccepted.lport = 5003;
	ASSERT_EQ(0, peer_listen(&unaccepted));
	ASSERT_EQ(0, peer_knock(&unaccepted));
	ASSERT_EQ(0, net_wait(unaccepted.listener, POLLIN, LAB_TIMEOUT_MS));
	EXPECT_EQ(1, destroy_port(bpf, unaccepted.lport));
	EXPECT_PEER_PATH(&self->lab, &unaccepted, "ESTABLISHED>CLOSE=NOT_ACCEPTED");
	close(unaccepted.listener);
	destroy_bpf__destroy(bpf);
}

/* ---- sockmap: a proxy whose data the kernel passes on */

/* Client and server, and the two connections of the proxy between them. */
struct proxy {
	struct redirect_bpf *bpf;
	int client[2];
	int server[2];
	struct flow inner[2];
};

static int proxy_open(struct proxy *proxy, struct lab *lab)
{
	int i, map, ret;

	libbpf_set_print(NULL);
	proxy->bpf = redirect_bpf__open_and_load();
	if (!proxy->bpf)
		return -EOPNOTSUPP;
	map = bpf_map__fd(proxy->bpf->maps.sockets);
	ret = bpf_prog_attach(bpf_program__fd(proxy->bpf->progs.redirect), map,
			      BPF_SK_SKB_STREAM_VERDICT, 0);
	if (!ret)
		ret = net_pair(lab->family, proxy->client);
	if (!ret)
		ret = net_pair(lab->family, proxy->server);
	if (ret)
		return ret;
	/* The proxy has accepted the client, and connected to the server. */
	proxy->bpf->bss->port = net_local_port(proxy->client[1]);
	for (i = 0; i < 2; i++) {
		int fd = i ? proxy->server[0] : proxy->client[1];

		proxy->inner[i] = lab_flow(lab, net_local_port(fd), net_remote_port(fd));
		ret = bpf_map_update_elem(map, &i, &fd, BPF_ANY);
		if (ret)
			return ret;
	}
	return 0;
}

static struct flow other_end(const struct lab *lab, const struct flow *flow)
{
	return lab_flow(lab, flow->rport, flow->lport);
}

ODD_TEST(odd_bpf, sockmap_passes_data_and_closes)
{
	struct flow client, server;
	struct proxy proxy;
	char data[8];
	int ret;

	ret = proxy_open(&proxy, &self->lab);
	if (ret == -EOPNOTSUPP)
		SKIP(return, "no sockmap in this kernel");
	ASSERT_EQ(0, ret);
	client = other_end(&self->lab, &proxy.inner[0]);
	server = other_end(&self->lab, &proxy.inner[1]);
	ASSERT_EQ(4, write(proxy.client[0], "data", 4));
	ASSERT_EQ(4, read(proxy.server[1], data, sizeof(data)));
	ASSERT_EQ(6, write(proxy.server[1], "answer", 6));
	ASSERT_EQ(6, read(proxy.client[0], data, sizeof(data)));

	ASSERT_EQ(0, close(proxy.client[0]));
	EXPECT_PATH(&self->lab, &client, TO_FIN_WAIT2);
	ASSERT_EQ(0, close(proxy.client[1]));
	EXPECT_PATH(&self->lab, &proxy.inner[0], PASSIVE_CLOSE);
	EXPECT_PATH(&self->lab, &client, TO_TIME_WAIT);
	ASSERT_EQ(0, close(proxy.server[0]));
	EXPECT_PATH(&self->lab, &proxy.inner[1], TO_FIN_WAIT2);
	ASSERT_EQ(0, close(proxy.server[1]));
	EXPECT_PATH(&self->lab, &proxy.inner[1], TO_TIME_WAIT);
	EXPECT_PATH(&self->lab, &server, PASSIVE_CLOSE);
	EXPECT_CLOSER(&self->lab, &client, "odd_bpf close");
	EXPECT_CLOSER(&self->lab, &proxy.inner[0], "odd_bpf close");
	EXPECT_EQ(4, event_received(stream_event(&self->lab.stream, &proxy.inner[0], 2)));
	EXPECT_EQ(6, event_sent(stream_event(&self->lab.stream, &proxy.inner[0], 2)));
	redirect_bpf__destroy(proxy.bpf);
}

/**
 * struct sockmap_end - an abrupt end of the proxy's connection with the client
 * @act: closes the proxy's socket
 * @path: transitions there; the client receives a RST
 * @who: who makes the first of them
 */
struct sockmap_end {
	int (*act)(int fd);
	const char *path;
	const char *who;
};

static int disconnects(int fd)
{
	return net_disconnect(fd) || close(fd);
}

ODD_TEST(odd_bpf, sockmap_ends_abruptly)
{
	static const struct sockmap_end ends[] = {
		{ net_abort, "ESTABLISHED>CLOSE=LINGER", "odd_bpf close" },
		{ disconnects, "ESTABLISHED>CLOSE=DISCONNECT", "odd_bpf connect" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		struct flow client;
		struct proxy proxy;
		int ret;

		TH_LOG("%s", ends[i].path);
		ret = proxy_open(&proxy, &self->lab);
		if (ret == -EOPNOTSUPP)
			SKIP(return, "no sockmap in this kernel");
		ASSERT_EQ(0, ret);
		client = other_end(&self->lab, &proxy.inner[0]);
		ASSERT_EQ(0, ends[i].act(proxy.client[1]));
		EXPECT_PATH(&self->lab, &proxy.inner[0], ends[i].path);
		EXPECT_CLOSER(&self->lab, &proxy.inner[0], ends[i].who);
		EXPECT_PATH(&self->lab, &client, "ESTABLISHED>CLOSE=RST");
		close(proxy.client[0]);
		close(proxy.server[0]);
		close(proxy.server[1]);
		redirect_bpf__destroy(proxy.bpf);
	}
}

TEST_HARNESS_MAIN
