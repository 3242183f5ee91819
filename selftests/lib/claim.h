/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output of a claim's test: a recording of its connection, made by "tcpclose
 * record", and the figures that it measured. Both go to the directory
 * $CLAIMS_OUTPUT, if that is set; the ladder drawn from the recording is compared
 * with the ladder in the ledger.
 */
#ifndef _SELFTESTS_LIB_CLAIM_H
#define _SELFTESTS_LIB_CLAIM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * struct claim
 * @test: name of the test: "c05_..." is a test of claim 5
 * @family: of the variant
 * @port: of the other end, or of the server: distinguishes the claim's connection
 *	from any other in the recording
 * @base: path of the files, without a suffix
 * @recorder: the process that records; 0: no such process
 */
struct claim {
	const char *test;
	int family;
	uint16_t port;
	char base[256];
	pid_t recorder;
};

/** claim_port() - the port for a test's connection */
uint16_t claim_port(const char *test);

/**
 * claim_begin() - record from now on
 * @device: an open device that shows the whole machine
 *
 * Waits until the connections of earlier tests are gone, so that none of them is in
 * the recording.
 */
int claim_begin(struct claim *claim, const char *test, int family, int device);

/**
 * claim_end() - end the recording
 *
 * Return: 0, or -errno if the file is not a recording.
 */
int claim_end(struct claim *claim);

/**
 * claim_ladder_agrees() - whether the ledger shows the ladder of this recording
 *
 * Compares everything but times, for IPv4, and for the tests whose ladder the ledger
 * shows. Prints the difference.
 */
bool claim_ladder_agrees(const struct claim *claim);

/**
 * claim_figure() - write a measured figure
 * @what: in words, no "|"
 * @format: with its unit
 */
void claim_figure(const struct claim *claim, const char *what, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** claim_duration() - likewise, a duration */
void claim_duration(const struct claim *claim, const char *what, uint64_t ns);

#endif /* _SELFTESTS_LIB_CLAIM_H */
