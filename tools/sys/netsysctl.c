// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of a network namespace that decide how its connections close.
 *
 * /proc/sys/net shows those of the namespace of the thread that reads.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys/netsysctl.h"

#define IPV4 "/proc/sys/net/ipv4/"

/* The second number of the file. */
static const char *second(const char *text)
{
	while (*text && *text != ' ' && *text != '\t')
		text++;
	return text;
}

/* Return: the first or second number of a file, or %NETSYSCTL_UNKNOWN */
static int64_t read_number(const char *path, unsigned int number)
{
	char text[64], *end;
	const char *start = text;
	int64_t value;
	ssize_t len;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NETSYSCTL_UNKNOWN;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return NETSYSCTL_UNKNOWN;
	text[len] = '\0';
	if (number)
		start = second(text);
	value = strtoll(start, &end, 10);
	return end == start ? NETSYSCTL_UNKNOWN : value;
}

/**
 * netsysctl_init() - begin with nothing known
 * @n: result
 */
void netsysctl_init(struct netsysctl *n)
{
	unsigned int i;

	for (i = 0; i < NETSYSCTLS; i++)
		n->values[i] = NETSYSCTL_UNKNOWN;
}

/**
 * netsysctl_read() - read the settings of the calling thread's namespace
 * @n: result
 */
void netsysctl_read(struct netsysctl *n)
{
	static const struct {
		const char *path;
		unsigned int number;
	} files[NETSYSCTLS] = {
		[NETSYSCTL_PORT_FIRST] = { IPV4 "ip_local_port_range", 0 },
		[NETSYSCTL_PORT_LAST] = { IPV4 "ip_local_port_range", 1 },
		[NETSYSCTL_TW_REUSE] = { IPV4 "tcp_tw_reuse", 0 },
		[NETSYSCTL_TW_REUSE_DELAY] = { IPV4 "tcp_tw_reuse_delay", 0 },
		[NETSYSCTL_MAX_TW_BUCKETS] = { IPV4 "tcp_max_tw_buckets", 0 },
		[NETSYSCTL_MAX_ORPHANS] = { IPV4 "tcp_max_orphans", 0 },
		[NETSYSCTL_FIN_TIMEOUT] = { IPV4 "tcp_fin_timeout", 0 },
		[NETSYSCTL_ORPHAN_RETRIES] = { IPV4 "tcp_orphan_retries", 0 },
		[NETSYSCTL_RETRIES2] = { IPV4 "tcp_retries2", 0 },
		[NETSYSCTL_SYN_RETRIES] = { IPV4 "tcp_syn_retries", 0 },
		[NETSYSCTL_SYNACK_RETRIES] = { IPV4 "tcp_synack_retries", 0 },
		[NETSYSCTL_KEEPALIVE_TIME] = { IPV4 "tcp_keepalive_time", 0 },
		[NETSYSCTL_RFC1337] = { IPV4 "tcp_rfc1337", 0 },
		[NETSYSCTL_ABORT_ON_OVERFLOW] = { IPV4 "tcp_abort_on_overflow", 0 },
		[NETSYSCTL_TIMESTAMPS] = { IPV4 "tcp_timestamps", 0 },
		[NETSYSCTL_SOMAXCONN] = { "/proc/sys/net/core/somaxconn", 0 },
	};
	unsigned int i;

	for (i = 0; i < NETSYSCTLS; i++)
		n->values[i] = read_number(files[i].path, files[i].number);
}
