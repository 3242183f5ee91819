/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ports of a network namespace that neither bind() nor connect() picks by itself:
 * ip_local_reserved_ports.
 */
#ifndef TCPCLOSE_SYS_NETPORTS_H
#define TCPCLOSE_SYS_NETPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct netports_range - ports next to each other
 * @first: the first
 * @last: the last
 */
struct netports_range {
	uint16_t first;
	uint16_t last;
};

/**
 * struct netports - reserved ports; zeroed: unknown
 * @known: the setting could be read
 * @ranges: in the order of the ports
 * @count: how many
 */
struct netports {
	bool known;
	struct netports_range *ranges;
	size_t count;
};

int netports_parse(struct netports *n, const char *text);
int netports_read(struct netports *n);
bool netports_has(const struct netports *n, uint16_t port);
unsigned int netports_count(const struct netports *n, uint16_t first, uint16_t last);
void netports_free(struct netports *n);

#endif /* TCPCLOSE_SYS_NETPORTS_H */
