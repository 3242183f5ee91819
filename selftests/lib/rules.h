/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may do what with /dev/tcpclose: the rules, as a table.
 *
 * Documentation/isolation.rst shows the table, isolation.c tests every cell of it.
 * Knows nothing of how either is done.
 */
#ifndef _SELFTESTS_LIB_RULES_H
#define _SELFTESTS_LIB_RULES_H

#include <stdbool.h>

/*
 * Results of open() and of operations on the file: one of these, or the name of an
 * error.
 */
#define RULES_ALL "all"
#define RULES_OWN "own"
#define RULES_YES "yes"

/**
 * enum rules_netns - the network namespace that a user is in
 * @RULES_INITIAL: the machine's own
 * @RULES_ANOTHER: another one, owned by the initial user namespace
 * @RULES_CONTAINER: one owned by a user namespace that the same user created; if the
 *	user is confined, by the user's own user namespace
 * @RULES_OTHER_USER: one owned by a user namespace that another user created
 */
enum rules_netns {
	RULES_INITIAL,
	RULES_ANOTHER,
	RULES_CONTAINER,
	RULES_OTHER_USER,
};

/**
 * struct rules_viewer - a user, and the result of open()
 * @root: user 0; else a user that owns nothing
 * @confined: in a user namespace that the user created, as user 0 of it
 * @capable: has CAP_NET_ADMIN in the current user namespace
 * @netns: current network namespace
 * @closed: result while the device's mode is 0600, the module's default
 * @opened: result while the mode is 0666, which is not recommended
 */
struct rules_viewer {
	bool root;
	bool confined;
	bool capable;
	enum rules_netns netns;
	const char *closed;
	const char *opened;
};

/* Root or not, confined or not, with the capability or not, in each netns */
#define RULES_VIEWERS (2 * 2 * 2 * 4)

extern const struct rules_viewer rules_viewers[RULES_VIEWERS];

/** rules_netns_name() - the words for the viewer's network namespace */
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
	RULES_WAKEUP_WATERMARK,
	RULES_WAKEUP_DELAY,
	RULES_STATS,
	RULES_STATS_RESET,
	RULES_HOOK,
	RULES_CONNS,
	RULES_UNKNOWN,
	RULES_OPERATIONS,
};

/**
 * struct rules_operation - an operation on an open file, and its results
 * @name: the call
 * @all: result if the file shows the whole machine
 * @own: result if the file shows the opener's network namespace
 */
struct rules_operation {
	const char *name;
	const char *all;
	const char *own;
};

extern const struct rules_operation rules_operations[RULES_OPERATIONS];

#endif /* _SELFTESTS_LIB_RULES_H */
