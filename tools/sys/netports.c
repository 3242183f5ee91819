// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports of a network namespace that neither bind() nor connect() picks by itself.
 *
 * /proc/sys/net shows those of the namespace of the thread that reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/netports.h"

#define PATH "/proc/sys/net/ipv4/ip_local_reserved_ports"
/* More than the longest list: each second port, five digits and a comma each. */
#define TEXT_MAX (1 << 18)

/* Return: where it ends, or NULL if it is not a port */
static const char *parse_port(const char *text, uint16_t *port)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || value > UINT16_MAX)
		return NULL;
	*port = (uint16_t)value;
	return end;
}

/* Return: where it ends, or NULL if it is not a range */
static const char *parse_range(const char *text, struct netports_range *r)
{
	text = parse_port(text, &r->first);
	r->last = r->first;
	if (text && *text == '-')
		text = parse_port(text + 1, &r->last);
	return text && r->first <= r->last ? text : NULL;
}

/**
 * netports_parse() - read a list such as "8080,9000-9010"
 * @n: result; zeroed
 * @text: the list, as the kernel writes it; empty: none
 *
 * Return: 0, -EINVAL or -ENOMEM, with @n->known not set
 */
int netports_parse(struct netports *n, const char *text)
{
	size_t room = 1;
	const char *at;

	for (at = text; *at; at++)
		room += *at == ',';
	n->ranges = calloc(room, sizeof(*n->ranges));
	if (!n->ranges)
		return -ENOMEM;
	for (at = text; *at && *at != '\n'; at += *at == ',') {
		at = parse_range(at, &n->ranges[n->count++]);
		if (!at || !strchr(",\n", *at)) {
			netports_free(n);
			return -EINVAL;
		}
	}
	n->known = true;
	return 0;
}

/* The kernel gives the whole list to the first read, and nothing to a second one. */
static ssize_t read_text(char *text, size_t size)
{
	int fd = open(PATH, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	close(fd);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	return len;
}

/**
 * netports_read() - read those of the calling thread's namespace
 * @n: result; zeroed
 *
 * Return: 0 or -errno
 */
int netports_read(struct netports *n)
{
	char *text = malloc(TEXT_MAX);
	ssize_t len;
	int ret;

	if (!text)
		return -ENOMEM;
	len = read_text(text, TEXT_MAX);
	ret = len < 0 ? (int)len : netports_parse(n, text);
	free(text);
	return ret;
}

/* Return: the first range that does not end before the port, or the end of all */
static const struct netports_range *find(const struct netports *n, uint16_t port)
{
	size_t low = 0, high = n->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (n->ranges[middle].last < port)
			low = middle + 1;
		else
			high = middle;
	}
	return &n->ranges[low];
}

/**
 * netports_has() - whether a port is reserved
 * @n: reserved ports
 * @port: the port
 */
bool netports_has(const struct netports *n, uint16_t port)
{
	const struct netports_range *r = find(n, port);

	return r < n->ranges + n->count && r->first <= port;
}

/**
 * netports_count() - how many ports of a range are reserved
 * @n: reserved ports
 * @first: first port of the range
 * @last: last port of it
 */
unsigned int netports_count(const struct netports *n, uint16_t first, uint16_t last)
{
	const struct netports_range *r = find(n, first), *end = n->ranges + n->count;
	unsigned int count = 0;

	for (; r < end && r->first <= last; r++) {
		unsigned int from = r->first > first ? r->first : first;
		unsigned int to = r->last < last ? r->last : last;

		count += to - from + 1;
	}
	return count;
}

/**
 * netports_free() - forget them
 * @n: reserved ports, unknown afterwards
 */
void netports_free(struct netports *n)
{
	free(n->ranges);
	*n = (struct netports){ 0 };
}
