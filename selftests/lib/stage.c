// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two machines and the network between them.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/lab.h"
#include "lib/namespace.h"
#include "lib/patience.h"
#include "lib/stage.h"

#define CLIENT_PORT	5000

/**
 * struct plan - the addresses of one family
 * @nowhere: a network that is unreachable for the router
 */
static const struct plan {
	const char *client, *client_router;
	const char *server, *server_router;
	const char *prefix;
	const char *forwarding;
	const char *nowhere;
} plans[] = {
	{ "10.0.1.1", "10.0.1.2", "10.0.2.1", "10.0.2.2", "24",
	  "/proc/sys/net/ipv4/ip_forward", "10.0.3.0/24" },
	{ "fd00:1::1", "fd00:1::2", "fd00:2::1", "fd00:2::2", "64",
	  "/proc/sys/net/ipv6/conf/all/forwarding", "fd00:3::/64" },
};

static const struct plan *plan_of(int family)
{
	return &plans[family == AF_INET6];
}

/* Hardware addresses: each neighbour is configured with them, so that none has to ask. */
#define MAC_END		"02:00:00:00:00:01"
#define MAC_ROUTER	"02:00:00:00:00:02"

int stage_run(int netns, const char *format, ...)
{
	char command[768];
	va_list args;
	int before, ret;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	before = namespace_enter(netns);
	if (before < 0)
		return before;
	ret = net_run("%s", command);
	namespace_leave(before);
	return ret;
}

/* Run several lines with one "ip -batch". */
static int configure(int netns, const char *format, ...)
{
	int before = namespace_enter(netns), status;
	va_list args;
	FILE *ip;

	if (before < 0)
		return before;
	ip = popen("ip -batch - >/dev/null 2>&1", "w");
	namespace_leave(before);
	if (!ip)
		return -errno;
	va_start(args, format);
	vfprintf(ip, format, args);
	va_end(args);
	status = pclose(ip);
	return status ? -ENETDOWN : 0;
}

/* Connect a port of the router to the device of one end. */
static int lay_cable(const struct stage *stage, const char *port, const struct stage_end *end,
		     const char *addr, const char *router)
{
	const char *prefix = plan_of(stage->family)->prefix;
	const char *nodad = stage->family == AF_INET6 ? "nodad" : "";
	int err;

	err = configure(stage->router,
			"link add %s address %s type veth peer name eth0 address %s netns /proc/%d/fd/%d\n"
			"address add %s/%s dev %s %s\n"
			"link set %s up\n"
			"neigh add %s lladdr %s dev %s nud permanent\n",
			port, MAC_ROUTER, MAC_END, getpid(), end->netns, router, prefix, port,
			nodad, port, addr, MAC_END, port);
	if (!err)
		err = configure(end->netns,
				"address add %s/%s dev eth0 %s\n"
				"link set eth0 up\n"
				"neigh add %s lladdr %s dev eth0 nud permanent\n"
				"route add default via %s\n",
				addr, prefix, nodad, router, MAC_ROUTER, router);
	if (!err && stage_run(stage->router, "tc qdisc add dev %s root netem delay %lluus", port,
			      STAGE_DELAY_NS / 1000))
		err = -ENETDOWN;
	return err;
}

static int open_end(struct stage_end *end, int family, const char *addr, uint16_t port)
{
	int before, fd, err;

	end->addr = net_address(family, addr, port);
	before = namespace_enter(end->netns);
	if (before < 0)
		return before;
	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	end->cookie = net_netns_cookie(fd);
	close(fd);
	err = capture_open(&end->wire, "eth0", family);
	namespace_leave(before);
	return err;
}

static int build(struct stage *stage, uint16_t port)
{
	const struct plan *plan = plan_of(stage->family);
	int err;

	err = lay_cable(stage, "client", &stage->client, plan->client, plan->client_router);
	if (!err)
		err = lay_cable(stage, "server", &stage->server, plan->server,
				plan->server_router);
	if (!err)
		err = namespace_write(stage->router, plan->forwarding, "1");
	if (!err && stage_run(stage->router, "ip route add unreachable %s", plan->nowhere))
		err = -ENETDOWN;
	if (!err)
		err = open_end(&stage->client, stage->family, plan->client, CLIENT_PORT);
	if (!err)
		err = open_end(&stage->server, stage->family, plan->server, port);
	return err;
}

