/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashing with a secret seed: the author of a recording cannot choose values that
 * collide.
 */
#ifndef TCPCLOSE_BASE_HASH_H
#define TCPCLOSE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/**
 * hash_seed() - a random odd number, different in each run
 */
uint64_t hash_seed(void);

/* Both halves of a product, combined; a machine of 32 bits has no type for it. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
	uint64_t left = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
	uint64_t right = (a & UINT32_MAX) * (b >> 32) + (left & UINT32_MAX);
	uint64_t high = (a >> 32) * (b >> 32) + (left >> 32) + (right >> 32);

	return high ^ (right << 32 | (low & UINT32_MAX));
}

/**
 * hash_mix() - one number of two
 * @seed: of hash_seed()
 * @a: one
 * @b: the other
 */
static inline uint64_t hash_mix(uint64_t seed, uint64_t a, uint64_t b)
{
	a = hash_fold(a ^ seed, b ^ 0x9e3779b97f4a7c15ULL);
	return hash_fold(a ^ (seed >> 32 | seed << 32), 0xd6e8feb86659fd93ULL);
}

uint64_t hash_bytes(uint64_t key, const void *bytes, size_t len);

#endif /* TCPCLOSE_BASE_HASH_H */
