// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of text, put together from pieces; one that gets too long is cut off.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/line.h"

/**
 * line_init() - prepare lines
 * @lines: the lines
 * @count: how many
 * @how: how they are shown; NULL: as plain ASCII
 */
void line_init(struct line *lines, unsigned int count, const struct view *how)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		lines[i].how = how;
		lines[i].raw = false;
		line_begin(&lines[i]);
	}
}

/**
 * line_is_utf8() - whether a line may have characters beyond ASCII
 * @w: the line
 */
bool line_is_utf8(const struct line *w)
{
	return w->how && w->how->utf8;
}

/**
 * line_begin() - begin a line
 * @w: the line
 */
void line_begin(struct line *w)
{
	w->text[0] = '\0';
}

/**
 * line_add() - go on
 * @w: the line; what does not fit is cut off
 * @format: as for printf(); names are for line_add_name()
 */
void line_add(struct line *w, const char *format, ...)
{
	size_t used = strlen(w->text);
	va_list args;

	va_start(args, format);
	vsnprintf(w->text + used, sizeof(w->text) - used, format, args);
	va_end(args);
}

/**
 * line_add_name() - add a name from outside this program
 * @w: the line
 * @name: a name of at most %LINE_NAME_MAX bytes
 */
void line_add_name(struct line *w, const char *name)
{
	char shown[FORMAT_TEXT_MAX(LINE_NAME_MAX) + 1];

	if (w->raw) {
		line_add(w, "%s", name);
		return;
	}
	*format_text(shown, name, line_is_utf8(w)) = '\0';
	line_add(w, "%s", shown);
}

/**
 * line_add_duration() - add a duration
 * @w: the line
 * @ns: nanoseconds
 */
void line_add_duration(struct line *w, int64_t ns)
{
	char text[FORMAT_DURATION_MAX + 1];

	*format_duration(text, ns < 0 ? 0 : (uint64_t)ns) = '\0';
	line_add(w, "%s", text);
}

/**
 * line_add_endpoint() - add an address and a port
 * @w: the line
 * @addr: 16 bytes; IPv4 as ::ffff:a.b.c.d
 * @port: the port; 0: none
 */
void line_add_endpoint(struct line *w, const uint8_t addr[16],
		       unsigned int port)
{
	char text[FORMAT_IP_MAX + 1];

	if (format_is_mapped_ipv4(addr)) {
		*format_ipv4(text, addr + 12) = '\0';
		line_add(w, "%s:", text);
	} else {
		*format_ipv6(text, addr) = '\0';
		line_add(w, "[%s]:", text);
	}
	if (port)
		line_add(w, "%u", port);
	else
		line_add(w, "*");
}

/**
 * line_duration() - a duration
 * @w: result
 * @ns: nanoseconds
 */
void line_duration(struct line *w, int64_t ns)
{
	line_begin(w);
	line_add_duration(w, ns);
}

/**
 * line_fit() - how much of a text fits
 * @text: valid UTF-8
 * @columns: how many there are
 *
 * Return: bytes
 */
size_t line_fit(const char *text, size_t columns)
{
	size_t len = 0;

	while (text[len] && columns--) {
		len++;
		while (((unsigned char)text[len] & 0xc0) == 0x80)
			len++;
	}
	return len;
}
