// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TCP peer made by hand: the other end of a TUN device.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/patience.h"
#include "lib/puppet.h"

#define TUN		"/dev/net/tun"
#define DEVICE_NAME	"puppet"
#define TCP_HEADER	20
#define ICMP_HEADER	8

/* IPv4 and IPv6 pseudo headers, for the checksum only */
struct pseudo4 {
	struct in_addr src, dst;
	uint8_t zero, protocol;
	uint16_t len;
};

struct pseudo6 {
	struct in6_addr src, dst;
	uint32_t len;
	uint8_t zero[3], protocol;
};

static uint32_t sum(uint32_t total, const void *data, size_t len)
{
	const uint8_t *at = data;

	for (; len > 1; at += 2, len -= 2)
		total += at[0] << 8 | at[1];
	if (len)
		total += at[0] << 8;
	return total;
}

static uint16_t fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return htons(~total);
}

static uint32_t sum_pseudo(const struct puppet *puppet, uint8_t protocol, size_t len)
{
	struct pseudo4 four = { .protocol = protocol, .len = htons(len) };
	struct pseudo6 six = { .protocol = protocol, .len = htonl(len) };

	if (puppet->family == AF_INET) {
		four.src = puppet->remote.in.sin_addr;
		four.dst = puppet->local.in.sin_addr;
		return sum(0, &four, sizeof(four));
	}
	six.src = puppet->remote.in6.sin6_addr;
	six.dst = puppet->local.in6.sin6_addr;
	return sum(0, &six, sizeof(six));
}

/*
 * Whether a datagram to an address arrives. bind() succeeds a moment before the
 * address is routed, and packets that the puppet sends in between are lost.
 */
static bool reaches_itself(int fd, const union net_addr *local)
{
	union net_addr name;
	socklen_t len = sizeof(name);
	char byte = 0;

	if (bind(fd, &local->sa, net_addr_len(local)) && errno != EINVAL)
		return false;
	return !getsockname(fd, &name.sa, &len) &&
	       sendto(fd, &byte, 1, MSG_DONTWAIT, &name.sa, len) == 1 &&
	       !net_wait(fd, POLLIN, 1);
}

static int configure(const struct puppet *puppet)
{
	struct ifreq ifr = { .ifr_name = DEVICE_NAME };
	uint64_t end = now_ns() + patience_ms(5000) * 1000000ULL;
	int fd, err = 0;

	fd = socket(puppet->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	ifr.ifr_flags = IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr)) {
		err = -errno;
	} else if (puppet->family == AF_INET) {
		memcpy(&ifr.ifr_addr, &puppet->local.in, sizeof(puppet->local.in));
		if (ioctl(fd, SIOCSIFADDR, &ifr))
			err = -errno;
		memset(&ifr.ifr_netmask, 0, sizeof(ifr.ifr_netmask));
		((struct sockaddr_in *)&ifr.ifr_netmask)->sin_family = AF_INET;
		((struct sockaddr_in *)&ifr.ifr_netmask)->sin_addr.s_addr = htonl(0xffffff00);
		if (!err && ioctl(fd, SIOCSIFNETMASK, &ifr))
			err = -errno;
	} else {
		struct in6_ifreq ifr6 = {
			.ifr6_addr = puppet->local.in6.sin6_addr,
			.ifr6_prefixlen = 64,
			.ifr6_ifindex = if_nametoindex(DEVICE_NAME),
		};

		if (ioctl(fd, SIOCSIFADDR, &ifr6))
			err = -errno;
		/* A worker makes the address usable, even without duplicate detection */
		while (!err && !reaches_itself(fd, &puppet->local)) {
			if (now_ns() > end)
				err = -EADDRNOTAVAIL;
			else
				usleep(1000);
		}
	}
	close(fd);
	return err;
}

int puppet_open(struct puppet *puppet, int family)
{
	struct ifreq ifr = { .ifr_name = DEVICE_NAME, .ifr_flags = IFF_TUN | IFF_NO_PI };
	int err;

	puppet->family = family;
	if (family == AF_INET) {
		puppet->local = net_address(family, "192.0.2.1", 0);
		puppet->remote = net_address(family, "192.0.2.2", 0);
	} else {
		puppet->local = net_address(family, "2001:db8::1", 0);
		puppet->remote = net_address(family, "2001:db8::2", 0);
	}
	puppet->tun = open(TUN, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	/* Without udev the device node appears when the module is loaded */
	if (puppet->tun < 0 && errno == ENOENT && !net_run("modprobe tun"))
		puppet->tun = open(TUN, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (puppet->tun < 0)
		return -errno;
	err = ioctl(puppet->tun, TUNSETIFF, &ifr) ? -errno : configure(puppet);
	if (err)
		close(puppet->tun);
	return err;
}

void puppet_close(struct puppet *puppet)
{
	close(puppet->tun);
}

static void ip_header4(const struct puppet *puppet, uint8_t *packet, uint8_t protocol,
		       size_t len)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = htons(sizeof(ip) + len),
		.ttl = 64,
		.protocol = protocol,
		.saddr = puppet->remote.in.sin_addr.s_addr,
		.daddr = puppet->local.in.sin_addr.s_addr,
	};

	ip.check = fold(sum(0, &ip, sizeof(ip)));
	memcpy(packet, &ip, sizeof(ip));
}

