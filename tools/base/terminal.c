// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the reader's terminal can show.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/terminal.h"

/**
 * terminal_is_utf8() - whether characters beyond ASCII can be shown
 *
 * Asks the environment, not the C library: a small system (an initramfs) has a
 * UTF-8 terminal and no locale data.
 */
bool terminal_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		value = getenv(names[i]);
		if (value && *value)
			break;
	}
	value = value ? strrchr(value, '.') : NULL;
	return value && (!strncasecmp(value, ".UTF-8", 6) ||
			 !strncasecmp(value, ".utf8", 5));
}

/**
 * terminal_has_colour() - whether colours should be shown
 * @fd: where they would go
 */
bool terminal_has_colour(int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(fd) && !(no_color && *no_color) &&
	       !(term && !strcmp(term, "dumb"));
}