int stage_open(struct stage *stage, int family, uint16_t port)
{
	int err;

	memset(stage, 0, sizeof(*stage));
	stage->family = family;
	stage->client.fd = -1;
	stage->server.fd = -1;
	stage->listener = -1;
	stage->client.netns = namespace_new();
	stage->server.netns = namespace_new();
	stage->router = namespace_new();
	if (stage->client.netns < 0 || stage->server.netns < 0 || stage->router < 0)
		return -ENOMEM;
	err = build(stage, port);
	if (!err)
		err = stream_open(&stage->stream);
	if (!err)
		err = device_scope("teardown");
	return err;
}

void stage_close(struct stage *stage)
{
	device_scope("teardown");
	stream_close(&stage->stream);
	capture_close(&stage->client.wire);
	capture_close(&stage->server.wire);
	close(stage->client.netns);
	close(stage->server.netns);
	close(stage->router);
}

int stage_listen(struct stage *stage)
{
	int before = namespace_enter(stage->server.netns);

	if (before < 0)
		return before;
	stage->listener = net_listen(&stage->server.addr, 16);
	namespace_leave(before);
	return stage->listener < 0 ? stage->listener : 0;
}

int stage_connect(struct stage *stage)
{
	int before = namespace_enter(stage->client.netns), fd;

	if (before < 0)
		return before;
	fd = net_connect(&stage->client.addr, &stage->server.addr);
	namespace_leave(before);
	return fd;
}

int stage_establish(struct stage *stage)
{
	int err = stage_listen(stage);

	if (err)
		return err;
	stage->client.fd = stage_connect(stage);
	if (stage->client.fd < 0)
		return stage->client.fd;
	stage->server.fd = accept4(stage->listener, NULL, NULL, SOCK_CLOEXEC);
	return stage->server.fd < 0 ? -errno : 0;
}

int stage_close_end(struct stage_end *end)
{
	int fd = end->fd;

	end->fd = -1;
	return close(fd) ? -errno : 0;
}

int stage_lose(struct stage *stage, const char *match)
{
	return stage_run(stage->router,
			 "nft 'add table inet network; add chain inet network forward { type filter hook forward priority 0; }; flush chain inet network forward; add rule inet network forward %s counter drop'",
			 match);
}

int stage_lose_all(struct stage *stage)
{
	return stage_lose(stage, "meta l4proto tcp");
}

int stage_lost(struct stage *stage)
{
	int before = namespace_enter(stage->router), lost = -ENODATA;
	char line[256], *at;
	FILE *list;

	if (before < 0)
		return before;
	list = popen("nft list chain inet network forward 2>&1", "r");
	while (list && fgets(line, sizeof(line), list)) {
		at = strstr(line, "counter packets ");
		if (at)
			sscanf(at, "counter packets %d", &lost);
	}
	if (list)
		pclose(list);
	namespace_leave(before);
	return lost;
}

int stage_mend(struct stage *stage)
{
	return stage_run(stage->router, "nft delete table inet network");
}

struct flow stage_flow(const struct stage *stage, const struct stage_end *end)
{
	const struct stage_end *other = end == &stage->client ? &stage->server : &stage->client;
	struct flow flow = {
		.netns = end->cookie,
		.lport = net_addr_port(&end->addr),
		.rport = net_addr_port(&other->addr),
	};

	return flow;
}

const struct event *stage_event(const struct stage *stage, const struct stage_end *end,
				size_t n)
{
	struct flow flow = stage_flow(stage, end);

	return stream_event(&stage->stream, &flow, n);
}

int stage_wait(struct stage *stage, const struct stage_end *end, size_t count,
	       int timeout_ms)
{
	struct flow flow = stage_flow(stage, end);

	return stream_wait(&stage->stream, &flow, count, timeout_ms);
}

const char *stage_path(struct stage *stage, const struct stage_end *end,
		       const char *expected)
{
	struct flow flow = stage_flow(stage, end);

	return lab_settled_path(&stage->stream, &flow, expected);
}

const char *stage_wire(struct stage *stage, struct stage_end *end, const char *expected)
{
	uint64_t give_up = now_ns() + patience_ms(STAGE_TIMEOUT_MS) * 1000000ULL;
	size_t words = stream_words(expected);

	while (!capture_poll(&end->wire, 1) && end->wire.count < words && now_ns() < give_up)
		;
	/* An unexpected segment would have arrived by now */
	capture_poll(&end->wire, 2 * STAGE_DELAY_NS / 1000000);
	return capture_path(&end->wire);
}
