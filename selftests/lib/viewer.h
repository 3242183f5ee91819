/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns the calling process into another user, with chosen namespaces and
 * capabilities.
 *
 * This cannot be undone: call it in a process that was forked for it. Every function
 * returns -errno on failure and prints nothing.
 */
#ifndef _SELFTESTS_LIB_VIEWER_H
#define _SELFTESTS_LIB_VIEWER_H

#include "lib/rules.h"

/* An ordinary user, and another */
#define VIEWER_NOBODY 65534
#define VIEWER_OTHER_USER 1000

/** struct viewer_places - descriptors of the network namespaces used by the tests */
struct viewer_places {
	int initial;
	int another;
	int roots;
	int of_nobody;
	int of_other_user;
};

/** viewer_places_make() - create all but the initial one, which is the caller's */
int viewer_places_make(struct viewer_places *places);

/** viewer_become() - become @viewer: its user, namespaces and capabilities */
int viewer_become(const struct rules_viewer *viewer,
		  const struct viewer_places *places);

/** viewer_become_user() - become another user without any capability */
int viewer_become_user(unsigned int user);

/** viewer_drop_capability() - drop a capability permanently */
int viewer_drop_capability(unsigned int capability);

/**
 * viewer_become_container() - become user 0 of a new user namespace, with a new
 *	network namespace, as in a container
 */
int viewer_become_container(void);

#endif /* _SELFTESTS_LIB_VIEWER_H */
