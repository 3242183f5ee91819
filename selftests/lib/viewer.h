/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Somebody else: turns the calling process into a user of some kind, somewhere.
 *
 * There is no way back: a process that was forked for it does this. Every
 * function returns -errno on failure and prints nothing.
 */
#ifndef _SELFTESTS_LIB_VIEWER_H
#define _SELFTESTS_LIB_VIEWER_H

#include "lib/rules.h"

/* An ordinary user, and another */
#define VIEWER_NOBODY 65534
#define VIEWER_STRANGER 1000

/** struct viewer_places - descriptors of the network namespaces there are */
struct viewer_places {
	int initial;
	int another;
	int roots;
	int nobodys;
	int strangers;
};

/** viewer_places_make() - make all but the initial one, where the caller is */
int viewer_places_make(struct viewer_places *places);

/** viewer_become() - be that user, there, with those capabilities */
int viewer_become(const struct rules_viewer *viewer,
		  const struct viewer_places *places);

/** viewer_become_user() - only another user, without any capability */
int viewer_become_user(unsigned int user);

/** viewer_drop_capability() - for good */
int viewer_drop_capability(unsigned int capability);

/**
 * viewer_become_container() - as in a container: user 0 of a user and a network
 *	namespace that are new
 */
int viewer_become_container(void);

#endif /* _SELFTESTS_LIB_VIEWER_H */
