/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tool while it runs: lines of JSON of connections, as it writes them.
 *
 * Knows lines and members; knows nothing of their meaning.
 */
#ifndef _SELFTESTS_LIB_WATCHER_H
#define _SELFTESTS_LIB_WATCHER_H

#include <stdint.h>

struct watcher;

/**
 * watcher_start() - run the tool
 * @command: of the shell, begins with "exec" unless it is a pipeline
 *
 * Return: NULL: it can't be started
 */
struct watcher *watcher_start(const char *command);

/** watcher_kill() - end it, and free all */
void watcher_kill(struct watcher *w);

/**
 * watcher_await_start() - make connections until it shows one
 *
 * Only what happens from then on is shown for sure.
 *
 * Return: 0 or -ETIMEDOUT
 */
int watcher_await_start(struct watcher *w);

/**
 * watcher_await() - wait for a line
 * @lport: the local port
 * @rport: the remote port
 * @new: state that the connection enters; NULL: any
 * @timeout_ms: the longest time without output
 *
 * Return: the line without its newline, valid until the next call; "": none came
 */
const char *watcher_await(struct watcher *w, uint16_t lport, uint16_t rport,
			  const char *new, int timeout_ms);

/** watcher_member() - the value of a member, as JSON, valid until the next call */
const char *watcher_member(const char *line, const char *key);

#endif /* _SELFTESTS_LIB_WATCHER_H */
