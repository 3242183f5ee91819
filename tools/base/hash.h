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

/**
 * hash_mix() - one number of two
 * @seed: of hash_seed()
 * @a: one
 * @b: the other
 */
static inline uint64_t hash_mix(uint64_t seed, uint64_t a, uint64_t b)
{
	unsigned __int128 product;

	product = (unsigned __int128)(a ^ seed) * (b ^ 0x9e3779b97f4a7c15ULL);
	a = (uint64_t)product ^ (uint64_t)(product >> 64);
	product = (unsigned __int128)(a ^ (seed >> 32 | seed << 32)) *
		  0xd6e8feb86659fd93ULL;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash_bytes(uint64_t key, const void *bytes, size_t len);

#endif /* TCPCLOSE_BASE_HASH_H */
