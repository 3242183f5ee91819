/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A TCP peer made by hand: the other end of a TUN device, without a second
 * TCP behind it. It sends only the segments that a test requests, so crossing FINs,
 * lost segments, old duplicates and forged RSTs are exact.
 *
 * Knows segments; knows nothing of sockets. Functions return -errno.
 */
#ifndef _SELFTESTS_LIB_PUPPET_H
#define _SELFTESTS_LIB_PUPPET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/net.h"

#define PUPPET_FIN	0x001
#define PUPPET_SYN	0x002
#define PUPPET_RST	0x004
#define PUPPET_PSH	0x008
#define PUPPET_ACK	0x010
#define PUPPET_URG	0x020
#define PUPPET_ECE	0x040
#define PUPPET_CWR	0x080
#define PUPPET_NS	0x100

/**
 * struct puppet - the device in the caller's network namespace
 * @local: the kernel's address
 * @remote: the puppet's address
 * @rsts: number of RSTs sent
 */
struct puppet {
	int family;
	int tun;
	union net_addr local;
	union net_addr remote;
	unsigned int rsts;
};

/**
 * struct segment - one TCP segment, either direction, host byte order
 * @options: TCP options, padded to a multiple of 4
 * @bad_checksum: send a wrong checksum
 * @bad_offset: send this data offset, in words, instead of the true one; 0: send the
 *	true one
 */
struct segment {
	uint16_t sport;
	uint16_t dport;
	uint32_t seq;
	uint32_t ack;
	uint16_t flags;
	uint16_t window;
	uint16_t urgent;
	uint8_t options[40];
	size_t options_len;
	uint8_t data[1400];
	size_t data_len;
	bool bad_checksum;
	uint8_t bad_offset;
};

/** puppet_open() - make the device, give it its addresses */
int puppet_open(struct puppet *puppet, int family);
void puppet_close(struct puppet *puppet);

int puppet_send(struct puppet *puppet, const struct segment *segment);

/**
 * puppet_receive() - the next TCP segment that the kernel sends
 * @packet: the whole IP packet, for puppet_icmp(); may be NULL
 * @packet_len: size of @packet, then its length
 *
 * Return: 0, -ETIMEDOUT.
 */
int puppet_receive(struct puppet *puppet, struct segment *segment, void *packet,
		   size_t *packet_len, int timeout_ms);

/**
 * puppet_icmp() - answer one of the kernel's packets with "unreachable"
 * @code: code of ICMP type 3, or of ICMPv6 type 1
 */
int puppet_icmp(struct puppet *puppet, uint8_t code, const void *packet, size_t len);

/**
 * segment_parse() - read the segment in an IP packet
 *
 * Return: false if the packet is not a TCP segment, or is too long.
 */
bool segment_parse(int family, const uint8_t *packet, size_t len, struct segment *segment);

/** segment_end() - the sequence number after the segment */
static inline uint32_t segment_end(const struct segment *segment)
{
	return segment->seq + segment->data_len + !!(segment->flags & PUPPET_SYN) +
	       !!(segment->flags & PUPPET_FIN);
}

#endif /* _SELFTESTS_LIB_PUPPET_H */
