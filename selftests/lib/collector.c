// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that reads the device while something else happens.
 */
#include <errno.h>
#include <string.h>

#include "lib/collector.h"

static void *collector_main(void *arg)
{
	struct collector *collector = arg;
	ssize_t ret;

	while (!__atomic_load_n(&collector->stop, __ATOMIC_ACQUIRE)) {
		if (device_readable_ms(collector->fd, 20) != 1)
			continue;
		ret = device_log_read(&collector->log, collector->fd, 4096);
		if (ret < 0 && ret != -EAGAIN) {
			collector->error = ret;
			break;
		}
	}
	return NULL;
}

int collector_start(struct collector *collector, int fd)
{
	memset(collector, 0, sizeof(*collector));
	collector->fd = fd;
	return -pthread_create(&collector->thread, NULL, collector_main,
			       collector);
}

int collector_stop(struct collector *collector)
{
	__atomic_store_n(&collector->stop, true, __ATOMIC_RELEASE);
	pthread_join(collector->thread, NULL);
	if (!collector->error)
		collector->error =
			device_log_drain(&collector->log, collector->fd);
	return collector->error;
}
