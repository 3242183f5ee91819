/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals that ask the program to stop.
 */
#ifndef TCPCLOSE_BASE_SIGNALS_H
#define TCPCLOSE_BASE_SIGNALS_H

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

void signals_catch(void);
bool signals_stop(void);
int signals_start_thread(pthread_t *thread, void *(*run)(void *), void *arg);
int signals_poll(struct pollfd *fds, unsigned int count, uint64_t deadline_ns);

#endif /* TCPCLOSE_BASE_SIGNALS_H */
