/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that hold sockets, by the inodes of these, as /proc/PID/fd shows them.
 */
#ifndef TCPCLOSE_SYS_SOCKOWNERS_H
#define TCPCLOSE_SYS_SOCKOWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/allowance.h"

#define SOCKOWNERS_COMM_SIZE 16

/**
 * struct sockowner - a process
 * @pid: its number, as /proc has it
 * @others: number of other processes that held the socket, too, when all were looked
 *	at, or more if not all could be
 * @comm: its name, NUL-terminated
 */
struct sockowner {
	uint32_t pid;
	uint32_t others;
	char comm[SOCKOWNERS_COMM_SIZE];
};

/**
 * struct sockholder - a descriptor of a socket
 * @pid: the process
 * @tid: the thread, if it has descriptors of its own; 0: those of the process
 * @fd: the descriptor
 * @comm: name of the process or thread, NUL-terminated
 */
struct sockholder {
	uint32_t pid;
	uint32_t tid;
	uint32_t fd;
	char comm[SOCKOWNERS_COMM_SIZE];
};

struct sockowners_process;
struct sockowners_descriptor;

/**
 * struct sockowners - who held which socket when that was looked at
 * @proc: /proc, open; -1: there is none
 * @processes: those that hold sockets
 * @process_count: how many
 * @process_room: number for which there is memory
 * @descriptors: their descriptors of sockets, by inode and process
 * @count: how many
 * @room: number for which there is memory
 * @looked_ns: when the latest look at all processes began, CLOCK_MONOTONIC; 0: never
 * @cost_ns: its time, times @price
 * @allowance: time that all this may take
 * @price: number of times that it counts: more, after looks that found nobody
 * @found: somebody was found since then
 * @full: there were more than are remembered
 * @refused: not all processes may be looked at
 * @own: this process, which is not looked at; 0: it is
 * @last_pid: where it ended early for lack of time; 0: it did not
 * @looks: number of looks at all processes
 * @is_urgent: whether the caller has something else to do, which ends a look; NULL:
 *	that is not known, and looks are short
 * @context: for @is_urgent
 */
struct sockowners {
	int proc;
	struct sockowners_process *processes;
	size_t process_count, process_room;
	struct sockowners_descriptor *descriptors;
	size_t count, room;
	uint64_t looked_ns;
	uint64_t cost_ns;
	unsigned int price;
	bool found;
	bool full;
	bool refused;
	struct allowance allowance;
	int64_t own;
	uint32_t last_pid;
	uint64_t looks;
	bool (*is_urgent)(const void *context);
	const void *context;
};

void sockowners_open(struct sockowners *s, const char *proc);
bool sockowners_find(struct sockowners *s, uint32_t inode, uint64_t at_ns,
		     uint64_t now_ns, struct sockowner *owner);
void sockowners_read(struct sockowners *s);
bool sockowners_name(const struct sockowners *s, uint32_t pid,
		     char comm[SOCKOWNERS_COMM_SIZE]);
bool sockowners_holder(const struct sockowners *s, uint32_t inode, size_t number,
		       struct sockholder *holder);
void sockowners_close(struct sockowners *s);

#endif /* TCPCLOSE_SYS_SOCKOWNERS_H */
