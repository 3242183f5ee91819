/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A page that is not present until the test supplies it: a system call that uses
 * the page blocks in the middle (userfaultfd).
 */
#ifndef _SELFTESTS_LIB_ABSENT_H
#define _SELFTESTS_LIB_ABSENT_H

/**
 * struct absent - the page
 * @page: its address
 * @size: bytes
 * @fault: userfaultfd; readable when a system call needs the page
 */
struct absent {
	void *page;
	long size;
	int fault;
};

/** absent_open() - create the page; 0 or -errno */
int absent_open(struct absent *absent);

/** absent_wait() - wait until a system call needs the page; 0 or -errno */
int absent_wait(const struct absent *absent);

/** absent_supply() - let the system call that needs the page continue; 0 or -errno */
int absent_supply(const struct absent *absent);

/** absent_close() - free the page; no system call may need it any more */
void absent_close(struct absent *absent);

#endif /* _SELFTESTS_LIB_ABSENT_H */
