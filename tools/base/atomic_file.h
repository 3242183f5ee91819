/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that others see whole, old or new, never half of it.
 */
#ifndef TCPCLOSE_BASE_ATOMIC_FILE_H
#define TCPCLOSE_BASE_ATOMIC_FILE_H

#include <limits.h>

#include "base/error.h"

/**
 * struct atomic_file - the new content of a file
 * @path: the file
 * @fd: where the content is written to
 * @name: its name until atomic_file_commit(), in the same directory
 */
struct atomic_file {
	const char *path;
	int fd;
	char name[PATH_MAX];
};

int atomic_file_begin(struct atomic_file *f, const char *path, struct error *why);
int atomic_file_commit(struct atomic_file *f, struct error *why);
void atomic_file_abandon(struct atomic_file *f);

#endif /* TCPCLOSE_BASE_ATOMIC_FILE_H */
