// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TCP sockets of this machine as they are now. A thread of its own asks, since it
 * has to leave its namespace.
 *
 * Knows what sock_diag says; does not know who holds a socket, nor since when it is in
 * its state.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tcpclose.h>

#include "base/clock.h"
#include "base/signals.h"
#include "sys/namespaces.h"
#include "sys/netns.h"
#include "sys/netns_names.h"
#include "sys/sockdiag.h"
#include "sys/sockets.h"

/* Of Linux 5.9, later than some headers. */
#define ATTRIBUTE_CGROUP_ID 21

/**
 * struct work - what the thread does
 * @result: where the list goes
 * @names: names of namespaces
 * @begin_ns: when it began, CLOCK_MONOTONIC
 * @ret: 0, or -errno
 */
struct work {
	struct sockets *result;
	struct netns_names names;
	uint64_t begin_ns;
	int ret;
};

/* Return: the place of another one, zeroed; NULL: no memory */
static void *append(void *array, size_t *count, size_t *room, size_t size)
{
	void **entries = array, *larger, *place;

	if (*count == *room) {
		size_t more = *room ? 2 * *room : 64;

		larger = realloc(*entries, more * size);
		if (!larger)
			return NULL;
		*entries = larger;
		*room = more;
	}
	place = (char *)*entries + (*count)++ * size;
	return memset(place, 0, size);
}

static void set_unknown(struct sockets_entry *e)
{
	e->last_sent_ms = SOCKETS_UNKNOWN;
	e->last_received_ms = SOCKETS_UNKNOWN;
	e->last_ack_ms = SOCKETS_UNKNOWN;
	e->total_retransmits = SOCKETS_UNKNOWN;
	e->unsent_bytes = SOCKETS_UNKNOWN;
	e->bytes_sent = SOCKETS_UNKNOWN;
	e->bytes_received = SOCKETS_UNKNOWN;
	e->window = SOCKETS_UNKNOWN;
}

static void set_message(struct sockets_entry *e, const struct inet_diag_msg *m)
{
	e->ipv6 = m->idiag_family == AF_INET6;
	/* Only those that are bound are listed in this state. */
	e->state = m->idiag_state == TCPCLOSE_CLOSE ? SOCKETS_BOUND : m->idiag_state;
	e->timer = m->idiag_timer;
	e->mini = m->idiag_timer == SOCKDIAG_TIMER_OF_MINISOCK;
	e->retransmits = m->idiag_retrans;
	e->expires_ms = m->idiag_expires;
	e->receive_queue = m->idiag_rqueue;
	e->send_queue = m->idiag_wqueue;
	e->uid = m->idiag_uid;
	e->inode = m->idiag_inode;
	e->lport = ntohs(m->id.idiag_sport);
	e->rport = ntohs(m->id.idiag_dport);
	e->cookie = m->id.idiag_cookie[0] | (uint64_t)m->id.idiag_cookie[1] << 32;
	memcpy(e->laddr, m->id.idiag_src, e->ipv6 ? 16 : 4);
	memcpy(e->raddr, m->id.idiag_dst, e->ipv6 ? 16 : 4);
}

/* A kernel may have less of it than the header says, or more. */
static void set_info(struct sockets_entry *e, const void *data, size_t size)
{
	struct tcp_info info;

#define HAS(member) (size >= offsetof(struct tcp_info, member) + sizeof(info.member))
	memset(&info, 0, sizeof(info));
	memcpy(&info, data, size < sizeof(info) ? size : sizeof(info));
	/* Its numbers mean something else, or nothing, in these states. */
	if (e->state == TCPCLOSE_LISTEN || !HAS(tcpi_total_retrans))
		return;
	e->last_sent_ms = info.tcpi_last_data_sent;
	e->last_received_ms = info.tcpi_last_data_recv;
	e->last_ack_ms = info.tcpi_last_ack_recv;
	e->total_retransmits = info.tcpi_total_retrans;
	e->probes = info.tcpi_probes;
	if (HAS(tcpi_notsent_bytes)) {
		e->unsent_bytes = info.tcpi_notsent_bytes;
		e->bytes_received = (int64_t)info.tcpi_bytes_received;
	}
	if (HAS(tcpi_bytes_sent))
		e->bytes_sent = (int64_t)info.tcpi_bytes_sent;
	if (HAS(tcpi_snd_wnd))
		e->window = info.tcpi_snd_wnd;
#undef HAS
}

