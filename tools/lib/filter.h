/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which events are wanted.
 */
#ifndef TCPCLOSE_LIB_FILTER_H
#define TCPCLOSE_LIB_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/event.h"

/* Number of filters of each kind. */
#define FILTER_MAX 64

/**
 * struct filter_ports - a range of ports
 * @first: lowest port
 * @last: highest port
 */
struct filter_ports {
	uint16_t first;
	uint16_t last;
};

/**
 * struct filter_addr - an address with a prefix
 * @addr: 16 bytes, IPv4 as ::ffff:a.b.c.d
 * @bits: leading bits that count, of 128
 */
struct filter_addr {
	uint8_t addr[16];
	unsigned int bits;
};

/**
 * struct filter_netns - a network namespace, by one of these
 * @cookie: cookie of the one that @name stands for now; 0: unknown
 * @inode: its inode; 0: any
 * @own: the reader's own
 * @host: the initial one
 * @path: @name is the path of a file
 * @name: as it was given; other namespaces of that name are wanted, too
 */
struct filter_netns {
	uint64_t cookie;
	uint32_t inode;
	bool own;
	bool host;
	bool path;
	const char *name;
};

/**
 * struct filter - which events are wanted: those that match one filter of each
 * kind that is used
 */
struct filter {
	struct filter_ports ports[FILTER_MAX];
	struct filter_addr addrs[FILTER_MAX];
	struct filter_netns netns[FILTER_MAX];
	uint32_t pids[FILTER_MAX];
	unsigned int port_count;
	unsigned int addr_count;
	unsigned int netns_count;
	unsigned int pid_count;
	uint32_t states; /* bit N: state N; 0: all */
	uint32_t families; /* bit 0: IPv4, bit 1: IPv6; 0: both */
};

int filter_add_port(struct filter *f, const char *text);
int filter_add_addr(struct filter *f, const char *text);
int filter_add_netns(struct filter *f, const char *text);
int filter_add_pid(struct filter *f, const char *text);
int filter_add_states(struct filter *f, const char *text);
int filter_add_family(struct filter *f, const char *text);
bool filter_is_empty(const struct filter *f);
bool filter_matches(const struct filter *f, const struct event *e);

#endif /* TCPCLOSE_LIB_FILTER_H */
