// SPDX-License-Identifier: GPL-2.0-only
/*
 * The segments on the wire, as one end sees them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/capture.h"
#include "lib/device.h"

#define S_NS 1000000000LL

static int64_t realtime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * S_NS + now.tv_nsec;
}

/* Read one clock between two readings of the other; keep the closest of several. */
static int64_t realtime_less_monotonic(void)
{
	uint64_t best = UINT64_MAX;
	int64_t offset = 0;
	int i;

	for (i = 0; i < 8; i++) {
		uint64_t before = now_ns();
		int64_t real = realtime_ns();
		uint64_t took = now_ns() - before;

		if (took < best) {
			best = took;
			offset = real - (int64_t)(before + took / 2);
		}
	}
	return offset;
}

int capture_open(struct capture *capture, const char *device, int family)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		/* All protocols; with any other choice sent packets are not shown */
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};
	int err, one = 1;

	memset(capture, 0, sizeof(*capture));
	capture->family = family;
	capture->offset_ns = realtime_less_monotonic();
	capture->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (capture->fd < 0)
		return -errno;
	if (!at.sll_ifindex ||
	    setsockopt(capture->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) ||
	    bind(capture->fd, (struct sockaddr *)&at, sizeof(at))) {
		err = -errno;
		close(capture->fd);
		return err;
	}
	return 0;
}

void capture_close(struct capture *capture)
{
	close(capture->fd);
	free(capture->seen);
	capture->seen = NULL;
	capture->count = 0;
}

static struct sighting *new_sighting(struct capture *capture)
{
	if (capture->count == capture->room) {
		size_t room = capture->room ? 2 * capture->room : 32;
		void *seen = realloc(capture->seen, room * sizeof(*capture->seen));

		if (!seen)
			return NULL;
		capture->seen = seen;
		capture->room = room;
	}
	return &capture->seen[capture->count];
}

static uint64_t stamp_of(const struct capture *capture, struct msghdr *message)
{
	struct timespec stamp;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&stamp, CMSG_DATA(c), sizeof(stamp));
		return stamp.tv_sec * S_NS + stamp.tv_nsec - capture->offset_ns;
	}
	return 0;
}

/* Return: 1 if more segments may follow, 0 if there is no segment, or -errno. */
static int take(struct capture *capture)
{
	uint8_t packet[2048], control[CMSG_SPACE(sizeof(struct timespec))];
	struct iovec data = { .iov_base = packet, .iov_len = sizeof(packet) };
	struct sockaddr_ll from;
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct sighting *sighting = new_sighting(capture);
	ssize_t len;

	if (!sighting)
		return -ENOMEM;
	len = recvmsg(capture->fd, &message, 0);
	if (len < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (!segment_parse(capture->family, packet, len, &sighting->segment))
		return 1;
	sighting->sent = from.sll_pkttype == PACKET_OUTGOING;
	sighting->ts_ns = stamp_of(capture, &message);
	capture->count++;
	return 1;
}

int capture_poll(struct capture *capture, int timeout_ms)
{
	int ret;

	if (timeout_ms)
		net_wait(capture->fd, POLLIN, timeout_ms);
	do {
		ret = take(capture);
	} while (ret > 0);
	return ret;
}

const struct sighting *capture_find(const struct capture *capture, bool sent,
				    uint16_t flags, size_t n)
{
	static const struct sighting none;
	size_t i;

	for (i = 0; i < capture->count; i++) {
		const struct sighting *s = &capture->seen[i];

		if (s->sent == sent && s->segment.flags == flags && !n--)
			return s;
	}
	return &none;
}

static void print_flags(uint16_t flags, FILE *to)
{
	/* In the customary order */
	static const struct {
		uint16_t bit;
		const char *name;
	} bits[] = {
		{ PUPPET_SYN, "SYN" }, { PUPPET_FIN, "FIN" }, { PUPPET_RST, "RST" },
		{ PUPPET_PSH, "PSH" }, { PUPPET_URG, "URG" }, { PUPPET_ECE, "ECE" },
		{ PUPPET_CWR, "CWR" }, { PUPPET_NS, "NS" },   { PUPPET_ACK, "ACK" },
		{ 0, NULL },
	};
	const char *plus = "";
	size_t i;

	for (i = 0; bits[i].bit; i++) {
		if (!(flags & bits[i].bit))
			continue;
		fprintf(to, "%s%s", plus, bits[i].name);
		plus = "+";
	}
}

const char *capture_path(const struct capture *capture)
{
	static char path[4096];
	size_t i;
	FILE *to;

	memset(path, 0, sizeof(path));
	to = fmemopen(path, sizeof(path) - 1, "w");
	if (!to)
		return "";
	for (i = 0; i < capture->count; i++) {
		const struct sighting *s = &capture->seen[i];

		fprintf(to, "%s%s", i ? " " : "", s->sent ? "" : "<");
		print_flags(s->segment.flags, to);
		if (s->segment.data_len)
			fprintf(to, "(%zu)", s->segment.data_len);
		if (s->sent)
			fputc('>', to);
	}
	fclose(to);
	return path;
}
