// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the seed comes from: the kernel gives each program some random bytes.
 */
#include <string.h>
#include <sys/auxv.h>

#include "base/hash.h"

uint64_t hash_seed(void)
{
	const void *bytes = (const void *)getauxval(AT_RANDOM);
	uint64_t seed = 0x9e3779b97f4a7c15ULL;

	if (bytes)
		memcpy(&seed, bytes, sizeof(seed));
	return seed | 1;
}
