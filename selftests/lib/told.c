// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tool says of processes, in words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cast.h"
#include "lib/told.h"
#include "lib/watcher.h"

#define TEXT_SIZE 256

static long number_in(const char *json, const char *key)
{
	char name[32];
	const char *at;

	snprintf(name, sizeof(name), "\"%s\":", key);
	at = strstr(json, name);
	return at ? strtol(at + strlen(name), NULL, 10) : 0;
}

/* Empty if it is null */
static const char *text_in(const char *json, const char *key)
{
	static char text[64];
	char name[32];
	const char *at;

	snprintf(name, sizeof(name), "\"%s\":\"", key);
	at = strstr(json, name);
	if (!at)
		return "";
	at += strlen(name);
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(at, "\""), at);
	return text;
}

static void add(char *to, const char *format, const char *text)
{
	size_t len = strlen(to);

	snprintf(to + len, TEXT_SIZE - len, format, text);
}

static enum role role_of(long pid)
{
	enum role role = TEST;

	while (role < ROLES && stage->pids[role] != pid)
		role++;
	return role;
}

/* The process by its role; anybody else is called by what the tool says. */
static void add_name(char *to, long pid, const char *comm)
{
	enum role role = role_of(pid);
	char number[32];

	if (role < ROLES && (!*comm || !strcmp(comm, cast_names[role]))) {
		add(to, *comm ? "%s" : "%s (unnamed)", cast_names[role]);
		return;
	}
	snprintf(number, sizeof(number), "/%ld", pid);
	add(to, "%s", comm);
	add(to, "%s, who is innocent", number);
}

/* @how: member that says how it is known; NULL: none */
static void add_process(char *to, const char *json, const char *how)
{
	char others[16];

	if (!strcmp(json, "null")) {
		add(to, "%s", "nobody");
		return;
	}
	add_name(to, number_in(json, "pid"), text_in(json, "comm"));
	if (how)
		add(to, " %s", text_in(json, how));
	snprintf(others, sizeof(others), "+%ld", number_in(json, "others"));
	add(to, "%s", strcmp(others, "+0") ? others : "");
}

/* The thread, if it is not the first. A worker's name has its process. */
static void add_thread(char *to, const char *line)
{
	long pid = number_in(line, "pid"), tid = number_in(line, "tid");
	char worker[32];
	const char *thread = text_in(line, "thread");

	if (tid == pid)
		return;
	snprintf(worker, sizeof(worker), "iou-wrk-%ld", pid);
	add(to, "/%s", strcmp(thread, worker) ? thread : "iou-wrk");
}

static void add_actor(char *to, const char *line)
{
	const char *pid = watcher_member(line, "pid");

	if (!strcmp(pid, "null")) {
		add(to, "%s", "nobody");
		return;
	}
	if (strstr(line, ",\"call\":\"kernel\"")) {
		add(to, "%s", "kernel");
	} else {
		add_name(to, strtol(pid, NULL, 10), text_in(line, "comm"));
		add_thread(to, line);
		add(to, " %s", text_in(line, "call"));
	}
	if (!strcmp(watcher_member(line, "deferred"), "true"))
		add(to, "%s", ", deferred");
}

const char *told_line(const char *line)
{
	static char text[TEXT_SIZE];

	text[0] = '\0';
	if (!*line)
		return "no line";
	add_actor(text, line);
	add(text, "%s", " | ");
	add_process(text, watcher_member(line, "owner"), "from");
	add(text, "%s", " | ");
	add_process(text, watcher_member(line, "opener"), "how");
	return text;
}

const char *told_conn(const char *line)
{
	static char text[TEXT_SIZE];
	long closer;

	text[0] = '\0';
	if (!*line)
		return "no line";
	add_process(text, watcher_member(line, "process"), NULL);
	add(text, "%s", " | ");
	add_process(text, watcher_member(line, "opener"), NULL);
	add(text, "%s", " | ");
	closer = strtol(watcher_member(line, "closer_pid"), NULL, 10);
	/* There is no name. */
	if (closer)
		add(text, "%s", role_of(closer) < ROLES ? cast_names[role_of(closer)] : "innocent");
	if (*text_in(line, "call"))
		add(text, closer ? " %s" : "%s", text_in(line, "call"));
	else
		add(text, "%s", "nobody");
	return text;
}
