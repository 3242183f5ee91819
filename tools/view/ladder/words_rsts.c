// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words for RSTs that have a record: what stands at one that made no transition,
 * and why those were sent that an end sent.
 */
#include "base/compiler.h"
#include "lib/names.h"
#include "view/ladder/words.h"

/* Different reasons of one end that are named. */
#define REASONS_SHOWN 3

static const char *phrase_of_sent(const struct side_rst *rst)
{
	switch (rst->rst.owner) {
	case TCPCLOSE_RST_OWNER_NONE:
		return "no socket: reset";
	case TCPCLOSE_RST_OWNER_LISTENER:
		return "only a listener: reset";
	case TCPCLOSE_RST_OWNER_MINI:
		return "no receiver: reset";
	default:
		return rst->rst.segment ? "answers with a RST" : "resets";
	}
}

static const char *phrase_of_received(const struct side_rst *rst)
{
	static const char *const phrases[TCPCLOSE_RST_EFFECTS] = {
		[TCPCLOSE_RST_ENDED] = "ends the connection",
		[TCPCLOSE_RST_IGNORED] = "ignored",
		[TCPCLOSE_RST_MINI] = "mini-socket ignores it",
		[TCPCLOSE_RST_UNMATCHED] = "ignored: no socket",
		[TCPCLOSE_RST_OTHER] = "dropped",
	};

	return rst->rst.effect < ARRAY_SIZE(phrases) && phrases[rst->rst.effect] ?
		       phrases[rst->rst.effect] :
		       "effect unknown";
}

/**
 * words_caption_rst() - what stands at a RST that made no transition
 * @w: the line
 * @ls: its step
 */
void words_caption_rst(struct line *w, const struct ladder_step *ls)
{
	if (ls->rst_sent)
		line_add(w, "%s%s", phrase_of_sent(ls->rst_sent),
			 ls->rst_sent->rst.unsure ? "?" : "");
	else
		line_add(w, "%s", phrase_of_received(ls->rst_received));
}

static void add_reason(struct line *w, unsigned int reason)
{
	const char *name = names_rst_reason(reason);

	if (name)
		line_add(w, "RST (%s)", name);
	else
		line_add(w, "RST (reason %u)", reason);
}

static bool is_sure(const struct side_rst *rst)
{
	return side_rst_is_sent(rst) && !rst->rst.unsure;
}

/* Whether an earlier one has the same reason. */
static bool is_repeated(const struct side_rsts *rsts, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++)
		if (is_sure(&rsts->kept[j]) &&
		    rsts->kept[j].rst.reason == rsts->kept[i].rst.reason)
			return true;
	return false;
}

static bool conclude_reasons(struct line *w, const struct ladder *ladder,
			     enum ladder_column column)
{
	const struct side_rsts *rsts = &ladder->sides[column]->rsts;
	unsigned int i, shown = 0;

	for (i = 0; i < rsts->count && shown < REASONS_SHOWN; i++) {
		if (!is_sure(&rsts->kept[i]) || is_repeated(rsts, i))
			continue;
		if (!shown++)
			words_add_address(w, ladder, column);
		line_add(w, "%s", shown == 1 ? " sent " : ", ");
		add_reason(w, rsts->kept[i].rst.reason);
	}
	return shown;
}

/**
 * words_conclude_rsts() - why an end sent RSTs, and how many are left out
 * @w: up to two lines
 * @ladder: the connection
 * @column: which end
 *
 * Return: how many lines
 */
int words_conclude_rsts(struct line *w, const struct ladder *ladder,
			enum ladder_column column)
{
	const struct side *side = ladder->sides[column];
	int count;

	if (!side)
		return 0;
	count = conclude_reasons(w, ladder, column);
	if (side->rsts.dropped) {
		words_add_address(&w[count], ladder, column);
		line_add(&w[count++], ": %llu more RST%s left out",
			 (unsigned long long)side->rsts.dropped,
			 side->rsts.dropped == 1 ? " is" : "s are");
	}
	return count;
}
