// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens and closes what events come from: the live device or a recording.
 *
 * Knows their headers; knows no records.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "lib/byteorder.h"
#include "lib/devnode.h"
#include "lib/source_internal.h"
#include "sys/netns.h"

static struct source *source_alloc(void)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->fd = -1;
	s->step_ns = UINT64_MAX;
	netns_table_init(&s->netns);
	return s;
}

/**
 * source_open_device() - read the live device
 * @result: the source
 * @path: name of the device
 * @all: begin with the oldest record that the rings still hold, not with the
 *	next one to come
 * @why: why it failed
 *
 * Return: 0, or -errno
 */
int source_open_device(struct source **result, const char *path, bool all,
		       struct error *why)
{
	static const char other_size[] =
		"%s: records have %u bytes, this tool reads %u: use the module's own tool";
	struct tcpclose_geometry geometry;
	struct source *s = source_alloc();
	int ret;

	if (!s)
		return error_set(why, -ENOMEM, "out of memory");
	ret = devnode_open(path, why);
	if (ret < 0)
		goto err_close;
	s->fd = ret;
	s->live = true;
	if (!all && lseek(s->fd, 0, SEEK_END) < 0) {
		ret = -errno;
		goto err_explain;
	}
	ret = devnode_geometry(s->fd, &geometry);
	if (ret)
		goto err_explain;
	if (geometry.record_size != TCPCLOSE_RECORD_SIZE) {
		ret = error_set(why, -EPROTO, other_size, path,
				geometry.record_size, TCPCLOSE_RECORD_SIZE);
		goto err_close;
	}
	recording_header_init(&s->head);
	s->head.abi_minor = geometry.abi_minor;
	s->head.visible = geometry.visible;
	s->head.cpus = geometry.rings;
	s->head.own_netns = netns_own_inode();
	if (netns_own_cookie(&s->head.own_netns_cookie))
		s->head.own_netns_cookie = 0;
	ret = source_live_start(s, &geometry);
	if (ret)
		goto err_explain;
	*result = s;
	return 0;

err_explain:
	error_set(why, ret, "%s: %s", path, strerror(-ret));
err_close:
	source_close(s);
	return ret;
}

static int read_header(struct source *s, const char *path, struct error *why)
{
	struct error what = { "" };
	size_t len = 0;
	int ret;

	while (len < sizeof(s->head)) {
		struct pollfd fd = { .fd = s->fd, .events = POLLIN };
		ssize_t got;

		/* A pipe may be empty, and reading from it not wait. */
		ret = signals_poll(&fd, 1, UINT64_MAX);
		if (ret < 0)
			return error_set(why, ret, "%s: cannot be read: %s",
					 path, strerror(-ret));
		got = read(s->fd, (char *)&s->head + len,
			   sizeof(s->head) - len);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got < 0)
			return error_set(why, -errno, "%s: cannot be read: %s",
					 path, strerror(errno));
		if (!got)
			break;
		len += (size_t)got;
	}
	s->swapped = byteorder_is_swapped(&s->head, len);
	if (s->swapped)
		byteorder_swap_header(&s->head);
	ret = recording_header_check(&s->head, len, &what);
	return ret ? error_set(why, ret, "%s: %.300s", path, what.text) : 0;
}

/**
 * source_open_recording() - read a recording
 * @result: the source
 * @path: name of the file, "-" for standard input
 * @why: why it failed
 *
 * Return: 0, -EINTR if a signal asked for the end before the header came, or
 * another -errno
 */
int source_open_recording(struct source **result, const char *path,
			  struct error *why)
{
	struct source *s = source_alloc();
	int ret;

	if (!s)
		return error_set(why, -ENOMEM, "out of memory");
	ret = recording_open(path, why);
	if (ret < 0)
		goto err_close;
	s->fd = ret;
	ret = read_header(s, path, why);
	if (ret)
		goto err_close;
	s->head.release[sizeof(s->head.release) - 1] = '\0';
	*result = s;
	return 0;

err_close:
	source_close(s);
	return ret;
}

/**
 * source_collect() - let a thread read the device, so that its records can be taken
 *	at any speed
 * @s: a live source from which nothing was read; replaced by one that delivers the
 *	same, unless there is an error
 * @how: what else is collected; NULL: nothing
 *
 * Return: 0, or -errno
 */
int source_collect(struct source **s, const struct intake_how *how)
{
	static const struct intake_how records_only;
	struct source *front = source_alloc();
	int ret;

	if (!front)
		return -ENOMEM;
	front->head = (*s)->head;
	ret = intake_start(&front->intake, *s,
			   how ? how : &records_only);
	if (ret) {
		free(front);
		return ret;
	}
	*s = front;
	return 0;
}

/**
 * source_close() - stop reading, free the source
 * @s: the source
 */
void source_close(struct source *s)
{
	if (s->intake)
		intake_stop(s->intake);
	source_live_end(s);
	if (s->fd >= 0)
		close(s->fd);
	source_names_free(s);
	free(s->cpus);
	free(s->queue);
	free(s);
}
