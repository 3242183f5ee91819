// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long to wait on this machine: a kernel with debug checks is slow.
 */
#include <stdlib.h>

#include "lib/patience.h"

#define PATIENCE_MAX 100

static int factor(void)
{
	const char *value = getenv("TCPCLOSE_PATIENCE");
	int number = value ? atoi(value) : 1;

	return number < 1 || number > PATIENCE_MAX ? 1 : number;
}

int patience_ms(int ms)
{
	return ms < 0 ? ms : ms * factor();
}

bool patience_is_needed(void)
{
	return factor() > 1;
}

/*
 * The harness ends a test by alarm(), after a time that is fixed in its source: the
 * linker replaces alarm() with this function (--wrap).
 */
unsigned int __real_alarm(unsigned int seconds);
unsigned int __wrap_alarm(unsigned int seconds);

unsigned int __wrap_alarm(unsigned int seconds)
{
	return __real_alarm(seconds * factor());
}
