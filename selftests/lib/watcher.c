// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tool while it runs, and what it writes.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/patience.h"
#include "lib/piped.h"
#include "lib/traffic.h"
#include "lib/watcher.h"

#define OUTPUT_MAX (1 << 20)

/**
 * struct watcher - the tool and what it wrote so far
 * @pid: it, a group of processes
 * @from: a pipe that reads its output
 * @len: length of @output
 * @output: lines of JSON
 */
struct watcher {
	pid_t pid;
	int from;
	size_t len;
	char output[OUTPUT_MAX];
};

struct watcher *watcher_start(const char *command)
{
	struct watcher *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->pid = piped_start(&w->from, command);
	if (w->pid > 0)
		return w;
	free(w);
	return NULL;
}

void watcher_kill(struct watcher *w)
{
	kill(-w->pid, SIGKILL);
	waitpid(w->pid, NULL, 0);
	close(w->from);
	free(w);
}

/* Return: whether more output came within this time */
static bool receive(struct watcher *w, int timeout_ms)
{
	struct pollfd fd = { .fd = w->from, .events = POLLIN };
	ssize_t got;

	if (poll(&fd, 1, timeout_ms) != 1)
		return false;
	got = read(w->from, w->output + w->len, OUTPUT_MAX - 1 - w->len);
	if (got <= 0)
		return false;
	w->len += got;
	w->output[w->len] = '\0';
	return true;
}

int watcher_await_start(struct watcher *w)
{
	int ms;

	for (ms = 0; ms < patience_ms(10000); ms += 50)
		if (traffic_one(TRAFFIC_REFUSED) == 1 && receive(w, 50))
			return 0;
	return -ETIMEDOUT;
}

/* Without its newline; "": there is none yet */
static const char *find_line(struct watcher *w, uint16_t lport, uint16_t rport, const char *new)
{
	static char copy[4096];
	char ports[2][32], state[40], *line, *end;

	snprintf(ports[0], sizeof(ports[0]), "\"lport\":%u,", lport);
	snprintf(ports[1], sizeof(ports[1]), "\"rport\":%u,", rport);
	snprintf(state, sizeof(state), new ? "\"new\":\"%s\"" : "", new);
	for (line = w->output; (end = strchr(line, '\n')); line = end + 1) {
		snprintf(copy, sizeof(copy), "%.*s", (int)(end - line), line);
		if (strstr(copy, ports[0]) && strstr(copy, ports[1]) && strstr(copy, state))
			return copy;
	}
	return "";
}

const char *watcher_await(struct watcher *w, uint16_t lport, uint16_t rport,
			  const char *new, int timeout_ms)
{
	const char *line;

	while (!*(line = find_line(w, lport, rport, new)) &&
	       receive(w, patience_ms(timeout_ms)))
		;
	return line;
}

const char *watcher_member(const char *line, const char *key)
{
	static char value[256];
	const char *at;
	char name[32];
	int depth = 0;
	size_t len;

	snprintf(name, sizeof(name), ",\"%s\":", key);
	at = strstr(line, name);
	if (!at)
		return "not there";
	at += strlen(name);
	for (len = 0; at[len] && (depth || at[len] != ','); len++)
		depth += (at[len] == '{') - (at[len] == '}');
	snprintf(value, sizeof(value), "%.*s", (int)len, at);
	return value;
}
