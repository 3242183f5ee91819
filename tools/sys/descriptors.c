// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many files this process may have open.
 */
#include "sys/descriptors.h"

/**
 * descriptors_limit() - set how many files may be open
 * @count: their number, more than the hard limit: that
 *
 * Files that are open already stay so.
 *
 * Return: how many could be open before
 */
rlim_t descriptors_limit(rlim_t count)
{
	struct rlimit limit;
	rlim_t before;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return count;
	before = limit.rlim_cur;
	limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return before;
}

/**
 * descriptors_raise() - allow as many open files as this process may have
 *
 * For who opens a file for each CPU: the usual limit is 1,024, for the sake of
 * programs that use select().
 *
 * Return: how many could be open before; programs that are run get that limit
 */
rlim_t descriptors_raise(void)
{
	return descriptors_limit(RLIM_INFINITY);
}
