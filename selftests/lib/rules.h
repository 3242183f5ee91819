/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may do what with /dev/tcpclose: the rules, as a table.
 *
 * Documentation/isolation.rst shows it, isolation.c tries every cell of it.
 * Knows nothing of how either is done.
 */
#ifndef _SELFTESTS_LIB_RULES_H
#define _SELFTESTS_LIB_RULES_H

#include <stdbool.h>

/*
 * Answers, of open() and of what is done with the file: one of these, or the
 * name of an error.
 */
#define RULES_ALL "all"
#define RULES_OWN "own"
#define RULES_YES "yes"

/**
 * enum rules_netns - the network namespace that a user is in
 * @RULES_INITIAL: the machine's own
 * @RULES_ANOTHER: another of the initial user namespace
 * @RULES_CONTAINER: one of a user namespace that the same user has made; of a user
 *	in a user namespace of his own, it is that namespace's
 * @RULES_STRANGER: one of a user namespace that another user has made
 */
enum rules_netns {
	RULES_INITIAL,
	RULES_ANOTHER,
	RULES_CONTAINER,
	RULES_STRANGER,
};

/**
 * struct rules_viewer - a user, and what open() answers
 * @root: user 0; else a user that owns nothing
 * @confined: in a user namespace of his own, in which he is user 0
 * @capable: has CAP_NET_ADMIN in the user namespace that he is in
 * @netns: network namespace
 * @closed: while the device's mode is 0600, as the module makes it
 * @opened: while it is 0666, which is not recommended
 */
struct rules_viewer {
	bool root;
	bool confined;
	bool capable;
	enum rules_netns netns;
	const char *closed;
	const char *opened;
};

/* Each user with and without the capability, in each of the two, in each netns */
#define RULES_VIEWERS (2 * 2 * 2 * 4)

extern const struct rules_viewer rules_viewers[RULES_VIEWERS];

/** rules_netns_name() - the words for it */
const char *rules_netns_name(const struct rules_viewer *viewer);

enum rules_operation_number {
	RULES_OPEN_FOR_WRITING,
	RULES_READ,
	RULES_POLL,
	RULES_LSEEK,
	RULES_WRITE,
	RULES_MMAP,
	RULES_MMAP_PRIVATE,
	RULES_MMAP_SHARED,
	RULES_MPROTECT,
	RULES_VERSION,
	RULES_GEOMETRY,
	RULES_CURSOR,
	RULES_WAKEUP_ASK,
	RULES_WAKEUP_SET,
	RULES_STATS,
	RULES_STATS_RESET,
	RULES_HOOK,
	RULES_UNKNOWN,
	RULES_OPERATIONS,
};

/**
 * struct rules_operation - what may be done with a file, by what it shows
 * @name: the call
 * @all: the answer if the file shows the whole machine
 * @own: the answer if it shows the opener's network namespace
 */
struct rules_operation {
	const char *name;
	const char *all;
	const char *own;
};

extern const struct rules_operation rules_operations[RULES_OPERATIONS];

#endif /* _SELFTESTS_LIB_RULES_H */
