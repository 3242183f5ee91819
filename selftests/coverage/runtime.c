// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records which code of a program has run, see the script "measure".
 *
 * Linked with programs that are built with -fsanitize-coverage=trace-pc: each basic
 * block calls __sanitizer_cov_trace_pc(), which sets a bit for the address after the
 * call, relative to the program's first byte. The bits are in a shared mapping of the
 * file TCPCLOSE_COVERAGE/PROGRAM, so they outlive _exit() and SIGKILL.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime.h"

#define CODE_BYTES (4U << 20)

static _Atomic uint8_t *executed;

void __sanitizer_cov_trace_pc(void)
{
	size_t at = (const char *)__builtin_return_address(0) - __executable_start;
	uint8_t bit = 1U << at % 8;

	if (executed && at < CODE_BYTES && !(executed[at / 8] & bit))
		atomic_fetch_or(&executed[at / 8], bit);
}

/* Without the variable, or without the right to write there, nothing is recorded */
__attribute__((constructor)) static void open_coverage(void)
{
	const char *directory = getenv("TCPCLOSE_COVERAGE");
	char path[512];
	void *base;
	int fd;

	if (!directory)
		return;
	snprintf(path, sizeof(path), "%s/%s", directory, program_invocation_short_name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	fchmod(fd, 0666);
	if (!ftruncate(fd, CODE_BYTES / 8)) {
		base = mmap(NULL, CODE_BYTES / 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		executed = base == MAP_FAILED ? NULL : base;
	}
	close(fd);
}
