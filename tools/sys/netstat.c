// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's network counters: reads /proc/net/netstat, snmp and sockstat.
 *
 * Knows how the files are written; knows no counter by name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/netstat.h"

/* /proc/net is that of the process's first thread. */
#define PROC_NET "/proc/thread-self/net/"

/* Return: length, or -errno; -EFBIG: there is more than @room. */
static ssize_t read_text(const char *path, char *text, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got = 1;

	if (fd < 0)
		return -errno;
	while (got > 0 && len < room) {
		got = read(fd, text + len, room - len);
		if (got > 0)
			len += (size_t)got;
	}
	if (got < 0)
		got = -errno;
	else if (len == room)
		got = -EFBIG;
	close(fd);
	if (got < 0)
		return got;
	text[len] = '\0';
	return (ssize_t)len;
}

/**
 * netstat_read() - read the counters of the calling thread's namespace
 * @n: result
 *
 * Return: 0, or -errno
 */
int netstat_read(struct netstat *n)
{
	ssize_t len = read_text(PROC_NET "netstat", n->tables,
				sizeof(n->tables));

	if (len >= 0)
		len = read_text(PROC_NET "snmp", n->tables + len,
				sizeof(n->tables) - (size_t)len);
	if (len >= 0)
		len = read_text(PROC_NET "sockstat", n->sockets,
				sizeof(n->sockets));
	return len < 0 ? (int)len : 0;
}

/* Return: what follows "@name:" at the begin of a line, or NULL. */
static const char *find_line(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (text && (strncmp(text, name, len) || text[len] != ':')) {
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return text ? text + len + 1 : NULL;
}

static bool is_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	return strcspn(text, " \n") == len && !strncmp(text, word, len);
}

/**
 * netstat_counter() - the value of a counter
 * @n: the counters
 * @table: its table: TcpExt, Tcp and so on
 * @name: its name
 * @value: result
 *
 * Return: 0, or -ENOENT
 */
int netstat_counter(const struct netstat *n, const char *table,
		    const char *name, uint64_t *value)
{
	/* A line of names, and a line of values. */
	const char *names = find_line(n->tables, table);
	const char *values = names ? find_line(names, table) : NULL;

	while (values && *names == ' ' && *values == ' ') {
		names++;
		values++;
		if (is_word(names, name)) {
			*value = strtoull(values, NULL, 10);
			return 0;
		}
		names += strcspn(names, " \n");
		values += strcspn(values, " \n");
	}
	return -ENOENT;
}

/**
 * netstat_sockets() - a number of sockets
 * @n: the counters
 * @protocol: of the sockets: TCP, UDP and so on
 * @name: what is counted: inuse, tw and so on
 * @value: result
 *
 * Return: 0, or -ENOENT
 */
int netstat_sockets(const struct netstat *n, const char *protocol,
		    const char *name, uint64_t *value)
{
	/* Each name is followed by its value. */
	const char *at = find_line(n->sockets, protocol);

	while (at && *at == ' ') {
		bool found = is_word(++at, name);

		at += strcspn(at, " \n");
		if (*at != ' ')
			break;
		if (found) {
			*value = strtoull(at, NULL, 10);
			return 0;
		}
		at++;
		at += strcspn(at, " \n");
	}
	return -ENOENT;
}
