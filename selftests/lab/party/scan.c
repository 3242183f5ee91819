// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scanner that sends SYNs by itself: this machine has no socket for them.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <linux/types.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "lab/party/party.h"

/* What the checksum of TCP over IPv4 covers. */
struct segment {
	struct in_addr from;
	struct in_addr to;
	__u8 zero;
	__u8 protocol;
	__be16 length;
	struct tcphdr tcp;
};

static __u16 checksum(const void *from, size_t bytes)
{
	const __u16 *words = from;
	unsigned long sum = 0;
	size_t i;

	for (i = 0; i < bytes / 2; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static struct tcphdr syn(int port)
{
	return (struct tcphdr){
		.source = htons(54321),
		.dest = htons(port),
		.seq = htonl(port),
		.doff = sizeof(struct tcphdr) / 4,
		.syn = 1,
		.window = htons(1024),
	};
}

static void send_syn4(int fd, const char *from, const char *to, int port)
{
	struct segment segment = {
		.protocol = IPPROTO_TCP,
		.length = htons(sizeof(struct tcphdr)),
		.tcp = syn(port),
	};
	struct sockaddr_in at = { .sin_family = AF_INET };

	inet_pton(AF_INET, from, &segment.from);
	inet_pton(AF_INET, to, &segment.to);
	at.sin_addr = segment.to;
	segment.tcp.check = checksum(&segment, sizeof(segment));
	if (sendto(fd, &segment.tcp, sizeof(segment.tcp), 0, (void *)&at, sizeof(at)) < 0)
		party_die("sendto");
}

static void send_syn6(int fd, const char *to, int port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6 };
	struct tcphdr segment = syn(port);
	int offset = offsetof(struct tcphdr, check);

	inet_pton(AF_INET6, to, &at.sin6_addr);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &offset, sizeof(offset)) ||
	    sendto(fd, &segment, sizeof(segment), 0, (void *)&at, sizeof(at)) < 0)
		party_die("sendto");
}

/* scan FROM TO FIRST LAST: a SYN to each of these ports */
static void run_scan(struct party *party, char **arguments)
{
	int family = strchr(arguments[1], ':') ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_RAW, IPPROTO_TCP), port;

	if (fd < 0)
		party_die("raw socket");
	for (port = party_number(arguments[2]); port <= party_number(arguments[3]); port++) {
		if (family == AF_INET)
			send_syn4(fd, arguments[0], arguments[1], port);
		else
			send_syn6(fd, arguments[1], port);
		party_nap(0.001);
	}
	close(fd);
}

const struct word scan_words[] = {
	{ "scan", 4, run_scan },
	{},
};
