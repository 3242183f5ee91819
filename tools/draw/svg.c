// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pictures as SVG.
 *
 * Keeps to what all viewers understand: style sheets, but no CSS variables
 * (librsvg and Inkscape have none) and no context-stroke. A role sets "color",
 * all else says currentColor. Dark colours are for screens only: paper is white.
 *
 * Knows nothing of TCP.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/format.h"
#include "draw/svg.h"

static const char *const role_names[SVG_ROLES] = {
	[SVG_INK] = "ink",
	[SVG_MUTED] = "muted",
	[SVG_GRACEFUL] = "graceful",
	[SVG_ABRUPT] = "abrupt",
	[SVG_BAD] = "bad",
};

/* Contrast to the paper is 4.5 to 1 at least (WCAG 2.1, 1.4.3). */
static const char style[] =
	"<style>\n"
	".paper{fill:#fff;stroke:none}\n"
	".ink{color:#1b1f24}\n"
	".muted{color:#6b7280}\n"
	".graceful{color:#0a4fa8}\n"
	".abrupt{color:#9a4a00}\n"
	".bad{color:#c4001a}\n"
	"line,path{fill:none;stroke:currentColor;stroke-linejoin:round}\n"
	"rect{fill:#fff;stroke:currentColor}\n"
	"line.muted,path.muted,rect.muted,marker.muted{color:#9aa1ac}\n"
	".head{fill:currentColor;stroke:none}\n"
	".dash{stroke-dasharray:6 4}\n"
	"text{fill:currentColor;font-family:system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif}\n"
	".bold{font-weight:600}\n"
	".halo{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}\n"
	"@media screen and (prefers-color-scheme:dark){\n"
	".paper{fill:#0f1318}\n"
	".ink{color:#e6e9ed}\n"
	".muted{color:#8d96a3}\n"
	"line.muted,path.muted,rect.muted,marker.muted{color:#5f6875}\n"
	".graceful{color:#7db8ff}\n"
	".abrupt{color:#ffb054}\n"
	".bad{color:#ff7a70}\n"
	"rect{fill:#0f1318}\n"
	".halo{stroke:#0f1318}\n"
	"}\n"
	"</style>\n";

/* XML has no way to write some characters at all: format_text() has shown most. */
static void add_escaped(struct buffer *to, const char *text)
{
	char shown[FORMAT_TEXT_MAX(SVG_TEXT_MAX) + 1], cut[SVG_TEXT_MAX + 1];
	const char *s = shown;
	char *p;

	snprintf(cut, sizeof(cut), "%s", text);
	*format_text(shown, cut, true) = '\0';
	p = buffer_reserve(to, 6 * strlen(shown));
	while (*s) {
		switch (*s) {
		case '&':
			p = FORMAT_LITERAL(p, "&amp;");
			break;
		case '<':
			p = FORMAT_LITERAL(p, "&lt;");
			break;
		case '>':
			p = FORMAT_LITERAL(p, "&gt;");
			break;
		case '"':
			p = FORMAT_LITERAL(p, "&quot;");
			break;
		default:
			/* U+FFFE and U+FFFF are no characters of XML. */
			if (!strncmp(s, "\xef\xbf\xbe", 3) ||
			    !strncmp(s, "\xef\xbf\xbf", 3)) {
				p = FORMAT_LITERAL(p, "\xef\xbf\xbd");
				s += 2;
			} else {
				*p++ = *s;
			}
		}
		s++;
	}
	buffer_commit(to, p);
}

static void add_element(struct buffer *to, const char *name, const char *text)
{
	buffer_printf(to, "<%s>", name);
	add_escaped(to, text);
	buffer_printf(to, "</%s>\n", name);
}

/**
 * svg_begin() - begin a picture
 * @to: where it is written
 * @document: what it is
 */
void svg_begin(struct buffer *to, const struct svg_document *document)
{
	unsigned int role;

	buffer_printf(to,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"title desc\">\n",
		      document->width, document->height, document->width,
		      document->height);
	buffer_printf(to, "<title id=\"title\">");
	add_escaped(to, document->title);
	buffer_printf(to, "</title>\n<desc id=\"desc\">");
	add_escaped(to, document->description);
	buffer_printf(to, "</desc>\n%s<defs>\n", style);
	for (role = 0; role < SVG_ROLES; role++)
		buffer_printf(to,
			      "<marker id=\"%s\" class=\"%s\" markerUnits=\"userSpaceOnUse\" markerWidth=\"10\" markerHeight=\"10\" refX=\"1\" refY=\"5\" orient=\"auto\"><path class=\"head\" d=\"M0 0 10 5 0 10z\"/></marker>\n",
			      role_names[role], role_names[role]);
	buffer_printf(to,
		      "</defs>\n<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n",
		      document->width, document->height);
}

/**
 * svg_end() - end a picture
 * @to: where it is written
 */
void svg_end(struct buffer *to)
{
	buffer_printf(to, "</svg>\n");
}

