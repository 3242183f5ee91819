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

/**
 * hash_bytes() - make a key of several things
 * @key: of those before, or any number
 * @bytes: the next one
 * @len: its length
 *
 * Return: the key; FNV-1a
 */
uint64_t hash_bytes(uint64_t key, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	key ^= 0xcbf29ce484222325ULL;
	while (len--)
		key = (key ^ *p++) * 0x100000001b3ULL;
	return key;
}
