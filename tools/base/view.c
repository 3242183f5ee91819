// SPDX-License-Identifier: GPL-2.0-only
/*
 * How something is shown: the same for every view, whatever its subject.
 */
#include <sys/ioctl.h>

#include "base/terminal.h"
#include "base/view.h"

/**
 * view_init() - text, as the reader's terminal can show it
 * @how: result
 * @fd: where it is written to
 */
void view_init(struct view *how, int fd)
{
	struct winsize size;

	how->json = false;
	how->utf8 = terminal_is_utf8();
	how->colour = terminal_has_colour(fd);
	how->width = ioctl(fd, TIOCGWINSZ, &size) ? 0 : size.ws_col;
}

/**
 * view_title() - write the title of a section, with an empty line before it
 * @how: how text is shown
 * @to: where it goes
 * @title: the title
 */
void view_title(const struct view *how, struct buffer *to, const char *title)
{
	buffer_printf(to, "\n%s%s%s\n", view_colour(how, TERMINAL_BOLD), title,
		      view_plain(how));
}
