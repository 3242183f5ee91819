/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process of a scenario: a name, and sockets on which its words act.
 */
#ifndef _SELFTESTS_LAB_PARTY_PARTY_H
#define _SELFTESTS_LAB_PARTY_PARTY_H

#include <stdbool.h>
#include <sys/socket.h>

#define PARTY_SOCKETS 8192
#define PARTY_OPTIONS 16

/**
 * struct option - what each socket of a party gets with setsockopt()
 * @size: of @value that is used
 */
struct option {
	int level;
	int name;
	int value[2];
	socklen_t size;
};

/**
 * struct party - the process
 * @listener: the last one that it opened, -1 without
 * @fds: its set of connections, on which words act one after the other
 * @fd_count: how many there are
 * @from: to bind to before connect(), if @from_size is not 0
 * @from_port: the port in it, 0 for any
 * @isn: initial sequence number, if @has_isn
 * @protocol: of new sockets
 */
struct party {
	int listener;
	int fds[PARTY_SOCKETS];
	int fd_count;
	struct sockaddr_storage from;
	socklen_t from_size;
	int from_port;
	unsigned int isn;
	bool has_isn;
	int protocol;
	struct option options[PARTY_OPTIONS];
	int option_count;
};

/**
 * struct word - something that a party can do
 * @arguments: how many follow the word
 * @run: does it; errors of the network are printed, and are part of a scenario
 */
struct word {
	const char *name;
	int arguments;
	void (*run)(struct party *party, char **arguments);
};

/* Tables that end with a word without name. */
extern const struct word opening_words[];
extern const struct word traffic_words[];
extern const struct word closing_words[];
extern const struct word option_words[];
extern const struct word process_words[];
extern const struct word odd_words[];
extern const struct word scan_words[];

/** party_die() - the scenario is wrong: print what and errno, end with status 2 */
void __attribute__((noreturn)) party_die(const char *what);

/** party_note() - print what failed, and errno; the party continues */
void party_note(const char *what);

/** party_number() - the number that a word got, which must be one, from 0 on */
double party_number(const char *text);

/** party_add() - put a connection into the set */
void party_add(struct party *party, int fd);

/** party_set() - apply all of the party's options to a socket */
void party_set(const struct party *party, int fd);

/** party_nap() - sleep for seconds, whatever signals arrive */
void party_nap(double seconds);

#endif /* _SELFTESTS_LAB_PARTY_PARTY_H */