/**
 * svg_group_begin() - begin what belongs together
 * @to: the picture
 * @title: what it is: viewers show it under the pointer; NULL: nothing to say
 */
void svg_group_begin(struct buffer *to, const char *title)
{
	buffer_printf(to, "<g>");
	if (title)
		add_element(to, "title", title);
}

/**
 * svg_group_end() - end what svg_group_begin() began
 * @to: the picture
 */
void svg_group_end(struct buffer *to)
{
	buffer_printf(to, "</g>\n");
}

static void add_stroke(struct buffer *to, const struct svg_stroke *stroke)
{
	const char *name = role_names[stroke->role];

	buffer_printf(to, " class=\"%s%s\" stroke-width=\"%u.%u\"", name,
		      stroke->dashed ? " dash" : "", stroke->tenths / 10,
		      stroke->tenths % 10);
	if (stroke->head)
		buffer_printf(to, " marker-end=\"url(#%s)\"", name);
	buffer_printf(to, "/>\n");
}

/**
 * svg_line() - draw a straight line
 * @to: the picture
 * @stroke: how
 * @x1: where it begins
 * @y1: likewise
 * @x2: where it ends
 * @y2: likewise
 */
void svg_line(struct buffer *to, const struct svg_stroke *stroke, int x1,
	      int y1, int x2, int y2)
{
	buffer_printf(to, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"", x1,
		      y1, x2, y2);
	add_stroke(to, stroke);
}

/**
 * svg_path() - draw any line
 * @to: the picture
 * @stroke: how
 * @format: the path's commands, as for printf(); nothing that others chose
 */
void svg_path(struct buffer *to, const struct svg_stroke *stroke,
	      const char *format, ...)
{
	char commands[512];
	va_list args;

	va_start(args, format);
	vsnprintf(commands, sizeof(commands), format, args);
	va_end(args);
	buffer_printf(to, "<path d=\"%s\"", commands);
	add_stroke(to, stroke);
}

/**
 * svg_box() - draw a box, which hides what is behind it
 * @to: the picture
 * @stroke: how its border is drawn
 * @x: its left side
 * @y: its upper side
 * @width: pixels
 * @height: pixels
 * @radius: of its corners
 */
void svg_box(struct buffer *to, const struct svg_stroke *stroke, int x, int y,
	     int width, int height, int radius)
{
	buffer_printf(to,
		      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"",
		      x, y, width, height, radius);
	add_stroke(to, stroke);
}

/**
 * svg_text() - write a text, whatever it holds
 * @to: the picture
 * @font: how
 * @x: where its end or middle is, as @font says
 * @y: its baseline
 * @text: UTF-8; bytes that must not be shown become \xNN; cut behind
 *	%SVG_TEXT_MAX bytes
 */
void svg_text(struct buffer *to, const struct svg_font *font, int x, int y,
	      const char *text)
{
	static const char *const anchors[] = {
		[SVG_START] = "",
		[SVG_MIDDLE] = " text-anchor=\"middle\"",
		[SVG_END] = " text-anchor=\"end\"",
	};

	buffer_printf(to,
		      "<text x=\"%d\" y=\"%d\" class=\"%s%s%s\" font-size=\"%u\"%s>",
		      x, y, role_names[font->role], font->bold ? " bold" : "",
		      font->halo ? " halo" : "", font->size,
		      anchors[font->anchor]);
	add_escaped(to, text);
	buffer_printf(to, "</text>\n");
}

/**
 * svg_printf() - write a text that is made of parts
 * @to: the picture
 * @font: how
 * @x: as for svg_text()
 * @y: likewise
 * @format: as for printf(); cut behind %SVG_TEXT_MAX bytes
 */
void svg_printf(struct buffer *to, const struct svg_font *font, int x, int y,
		const char *format, ...)
{
	char text[SVG_TEXT_MAX + 1];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	svg_text(to, font, x, y, text);
}

/* In hundredths of the size: DejaVu Sans, the widest of the fonts asked for. */
static unsigned int letter_width(unsigned char c)
{
	static const struct {
		const char *letters;
		unsigned int width;
	} widths[] = {
		{ "ijl'|", 30 },	    { " ,.fIJrt()[]-/:;!\\", 41 },
		{ "cszvxykaeLFTY_*`?\"", 63 }, { "mWM%@&#+=<>~^OQGNDwH", 98 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(widths); i++)
		if (c && strchr(widths[i].letters, c))
			return widths[i].width;
	return c < 0x80 ? 70 : 100;
}

/**
 * svg_text_width() - how wide a text gets, at most
 * @font: how it is written
 * @text: the text
 *
 * The viewer chooses the font, so this is an estimate for the widest one.
 *
 * Return: pixels
 */
int svg_text_width(const struct svg_font *font, const char *text)
{
	unsigned int hundredths = 0;

	for (; *text; text++)
		if (((unsigned char)*text & 0xc0) != 0x80)
			hundredths += letter_width((unsigned char)*text);
	if (font->bold)
		hundredths += hundredths / 8;
	return (int)(hundredths * font->size / 100);
}