static void ip_header6(const struct puppet *puppet, uint8_t *packet, uint8_t protocol,
		       size_t len)
{
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = htons(len),
		.nexthdr = protocol,
		.hop_limit = 64,
		.saddr = puppet->remote.in6.sin6_addr,
		.daddr = puppet->local.in6.sin6_addr,
	};

	memcpy(packet, &ip, sizeof(ip));
}

/* The header in front of @len bytes of payload. */
static void ip_header(const struct puppet *puppet, uint8_t *packet, uint8_t protocol,
		      size_t len)
{
	if (puppet->family == AF_INET)
		ip_header4(puppet, packet, protocol, len);
	else
		ip_header6(puppet, packet, protocol, len);
}

static size_t ip_header_len(int family)
{
	return family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

static void put16(uint8_t *at, uint16_t value)
{
	value = htons(value);
	memcpy(at, &value, 2);
}

static void put32(uint8_t *at, uint32_t value)
{
	value = htonl(value);
	memcpy(at, &value, 4);
}

static uint16_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static int send_packet(struct puppet *puppet, const uint8_t *packet, size_t len)
{
	return write(puppet->tun, packet, len) == (ssize_t)len ? 0 : -errno;
}

int puppet_send(struct puppet *puppet, const struct segment *segment)
{
	uint8_t packet[2048] = { 0 }, *tcp = packet + ip_header_len(puppet->family);
	size_t len = TCP_HEADER + segment->options_len + segment->data_len;
	size_t offset = (TCP_HEADER + segment->options_len) / 4;
	uint16_t check;

	ip_header(puppet, packet, IPPROTO_TCP, len);
	put16(tcp, segment->sport);
	put16(tcp + 2, segment->dport);
	put32(tcp + 4, segment->seq);
	put32(tcp + 8, segment->ack);
	if (segment->bad_offset)
		offset = segment->bad_offset;
	put16(tcp + 12, offset << 12 | segment->flags);
	put16(tcp + 14, segment->window);
	put16(tcp + 18, segment->urgent);
	memcpy(tcp + TCP_HEADER, segment->options, segment->options_len);
	memcpy(tcp + TCP_HEADER + segment->options_len, segment->data, segment->data_len);
	check = fold(sum(sum_pseudo(puppet, IPPROTO_TCP, len), tcp, len));
	if (segment->bad_checksum)
		check ^= 0x5555;
	memcpy(tcp + 16, &check, 2);
	puppet->rsts += segment->flags & PUPPET_RST && !segment->bad_checksum &&
			!segment->bad_offset;
	return send_packet(puppet, packet, tcp - packet + len);
}

bool segment_parse(int family, const uint8_t *packet, size_t len, struct segment *segment)
{
	size_t ip = ip_header_len(family), header;
	const uint8_t *tcp = packet + ip;

	if (len < ip + TCP_HEADER || packet[0] >> 4 != (family == AF_INET ? 4 : 6) ||
	    packet[family == AF_INET ? 9 : 6] != IPPROTO_TCP)
		return false;
	header = (tcp[12] >> 4) * 4;
	if (header < TCP_HEADER || len < ip + header ||
	    len - ip - header > sizeof(segment->data))
		return false;
	segment->sport = get16(tcp);
	segment->dport = get16(tcp + 2);
	segment->seq = get32(tcp + 4);
	segment->ack = get32(tcp + 8);
	segment->flags = get16(tcp + 12) & 0x1ff;
	segment->window = get16(tcp + 14);
	segment->urgent = get16(tcp + 18);
	segment->options_len = header - TCP_HEADER;
	memcpy(segment->options, tcp + TCP_HEADER, segment->options_len);
	segment->data_len = len - ip - header;
	memcpy(segment->data, tcp + header, segment->data_len);
	segment->bad_checksum = false;
	segment->bad_offset = 0;
	return true;
}

int puppet_receive(struct puppet *puppet, struct segment *segment, void *packet,
		   size_t *packet_len, int timeout_ms)
{
	uint64_t end = now_ns() + timeout_ms * 1000000ULL;
	uint8_t buffer[2048];

	for (;;) {
		ssize_t len = read(puppet->tun, buffer, sizeof(buffer));
		uint64_t now = now_ns();

		if (len < 0 && errno != EAGAIN)
			return -errno;
		if (len > 0 && segment_parse(puppet->family, buffer, len, segment)) {
			if (packet && (size_t)len <= *packet_len) {
				memcpy(packet, buffer, len);
				*packet_len = len;
			}
			return 0;
		}
		if (len > 0)
			continue;
		if (now >= end)
			return -ETIMEDOUT;
		net_wait(puppet->tun, POLLIN, (end - now) / 1000000 + 1);
	}
}

int puppet_icmp(struct puppet *puppet, uint8_t code, const void *packet, size_t len)
{
	uint8_t answer[2048] = { 0 }, *icmp = answer + ip_header_len(puppet->family);
	bool ipv4 = puppet->family == AF_INET;
	uint8_t protocol = ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	size_t total = ICMP_HEADER + len;
	uint32_t start;
	uint16_t check;

	if (total > sizeof(answer) - ip_header_len(puppet->family))
		return -EMSGSIZE;
	ip_header(puppet, answer, protocol, total);
	icmp[0] = ipv4 ? 3 : 1;
	icmp[1] = code;
	memcpy(icmp + ICMP_HEADER, packet, len);
	start = ipv4 ? 0 : sum_pseudo(puppet, protocol, total);
	check = fold(sum(start, icmp, total));
	memcpy(icmp + 2, &check, 2);
	return send_packet(puppet, answer, icmp - answer + total);
}