static void set_attributes(struct sockets_entry *e, const struct inet_diag_msg *m, size_t size)
{
	size_t left = size - NLMSG_ALIGN(sizeof(*m));
	const struct rtattr *a = (const void *)((const char *)m + NLMSG_ALIGN(sizeof(*m)));

	if (size <= NLMSG_ALIGN(sizeof(*m)))
		return;
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		size_t payload = RTA_PAYLOAD(a);

		if (a->rta_type == INET_DIAG_INFO)
			set_info(e, RTA_DATA(a), payload);
		else if (a->rta_type == INET_DIAG_SHUTDOWN && payload >= 1)
			e->shutdown = *(const uint8_t *)RTA_DATA(a);
		else if (a->rta_type == ATTRIBUTE_CGROUP_ID && payload >= sizeof(e->cgroup))
			memcpy(&e->cgroup, RTA_DATA(a), sizeof(e->cgroup));
	}
}

static int add(void *context, const struct inet_diag_msg *m, size_t size)
{
	struct sockets *s = context;
	struct sockets_entry *e = append(&s->entries, &s->count, &s->room, sizeof(*e));

	if (!e)
		return -ENOMEM;
	set_unknown(e);
	set_message(e, m);
	set_attributes(e, m, size);
	e->netns = (uint32_t)s->netns_count - 1;
	return 0;
}

static int list(struct work *work, const struct namespace *ns)
{
	struct sockets *s = work->result;
	struct sockets_netns *n;
	const char *name;
	int fd = sockdiag_open();
	int ret;

	if (fd < 0)
		return fd;
	n = append(&s->netns, &s->netns_count, &s->netns_room, sizeof(*n));
	if (!n) {
		close(fd);
		return -ENOMEM;
	}
	n->inode = ns->inode;
	n->own = s->netns_count == 1;
	if (netns_cookie_of(fd, &n->cookie))
		n->cookie = 0;
	name = netns_names_find(&work->names, n->cookie, n->inode);
	snprintf(n->name, sizeof(n->name), "%s", name ? name : "");
	netsysctl_read(&n->settings);
	/* Unknown if it fails. */
	netports_read(&n->reserved);
	ret = sockdiag_dump(fd, s->states, 1U << (INET_DIAG_INFO - 1), add, s);
	close(fd);
	return ret;
}

static void visit(void *context, const struct namespace *ns)
{
	struct work *work = context;
	struct sockets *s = work->result;
	int ret = ns->error;

	/* The first is the own one. */
	if (!s->all && s->netns_count)
		return;
	if (!ret)
		ret = list(work, ns);
	if (ret == -ENOMEM)
		work->ret = ret;
	if (ret) {
		error_set(&s->why, ret, "%s: %s", ns->path, strerror(-ret));
		s->closed++;
	}
}

static void *thread_main(void *arg)
{
	struct work *work = arg;
	int ret;

	netns_names_refresh(&work->names, work->begin_ns);
	ret = namespaces_visit(visit, work, &work->result->why);
	if (!work->ret)
		work->ret = ret;
	netns_names_free(&work->names);
	return NULL;
}

/**
 * sockets_read() - list the sockets
 * @s: result; @s->states and @s->all are set, the rest is zeroed
 *
 * One that is added, removed or changed meanwhile may be in the list or not.
 *
 * Return: 0, or -errno with the reason in @s->why; sockets_free() in any case
 */
int sockets_read(struct sockets *s)
{
	struct work work = { .result = s, .begin_ns = clock_monotonic_ns() };
	pthread_t thread;
	int ret = signals_start_thread(&thread, thread_main, &work);

	if (ret)
		return error_set(&s->why, ret, "%s", strerror(-ret));
	pthread_join(thread, NULL);
	s->taken_ns = clock_monotonic_ns();
	if (!work.ret && s->closed && s->closed >= s->netns_count && !s->count)
		work.ret = -ENOENT;
	return work.ret;
}

/**
 * sockets_free() - free the list
 * @s: the list
 */
void sockets_free(struct sockets *s)
{
	size_t i;

	for (i = 0; i < s->netns_count; i++)
		netports_free(&s->netns[i].reserved);
	free(s->entries);
	free(s->netns);
}
