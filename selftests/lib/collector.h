/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that reads the device while something else happens.
 */
#ifndef _SELFTESTS_LIB_COLLECTOR_H
#define _SELFTESTS_LIB_COLLECTOR_H

#include <pthread.h>
#include <stdbool.h>

#include "lib/device.h"

/**
 * struct collector - a file, and what was read from it
 * @fd: the file; stays the caller's
 * @log: what was read; the caller's after collector_stop()
 * @error: of the device, -errno
 */
struct collector {
	int fd;
	struct device_log log;
	int error;
	bool stop;
	pthread_t thread;
};

/** collector_start() - read from now on; 0 or -errno */
int collector_start(struct collector *collector, int fd);

/** collector_stop() - read what is left, end the thread; 0 or -errno */
int collector_stop(struct collector *collector);

#endif /* _SELFTESTS_LIB_COLLECTOR_H */
