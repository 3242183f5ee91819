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
 * struct collector - a file, and the records read from it
 * @fd: the file; the caller owns it
 * @log: records read; the caller owns them after collector_stop()
 * @error: error of the device, -errno
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

/** collector_stop() - read the remaining records, end the thread; 0 or -errno */
int collector_stop(struct collector *collector);

#endif /* _SELFTESTS_LIB_COLLECTOR_H */
