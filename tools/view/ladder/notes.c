// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notes that go with ladders: which connections are not drawn, and why.
 *
 * Plain text for standard error; knows nothing of what is drawn.
 */
#include "base/complain.h"
#include "view/ladder/notes.h"
#include "view/ladder/words.h"

/* Name connections that match but are not drawn. */
static int others(struct line lines[NOTES_MAX], const struct choice *choice,
		  const struct sides *sides)
{
	unsigned long long more =
		(unsigned long long)(choice->total - choice->count);
	struct line endpoints;
	unsigned int i;

	if (!more)
		return 0;
	line_begin(&lines[0]);
	line_add(&lines[0],
		 "%s%llu more connection%s: --count draws more, a cookie selects one%s",
		 sides_forgotten(sides) ? "at least " : "", more,
		 more == 1 ? " matches" : "s match",
		 more > choice->other_count ? "; the next are" : "");
	for (i = 0; i < choice->other_count; i++) {
		const struct side *side = choice->others[i].side;

		words_endpoints(&endpoints, side);
		line_begin(&lines[1 + i]);
		line_add(&lines[1 + i], "0x%llx: %s",
			 (unsigned long long)side->cookie, endpoints.text);
	}
	return 1 + (int)i;
}

/* Say why no connection is drawn. */
static void nothing(struct line *w, const struct selection *s,
		    const char *source, const char *cookie)
{
	line_begin(w);
	line_add(w, "%s: ", source);
	if (s->listener)
		line_add(w, "%s is a listener, not a connection", cookie);
	else if (s->cookie)
		line_add(w,
			 "no transition of %s was seen: see `%s watch --json` for cookies",
			 cookie, PROGRAM_NAME);
	else if (s->nameless)
		line_add(w,
			 "%llu matching transition%s no cookie and can't be joined to a connection",
			 (unsigned long long)s->nameless,
			 s->nameless == 1 ? " has" : "s have");
	else
		line_add(w,
			 "no connection matches: see `%s watch` for what is there",
			 PROGRAM_NAME);
}

/**
 * notes_list() - what to say about connections that are not drawn
 * @lines: result
 * @choice: what is drawn
 * @s: what was asked for and seen
 * @source: name of where events came from
 * @cookie: the cookie as it was typed; NULL: none
 *
 * Return: number of lines; 0: all that match are drawn
 */
int notes_list(struct line lines[NOTES_MAX], const struct choice *choice,
	       const struct selection *s, const char *source,
	       const char *cookie)
{
	if (choice->count)
		return others(lines, choice, s->sides);
	nothing(&lines[0], s, source, cookie);
	return 1;
}
