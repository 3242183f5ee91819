/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes memory, so that little is left for others.
 */
#ifndef _SELFTESTS_LIB_HOG_H
#define _SELFTESTS_LIB_HOG_H

#include <stddef.h>

/** struct hog - memory taken; all 0: none */
struct hog {
	void *memory;
	size_t size;
};

/** hog_take() - leave only so much available memory; 0 or -errno */
int hog_take(struct hog *hog, long leave_kib);

/** hog_release() - give it back */
void hog_release(struct hog *hog);

/** hog_kills() - number of times that the OOM killer has killed, or -errno */
long hog_kills(void);

#endif /* _SELFTESTS_LIB_HOG_H */
