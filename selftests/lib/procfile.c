// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small files of /proc and /sys: settings, counters.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/procfile.h"

static int put(const char *path, const char *text, int how)
{
	size_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC | how);
	ssize_t ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, length);
	if (ret < 0)
		ret = -errno;
	else
		ret = ret == (ssize_t)length ? 0 : -EIO;
	close(fd);
	return ret;
}

int procfile_write(const char *path, const char *text)
{
	return put(path, text, O_TRUNC);
}

int procfile_append(const char *path, const char *text)
{
	return put(path, text, O_APPEND);
}

int procfile_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	while (length < size - 1) {
		got = read(fd, text + length, size - 1 - length);
		if (got <= 0)
			break;
		length += got;
	}
	if (got < 0)
		length = 0;
	close(fd);
	if (length && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	return got < 0 ? -EIO : (int)length;
}

long procfile_number(const char *path)
{
	char text[64];
	int ret = procfile_read(path, text, sizeof(text));

	return ret < 0 ? ret : strtol(text, NULL, 10);
}

int procfile_sleeps_in(pid_t tid, char state)
{
	char path[64], text[256], *where;
	int ret;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	ret = procfile_read(path, text, sizeof(text));
	if (ret < 0)
		return ret;
	where = strrchr(text, ')');
	if (!where || where[2] != state)
		return -EAGAIN;
	/* "running": it woke up meanwhile */
	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	ret = procfile_read(path, text, sizeof(text));
	if (ret < 0)
		return ret;
	return text[0] >= '0' && text[0] <= '9' ? atoi(text) : -EAGAIN;
}

/* Value number N of the second line belongs to name number N of the first */
static long counter(const char *path, const char *prefix, const char *name)
{
	char names[16384], values[16384];
	char *next_name, *next_value, *word, *value;
	long ret = -ENOENT;
	FILE *file = fopen(path, "re");

	if (!file)
		return -errno;
	while (fgets(names, sizeof(names), file) &&
	       fgets(values, sizeof(values), file)) {
		if (strncmp(names, prefix, strlen(prefix)))
			continue;
		word = strtok_r(names, " \n", &next_name);
		value = strtok_r(values, " \n", &next_value);
		while (word && value) {
			if (!strcmp(word, name))
				ret = strtol(value, NULL, 10);
			word = strtok_r(NULL, " \n", &next_name);
			value = strtok_r(NULL, " \n", &next_value);
		}
	}
	fclose(file);
	return ret;
}

long procfile_tcpext(const char *name)
{
	return counter("/proc/thread-self/net/netstat", "TcpExt:", name);
}

long procfile_tcp(const char *name)
{
	return counter("/proc/thread-self/net/snmp", "Tcp:", name);
}

long procfile_sockstat(const char *name)
{
	char line[256], *next, *word;
	long ret = -ENOENT;
	FILE *file = fopen("/proc/thread-self/net/sockstat", "re");

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "TCP:", 4))
			continue;
		for (word = strtok_r(line, " \n", &next); word;
		     word = strtok_r(NULL, " \n", &next))
			if (!strcmp(word, name))
				ret = strtol(next, NULL, 10);
	}
	fclose(file);
	return ret;
}
